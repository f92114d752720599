"""When two worlds are one: what can be seen later, whatever happens, and not how it came about."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from sameface.rules.bearing import Bearing
from sameface.rules.interpreter import Interpreter, Worlds
from sameface.rules.state import Held, State

World = tuple[Interpreter, State]


def essence(state: State, bearing: Bearing | None = None) -> Hashable:
    """All of a state but how it came about; where `bearing` is given, what of it bears on that."""
    held, due, asked = tuple(state.held.items()), state.due, state.asked
    signed_in = state.signed_in
    if bearing is not None:
        held = tuple([one for one in held if one[0] in bearing.stores])
        due = tuple([one for one in due if one.sets or one.route in bearing.routes])
        asked = {route: at for route, at in asked.items() if route in bearing.routes}
        signed_in &= bearing.clients
    return (
        frozenset([(store, _photo(one)) for store, one in held]),
        frozenset([(store, one.stamp) for store, one in held] if state.copies else ()),
        tuple([(d.at, d.route, d.taken and _photo(d.taken), d.sets) for d in due]),
        frozenset([(key, tuple([c[:2] for c in kept])) for key, kept in state.copies.items()]),
        frozenset(asked.items()),
        state.circumstances,
        signed_in,
    )


def distinct(worlds: Iterable[World], bearing: Bearing | None = None) -> dict[Hashable, World]:
    """Worlds in which the same will be seen, whatever happens, once, by what tells them apart."""
    found: dict[Hashable, World] = {}
    for world in worlds:
        found.setdefault((world[0].pace, essence(world[1], bearing)), world)
    return found


def merged(worlds: Iterable[World]) -> Worlds:
    """The same for whoever looks anywhere."""
    return tuple(distinct(worlds).values())


def _photo(held: Held) -> Hashable:
    way = held.why.rule if held.why and held.why.rule.startswith("routes/") else None
    return (held.standing, held.name, held.size_bytes, held.files, way)
