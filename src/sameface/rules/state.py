"""One person in one world: what each store holds, what is due, what viewers' caches keep."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sameface.rules.circumstances import Circumstances
from sameface.rules.conditions import Value
from sameface.rules.events import Refusal
from sameface.values import Standing

CacheKey = tuple[str, str, str, str | None, int]
"""Viewer, cache, store, file, and the store's timestamp where the address carries it (else 0)."""


class Why(NamedTuple):
    """How a photo came where it is: the last step, and the steps before it."""

    rule: str
    at: datetime
    before: Why | None = None


class Held(NamedTuple):
    """What one store holds for the person.

    `files` are photos of single files that differ from the rest; `stamp` is the store's own
    timestamp of its last pull or upload, in milliseconds since 1970, and never the same twice.
    """

    standing: Standing
    name: str | None = None
    size_bytes: int | None = None
    since: datetime | None = None
    stamp: int = 0
    why: Why | None = None
    files: tuple[tuple[str, str], ...] = ()

    def photo(self, file: str | None = None) -> str | None:
        """The name of the photo (of that file), None where there is none."""
        if file is not None:
            for name, photo in self.files:
                if name == file:
                    return photo
        return self.name


NEVER = Held(Standing.NEVER)


class Due(NamedTuple):
    """Something scheduled: a route that carries then what it took along, or what is there then.

    Where `sets` is given it is no route, but an option that says something else from then on.
    """

    at: datetime
    order: int
    route: str
    taken: Held | None
    sets: tuple[str, Value] | None = None


class Copy(NamedTuple):
    """A picture in a viewer's cache: which, fetched when, and how it had come to the store."""

    name: str
    fetched: datetime
    why: Why | None


class Newest(NamedTuple):
    """The last photo (or removal: None) that somebody chose, and the store it was written to."""

    name: str | None
    store: str | None
    at: datetime
    rule: str


class State:
    """All of one person's photos in one world. Mutable; `fork()` is how the pure doors copy it."""

    __slots__ = (
        "asked",
        "circumstances",
        "copies",
        "due",
        "held",
        "newest",
        "now",
        "order",
        "person",
        "refused",
        "signed_in",
    )

    def __init__(self, person: str, now: datetime, circumstances: Circumstances) -> None:
        self.person = person
        self.now = now
        self.circumstances = circumstances
        self.held: dict[str, Held] = {}
        self.asked: dict[str, datetime] = {}
        self.due: tuple[Due, ...] = ()
        self.copies: dict[CacheKey, tuple[Copy, ...]] = {}
        self.signed_in: frozenset[str] = frozenset()
        self.refused: dict[str, Refusal] = {}
        self.newest = Newest(None, None, now, "start")
        self.order = 0

    @property
    def options(self) -> Mapping[str, Value]:
        """What every option says of this person now."""
        return self.circumstances.options

    def set(self, option: str, value: Value) -> None:
        """Let an option say that from now on."""
        self.circumstances = self.circumstances.but(option, value)

    def fork(self) -> State:
        """An independent copy; what it holds is frozen, so the dictionaries suffice."""
        other = State.__new__(State)
        other.person, other.now, other.newest = self.person, self.now, self.newest
        other.circumstances, other.held = self.circumstances, self.held.copy()
        other.asked, other.copies = self.asked.copy(), self.copies.copy()
        other.refused, other.due, other.order = self.refused.copy(), self.due, self.order
        other.signed_in = self.signed_in
        return other

    def at_rest(self) -> bool:
        """True when nothing is scheduled."""
        return not self.due

    def same_as(self, other: State) -> bool:
        """True when both worlds are one: nothing that happens later can tell them apart."""
        return (
            self.held == other.held
            and self.due == other.due
            and self.asked == other.asked
            and self.copies == other.copies
            and self.circumstances is other.circumstances
            and self.signed_in == other.signed_in
        )


def stamp(now: datetime, last: int) -> int:
    """Milliseconds since 1970, later than `last`: a timestamped address is never used twice."""
    made = int(now.timestamp() * 1000)
    return made if made > last else last + 1
