"""The groups of the organisation: everybody, the administrators, and one for each department."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from sameface.tenant.members import DOMAIN, Member, Members

_NAMESPACE = uuid.UUID("c04705a0-5a3e-4f4c-8e00-0000000000a1")
EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Group:
    """A group. `department` None is everybody's, or with `admins` all administrators'."""

    name: str
    nickname: str
    department: str | None
    admins: bool = False

    @property
    def mail(self) -> str:
        return f"{self.nickname}@{DOMAIN}"

    @property
    def object_id(self) -> str:
        return str(uuid.uuid5(_NAMESPACE, self.nickname))

    def has(self, member: Member) -> bool:
        belongs = member.admin if self.admins else self.department in (None, member.department)
        return belongs and not member.is_guest


def groups(members: Members) -> tuple[Group, ...]:
    """Everybody's, the administrators', and those of the departments that have people."""
    departments = sorted({member.department for member in members if not member.is_guest})
    one_each = (Group(name, name.lower(), name) for name in departments)
    admins = Group("Administrators", "administrators", None, admins=True)
    return (Group("Everybody", EVERYBODY, None), admins, *one_each)


def group(members: Members, key: str) -> Group | None:
    """The group with that mail address, nickname or object id; None for no such group."""
    wanted = key.lower()
    found = (g for g in groups(members) if wanted in (g.mail, g.nickname, g.object_id))
    return next(found, None)


def people(members: Members, of: Group) -> Iterator[Member]:
    """Who is in the group."""
    return (member for member in members if of.has(member))
