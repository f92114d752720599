"""The gate before every service: which token lets whom in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from sameface.tenant.calls import Call, Declined
from sameface.tenant.login.registrations import Registration, Resource
from sameface.tenant.login.tokens import BadToken, Grant, Issuer

Refusing = Callable[[Call, str], Declined]
"""How a service spells 401; the text says what is wrong with the token."""


class Gate:
    """Reads bearer tokens. Each service has its own words for turning somebody away."""

    def __init__(self, issuer: Issuer, registered: Mapping[str, Registration]) -> None:
        self._issuer, self._registered = issuer, registered

    def peek(self, call: Call) -> Grant | None:
        """What the caller's token says, for whatever service; None where no token counts."""
        token = call.bearer
        try:
            return None if token is None else self._issuer.read(token)
        except BadToken:
            return None

    def grant(self, call: Call, resource: Resource, refusing: Refusing) -> Grant:
        """What the caller may do on that service. Raises `Declined` with the service's own 401."""
        token = call.bearer
        if token is None:
            raise refusing(call, "Access token is empty.")
        try:
            grant = self._issuer.read(token)
        except BadToken as why:
            raise refusing(call, str(why)) from None
        if grant.audience == resource:
            return grant
        app = self._registered.get(grant.app)
        if app is None or not grant.audience.startswith("http"):
            raise refusing(call, "Access token validation failure. Invalid audience.")
        # A token for the tenant's one origin: on each service it is worth what is granted there.
        return replace(grant, roles=app.roles[resource], scopes=app.scopes[resource])
