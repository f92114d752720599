"""Whose photo wins, where, and when to ask: what [policy] says, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

LEAST = 5
"""A store that lost fewer photos than this is never taken for broken."""


class Wins(StrEnum):
    """Whose photo is the right one."""

    AUTHORITY = "authority"  # that of the first authority that has one
    NEWEST = "newest"  # the one that was changed last, in whatever store that is read


class Conflict(StrEnum):
    """What happens where more than one place changed since the last agreement."""

    AUTHORITY = "authority"  # the first authority's photo wins
    NEWEST = "newest"  # the later change wins; where times overlap, somebody is asked
    ASK = "ask"


class Removal(StrEnum):
    """What happens where the deciding photo was removed."""

    PROPAGATE = "propagate"  # it is removed everywhere
    KEEP = "keep"  # the other stores keep it
    ASK = "ask"


class OwnChoice(StrEnum):
    """What happens to a photo that somebody put into a store that is no authority."""

    OVERWRITE = "overwrite"
    KEEP = "keep"  # that store keeps it, and the others do not get it
    SPREAD = "spread"  # it is the right one, until an authority changes


class Faces(StrEnum):
    """How many faces a photo may show and still be given to other stores (extra `[faces]`)."""

    ONE = "one"
    ANY = "any"  # none too: nobody is asked


class Withholding(StrEnum):
    """What happens where somebody said, in the console, that they do not want to be shown there."""

    RESPECT = "respect"  # no photo of them is put there, and what is there goes
    IGNORE = "ignore"  # it is not theirs to say


@dataclass(frozen=True, slots=True)
class EmptyStore:
    """A store that lost more than `percent` of the photos it had (and at least `LEAST`) is taken
    for broken, and stops the run; 100 never stops one."""

    percent: float = 50.0

    def stops(self, lost: int, of: int) -> bool:
        """True where a store that lost so many of so many photos looks empty."""
        return lost >= LEAST and lost * 100 > self.percent * of

    def __str__(self) -> str:
        return f"{self.percent:g}%"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What holds for the organisation, a group or a person; None and () is "as otherwise"."""

    authorities: tuple[str, ...] = ()
    wins: Wins | None = None
    conflict: Conflict | None = None
    removal: Removal | None = None
    own_choice: OwnChoice | None = None
    faces: Faces | None = None
    withholding: Withholding | None = None
    exclude_stores: tuple[str, ...] | None = None
    exclude: bool | None = None  # False: not left alone, whatever the group says
    pin: str | None = None  # how the version's digest begins
    whose: str = "[policy]"  # who says so, in reasons


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """All of [policy]; the organisation's own authorities are there too.

    `groups` are (members' names, wishes) and `people` (name, wishes); names are UPNs or mail
    addresses in lower case. A person's wishes come before their group's, and those before
    `everybody`'s, each key for itself.
    """

    everybody: Wishes = field(default_factory=Wishes)
    groups: tuple[tuple[frozenset[str], Wishes], ...] = ()
    people: tuple[tuple[str, Wishes], ...] = ()
    empty_store: EmptyStore = field(default_factory=EmptyStore)
