"""The way a photo would take from one store to another."""

from __future__ import annotations

from collections.abc import Mapping

from sameface.rules.conditions import Value, holds
from sameface.rules.rulebook import Route, Rulebook


def way(
    book: Rulebook,
    origin: str,
    target: str,
    options: Mapping[str, Value],
    passed: frozenset[str] = frozenset(),
) -> tuple[Route, ...] | None:
    """The routes from store to store, in order, for somebody with these options; None: no way."""
    if origin == target:
        return ()
    for route in book.routes_into(target):
        if route.origin not in passed and holds(book.needs_of(route), options):
            before = way(book, origin, route.origin, options, passed | {target})
            if before is not None:
                return (*before, route)
    return None


def closed_by(
    book: Rulebook, origin: str, target: str, options: Mapping[str, Value]
) -> tuple[str, ...]:
    """The options that close a way: with any one of them as it usually is, it would be open."""
    usual = {row.id: row.usual(has_photo=True) for row in book.options.values()}
    others = (name for name, value in options.items() if value != usual[name])
    return tuple(
        name
        for name in others
        if way(book, origin, target, {**options, name: usual[name]}) is not None
    )
