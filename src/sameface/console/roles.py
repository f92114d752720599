"""Who is asking, and what they are: a person, help desk, an auditor, an administrator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from starlette.requests import HTTPConnection


class Role(StrEnum):
    """What somebody may be, the most powerful last."""

    PERSON = "person"  # sees and changes what is their own
    HELP_DESK = "help-desk"  # sees everybody, acts for one person at a time
    AUDITOR = "auditor"  # sees everything, changes nothing
    ADMINISTRATOR = "administrator"


EVERYBODY = frozenset(Role)
STAFF = EVERYBODY - {Role.PERSON}
HELPERS = frozenset({Role.HELP_DESK, Role.ADMINISTRATOR})
AUDITORS = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody signed in. `person` is their UPN, "" for a link's or a program's session.

    `csrf` is what their own pages send along when they ask for a change; a program has none.
    """

    name: str
    role: Role
    person: str = ""
    csrf: str = field(default="", repr=False)

    @property
    def id(self) -> str:
        """By what limits and second opinions tell people apart."""
        return self.person or self.name


def strongest(roles: Iterable[str]) -> Role:
    """The most powerful of these, a person where there is none."""
    held = set(roles)
    ranked = (Role.ADMINISTRATOR, Role.HELP_DESK, Role.AUDITOR)
    return next((role for role in ranked if role in held), Role.PERSON)


def who_asks(request: HTTPConnection) -> Who:
    """Who sent this request; the guard has seen to it that there is somebody."""
    asking = request.scope["sameface.who"]
    assert isinstance(asking, Who)
    return asking
