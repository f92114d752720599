"""The search for what ends a sighting: waiting, and the rulebook's own actions, tried on copies."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sameface.rules.events import Event
from sameface.rules.looking import Look
from sameface.rules.rulebook import Action
from sameface.rules.state import NEVER

_MOST_TRIED = 300
_NOTHING = timedelta(0)
_VIEW = "view"


@dataclass(frozen=True, slots=True)
class Step:
    """One step towards another sighting: an action from `at` on, or (without one) waiting."""

    at: datetime
    action: Action | None = None


Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Ways:
    """The shortest steps to the wanted photo, and to any other sighting than now's."""

    wanted: Path | None
    other: Path | None


def ways(look: Look, wanted: str | None, without: frozenset[str] = frozenset()) -> Ways:
    """Fewest actions first, then soonest. Nobody does the same kind of thing twice."""
    look, mark = look.once()
    seen, other, passed = look.photos(), None, {mark}
    reachable = _is_on_its_way(look, wanted)
    count = itertools.count()
    open_: list[tuple[int, datetime, int, _Node]] = []
    _push(open_, count, _Node(look, ()), look, without)
    while open_ and next(count) < _MOST_TRIED:
        node = heapq.heappop(open_)[-1]
        here, mark = node.arrived().once()
        if mark in passed:
            continue
        passed.add(mark)
        photos = here.photos()
        if photos == {wanted}:
            return Ways(node.taken, other or node.taken)
        other = other or (node.taken if photos != seen else None)
        if other and not reachable:
            break
        _push(open_, count, node, here, without)
    return Ways(None, other)


@dataclass(frozen=True, slots=True)
class _Node:
    """Steps taken, the last of them not tried yet: `before` is how it was then."""

    before: Look
    taken: Path
    event: Event | None = None

    def arrived(self) -> Look:
        """How it is after the last step."""
        at = self.taken[-1].at
        return self.before.later(at) if self.event is None else self.before.after(self.event, at)


def _push(
    open_: list[tuple[int, datetime, int, _Node]],
    count: Iterator[int],
    node: _Node,
    here: Look,
    without: frozenset[str],
) -> None:
    """Every step that can follow."""
    done = without | {_kind(step.action) for step in node.taken if step.action}
    for step, event in _next(here, done):
        following = _Node(here, (*node.taken, step), event)
        actions = sum(one.action is not None for one in following.taken)
        heapq.heappush(open_, (actions, step.at, next(count), following))


def _is_on_its_way(look: Look, wanted: str | None) -> bool:
    """Whether the photo is in, or under way to, a store from which it could come here."""
    if wanted is None:
        return True
    stores = look.book.upstream(look.surface.reads)
    for _, state in look.worlds:
        if any(due.taken is not None and due.taken.name == wanted for due in state.due):
            return True
        held = (state.held.get(store, NEVER) for store in stores)
        if any(wanted == h.name or wanted in dict(h.files).values() for h in held):
            return True
    return False


def _kind(action: Action) -> str:
    return _VIEW if action.views_large else action.id


def _next(look: Look, done: frozenset[str]) -> Iterator[tuple[Step, Event | None]]:
    if moments := look.moments():
        yield Step(moments[0]), None
    for action, event, at in _useful(look):
        if action.id not in done and _kind(action) not in done:
            yield Step(at, action), event


def _useful(look: Look) -> Iterator[tuple[Action, Event, datetime]]:
    """The actions that can bear on this surface, each at the first moment at which it counts."""
    book, surface, person = look.book, look.surface, look.person
    for action in book.actions.values():
        if book.routes_set_off[action.id] and (opens := _asks(look, action)) is not None:
            yield action, Event(action.id, person=person), max(look.now, opens)
    if surface.cache and (verb := book.caches[surface.cache].cleared_by) and look.viewer:
        client = None if verb == "clear-cache" else surface.id
        yield book.actions[verb], Event(verb, viewer=look.viewer, client=client), look.now
    if surface.signed_in and "sign-in" in book.actions:
        event = Event("sign-in", person=person, client=surface.id)
        yield book.actions["sign-in"], event, look.now


def _asks(look: Look, action: Action) -> datetime | None:
    """When what the owner does makes a store on this surface's way ask; None where none does."""
    way = look.book.upstream(look.surface.reads)
    opens: list[datetime] = []
    for route in look.book.routes_set_off[action.id]:
        if route.target not in way:
            continue
        asked = [s.asked[route.id] for _, s in look.worlds if route.id in s.asked]
        forced = action.id in route.forced_by or route.window is None
        opens.append(look.now if forced or not asked else max(asked) + (route.window or _NOTHING))
    return min(opens, default=None)
