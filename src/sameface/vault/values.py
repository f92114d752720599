"""What goes into the vault and comes out of it, where the house's common words do not suffice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sameface.values import (
    Account,
    Cell,
    Fingerprint,
    Likeness,
    Observation,
    Person,
    Standing,
    Version,
    iso,
)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the last look at an account left behind. See `Finding`.

    `is_lost`: its person has no such `version` any more, so that the picture has to be read again.
    """

    standing: Standing
    change_key: str | None
    picture: str | None
    version: str | None
    likeness: Likeness
    changed_after: datetime | None
    changed_by: datetime | None
    observed_at: datetime
    unfit: str = ""
    is_lost: bool = False

    def holds(self, picture: str) -> bool:
        """True where what these bytes were recognised as is known, and there."""
        return self.picture == picture and not self.is_lost


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look at an account found.

    `picture` is the digest of the bytes as served and `version` that of the person's version they
    were recognised as (None: a placeholder); both as remembered where nothing was read. `likeness`
    is CANNOT_TELL where that version could not be told from others. `unfit` names a placeholder.
    """

    observation: Observation
    picture: str | None = None
    version: str | None = None
    likeness: Likeness = Likeness.SAME
    unfit: str = ""


@dataclass(frozen=True, slots=True)
class Fresh:
    """A version that was found to be new, with its bytes.

    `known` is how many versions its person had when that was found, `better_than` the best copy of
    the same photo that it replaces as such.
    """

    version: Version
    data: bytes = field(repr=False)
    known: int
    better_than: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What one store was last seen to show for one person (an id): what the photo looks like."""

    person: str
    store: str
    mark: Fingerprint


SHOWN_AGAIN = "shown again"
"""Instead of an agreement's change key, until a look finds the photo there: it was withheld there
since, so that it may have been taken away as its person wished."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """When a store last showed the photo that it should; `photo` None is "agreed to show none"."""

    person: str
    store: str
    photo: str | None
    change_key: str | None
    at: datetime

    @property
    def is_missed(self) -> bool:
        """True where a photo that is not there any more was removed."""
        return self.photo is not None and self.change_key != SHOWN_AGAIN


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
    """All that is remembered of one person and that a decision needs.

    `withheld` are the places (stores among them) where they do not want to be shown.
    """

    person: Person
    cells: tuple[Cell, ...]
    agreed: tuple[Agreement, ...]
    pin: Pin | None = None
    withheld: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Doubt:
    """An account that is nobody's until a person has looked at it; `why` is a sentence."""

    account: Account
    why: str

    @property
    def is_nameless(self) -> bool:
        """True where it goes by a name of somebody forgotten, so that its own are not kept."""
        return not self.account.keys


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

    def as_json(self, seq: int, seal: str) -> dict[str, Any]:
        """As entry number `seq` under its seal, for exports and programs."""
        return {
            "seq": seq,
            "at": iso(self.at),
            "what": self.what,
            "run": self.run,
            "person": self.person,
            "store": self.store,
            "before": self.before,
            "after": self.after,
            "why": self.why,
            "seal": seal,
        }


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
    """A write that was announced and never settled: its run was cut off.

    `before` and `after` are versions: what it was to overwrite, and with what. Nobody knows whether
    it did.
    """

    id: int
    run: str
    person: str
    store: str
    before: str | None
    after: str | None

    def cut_off(self, at: datetime, why: str) -> Entry:
        """How it ends in the journal."""
        return Entry(at, "cut off", why, self.run, self.person, self.store, self.before, self.after)


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it is remembered; `results` counts its actions by what came of them.

    `exit` and `ended_at` are None while it goes on, and for ever where it was cut off. `expected`
    is how many writes it foresees, None as long as it does not know.
    """

    id: str
    verb: str
    began_at: datetime
    ended_at: datetime | None
    exit: int | None
    results: Mapping[str, int]
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Looking:
    """How far a look at one store has come: accounts `seen`, `of` those known there."""

    store: str
    seen: int
    of: int
    ended: bool


@dataclass(frozen=True, slots=True)
class Advance:
    """How far a run has come: the stores it looks at, then its writes."""

    run: Run
    looks: tuple[Looking, ...]


@dataclass(frozen=True, slots=True)
class Harm:
    """A version whose bytes are not there whole; `what` is a sentence.

    `accounts` are those that were last seen to show exactly these bytes.
    """

    person: str
    digest: str
    what: str
    accounts: tuple[Account, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """One action of a run, and the proof: what was read back, and when.

    `person` is the vault's id; `outcome` None: under way, or cut off.
    """

    person: str
    store: str
    verb: str
    before: str | None
    after: str | None
    because: str
    intended_at: datetime
    settled_at: datetime | None
    outcome: str | None
    change_key: str | None
    error: str | None
