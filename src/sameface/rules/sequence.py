"""In which order several stores of one person are written, so that old faces are seen least.

Two things make an order bad. A store is written late from which another takes photos when somebody
looks: a look in between carries the old photo over the new one, and for a day or longer nothing
takes it away. And a store is written late that many look at, or whose viewers keep what they saw.
What a write sets off by itself (`write`, `cycle`) carries the new photo, whenever that is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

from sameface.rules.conditions import Value, holds
from sameface.rules.rulebook import CYCLE, WRITE, Route, Rulebook, Surface

_FOR_EVER = timedelta.max


def write_order(
    book: Rulebook, stores: Collection[str], options: Mapping[str, Value]
) -> tuple[str, ...]:
    """These stores, the one to write first first; what the rulebook does not know comes last.

    A store that feeds another comes before it; then that whose surfaces follow latest, then that
    with more surfaces; last what is fed by a store that nobody writes. `options` are the
    organisation's; what they do not say is as usual.
    """
    settings = book.settings(options)
    known = [store for store in book.stores if store in stores]
    feeds = {
        store: {r.target for r in _carrying(book, store, settings) if not _by_itself(r)}
        for store in book.stores
    }
    fed = {target for store in book.stores if store not in known for target in feeds[store]}
    order: list[str] = []
    while left := [store for store in known if store not in order]:
        free = [s for s in left if not any(s in feeds[o] and o not in feeds[s] for o in left)]
        order.append(
            max(free or left, key=lambda s: (s not in fed, *_urgency(book, s, known, settings)))
        )
    return (*order, *sorted(store for store in stores if store not in known))


def _carrying(book: Rulebook, store: str, settings: Mapping[str, Value]) -> list[Route]:
    """Routes out of a store that overwrite what is there."""
    return [
        route
        for route in book.routes.values()
        if route.origin == store and not route.rests and holds(book.needs_of(route), settings)
    ]


def _by_itself(route: Route) -> bool:
    """True when a write sets it off; else it is somebody's look or deed."""
    return route.on in (WRITE, CYCLE)


def _urgency(
    book: Rulebook, store: str, written: Collection[str], settings: Mapping[str, Value]
) -> tuple[timedelta, int]:
    """(how long the last of its surfaces may go on showing the old photo, how many they are)."""
    waits = {store: timedelta(0)}
    open_ = [store]
    while open_:
        origin = open_.pop()
        for route in _carrying(book, origin, settings):
            if route.target not in waits and route.target not in written:
                waits[route.target] = _plus(waits[origin], _wait(route))
                open_.append(route.target)
    seen = [surface.seen_by(settings) for surface in book.surfaces.values()]
    lags = [_plus(waits[s.reads], _kept(book, s)) for s in seen if s.reads in waits]
    return max(lags, default=timedelta(-1)), len(lags)


def _wait(route: Route) -> timedelta:
    """The longest until a route has carried; for ever where that takes somebody to act."""
    if not _by_itself(route) or route.delay.latest is None:
        return _FOR_EVER
    return _plus(route.every or timedelta(0), route.delay.latest)


def _kept(book: Rulebook, surface: Surface) -> timedelta:
    """The longest that a viewer may keep what they saw there."""
    if surface.cache is None or surface.stamped:
        return timedelta(0)
    return book.caches[surface.cache].lifetime.latest or _FOR_EVER


def _plus(one: timedelta, other: timedelta) -> timedelta:
    return _FOR_EVER if _FOR_EVER in (one, other) else one + other
