"""What a request asks to do: the service its scopes are about, and who consented to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from sameface.tenant.calls import Call
from sameface.tenant.login import errors
from sameface.tenant.login.registrations import HOSTS, Registration, Resource, granted

DEFAULT = ".default"
SIGN_IN = frozenset({"openid", "profile", "email", "offline_access"})
_USUAL = f"https://graph.microsoft.com/{DEFAULT}"


def asked(text: str) -> tuple[str, ...]:
    """The scopes of a request; Graph's default ones where it names none."""
    return tuple(text.split()) or (_USUAL,)


def audience(call: Call, scopes: Iterable[str]) -> str:
    """The service that the scopes are about; Graph for those of sign-in alone.

    All services share the tenant's one origin, so a scope that begins with it is for all.
    """
    named = next((scope for scope in scopes if scope not in SIGN_IN), "")
    name, _, _ = named.rpartition("/")
    if not name:
        return Resource.GRAPH
    if name.removeprefix("api://") in set(Resource):
        return Resource(name.removeprefix("api://"))
    host = urlsplit(name).hostname or ""
    if host in HOSTS:
        return HOSTS[host]
    if host.endswith(".sharepoint.com"):
        return Resource.SHAREPOINT
    if host == urlsplit(call.origin).hostname:
        return call.origin
    raise errors.unknown_resource(call, name)


def check_consent(
    call: Call, app: Registration, registered: Mapping[str, Registration], scopes: Iterable[str]
) -> None:
    """Somebody must have consented to every scope, and a scope must exist. Raises `Declined`."""
    service = audience(call, scopes)
    has = granted(app.scopes, service)
    for scope in scopes:
        name = scope.rpartition("/")[2]
        if scope in SIGN_IN or name in has or (name == DEFAULT and has):
            continue
        exists = any(name in granted(other.scopes, service) for other in registered.values())
        if name != DEFAULT and not exists:
            raise errors.unknown_scope(call, scope)
        raise errors.no_consent(call, app.client_id, app.name)
