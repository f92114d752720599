"""The shortest documented way to one face everywhere: searched over the interpreter, on copies.

Plans of no action are tried, then of one, of two, ...; no step of a plan leaves a place wrong that
would have been right. First for each lot of surfaces alone: the longest of these is the least that
any plan for all of them takes. Then for all together, with the deeds that helped one alone; and
where that took more than the least, with every deed, so that no shorter plan is missed. Of plans of
one length the one that has waited least at the latest.

A viewer's caches come last: what is in them travels nowhere, and emptying one before the photo is
there only fetches the old one again. So a plan is found for somebody without caches, and each
cache that would still show something else, and for ever, is emptied once. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sameface.rules.deeds import VIEWER, deeds
from sameface.rules.essence import essence
from sameface.rules.events import Event
from sameface.rules.looking import Look
from sameface.rules.lots import Deed, Lot, Lots
from sameface.rules.rulebook import WRITES
from sameface.values import iso

_MOST_ALONE, _MOST_TOGETHER = 3, 8
"""Actions: a write, a view and a switch are all that one surface can need; caches come last."""

_MOST_TRIED = 20_000
"""Deeds tried, in one world each, before the search gives up and says so: some seconds."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do, and what comes of it.

    Every surface in `reached` surely shows the wanted photo by `latest`; for those in `left` no
    such plan was found. Where the search stopped after `stopped` tries, a shorter plan, or one for
    what is left, may have been missed; None: there is none, of up to three actions for one place.
    """

    deeds: tuple[Deed, ...]
    latest: datetime
    reached: tuple[str, ...]
    left: tuple[str, ...]
    stopped: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "actions": [deed.as_json() for deed in self.deeds],
            "latest": iso(self.latest),
            "reached": list(self.reached),
            "left": list(self.left),
            "stopped": self.stopped,
        }


def best(
    looks: Sequence[Look], wanted: str | None, roles: Collection[str], most: int = _MOST_TRIED
) -> Plan:
    """The shortest plan for all these looks at one person at one moment, by these roles.

    Where no plan reaches every surface: the shortest of those that reach the most. `most` is the
    bound on what is tried.
    """
    search = _Search(Lots(wanted), frozenset(roles), most)
    bare = search.together(tuple(_grouped([_bare(look) for look in looks])), looks[0].now)
    node = _Node(tuple(_grouped(looks)), looks[0].now, ())
    for deed in bare.deeds:
        node = search.done(node, deed)
    plan = search.ending(search.emptied(node))
    return replace(plan, stopped=search.known.tried if search.exhausted() else None)


def _bare(look: Look) -> Look:
    """The same question for somebody without caches."""
    if look.viewer is None:
        return look
    worlds = tuple((interpreter, state.fork()) for interpreter, state in look.worlds)
    for _, state in worlds:
        state.copies.clear()
    return replace(look, worlds=worlds, viewer=None)


def _grouped(looks: Sequence[Look]) -> Iterator[Lot]:
    """Looks about which the same worlds are possible, together."""
    found: dict[Hashable, list[Look]] = {}
    for look in looks:
        mark = (look.viewer, frozenset((i.pace, essence(s)) for i, s in look.worlds))
        found.setdefault(mark, []).append(look)
    for same in found.values():
        yield Lot.of(same[0], tuple(look.surface.id for look in same))


@dataclass(frozen=True, slots=True)
class _Node:
    lots: tuple[Lot, ...]
    now: datetime
    deeds: tuple[Deed, ...]

    def mark(self) -> Hashable:
        return (self.now, tuple(lot.mark for lot in self.lots))


@dataclass(frozen=True, slots=True)
class _Search:
    """One search: by whom, with which deeds (None: all), and what need not be reached."""

    known: Lots
    roles: frozenset[str]
    most: int
    helpful: frozenset[tuple[Event, str]] | None = None
    hopeless: frozenset[str] = frozenset()

    def together(self, lots: tuple[Lot, ...], now: datetime) -> Plan:
        """The best plan for all these lots."""
        alone = [self.run((lot,), now, _MOST_ALONE) for lot in lots]
        helpful = frozenset((d.event, d.role) for some in alone for p in some for d in p.deeds)
        hopeless = frozenset(surface for plans in alone for surface in plans[0].left)
        plan = replace(self, helpful=helpful, hopeless=hopeless).run(lots, now, _MOST_TOGETHER)[0]
        if len(plan.deeds) <= max(len(plans[0].deeds) for plans in alone):
            return plan
        shorter = replace(self, hopeless=hopeless).run(lots, now, len(plan.deeds) - 1)[0]
        return min(plan, shorter, key=_rank)

    def run(self, lots: tuple[Lot, ...], now: datetime, most: int) -> list[Plan]:
        """The best plans for these lots, the very best first; all of them are of one length."""
        start = _Node(lots, now, ())
        seen, level, plans = {start.mark()}, [start], [self.ending(start)]
        for _ in range(most):
            if set(min(plans, key=_rank).left) <= self.hopeless:
                break
            level = list(self._level(level, seen))
            plans += [self.ending(node) for node in level]
        plans.sort(key=_rank)
        return [plan for plan in plans if _reach(plan) == _reach(plans[0])]

    def exhausted(self) -> bool:
        """True once as much was tried as may be."""
        return self.known.tried >= self.most

    def _level(self, level: Sequence[_Node], seen: set[Hashable]) -> Iterator[_Node]:
        for there in (there for node in level for there in self._next(node)):
            if (mark := there.mark()) not in seen:
                seen.add(mark)
                yield there

    def _next(self, node: _Node) -> Iterator[_Node]:
        lacking = self._lacking(node) - self.hopeless
        for deed in deeds(self.known, node.lots, node.now, lacking):
            if self.exhausted():
                return
            if deed.role in self.roles and self._helps(deed):
                there = self.done(node, deed)
                if self._lacking(there) - self.hopeless <= lacking:  # never make it worse
                    yield there

    def done(self, node: _Node, deed: Deed) -> _Node:
        """After one more deed."""
        lots = tuple(self.known.after(lot, deed) for lot in node.lots)
        return _Node(lots, deed.at, (*node.deeds, deed))

    def emptied(self, node: _Node) -> _Node:
        """After each of the viewer's caches that needs it was emptied, where they may be asked."""
        if VIEWER not in self.roles:
            return node
        caches = node.lots[0].look.book.caches.values()
        emptying = {cache.cleared_by for cache in caches}
        for deed in deeds(self.known, node.lots, node.now, self._lacking(node)):
            if deed.event.verb in emptying:
                there = self.done(node, deed)
                if self._lacking(there) < self._lacking(node):
                    node = there
        return node

    def _helps(self, deed: Deed) -> bool:
        return self.helpful is None or (deed.event, deed.role) in self.helpful

    def _lacking(self, node: _Node, at: datetime | None = None) -> frozenset[str]:
        """The surfaces that lack the photo then, or when nothing is under way any more."""
        found: frozenset[str] = frozenset()
        return found.union(*(self.known.lacking(lot, at) for lot in node.lots))

    def ending(self, node: _Node) -> Plan:
        """What comes to be seen if nothing more is done, and from when on it stays so."""
        times = sorted({node.now, *(at for lot in node.lots for at in self.known.moments(lot))})
        left, latest = self._lacking(node), times[-1]
        for at in reversed(times[:-1]):
            if self._lacking(node, at) - left:
                break
            latest = at
        surfaces = [surface for lot in node.lots for surface in lot.surfaces]
        reached = tuple(s for s in surfaces if s not in left)
        return Plan(node.deeds, latest, reached, tuple(s for s in surfaces if s in left))


def _reach(plan: Plan) -> tuple[int, int]:
    return (len(plan.left), len(plan.deeds))


def _rank(plan: Plan) -> tuple[tuple[int, int], datetime, int]:
    """Fewest left, fewest actions, least waiting; and rather a look than another upload."""
    uploads = sum(deed.event.verb in WRITES for deed in plan.deeds)
    return (_reach(plan), plan.latest, uploads)
