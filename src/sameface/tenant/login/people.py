"""Who signs in, and to which tenant. One password is everybody's: nobody's data is real."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from sameface.tenant.calls import Call
from sameface.tenant.login import errors
from sameface.tenant.members import DOMAIN, TENANT_ID, Member, Members

_AUTHORITIES = ("common", "organizations", TENANT_ID, DOMAIN)


class People:
    """The people of the tenant, at the door."""

    def __init__(self, members: Members, password: str) -> None:
        self._members, self._password = members, password

    def known(self, call: Call, tenant: str) -> None:
        """The tenant of a path must be this one. Raises `Declined`."""
        if tenant.lower() not in _AUTHORITIES:
            raise errors.unknown_tenant(call, tenant)

    def signed_in(self, told: Mapping[str, str]) -> Member | None:
        """Whose name and password these are; None where they are nobody's."""
        member = self._members.find(told.get("username", "").strip())
        given = told.get("password", "").encode()
        right = secrets.compare_digest(given, self._password.encode())
        return member if right else None

    def member(self, member_id: str) -> Member | None:
        """The member with that id; None for nobody."""
        return self._members.find(member_id) if member_id else None
