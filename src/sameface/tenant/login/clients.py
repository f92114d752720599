"""Which application asks, and how it proves that: by secret, by certificate, or not at all."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

import jwt
from cryptography.hazmat.primitives import hashes

from sameface.tenant.calls import Call
from sameface.tenant.login import errors
from sameface.tenant.login.registrations import Registration

_SKEW_S = 300  # clocks differ, and msal for Node rounds the time up
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

Form = Mapping[str, str]


class Clients:
    """The applications registered here, by client id."""

    def __init__(self, registered: Mapping[str, Registration]) -> None:
        self._registered = registered

    def named(self, call: Call, form: Form) -> Registration:
        """The application that a request names, unproved. Raises `Declined`."""
        client_id = form.get("client_id") or _basic(call)[0] or _asserted(form)
        if not client_id:
            raise errors.missing(call, "client_id")
        app = self._registered.get(client_id)
        if app is None:
            raise errors.unknown_client(call, client_id)
        return app

    def proved(self, call: Call, form: Form, app: Registration) -> str | None:
        """`certificate` or `secret`; None where it did not try. A wrong one is `Declined`."""
        if form.get("client_assertion_type") == _ASSERTION:
            _check_assertion(call, form.get("client_assertion", ""), app)
            return "certificate"
        secret = form.get("client_secret") or _basic(call)[1]
        if not secret:
            return None
        if not secrets.compare_digest(secret.encode(), app.secret.encode()):
            raise errors.wrong_secret(call, app.client_id)
        return "secret"


def _check_assertion(call: Call, assertion: str, app: Registration) -> None:
    """The assertion must be signed with the registered key, for us, by this application."""
    if app.certificate is None:
        raise errors.wrong_assertion(call, "No certificate is registered.")
    if app.certificate.not_valid_after_utc <= datetime.now(UTC):
        raise errors.wrong_assertion(call, "[Reason - The key used is expired.]")
    key = app.certificate.public_key()
    try:
        header = jwt.get_unverified_header(assertion)
        claims = jwt.decode(
            assertion,
            key,  # type: ignore[arg-type]
            ["RS256", "PS256"],
            options={"verify_aud": False, "require": ["aud", "exp", "iss", "sub"]},
            leeway=_SKEW_S,
        )
    except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError):
        raise errors.late_assertion(call) from None
    except jwt.PyJWTError:
        raise errors.wrong_assertion(call, "[Reason - The key was not found.]") from None
    named = header.get("x5t#S256") or header.get("x5t")
    if named is not None and named.rstrip("=") not in _thumbprints(app):
        raise errors.wrong_assertion(call, "[Reason - The certificate is not registered.]")
    if {claims["iss"], claims["sub"]} != {app.client_id}:
        raise errors.wrong_assertion(call, "Issuer and subject must be the application.")
    if urlsplit(claims["aud"]).path.split("/")[1:2] != call.path.split("/")[1:2]:
        raise errors.wrong_assertion(call, "The audience is another endpoint.")


def _basic(call: Call) -> tuple[str, str]:
    """Client id and secret from an Authorization header, empty where there is none."""
    scheme, _, told = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(told).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote(name), unquote(secret)


def _asserted(form: Form) -> str:
    """The client id that an assertion names, unproved."""
    try:
        claims = jwt.decode(form.get("client_assertion", ""), options={"verify_signature": False})
    except jwt.PyJWTError:
        return ""
    return str(claims.get("iss", ""))


def _thumbprints(app: Registration) -> set[str]:
    assert app.certificate is not None
    sha1 = app.certificate.fingerprint(hashes.SHA1())  # noqa: S303 - what x5t means (RFC 7515)
    sha256 = app.certificate.fingerprint(hashes.SHA256())
    return {base64.urlsafe_b64encode(digest).decode().rstrip("=") for digest in (sha1, sha256)}
