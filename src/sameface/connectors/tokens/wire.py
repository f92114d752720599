"""msal over our own HTTP client: one trust, one rule for proxies, one way to say what broke.

msal is imported when a token is really asked for: it takes longer than all of `sameface --help`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2 as httpx

from sameface.connectors.tokens.refusals import refused_in
from sameface.errors import Busy, SignInRefused, StoreFailed, Unreachable
from sameface.http import sign_in_client, untrusted

_MICROSOFT = ("login.microsoftonline.com", "login.microsoftonline.us", "login.chinacloudapi.cn")

_NONE = (
    "cannot sign in: check that `authority` ends in your organisation, and that the certificate "
    "file holds an RSA key"
)


class Wire:
    """What msal expects of an HTTP client, over ours."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def get(self, url: str, *, params: Any = None, headers: Any = None, **_: Any) -> httpx.Response:
        return self._http.get(url, params=params, headers=headers)

    def post(
        self, url: str, *, params: Any = None, data: Any = None, headers: Any = None, **_: Any
    ) -> httpx.Response:
        """msal hands signed assertions over as bytes, which a form would spell `b'…'`."""
        form = {k: v.decode() if isinstance(v, bytes) else v for k, v in (data or {}).items()}
        return self._http.post(url, params=params, data=form, headers=headers)

    def close(self) -> None:
        """Whoever opened the client closes it."""


@contextmanager
def asking(store: str, authority: str, ca_file: Path | None) -> Iterator[Wire]:
    """A wire to a sign-in service. Errors inside become StoreFailed: what is wrong, and what next.

    `ValueError` and `TypeError` are msal's way to say that an authority or a key is none.
    """
    import jwt  # noqa: PLC0415 - see the top of this module
    from msal.exceptions import MsalError  # noqa: PLC0415

    with sign_in_client(authority, ca_file) as http:
        try:
            yield Wire(http)
        except httpx.HTTPError as broken:
            raise _broken(store, authority, broken) from None
        except MsalError as odd:
            what = f"its sign-in service is out of order ({odd}); try again later"
            raise Busy(store, what) from None
        except (ValueError, TypeError, jwt.PyJWTError) as odd:
            raise refused_in(store, authority, odd) or SignInRefused(store, _NONE) from None


def is_microsoft(authority: str) -> bool:
    """Only Microsoft's own authority can vouch for Microsoft's own authorities."""
    return (urlsplit(authority).hostname or "") in _MICROSOFT


def _broken(store: str, authority: str, broken: httpx.HTTPError) -> StoreFailed:
    host = urlsplit(authority).hostname
    doubt = untrusted(broken)
    if doubt is not None:
        what = f"the certificate of {host} is not trusted ({doubt.why}); {doubt.remedy}"
        return SignInRefused(store, what)
    what = f"cannot reach its sign-in service {host}; check `authority` and the network"
    return Unreachable(store, what)
