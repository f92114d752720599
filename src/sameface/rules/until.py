"""Until when: found by trying the rulebook's own actions and waiting, on copies of the state.

No rule is told twice: a sighting ends where the interpreter says that it does.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

from sameface.rules.events import Event
from sameface.rules.interpreter import Interpreter, Seen
from sameface.rules.rulebook import Action, Surface
from sameface.rules.state import NEVER, State
from sameface.rules.wording import Wording, moment, sentence
from sameface.values import Ends, Until

_MOST_ACTIONS = 3
_MOST_TRIED = 400
World1 = tuple[Interpreter, State]


@dataclass(frozen=True, slots=True)
class Look:
    """A question: what does this viewer see on this surface, in all worlds that are possible?"""

    worlds: tuple[World1, ...]
    surface: Surface
    viewer: str | None

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

    def wanted(self) -> str | None:
        """The photo somebody chose last, as this surface's file of it is called."""
        state = self.worlds[0][1]
        newest = state.newest
        if newest.store == self.surface.reads:
            return state.held.get(newest.store, NEVER).photo(self.surface.file)
        return newest.name

    def later(self, at: datetime) -> Look:
        """The same question at that time, if nobody does anything."""
        forked = tuple((i, s.fork()) for i, s in self.worlds)
        for interpreter, state in forked:
            interpreter.advance(state, at)
        return replace(self, worlds=forked)

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


@dataclass(frozen=True, slots=True)
class Step:
    """One step towards another sighting: an action from `at` on, or (without one) waiting."""

    at: datetime
    action: Action | None = None


def until(look: Look, wording: Wording) -> Until:
    """Until when the sighting stays as it is, if nobody changes a photo meanwhile."""
    seen, wanted = look.photos(), look.wanted()
    if seen == {wanted}:
        return _settled_or_passing(look, seen)
    path = _path(look, lambda photos: photos == {wanted})
    if path is None:
        path = _path(look, lambda photos: photos != seen)
    if path is None:
        return Until(Ends.NEVER, _never(look, wording))
    return _told(look, path, wording, _alternatives(look, path, wording))


def _settled_or_passing(look: Look, seen: frozenset[str | None]) -> Until:
    for at in look.moments():
        if look.later(at).photos() != seen:
            return Until(Ends.TIME, f"until {moment(at, look.now)}", at=at)
    if seen == {None}:
        return Until(Ends.SETTLED, "there is no photo to show")
    return Until(Ends.SETTLED, "this is the newest photo, and it stays")


# ---------------------------------------------------------------------------
# The search


def _path(
    look: Look,
    reached: Callable[[frozenset[str | None]], bool],
    without: frozenset[str] = frozenset(),
) -> tuple[Step, ...] | None:
    """The steps to a sighting for which `reached` holds: fewest actions first, then soonest."""
    count = itertools.count()
    open_ = [(0, look.now, next(count), look, cast("tuple[Step, ...]", ()))]
    while open_ and next(count) < _MOST_TRIED:
        actions, _, _, here, taken = heapq.heappop(open_)
        if taken and reached(here.photos()):
            return taken
        if actions == _MOST_ACTIONS:
            continue
        for step, there in _next(here, without):
            more = actions + (step.action is not None)
            heapq.heappush(open_, (more, step.at, next(count), there, (*taken, step)))
    return None


def _next(look: Look, without: frozenset[str]) -> Iterator[tuple[Step, Look]]:
    moments = look.moments()
    if moments:
        yield Step(moments[0]), look.later(moments[0])
    for action, event, at in _useful(look):
        if action.id in without:
            continue
        there = look.after(event, at)
        if not _same(look.later(at), there):
            yield Step(at, action), there


def _same(one: Look, other: Look) -> bool:
    return all(a.same_as(b) for (_, a), (_, b) in zip(one.worlds, other.worlds, strict=True))


def _useful(look: Look) -> Iterator[tuple[Action, Event, datetime]]:
    """The actions that can bear on this surface, each at the first moment at which it counts."""
    interpreter, state = look.worlds[0]
    book, surface = interpreter.book, look.surface
    for action in book.actions.values():
        if action.views_large and (opens := _asks(look, action)) is not None:
            yield action, Event(action.id, person=state.person), max(look.now, opens)
    if surface.cache and (verb := book.caches[surface.cache].cleared_by) and look.viewer:
        client = None if verb == "clear-cache" else surface.id
        yield book.actions[verb], Event(verb, viewer=look.viewer, client=client), look.now
    if surface.signed_in and "sign-in" in book.actions:
        event = Event("sign-in", person=state.person, client=surface.id)
        yield book.actions["sign-in"], event, look.now


def _asks(look: Look, action: Action) -> datetime | None:
    """When the owner's view makes a store on this surface's way ask; None where none is."""
    interpreter, _ = look.worlds[0]
    book = interpreter.book
    way = book.upstream(look.surface.reads)
    opens: list[datetime] = []
    for route in book.routes_on_view:
        if route.target not in way:
            continue
        asked = [s.asked[route.id] for _, s in look.worlds if route.id in s.asked]
        forced = action.id in route.forced_by or route.window is None
        opens.append(look.now if forced or not asked else max(asked) + (route.window or _NOTHING))
    return min(opens, default=None)


_NOTHING = timedelta(0)


# ---------------------------------------------------------------------------
# The telling


def _told(
    look: Look, path: Sequence[Step], wording: Wording, others: tuple[Until, ...] = ()
) -> Until:
    step, *rest = path
    while step.action is None and rest:  # waiting is told with what follows it
        step, *rest = (replace(rest[0], at=max(step.at, rest[0].at)), *rest[1:])
    then = _told(look, rest, wording) if rest else None
    follows = f"; then {then.text}" if then else ""
    if step.action is None:
        ranged = any(i.pace is not look.worlds[0][0].pace for i, _ in look.worlds)
        when = f"{'at the latest ' if ranged else ''}{moment(step.at, look.now)}"
        within = (None, (step.at - look.now).total_seconds()) if ranged else None
        return Until(Ends.TIME, when + follows, at=step.at, within_s=within, then=then)
    later = step.at > look.now
    after = f" after {moment(step.at, look.now)}" if later else ""
    text = wording.tell(step.action.text, look.person, look.viewer) + after
    return Until(
        Ends.ACTION,
        text + follows,
        at=step.at if later else None,
        action=step.action.id,
        by=_actor(step.action, look),
        alternatives=others,
        then=then,
    )


def _actor(action: Action, look: Look) -> str:
    who = {"owner": look.person, "viewer": look.viewer or "", "administrator": "administrator"}
    return who[action.by]


def _alternatives(look: Look, path: Sequence[Step], wording: Wording) -> tuple[Until, ...]:
    """Other ways to the same end: without this path's first action; and a copy's unknown end."""
    first = next((s.action for s in path if s.action is not None), None)
    if first is None:
        return ()
    wanted = look.wanted()
    other = _path(look, lambda photos: photos == {wanted}, frozenset({first.id}))
    told = [] if other is None or len(other) > len(path) else [_told(look, other, wording)]
    cache = look.surface.cache and look.worlds[0][0].book.caches[look.surface.cache]
    if cache and not cache.lifetime.known and first.id == cache.cleared_by:
        told.append(Until(Ends.UNKNOWN, "its copy expires (how long that takes is not documented)"))
    return tuple(told)


def _never(look: Look, wording: Wording) -> str:
    """Why nothing will change it, and what would."""
    interpreter, state = look.worlds[0]
    book, surface = interpreter.book, look.surface
    store = book.stores[surface.reads]
    why = store.alone
    for route in book.routes.values():
        if route.id in state.refused and route.target in book.upstream(store.id):
            why = state.refused[route.id].text
    if store.needs is not None and not state.options[store.needs]:
        why = store.lacking
    if surface.needs and not all(state.options[n] for n in surface.needs):
        why = surface.unless
    why = wording.tell(why or f"nothing carries it to {store.title}", look.person, look.viewer)
    by_hand = next((c for c in book.channels.values() if c.writes == store.id), None)
    if by_hand is None:
        return sentence(why)
    actor = wording.name(look.person) if by_hand.actor == "person" else "an administrator"
    return f"{sentence(why)}: {actor} must set it in {by_hand.title}"
