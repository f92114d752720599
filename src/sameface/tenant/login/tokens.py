"""Tokens: made for one service, signed, and read back. Tokens run on real time."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sameface.tenant.login.registrations import Registration, granted
from sameface.tenant.members import TENANT_ID, Member

LIFE = timedelta(seconds=3599)
_REFRESH = "refresh"
_REMEMBERED = 4096
PEOPLE_ADMINISTRATOR = "024906de-61e5-49c8-8572-40335f1e0e10"  # role template id


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token allows. `person` is a member's id, None for an application by itself.

    `audience` is a service's application id, or the tenant's own origin.
    """

    audience: str
    app: str
    roles: frozenset[str]
    scopes: frozenset[str]
    person: str | None
    admin: bool
    by_certificate: bool
    expires: float

    def may(self, *any_of: str) -> bool:
        """True when one of these roles (or, for a person, scopes) is granted."""
        return not (self.roles if self.person is None else self.scopes).isdisjoint(any_of)


class BadToken(ValueError):
    """A token that is no token of ours, or no longer; the text says which, for the wire."""


class Issuer:
    """Signs and reads tokens. A token that was read once is remembered until it ends."""

    def __init__(self, key: rsa.RSAPrivateKey, life: timedelta = LIFE) -> None:
        self._key, self.life = key, life
        self._public = key.public_key()
        der = self._public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        digest = hashes.Hash(hashes.SHA256())
        digest.update(der)
        self.key_id = digest.finalize().hex()[:27]
        self._read: OrderedDict[str, Grant] = OrderedDict()

    def public_key(self) -> dict[str, Any]:
        """The public half as a JSON web key."""
        return {
            **jwt.algorithms.RSAAlgorithm.to_jwk(self._public, as_dict=True),
            "kid": self.key_id,
            "use": "sig",
            "alg": "RS256",
        }

    def for_app(self, app: Registration, audience: str, *, by_certificate: bool) -> str:
        """A token with which the application acts by itself."""
        claims = {
            "roles": sorted(granted(app.roles, audience)),
            "idtyp": "app",
            "sub": app.client_id,
            "appidacr": "2" if by_certificate else "1",
        }
        return self._sign(app, audience, claims)

    def for_person(
        self, app: Registration, audience: str, member: Member, life: timedelta | None = None
    ) -> str:
        """A token with which the application acts for somebody who signed in."""
        claims: dict[str, Any] = {
            "scp": " ".join(sorted(granted(app.scopes, audience))),
            "appidacr": "0",
            **_who(member),
        }
        if member.admin:
            claims["wids"] = [PEOPLE_ADMINISTRATOR]
        return self._sign(app, audience, claims, life)

    def id_token(
        self, app: Registration, member: Member, issuer: str, nonce: str, groups: list[str]
    ) -> str:
        """Who signed in, for the application itself; `groups` are object ids."""
        claims: dict[str, Any] = {
            "iss": issuer,
            "aud": app.client_id,
            "preferred_username": member.upn,
            "email": member.mail,
            "groups": groups,
            "ver": "2.0",
        }
        if nonce:
            claims["nonce"] = nonce
        if member.admin:
            claims["wids"] = [PEOPLE_ADMINISTRATOR]
        return self._encode(claims | _who(member), self.life)

    def refresh_token(self, app: Registration, member: Member) -> str:
        """What the application shows later to get further tokens for this person."""
        claims = {"aud": _REFRESH, "client": app.client_id, "person": member.id}
        return self._encode(claims, timedelta(days=90))

    def read_refresh(self, token: str) -> tuple[str, str]:
        """Client id and member id of a refresh token. `BadToken` where it is none of ours."""
        try:
            claims = jwt.decode(token, self._public, ["RS256"], audience=_REFRESH)
            return claims["client"], claims["person"]
        except (jwt.PyJWTError, KeyError):
            raise BadToken("The refresh token is not valid.") from None

    def read(self, token: str) -> Grant:
        """What a token allows. `BadToken` says what is wrong with it."""
        grant = self._read.get(token)
        if grant is None:
            grant = self._opened(token)
            self._read[token] = grant
            if len(self._read) > _REMEMBERED:
                self._read.popitem(last=False)
        if grant.expires <= time.time():
            raise BadToken("Lifetime validation failed, the token is expired.")
        return grant

    def _opened(self, token: str) -> Grant:
        try:
            claims = jwt.decode(
                token, self._public, ["RS256"], options={"verify_aud": False, "verify_exp": False}
            )
            return Grant(
                audience=claims["aud"],
                app=claims["appid"],
                roles=frozenset(claims.get("roles", ())),
                scopes=frozenset(claims.get("scp", "").split()),
                person=claims.get("member"),
                admin="wids" in claims,
                by_certificate=claims["appidacr"] == "2",
                expires=claims["exp"],
            )
        except jwt.InvalidSignatureError:
            raise BadToken("Access token validation failure. Invalid signature.") from None
        except (jwt.PyJWTError, KeyError):
            raise BadToken("CompactToken parsing failed with error code: 80049217") from None

    def _sign(
        self,
        app: Registration,
        audience: str,
        claims: dict[str, Any],
        life: timedelta | None = None,
    ) -> str:
        common = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{TENANT_ID}/",
            "appid": app.client_id,
            "app_displayname": app.name,
            "tid": TENANT_ID,
            "ver": "1.0",
            "uti": secrets.token_urlsafe(8),
        }
        if "oid" not in claims:
            common["oid"] = app.client_id
        return self._encode(common | claims, life or self.life)

    def _encode(self, claims: dict[str, Any], life: timedelta) -> str:
        now = int(time.time())
        times = {"iat": now, "nbf": now, "exp": now + int(life.total_seconds())}
        return jwt.encode(claims | times, self._key, "RS256", headers={"kid": self.key_id})


def _who(member: Member) -> dict[str, str]:
    return {
        "oid": member.object_id,
        "sub": member.object_id,
        "tid": TENANT_ID,
        "upn": member.upn,
        "name": member.name,
        "unique_name": member.upn,
        "member": member.id,
    }
