"""The way a photo would take from one store to another."""

from __future__ import annotations

from sameface.rules.rulebook import Route, Rulebook


def way(
    book: Rulebook, origin: str, target: str, passed: frozenset[str] = frozenset()
) -> tuple[Route, ...] | None:
    """The routes from store to store, in order; None where there are none."""
    if origin == target:
        return ()
    for route in book.routes_into(target):
        if route.origin not in passed:
            before = way(book, origin, route.origin, passed | {target})
            if before is not None:
                return (*before, route)
    return None
