"""The shortest documented way to one face everywhere: searched over the interpreter, on copies.

First for each lot of surfaces alone, then for all together with the deeds that helped one alone:
plans of no action, of one, of two, ... Of those of the first length by which every surface comes to
show the wanted photo, the one that has waited least at the latest. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sameface.rules.deeds import deeds
from sameface.rules.events import Event
from sameface.rules.futures import essence
from sameface.rules.looking import Look
from sameface.rules.lots import Deed, Lot, Lots
from sameface.rules.rulebook import WRITES
from sameface.values import iso

_MOST_ALONE, _MOST_TOGETHER = 3, 8
"""Actions: a write, a view and a cache cleared are all that one surface can need."""

_MOST_TRIED = 3000
"""States looked at before the search gives up."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do, and what comes of it.

    Every surface in `reached` surely shows the wanted photo by `latest`; for those in `left` no
    such plan was found.
    """

    deeds: tuple[Deed, ...]
    latest: datetime
    reached: tuple[str, ...]
    left: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "actions": [deed.as_json() for deed in self.deeds],
            "latest": iso(self.latest),
            "reached": list(self.reached),
            "left": list(self.left),
        }


def best(looks: Sequence[Look], wanted: str | None, roles: Collection[str]) -> Plan:
    """The shortest plan for all these looks at one person at one moment, by these roles.

    Where no plan reaches every surface: the shortest of those that reach the most.
    """
    known, groups, now = Lots(wanted), tuple(_grouped(looks)), looks[0].now
    alone = [_Search(known, frozenset(roles)).run((g,), now, _MOST_ALONE) for g in groups]
    helpful = frozenset((d.event, d.role) for plans in alone for plan in plans for d in plan.deeds)
    hopeless = frozenset(surface for plans in alone for surface in plans[0].left)
    together = _Search(known, frozenset(roles), helpful, hopeless)
    return together.run(groups, now, _MOST_TOGETHER)[0]


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
    helpful: frozenset[tuple[Event, str]] | None = None
    hopeless: frozenset[str] = frozenset()

    def run(self, lots: tuple[Lot, ...], now: datetime, most: int) -> list[Plan]:
        """The best plans for these lots, the very best first; all of them are of one length."""
        start = _Node(lots, now, ())
        seen, level, plans = {start.mark()}, [start], [self._ending(start)]
        for _ in range(most):
            if set(min(plans, key=_rank).left) <= self.hopeless:
                break
            level = list(self._level(level, seen))
            plans += [self._ending(node) for node in level]
        plans.sort(key=_rank)
        return [plan for plan in plans if _reach(plan) == _reach(plans[0])]

    def _level(self, level: Sequence[_Node], seen: set[Hashable]) -> Iterator[_Node]:
        for there in (there for node in level for there in self._next(node)):
            if (mark := there.mark()) not in seen and len(seen) < _MOST_TRIED:
                seen.add(mark)
                yield there

    def _next(self, node: _Node) -> Iterator[_Node]:
        lacking = self._lacking(node) - self.hopeless
        for deed in deeds(self.known, node.lots, node.now, lacking):
            if deed.role in self.roles and self._helps(deed):
                lots = tuple(self.known.after(lot, deed) for lot in node.lots)
                there = _Node(lots, deed.at, (*node.deeds, deed))
                if self._lacking(there) - self.hopeless <= lacking:  # never make it worse
                    yield there

    def _helps(self, deed: Deed) -> bool:
        return self.helpful is None or (deed.event, deed.role) in self.helpful

    def _lacking(self, node: _Node, at: datetime | None = None) -> frozenset[str]:
        """The surfaces that lack the photo then, or when nothing is under way any more."""
        found: frozenset[str] = frozenset()
        return found.union(*(self.known.lacking(lot, at) for lot in node.lots))

    def _ending(self, node: _Node) -> Plan:
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
