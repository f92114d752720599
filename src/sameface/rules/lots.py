"""Surfaces about which the same worlds are possible: what they lack now and later, remembered.

What one action does to one lot does not depend on the others, and comes up again and again.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sameface.rules.bearing import Bearing
from sameface.rules.essence import distinct
from sameface.rules.events import Event
from sameface.rules.looking import Look
from sameface.values import iso

_MOST_MOMENTS = 40


@dataclass(frozen=True, slots=True)
class Deed:
    """One action of a plan: what happens, from when on, and whose it is (one of deeds.ROLES)."""

    at: datetime
    event: Event
    role: str

    def as_json(self) -> dict[str, Any]:
        """The step as a scenario would spell it, and whose it is."""
        event = self.event
        told = {
            "do": event.verb,
            "person": event.person,
            "channel": event.channel,
            "photo": event.photo and event.photo.name,
            "viewer": event.viewer,
            "client": event.client,
            "process": event.process,
            "option": event.option,
        }
        given = {key: value for key, value in told.items() if value is not None}
        value = {"value": event.value} if event.option else {}
        return {"at": iso(self.at), "by": self.role, **given, **value}


@dataclass(frozen=True, slots=True)
class Lot:
    """Some surfaces, and the question that is asked of each; `mark` tells lots apart."""

    look: Look
    surfaces: tuple[str, ...]
    mark: Hashable

    @classmethod
    def of(cls, look: Look, surfaces: tuple[str, ...]) -> Lot:
        """A lot of these worlds: those that nothing seen on these surfaces tells apart, once."""
        bearing = Bearing.of_all(look.book.bearing[surface] for surface in surfaces)
        worlds = distinct(look.worlds, bearing)
        mark = (look.now, surfaces, frozenset(worlds))
        return cls(replace(look, worlds=tuple(worlds.values())), surfaces, _Once(mark))


class _Once:
    """A key whose hash is computed once: marks are long, and looked up often."""

    __slots__ = ("_hash", "_key")

    def __init__(self, key: Hashable) -> None:
        self._key, self._hash = key, hash(key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, _Once) and self._hash == other._hash and self._key == other._key
        )


class Lots:
    """What is known of lots: computed once each."""

    def __init__(self, wanted: str | None) -> None:
        self.wanted = wanted
        self.tried = 0  # worlds in which a deed was done
        self._after: dict[Hashable, Lot] = {}
        self._lacking: dict[Hashable, frozenset[str]] = {}
        self._moments: dict[Hashable, tuple[datetime, ...]] = {}

    def after(self, lot: Lot, deed: Deed) -> Lot:
        """The lot after that deed."""
        key = (lot.mark, deed)
        if key not in self._after:
            self.tried += len(lot.look.worlds)
            self._after[key] = Lot.of(lot.look.after(deed.event, deed.at), lot.surfaces)
        return self._after[key]

    def lacking(self, lot: Lot, at: datetime | None = None) -> frozenset[str]:
        """The surfaces that do not, or not surely, show the wanted photo at that time.

        Without a time: when nothing is under way any more.
        """
        then = at or max((lot.look.now, *self.moments(lot)))
        key = (lot.mark, then)
        if key not in self._lacking:
            self._lacking[key] = _lacking(lot, lot.look.later(then), self.wanted)
        return self._lacking[key]

    def arrival(self, lot: Lot) -> datetime:
        """When all that is under way between stores has arrived."""
        return max((lot.look.now, *self.moments(uncached(lot))))

    def moments(self, lot: Lot) -> tuple[datetime, ...]:
        """When something may change by itself, until nothing is under way any more."""
        if lot.mark not in self._moments:
            self._moments[lot.mark] = tuple(sorted(_moments(lot)))
        return self._moments[lot.mark]


def uncached(lot: Lot) -> Lot:
    """The same lot for somebody with empty caches."""
    look = replace(lot.look, viewer=None)
    return replace(lot, look=look, mark=(lot.mark, "uncached"))


def _lacking(lot: Lot, look: Look, wanted: str | None) -> frozenset[str]:
    rows = (look.book.surfaces[surface] for surface in lot.surfaces)
    return frozenset(row.id for row in rows if not _shows(replace(look, surface=row), wanted))


def _shows(look: Look, wanted: str | None) -> bool:
    """Whether the wanted photo is all that can be seen."""
    return all(seen.name == wanted for seen in look.seen())


def _moments(lot: Lot) -> set[datetime]:
    """Each world's own: that all of them pass one by one makes no difference to any."""
    rows = [lot.look.book.surfaces[surface] for surface in lot.surfaces]
    cached = [row for row in rows if row.cache is not None] or rows[:1]
    times: set[datetime] = set()
    for interpreter, state in lot.look.worlds:
        here = state.fork()
        for _ in range(_MOST_MOMENTS):
            told = (interpreter.moments(here, row, lot.look.viewer) for row in cached)
            found = {at for some in told for at in some if at > here.now}
            if not found:
                break
            times |= found
            interpreter.advance(here, min(found))
    return times
