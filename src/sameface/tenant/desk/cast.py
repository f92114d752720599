"""The six people of the desk, the same in every era as far as its rulebook can tell them apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sameface.rules import Rulebook
from sameface.tenant.members import DOMAIN, Member

PHOTOS = tuple("ABCDEF")
"""The photos that are drawn of everybody; the first is the one that they begin with."""

MAILBOX = "mailbox"


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody of the cast: what sets them apart is `told` beside their name."""

    member: Member
    told: str
    has_photo: bool = True
    mailbox: bool = True

    def options(self, book: Rulebook) -> Mapping[str, bool]:
        """How this person differs from the era's usual."""
        option = book.options.get(MAILBOX)
        without = not self.mailbox and option is not None and option.is_flag
        return {MAILBOX: False} if without else {}


def _role(number: int, name: str, woman: bool, told: str, **how: bool) -> Role:
    mail = f"{name.lower()}@{DOMAIN}"
    return Role(Member(name.lower(), name, number, mail, mail, woman=woman), told, **how)


CAST = (
    _role(0, "Alice", True, "has a photo in every store"),
    _role(1, "Bob", False, "has a photo in every store"),
    _role(2, "Chitra", True, "never had a photo", has_photo=False),
    _role(3, "Diego", False, "has no cloud mailbox", mailbox=False),
    _role(4, "Emeka", False, "has a photo in every store"),
    _role(5, "Freya", True, "never had a photo", has_photo=False),
)
BY_ID = {role.member.id: role for role in CAST}
VIEWER, LOOKED_AT = "bob", "alice"
"""Who you are and whom you look at, until you choose."""
