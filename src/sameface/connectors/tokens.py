"""Where bearer tokens come from: an application's sign-in through msal, or a person's token file.

msal is imported when a token is really asked for: it takes longer than all of `sameface --help`.
What a sign-in service said is told by its code (AADSTS…) only; its sentences may hold more than
we would want in a log.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2 as httpx

from sameface.errors import Busy, SignInRefused, StoreFailed, Unreachable
from sameface.http import Clock, Patience, Waiting, sign_in_client, untrusted
from sameface.settings import AppSignIn, TokenSignIn

_MARGIN_S = 120.0  # a token about to end is fetched anew before it fails in mid-request
_TRIES = 3
_MICROSOFT = "login.microsoftonline."
_CODE = re.compile(r"AADSTS\d+")
_REMEDIES = {
    "AADSTS7000215": "the client secret is wrong: take its Value, not its Secret ID, from Entra",
    "AADSTS7000222": "the client secret has expired: make a new one in Entra",
    "AADSTS700016": "client-id is not an application of this organisation: copy it from Entra",
    "AADSTS700027": "the certificate is not the application's: upload its public part in Entra",
    "AADSTS90002": "no such organisation: check the end of `authority`",
    "AADSTS900023": "no such organisation: check the end of `authority`",
    "AADSTS500011": "the organisation has no such service: check `url`",
    "AADSTS65001": "nobody has consented to the application: grant admin consent in Entra",
}


class AppTokens:
    """Tokens of an application (client credentials; facts, protocols 1.1), kept until they end."""

    def __init__(
        self, store: str, resource: str, sign_in: AppSignIn, ca_file: Path | None, clock: Clock
    ) -> None:
        self._store, self._sign_in, self._ca_file = store, sign_in, ca_file
        self._scope, self._clock = f"{resource.rstrip('/')}/.default", clock
        self._token, self._good_until = "", float("-inf")
        self._turn = asyncio.Lock()

    async def get(self) -> str:
        async with self._turn:  # many requests, one sign-in
            if self._clock.ticks() >= self._good_until:
                told = await self._patiently()
                self._token = str(told["access_token"])
                lasts_s = float(told.get("expires_in") or 0)
                self._good_until = self._clock.ticks() + max(lasts_s - _MARGIN_S, lasts_s / 2)
            return self._token

    def forget(self) -> None:
        self._good_until = float("-inf")

    async def _patiently(self) -> dict[str, Any]:
        waiting = Waiting(Patience(tries=_TRIES), self._clock)
        while True:
            try:
                return await asyncio.to_thread(self._ask)
            except (Unreachable, Busy):
                if not await waiting.again():
                    raise

    def _ask(self) -> dict[str, Any]:
        """One sign-in, in a thread: msal is synchronous."""
        import jwt  # noqa: PLC0415 - see the top of this module
        import msal  # noqa: PLC0415
        from msal.exceptions import MsalError  # noqa: PLC0415

        authority = self._sign_in.authority
        with sign_in_client(authority, self._ca_file) as http:
            try:
                application = msal.ConfidentialClientApplication(
                    self._sign_in.client_id,
                    client_credential=self._credential(),
                    authority=authority,
                    # Only Microsoft's own authority can vouch for Microsoft's own authorities.
                    instance_discovery=_is_microsoft(authority),
                    http_client=_Wire(http),
                )
                told: dict[str, Any] = application.acquire_token_for_client([self._scope])
            except httpx.HTTPError as broken:
                raise self._broken(broken) from None
            except MsalError as odd:
                what = f"its sign-in service is out of order ({odd}); try again later"
                raise Busy(self._store, what) from None
            except (ValueError, TypeError, jwt.PyJWTError):  # an authority or a key that is none
                what = (
                    "cannot sign in: check that `authority` ends in your organisation, and that "
                    "the certificate file holds an RSA key"
                )
                raise SignInRefused(self._store, what) from None
        if "access_token" not in told:
            raise SignInRefused(self._store, _refusal(told))
        return told

    def _broken(self, broken: httpx.HTTPError) -> StoreFailed:
        host = urlsplit(self._sign_in.authority).hostname
        if untrusted(broken) is not None:
            what = f"the certificate of {host} is not trusted; name its authority with `ca-file`"
            return SignInRefused(self._store, what)
        what = f"cannot reach its sign-in service {host}; check `authority` and the network"
        return Unreachable(self._store, what)

    def _credential(self) -> str | dict[str, str] | None:
        pem = self._sign_in.certificate
        return (
            self._sign_in.secret if pem is None else {"private_key": pem, "public_certificate": pem}
        )


class _Wire:
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


class FileTokens:
    """A person's token out of a file, read anew whenever the store no longer takes the last one."""

    def __init__(self, store: str, sign_in: TokenSignIn) -> None:
        self._store, self._file, self._token = store, sign_in.file, ""

    async def get(self) -> str:
        if not self._token:
            self._token = await asyncio.to_thread(self._read)
        return self._token

    def forget(self) -> None:
        self._token = ""

    def _read(self) -> str:
        try:
            token = self._file.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            token = ""
        if not token or any(c.isspace() or not c.isprintable() for c in token):
            what = f"finds no token in {self._file.name}; sign in again and put the token there"
            raise SignInRefused(self._store, what)
        return token


def tokens_for(
    store: str,
    resource: str,
    sign_in: AppSignIn | TokenSignIn,
    ca_file: Path | None,
    clock: Clock,
) -> AppTokens | FileTokens:
    """The tokens of a store; `resource` names the service whose `.default` scope is asked for."""
    if isinstance(sign_in, TokenSignIn):
        return FileTokens(store, sign_in)
    return AppTokens(store, resource, sign_in, ca_file, clock)


def rights_of(token: str | None) -> frozenset[str]:
    """The roles and scopes in a token, unverified and for telling people only; empty where unread.

    Whether a token is good is for the store to say.
    """
    try:
        payload = (token or "").split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return frozenset([*claims.get("roles", ()), *str(claims.get("scp", "")).split()])
    except (IndexError, ValueError, AttributeError, TypeError):
        return frozenset()


def _is_microsoft(authority: str) -> bool:
    return (urlsplit(authority).hostname or "").startswith(_MICROSOFT)


def _refusal(told: dict[str, Any]) -> str:
    """What the sign-in service said, by its code, and what to do about it."""
    found = _CODE.search(str(told.get("error_description", "")))
    code = found[0] if found else str(told.get("error", "no reason"))[:40]
    remedy = _REMEDIES.get(code, "check client-id and its secret or certificate in Entra")
    return f"sign-in refused ({code}); {remedy}"
