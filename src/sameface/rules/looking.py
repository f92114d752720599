"""The question that everything else answers: what does this viewer see here, in all worlds?"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sameface.rules.essence import distinct
from sameface.rules.events import Event
from sameface.rules.interpreter import Seen, Worlds
from sameface.rules.rulebook import Rulebook, Surface
from sameface.rules.state import NEVER, State


@dataclass(frozen=True, slots=True)
class Look:
    """A question: what does this viewer see on this surface, in all worlds that are possible?"""

    worlds: Worlds
    surface: Surface
    viewer: str | None
    aim: tuple[str | None] | None = None  # the photo to wait for, where it is not the newest

    @property
    def book(self) -> Rulebook:
        return self.worlds[0][0].book

    @property
    def state(self) -> State:
        """The earliest world's."""
        return self.worlds[0][1]

    @property
    def now(self) -> datetime:
        return self.worlds[0][1].now

    @property
    def person(self) -> str:
        return self.worlds[0][1].person

    def photos(self) -> frozenset[str | None]:
        """All photos possible, without touching anything."""
        return frozenset(s.name for s in self.seen())

    def seen(self) -> Iterator[Seen]:
        """What is seen in each world, without touching anything."""
        own = self.surface.owner_views_large and self.viewer == self.person
        for interpreter, state in self.worlds:
            looked = state.fork() if own else state
            yield from interpreter.see(looked, self.surface, self.viewer, fill=own)

    def too_large(self) -> str | None:
        """What is said where the photo in the store is larger than the surface shows; else None."""
        most, size = (
            self.surface.max_bytes,
            self.state.held.get(self.surface.reads, NEVER).size_bytes,
        )
        if most is None or size is None or size <= most:
            return None
        return f"{self.surface.title} shows no photo of more than {most:,} bytes; this has {size:,}"

    def wanted(self) -> str | None:
        """The photo somebody chose last, as this surface's file of it is called; or the aim."""
        if self.aim is not None:
            return self.aim[0]
        state = self.worlds[0][1]
        newest = state.newest
        if newest.store == self.surface.reads:
            return state.held.get(newest.store, NEVER).photo(self.surface.file)
        return newest.name

    def wanted_is_certain(self) -> bool:
        """True when the photo chosen last is the only one possible."""
        return self.photos() == {self.wanted()}

    def later(self, at: datetime) -> Look:
        """The same question at that time, if nobody does anything."""
        forked = tuple((i, s.fork()) for i, s in self.worlds)
        for interpreter, state in forked:
            interpreter.advance(state, at)
        return Look(forked, self.surface, self.viewer, self.aim)

    def after(self, event: Event, at: datetime) -> Look:
        """The same question after that event at that time."""
        later = self.later(at)
        for interpreter, state in later.worlds:
            interpreter.happen(state, event)
        return later

    def moments(self) -> list[datetime]:
        """When something may change by itself, soonest first."""
        found = {at for i, s in self.worlds for at in i.moments(s, self.surface, self.viewer)}
        return sorted(at for at in found if at > self.now)

    def once(self) -> tuple[Look, Hashable]:
        """The same question in fewer worlds: those that no answer to it can tell apart, once.

        With it, a mark: two looks with the same one will always be answered alike.
        """
        found = distinct(self.worlds, self.book.bearing[self.surface.id])
        return replace(self, worlds=tuple(found.values())), (self.now, frozenset(found))
