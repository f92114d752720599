"""The interpreter: what a rulebook makes of events. Deterministic, no I/O, no clock of its own.

`advance`, `happen` and `see` change the state they are given; `after` is the pure door:
(state, event) -> state. Time passes arithmetically: a cycle is computed, never stepped through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from sameface.rules.conditions import Value
from sameface.rules.events import DONE, Event, Outcome, Photo, Refusal
from sameface.rules.refusing import refusal
from sameface.rules.rulebook import CYCLE, Cache, Channel, Duration, Route, Rulebook, Surface
from sameface.rules.state import NEVER, CacheKey, Copy, Due, Held, Newest, State, Why, stamp
from sameface.values import Standing

_ZERO = timedelta(0)
_PHOTO, _NEVER, _DELETED = Standing.PHOTO, Standing.NEVER, Standing.DELETED


class Pace(Enum):
    """Which end of every range a world takes."""

    EARLIEST = "earliest"
    LATEST = "latest"


class Seen(NamedTuple):
    """One picture that may be seen: its name (None: none), the copy it comes from, and how."""

    name: str | None
    rule: str | None  # the row that shows it so: a cache, a surface; None: straight from the store
    why: Why | None
    fetched: datetime | None = None


class Interpreter:
    """A rulebook at work, at one pace. Holds no state: one serves any number of people."""

    def __init__(self, book: Rulebook, start: datetime, pace: Pace = Pace.EARLIEST) -> None:
        self.book, self.start, self.pace = book, start, pace
        self._first = stamp(start, 0), Why("start", start)
        self._delays = {route.id: self._delay(route.delay) for route in book.routes.values()}

    # --- the beginning -------------------------------------------------------------------------

    def person(self, person: str, photo: Photo | None, options: Mapping[str, Value]) -> State:
        """Somebody at the start: a first photo is in every store there is for them, settled."""
        circumstances = self.book.circumstances(options, has_photo=photo is not None)
        state = State(person, self.start, circumstances)
        if photo is None:
            return state
        first = Held(_PHOTO, photo.name, photo.size_bytes, self.start, *self._first)
        state.held = dict.fromkeys(circumstances.stores(), first)
        state.newest = Newest(photo.name, None, self.start, "start")
        return state

    # --- time ----------------------------------------------------------------------------------

    def advance(self, state: State, to: datetime) -> None:
        """Let time pass until `to`, working off everything due up to and including it."""
        while state.due and state.due[0].at <= to:
            due, state.due = state.due[0], state.due[1:]
            state.now = max(state.now, due.at)
            if due.sets is None:
                self._carry(state, self.book.routes[due.route], due.taken)
            else:
                state.set(*due.sets)
        state.now = max(state.now, to)

    def _schedule(
        self,
        state: State,
        route: str,
        at: datetime,
        taken: Held | None,
        sets: tuple[str, Value] | None = None,
    ) -> None:
        state.order += 1
        due = Due(at, state.order, route, taken, sets)
        last = not state.due or state.due[-1].at <= at
        state.due = (*state.due, due) if last else tuple(sorted((*state.due, due)))

    def _next_cycle(self, route: Route, now: datetime) -> datetime:
        assert route.every is not None
        return self.start + route.every * ((now - self.start) // route.every + 1)

    def _delay(self, delay: Duration) -> timedelta:
        if self.pace is Pace.EARLIEST or delay.latest is None:
            return delay.earliest
        return delay.latest

    # --- events --------------------------------------------------------------------------------

    def after(self, state: State, event: Event, at: datetime | None = None) -> State:
        """The pure door: the state after time has passed until `at` and the event happened."""
        other = state.fork()
        self.advance(other, at or state.now)
        self.happen(other, event)
        return other

    def happen(self, state: State, event: Event) -> Outcome:
        """Let the event happen to this person now."""
        if event.verb in ("change", "remove"):
            return self._write(state, event)
        if event.verb == "sync":
            return self._run(state, event.process or "")
        if event.verb == "set":
            self._switch(state, event.option or "", event.value)
        elif event.verb == "sign-in":
            state.signed_in |= {event.client or ""}
        elif event.verb == "sign-out":
            state.signed_in -= {event.client or ""}
        self._forget_copies(state, event)
        self._ask(state, self.book.routes_set_off[event.verb], event.verb)
        return DONE

    def _switch(self, state: State, option: str, value: Value) -> None:
        delay = self._delay(self.book.options[option].delay)
        if delay > _ZERO:
            self._schedule(state, "", state.now + delay, None, (option, value))
        else:
            state.set(option, value)

    def _forget_copies(self, state: State, event: Event) -> None:
        if not state.copies:
            return
        cleared = {c.id for c in self.book.caches.values() if c.cleared_by == event.verb}
        if event.client is not None:
            surface = self.book.surfaces[event.client]
            cleared &= {surface.cache} if surface.cache else set()
        for key in [k for k in state.copies if k[0] == event.viewer and k[1] in cleared]:
            del state.copies[key]

    def _run(self, state: State, process: str) -> Outcome:
        """One run of a background process, now: its cycles, and what waits behind them."""
        for route in self.book.processes[process]:
            if route.on == CYCLE:
                self._carry(state, route, None)
            waiting = [d for d in state.due if d.route == route.id and d.taken is not None]
            state.due = tuple(d for d in state.due if d not in waiting)
            for due in waiting:
                self._carry(state, route, due.taken)
        return DONE

    # --- writing -------------------------------------------------------------------------------

    def _write(self, state: State, event: Event) -> Outcome:
        """The write, and what using the channel sets off even where the photo is refused."""
        channel = self.book.channels[event.channel or ""]
        if channel.signs_in is not None:
            state.signed_in |= {channel.signs_in}
        outcome = self._written(state, channel, event)
        if channel.views_large:
            self._ask(state, self.book.routes_on_view, None)
        return outcome

    def _written(self, state: State, channel: Channel, event: Event) -> Outcome:
        store = state.circumstances.writes(channel.id)
        refused = refusal(self.book, state, channel, store, event)
        if refused is not None:
            return Outcome((refused,))
        assert store is not None
        held = state.held.get(store, NEVER)
        if event.photo is None or event.verb == "remove":
            new = self._removed(state, held, channel)
        else:
            new = self._new(state, held, channel, event.photo, event.file)
        name = new.photo(event.file)
        state.newest = Newest(name, store, state.now, channel.rule)
        self._put(state, store, new)
        if channel.otherwise == store:
            self._set_options(state, channel.writes, store)
        return DONE

    def _set_options(self, state: State, usual: str, store: str) -> None:
        """SharePoint's own upload leaves the picture shown, as the route it replaces would."""
        for route in self.book.routes_into(store):
            if route.origin == usual:
                self._turn_on(state, route)

    def _turn_on(self, state: State, route: Route) -> None:
        for option in route.sets:
            state.set(option, True)

    def _new(
        self, state: State, held: Held, channel: Channel, photo: Photo, file: str | None
    ) -> Held:
        why = Why(channel.rule, state.now)
        # files put there by code leave the store's own timestamp alone (A-C10)
        stamped = held.stamp if channel.names_files else stamp(state.now, held.stamp)
        if file is None:
            return Held(_PHOTO, photo.name, photo.size_bytes, state.now, stamped, why)
        files = tuple(sorted({**dict(held.files), file: photo.name}.items()))
        name = held.name if held.standing is _PHOTO else None
        return Held(_PHOTO, name, None, state.now, stamped, why, files)

    def _removed(self, state: State, held: Held, channel: Channel) -> Held:
        why = Why(channel.rule, state.now)
        standing = _NEVER if channel.forgets else _DELETED
        return Held(standing, None, None, state.now, stamp(state.now, held.stamp), why)

    def _put(self, state: State, store: str, held: Held) -> None:
        state.held[store] = held
        for route in self.book.routes_from[store]:
            if route.on == CYCLE:
                self._await_cycle(state, route)
            else:
                self._set_off(state, route, held)

    def _set_off(self, state: State, route: Route, held: Held) -> None:
        """The route takes along what is there now, and carries it after its delay."""
        delay = self._delays[route.id]
        if delay > _ZERO:
            self._schedule(state, route.id, state.now + delay, held)
        else:
            self._carry(state, route, held)

    def _await_cycle(self, state: State, route: Route) -> None:
        at = self._next_cycle(route, state.now)
        if not any(due.route == route.id and due.at == at for due in state.due):
            self._schedule(state, route.id, at, None)

    # --- carrying ------------------------------------------------------------------------------

    def _ask(self, state: State, routes: Iterable[Route], verb: str | None) -> None:
        """A store may ask another, but not again within its window unless the verb forces it."""
        for route in routes:
            if not state.circumstances.works(route.id):
                continue
            last = state.asked.get(route.id)
            early = last is not None and route.window and state.now - last < route.window
            if early and verb not in route.forced_by:
                continue
            state.asked[route.id] = state.now
            self._set_off(state, route, state.held.get(route.origin, NEVER))

    def _carry(self, state: State, route: Route, taken: Held | None) -> None:
        carried = taken or state.held.get(route.origin, NEVER)
        nothing = carried.standing is _NEVER and carried.why is None
        if nothing or not state.circumstances.works(route.id):
            return
        held = state.held.get(route.target, NEVER)
        alike = _alike(carried, held)
        if not alike if _in_the_way(route, held) else _too_large(route, carried):
            state.refused[route.id] = Refusal(route.rule, state.now, route.refuses)
            return
        emptied = carried.standing is not _PHOTO
        if emptied and held.standing is _NEVER:
            return
        if state.refused:
            state.refused.pop(route.id, None)
        if route.sets:
            self._turn_on(state, route)
        stamped = stamp(state.now, held.stamp)
        if alike:
            state.held[route.target] = Held(*held[:4], stamped, *held[5:])
            return
        why = Why(route.rule, state.now, carried.why)
        standing = _DELETED if emptied else _PHOTO
        size = None if route.resizes else carried.size_bytes
        self._put(state, route.target, Held(standing, carried.name, size, state.now, stamped, why))

    # --- looking -------------------------------------------------------------------------------

    def see(
        self, state: State, surface: Surface, viewer: str | None, *, fill: bool
    ) -> tuple[Seen, ...]:
        """All that this viewer may see there now. `fill` makes it a look: caches keep it.

        The owner's own look may also be a large view, whatever their browser holds.
        """
        if fill and surface.owner_views_large and viewer == state.person:
            self._ask(state, self.book.routes_on_view, None)
        circumstances = state.circumstances
        absent = surface.signed_in and surface.id not in state.signed_in
        if absent or circumstances.hides(surface.id):
            return (Seen(None, surface.rule, None),)
        surface = circumstances.surface(surface.id)
        held = state.held.get(surface.reads, NEVER)
        most, size = surface.max_bytes, held.size_bytes
        if most is not None and size is not None and size > most:
            return (Seen(None, surface.rule, None),)
        fresh = Seen(held.photo(surface.file), None, held.why)
        if surface.cache is None or viewer is None:
            return (fresh,)
        return self._through(state, surface, viewer, fresh, fill=fill)

    def _through(
        self, state: State, surface: Surface, viewer: str, fresh: Seen, *, fill: bool
    ) -> tuple[Seen, ...]:
        assert surface.cache is not None
        cache = self.book.caches[surface.cache]
        key = _key(state, surface, viewer)
        kept = [c for c in state.copies.get(key, ()) if not _expired(c, cache, state.now)]
        if cache.surely and kept:
            return tuple(_kept(c, cache) for c in kept)
        if fill and fresh.name is not None:
            copy = Copy(fresh.name, state.now, fresh.why)
            others = [c for c in kept if c.name != fresh.name]
            state.copies[key] = (*others, copy)
        others_seen = (_kept(c, cache) for c in kept if c.name != fresh.name)
        return (fresh, *others_seen)

    def key(self, state: State, surface: Surface, viewer: str) -> CacheKey:
        """The address under which the viewer's cache keeps what this surface shows."""
        return _key(state, state.circumstances.surface(surface.id), viewer)

    # --- moments at which something changes by itself -------------------------------------------

    def moments(self, state: State, surface: Surface, viewer: str | None) -> Iterator[datetime]:
        """When something due, or a copy's end, may change what is seen there; unsorted."""
        for due in state.due:
            yield due.at
        surface = state.circumstances.surface(surface.id)
        if surface.cache is None or viewer is None:
            return
        latest = self.book.caches[surface.cache].lifetime.latest
        if latest is not None:
            for copy in state.copies.get(_key(state, surface, viewer), ()):
                yield copy.fetched + latest


Worlds = tuple[tuple[Interpreter, State], ...]
"""All that are possible for one person, each with the pace at which it goes on."""


def _key(state: State, surface: Surface, viewer: str) -> CacheKey:
    stamped = state.held.get(surface.reads, NEVER).stamp if surface.stamped else 0
    return (viewer, surface.cache or "", surface.reads, surface.file, stamped)


def _alike(one: Held, other: Held) -> bool:
    both = (one.standing is _PHOTO) == (other.standing is _PHOTO)
    return both and one.name == other.name and one.files == other.files


def _in_the_way(route: Route, held: Held) -> bool:
    """Whether a route that overwrites nothing of others finds something."""
    if route.only_into_never_had:
        return held.standing is not _NEVER
    if not route.stands_in:
        return False
    came_by = held.why is not None and held.why.rule == route.rule
    return held.standing is _PHOTO and not came_by


def _too_large(route: Route, carried: Held) -> bool:
    most, size = route.max_bytes, carried.size_bytes
    return most is not None and size is not None and size > most


def _expired(copy: Copy, cache: Cache, now: datetime) -> bool:
    latest = cache.lifetime.latest
    return latest is not None and now - copy.fetched >= latest


def _kept(copy: Copy, cache: Cache) -> Seen:
    return Seen(copy.name, cache.rule, copy.why, copy.fetched)
