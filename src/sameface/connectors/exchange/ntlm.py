"""Signing in by NTLM, where an Exchange takes nothing else: a whole connection is signed in.

With the channel bindings that Exchange's Extended Protection wants: what is signed holds the
certificate of the very line it was signed for.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Generator
from types import ModuleType
from typing import Any

import httpx2 as httpx

from sameface.errors import BadSettings

_CHALLENGE = re.compile(r"\bNTLM\s+([A-Za-z0-9+/=]+)")
_OFFERED = re.compile(r"\bNTLM\b", re.IGNORECASE)
_NO_LIBRARY = 'pyspnego is not installed, which NTLM needs; pip install "sameface[exchange]".'


class NtlmAuth(httpx.Auth):
    """Three legs, all on one connection: so at most one request may be under way at a time."""

    requires_response_body = True

    def __init__(self, user: str, password: str) -> None:
        self._spnego = _library()
        self._user, self._password = user, password

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Nothing is sent along until the server asks: a signed-in connection stays signed in."""
        response = yield request
        if response.status_code != 401 or not _OFFERED.search(_asked(response)):
            return
        context = self._spnego.client(
            self._user,
            self._password,
            hostname=request.url.host,
            service="http",
            protocol="ntlm",
            channel_bindings=_bindings(self._spnego, response),
        )
        request.headers["authorization"] = _told(context.step())
        response = yield request
        challenge = _CHALLENGE.search(_asked(response))
        if response.status_code != 401 or challenge is None:
            return
        request.headers["authorization"] = _told(context.step(base64.b64decode(challenge[1])))
        yield request


def _library() -> ModuleType:
    try:
        import spnego  # noqa: PLC0415 - an extra, and only where NTLM is used
        import spnego.channel_bindings  # noqa: PLC0415
    except ImportError:
        raise BadSettings(_NO_LIBRARY) from None
    return spnego


def _asked(response: httpx.Response) -> str:
    return str(response.headers.get("www-authenticate", ""))


def _told(token: bytes | None) -> str:
    return "NTLM " + base64.b64encode(token or b"").decode()


def _bindings(spnego: ModuleType, response: httpx.Response) -> Any:
    """`tls-server-end-point` (RFC 5929) of the line; None without TLS."""
    line = response.extensions.get("network_stream")
    tls = None if line is None else line.get_extra_info("ssl_object")
    certificate = None if tls is None else tls.getpeercert(binary_form=True)
    if not certificate:
        return None
    told = b"tls-server-end-point:" + hashlib.new(_hash_of(certificate), certificate).digest()
    return spnego.channel_bindings.GssChannelBindings(application_data=told)


def _hash_of(certificate: bytes) -> str:
    """The hash that the certificate is signed with, and SHA-256 in the place of weaker ones."""
    from cryptography import x509  # noqa: PLC0415 - only where TLS is bound

    signed = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    name = "sha256" if signed is None else signed.name
    return "sha256" if name in ("md5", "sha1") else name
