"""OpenID Connect: the code flow with a proof key, and who the provider says somebody is.

OpenID Connect Core 1.0 sections 3.1 and 3.1.3.7, Discovery 1.0, PKCE (RFC 7636).
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from urllib.parse import urlencode

import jwt

from sameface.console.roles import Who, strongest
from sameface.console.texts import say
from sameface.errors import Garbled, SignInRefused
from sameface.http import Clock, Door
from sameface.settings import OpenId

_NAME = "the sign-in provider"
_ALGORITHMS = ("RS256", "PS256", "ES256")
_SCOPE = "openid profile email"
_LEEWAY_S = 60


class Provider:
    """One provider. What it publishes of itself is read once, its keys again for an unknown one."""

    def __init__(self, settings: OpenId, clock: Clock) -> None:
        self._settings = settings
        self._door = Door(_NAME, settings.issuer, ca_file=settings.ca_file, clock=clock)
        self._known: dict[str, Any] = {}
        self._keys: dict[str, Any] = {}

    async def close(self) -> None:
        """Let go of connections."""
        await self._door.close()

    async def address(self, back: str, state: str, verifier: str, nonce: str) -> str:
        """Where to send somebody who wants to sign in. Errors: StoreFailed."""
        known = await self._discovered()
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": back,
            "scope": _SCOPE,
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        return f"{known['authorization_endpoint']}?{urlencode(asked)}"

    async def who(self, code: str, back: str, verifier: str, nonce: str) -> Who:
        """Whom that code stands for. Errors: SignInRefused where it is not proved, StoreFailed."""
        known = await self._discovered()
        form = {
            "grant_type": "authorization_code",
            "client_id": self._settings.client_id,
            "code": code,
            "redirect_uri": back,
            "code_verifier": verifier,
        }
        if self._settings.secret:
            form["client_secret"] = self._settings.secret
        answer = await self._door.ask(
            "POST",
            known["token_endpoint"],
            headers={"content-type": "application/x-www-form-urlencoded"},
            body=urlencode(form).encode(),
            allow=(400, 401),
            anywhere=True,
        )
        told = answer.json()
        if answer.status != 200 or not isinstance(told, dict) or "id_token" not in told:
            raise SignInRefused(_NAME, say("sign-in.not-proved"))
        return self._named(await self._proved(str(told["id_token"]), nonce))

    async def _proved(self, token: str, nonce: str) -> dict[str, Any]:
        """The claims of a token that is signed by the provider, for us, now, for this sign-in."""
        try:
            key = await self._key(str(jwt.get_unverified_header(token).get("kid", "")))
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                list(_ALGORITHMS),
                audience=self._settings.client_id,
                issuer=(await self._discovered())["issuer"],
                leeway=_LEEWAY_S,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError:
            raise SignInRefused(_NAME, say("sign-in.not-proved")) from None
        if claims.get("nonce") != nonce:
            raise SignInRefused(_NAME, say("sign-in.not-proved"))
        return claims

    def _named(self, claims: dict[str, Any]) -> Who:
        person = next(
            (str(claims[key]) for key in ("preferred_username", "upn", "email") if claims.get(key)),
            "",
        )
        if not person:
            raise SignInRefused(_NAME, say("sign-in.no-name"))
        held = claims.get(self._settings.claim, ())
        values = {held} if isinstance(held, str) else {str(one) for one in held or ()}
        role = strongest(role for value, role in self._settings.groups if value in values)
        return Who(str(claims.get("name") or person), role, person)

    async def _key(self, kid: str) -> Any:
        if kid not in self._keys:
            answer = await self._door.ask(
                "GET", (await self._discovered())["jwks_uri"], anywhere=True
            )
            listed = jwt.PyJWKSet.from_json(json.dumps(answer.json()))
            self._keys = {key.key_id or "": key for key in listed.keys}
        if kid not in self._keys:
            raise jwt.InvalidKeyError(kid)
        return self._keys[kid]

    async def _discovered(self) -> dict[str, Any]:
        if not self._known:
            found = (await self._door.ask("GET", "/.well-known/openid-configuration")).json()
            wanted = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
            if not isinstance(found, dict) or not all(
                isinstance(found.get(k), str) for k in wanted
            ):
                raise Garbled(_NAME, say("sign-in.garbled"))
            if found["issuer"].rstrip("/") != self._settings.issuer:
                raise Garbled(_NAME, say("sign-in.another-issuer", issuer=found["issuer"]))
            self._known = found
        return self._known
