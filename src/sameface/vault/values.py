"""What goes into the vault and comes out of it, where the house's common words do not suffice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sameface.values import Account, Cell, Likeness, Observation, Person, Standing


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the last look at an account left behind. See `Finding`."""

    standing: Standing
    change_key: str | None
    picture: str | None
    version: str | None
    likeness: Likeness
    changed_after: datetime | None
    changed_by: datetime | None
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look at an account found.

    `picture` is the digest of the bytes as served and `version` that of the person's version they
    were recognised as (None: a placeholder); both as remembered where nothing was read. `likeness`
    is CANNOT_TELL where that version could not be told from others.
    """

    observation: Observation
    picture: str | None = None
    version: str | None = None
    likeness: Likeness = Likeness.SAME


@dataclass(frozen=True, slots=True)
class Agreement:
    """When a store last showed the photo that it should; `photo` None is "agreed to show none"."""

    person: str
    store: str
    photo: str | None
    change_key: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Pin:
    """What a person is to show until an authority changes; `photo` None: whatever they show now.

    `mark` is what the stores said by themselves when it was set; `why` is a sentence.
    """

    person: str
    photo: str | None
    mark: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is remembered of one person and that a decision needs."""

    person: Person
    cells: tuple[Cell, ...]
    agreed: tuple[Agreement, ...]
    pin: Pin | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """An account that is nobody's until a person has looked at it; `why` is a sentence."""

    account: Account
    why: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the vault holds."""

    people: int
    accounts: int
    versions: int
    doubts: int
    runs: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal: what happened, to whose photo, where, and why."""

    at: datetime
    what: str
    why: str
    run: str | None = None
    person: str | None = None
    store: str | None = None
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """An action of a run as the vault has it: what was there before, and what came of it.

    `standing` is how the store stood before, None where an older Sameface did not keep it.
    """

    person: str
    store: str
    verb: str
    before: str | None
    after: str | None
    outcome: str | None
    standing: str | None


@dataclass(frozen=True, slots=True)
class Whole:
    """What checking the journal's chain found.

    `entries` hold from the first on, and `seal` is the last one's; `broken` is the number of the
    first entry that does not hold, with `why` as a sentence.
    """

    entries: int
    seal: str
    broken: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that was announced and never settled: its run was cut off."""

    id: int
    run: str
    person: str
    store: str
