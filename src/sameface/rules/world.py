"""A world: people, a clock, and what everybody sees. People are independent of one another.

Every person is kept in as many worlds as are possible: one, until a duration that is only known
as a range makes the earliest and the latest world differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache

from sameface.errors import BadUsage
from sameface.rules.because import because
from sameface.rules.conditions import Value
from sameface.rules.events import DONE, Event, Outcome, Photo, Refusal
from sameface.rules.interpreter import Interpreter, Pace, Worlds
from sameface.rules.looking import Look
from sameface.rules.rulebook import Rulebook
from sameface.rules.state import NEVER, Held, State
from sameface.rules.until import until
from sameface.rules.wording import Wording
from sameface.values import Sighting

START = datetime(2014, 3, 3, 9, tzinfo=UTC)
"""When every scenario starts unless it says otherwise, whatever its rulebook."""

_WRITES = frozenset({"change", "remove", "sync", "set"})


class World:
    """People under one rulebook. `held` and `option` answer from the earliest world."""

    def __init__(
        self,
        book: Rulebook,
        start: datetime | None = None,
        options: Mapping[str, Value] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> None:
        self.book = book
        self.start = self.now = start or START
        self.wording = Wording(book, {} if names is None else names)
        self._options = dict(options or {})
        self._early, self._late = _interpreters(book, self.start)
        self._people: dict[str, Worlds] = {}

    # --- people --------------------------------------------------------------------------------

    def add(
        self, person: str, photo: Photo | None = None, options: Mapping[str, Value] | None = None
    ) -> None:
        """Somebody new, as of the start."""
        given = {**self._options, **(options or {})}
        self._people[person] = ((self._early, self._early.person(person, photo, given)),)

    def __contains__(self, person: str) -> bool:
        return person in self._people

    @property
    def people(self) -> Iterable[str]:
        return self._people

    # --- time and events -----------------------------------------------------------------------

    def advance(self, to: datetime) -> None:
        """Let time pass; each person is brought up to date when next asked about."""
        if to < self.now:
            raise BadUsage(f"Time runs forwards only: it is {self.now:%d %b %H:%M:%S} already.")
        self.now = to

    def do(self, event: Event) -> Outcome:
        """Let it happen now: to its person, or to whom the viewer's caches or the process touch."""
        if event.person is not None:
            return self._happen(event.person, event)
        for person in list(self._people):
            self._happen(person, event)
        return DONE

    def _happen(self, person: str, event: Event) -> Outcome:
        if event.person is None and event.process is None and not self._is_looked_at(person):
            return DONE
        worlds = self._worlds(person, writes=self.book.is_asked_in_ranges or event.verb in _WRITES)
        told: dict[Refusal, None] = {}
        for interpreter, state in worlds:
            told.update(dict.fromkeys(interpreter.happen(state, event).refusals))
        self._keep(person, worlds)
        return Outcome(tuple(told)) if told else DONE

    def _is_looked_at(self, person: str) -> bool:
        return any(state.copies for _, state in self._people[person])

    def _worlds(self, person: str, *, writes: bool = False) -> Worlds:
        """The person's worlds, brought up to now. A write, or one due, may make one into two."""
        worlds = self._people[person]
        if len(worlds) == 1 and self.book.is_ranged:
            state = worlds[0][1]
            if writes or state.due:
                worlds = (*worlds, (self._late, state.fork()))
        for interpreter, state in worlds:
            interpreter.advance(state, self.now)
        return worlds

    def _keep(self, person: str, worlds: Worlds) -> None:
        """Two worlds that nothing can tell apart any more are one."""
        one = len(worlds) == 1 or worlds[0][1].same_as(worlds[1][1])
        self._people[person] = worlds[:1] if one else worlds

    # --- looking -------------------------------------------------------------------------------

    def look(self, viewer: str | None, surface: str, person: str) -> Sighting:
        """What the viewer sees there now; their caches keep it. None: a colleague without any."""
        worlds = self._for_look(viewer, surface, person)
        sighting = self._told(self._asked(worlds, viewer, surface))
        self._fill(worlds, viewer, surface)
        return sighting

    def see(self, viewer: str | None, surface: str, person: str) -> frozenset[str | None]:
        """A look that asks neither why nor until when: all photos possible."""
        return self._fill(self._for_look(viewer, surface, person), viewer, surface)

    def _fill(self, worlds: Worlds, viewer: str | None, surface: str) -> frozenset[str | None]:
        row = self.book.surfaces[surface]
        seen = {s.name for i, state in worlds for s in i.see(state, row, viewer, fill=True)}
        self._keep(worlds[0][1].person, worlds)
        return frozenset(seen)

    def _for_look(self, viewer: str | None, surface: str, person: str) -> Worlds:
        own = self.book.surfaces[surface].owner_views_large and viewer == person
        return self._worlds(person, writes=own and self.book.is_asked_in_ranges)

    def peek(self, viewer: str | None, surface: str, person: str) -> Sighting:
        """The same without touching anything."""
        return self._told(self.question(viewer, surface, person))

    def question(self, viewer: str | None, surface: str, person: str) -> Look:
        """What is there to be seen now, in every world possible, untold: no why, no until."""
        worlds = self._worlds(person)
        self._keep(person, worlds)
        return self._asked(worlds, viewer, surface)

    def _asked(self, worlds: Worlds, viewer: str | None, surface: str) -> Look:
        return Look(worlds, worlds[0][1].circumstances.surface(surface), viewer)

    def _told(self, look: Look) -> Sighting:
        photos = look.photos()
        return Sighting(
            person=look.person,
            surface=look.surface.id,
            viewer=look.viewer,
            at=self.now,
            photos=tuple(sorted(photos, key=lambda name: (name is None, name or ""))),
            because=because(look, self.wording),
            until=until(look, self.wording),
        )

    # --- what is where -------------------------------------------------------------------------

    def held(self, person: str, store: str) -> Held:
        """What the store holds for the person."""
        return self._first(person).held.get(store, NEVER)

    def option(self, person: str, name: str) -> bool:
        """Whether an option is on; one that says one of its choices is not."""
        return self._first(person).options[name] is True

    def choice(self, person: str, name: str) -> Value:
        """What an option says: on, off, or one of its choices."""
        return self._first(person).options[name]

    def signed_in(self, person: str, client: str) -> bool:
        return client in self._first(person).signed_in

    def asked(self, person: str, route: str) -> datetime | None:
        """When a store last asked another for this person, by that route."""
        return self._first(person).asked.get(route)

    def kept(self, viewer: str, surface: str, person: str) -> tuple[str, ...]:
        """The pictures that this viewer's cache may hold for that surface, oldest first."""
        row, state = self.book.surfaces[surface], self._first(person)
        key = self._early.key(state, row, viewer)
        return tuple(copy.name for copy in state.copies.get(key, ()))

    def _first(self, person: str) -> State:
        worlds = self._worlds(person)
        self._keep(person, worlds)
        return worlds[0][1]


@lru_cache(maxsize=16)
def _interpreters(book: Rulebook, start: datetime) -> tuple[Interpreter, Interpreter]:
    """One at either pace; they hold no state, so all worlds of a rulebook can share them."""
    return Interpreter(book, start, Pace.EARLIEST), Interpreter(book, start, Pace.LATEST)
