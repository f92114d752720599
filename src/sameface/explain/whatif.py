"""What would happen if: every surface before and after some orders; and the best plan. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sameface.explain.explaining import Explainer
from sameface.explain.histories import connected
from sameface.rules.best import Plan, best
from sameface.rules.events import Refusal
from sameface.rules.futures import futures, play
from sameface.rules.looking import Look
from sameface.rules.orders import Asking, Order
from sameface.rules.until import until
from sameface.values import Until, iso


@dataclass(frozen=True, slots=True)
class Change:
    """One surface before and after: the photos possible (by digest), and what it then waits for."""

    surface: str
    before: tuple[str | None, ...]
    after: tuple[str | None, ...]
    until: Until
    settled: bool  # what it shows afterwards is the photo waited for, and nothing else

    def as_json(self) -> dict[str, Any]:
        def spelt(photos: tuple[str | None, ...]) -> list[str]:
            return ["none" if photo is None else photo for photo in photos]

        return {
            "surface": self.surface,
            "before": spelt(self.before),
            "after": spelt(self.after),
            "until": self.until.as_json(),
        }


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What the orders change, on every surface asked about, and what is refused of them."""

    orders: tuple[Order, ...]
    at: datetime
    changes: tuple[Change, ...]
    refusals: tuple[Refusal, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "if": [order.text for order in self.orders],
            "at": iso(self.at),
            "surfaces": [change.as_json() for change in self.changes],
            "refused": [{"rule": r.rule, "text": r.text} for r in self.refusals],
        }


def asking(explainer: Explainer, viewer: str | None) -> Asking:
    """How orders about this person are to be read: photos by their letters."""
    photos = {letter: digest for digest, letter in explainer.names.items()}
    return Asking(explainer.book, explainer.subject.person.id, viewer, photos)


def what_if(
    explainer: Explainer, orders: Sequence[Order], surfaces: Sequence[str], viewer: str | None
) -> WhatIf:
    """Each surface now, and right after the orders, in all worlds that end as observed.

    A store that nobody observes is taken to hold what the shortest histories left there.
    """
    changes: list[Change] = []
    refused: list[Refusal] = []
    at = explainer.now
    for surface in surfaces:
        before = _now(explainer, surface, viewer)
        after, refusals = play(before, orders)
        after = replace(after, aim=(_aim(explainer, orders, before),))
        refused += refusals
        at = after.now
        changes.append(
            Change(
                surface,
                explainer.sorted(before.photos()),
                explainer.sorted(after.photos()),
                until(after, explainer.wording),
                after.wanted_is_certain(),
            )
        )
    return WhatIf(tuple(orders), at, tuple(changes), tuple(dict.fromkeys(refused)))


def best_plan(
    explainer: Explainer,
    orders: Sequence[Order],
    surfaces: Sequence[str],
    viewer: str | None,
    roles: Collection[str],
) -> Plan:
    """The shortest plan, by these roles, after which all these surfaces show the wanted photo."""
    looks = [play(_now(explainer, s, viewer), orders)[0] for s in surfaces]
    return best(looks, explainer.subject.wanted, roles)


def observable(explainer: Explainer) -> tuple[str, ...]:
    """The surfaces that read a connected store: of the others nobody knows what they show."""
    surfaces = explainer.book.surfaces.values()
    return tuple(s.id for s in surfaces if s.reads in explainer.subject.stores)


def _now(explainer: Explainer, surface: str, viewer: str | None) -> Look:
    look = explainer.look(explainer.book.surfaces[surface], viewer)
    return replace(look, worlds=futures(look.worlds, explainer.now))


def _aim(explainer: Explainer, orders: Sequence[Order], look: Look) -> str | None:
    """The photo that the last order brought to this surface's stores; else the wanted one."""
    book = explainer.book
    near = connected(look.surface.reads, book)
    for order in reversed(orders):
        event = order.event
        if event is not None and event.channel and book.channels[event.channel].writes in near:
            return event.photo.name if event.photo else None
    return explainer.aim()
