"""What can ever bear on what a surface shows; all else may be left out when worlds are compared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from sameface.rules.conditions import terms

if TYPE_CHECKING:
    from sameface.rules.rulebook import Rulebook, Surface


class Bearing(NamedTuple):
    """Stores, routes by id, and the clients where one is to be signed in."""

    stores: frozenset[str]
    routes: frozenset[str]
    clients: frozenset[str]

    @classmethod
    def of_all(cls, some: Iterable[Bearing]) -> Bearing:
        """What bears on any of these."""
        return cls(*(frozenset().union(*sets) for sets in zip(*some, strict=True)))


def bearing_on(book: Rulebook, surface: Surface) -> Bearing:
    """What it reads, all that leads there, and what switches on an option that these need."""
    needed = {term.option for need in surface.needs for term in terms(need)}
    stores: frozenset[str] = frozenset()
    open_ = {surface.reads, *(other.reads for _, other in surface.instead)}
    while open_:
        stores = stores.union(*(book.upstream(store) for store in open_))
        way_in = [route for route in book.routes.values() if route.target in stores]
        needed |= {t.option for r in way_in for need in book.needs_of(r) for t in terms(need)}
        setting = (r for r in book.routes.values() if needed.intersection(r.sets))
        open_ = {route.target for route in setting} - stores
    clients = frozenset([surface.id] if surface.signed_in else [])
    return Bearing(stores, frozenset(route.id for route in way_in), clients)
