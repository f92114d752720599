"""What may come of the worlds that are possible now: every range at both ends, alike ones once."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sameface.rules.events import Refusal
from sameface.rules.interpreter import Interpreter, Pace
from sameface.rules.looking import Look, Worlds
from sameface.rules.orders import Order
from sameface.rules.rulebook import Rulebook
from sameface.rules.state import Due, Held, State

_SOON = timedelta(seconds=1)


def futures(worlds: Worlds, now: datetime) -> Worlds:
    """The same worlds with every cycle and delay as early, and as late, as it can be from now on.

    When the next run of a background process comes is on no wire, so a cycle is near or far.
    """
    if not worlds:
        return worlds
    book = worlds[0][0].book
    early = Interpreter(book, _phase(book, now), Pace.EARLIEST)
    late = Interpreter(book, now, Pace.LATEST)
    found = [
        (interpreter, _timed(state, interpreter))
        for interpreter in (early, late)
        for _, state in worlds
    ]
    return merged(found)


def merged(worlds: Iterable[tuple[Interpreter, State]]) -> Worlds:
    """Worlds in which the same will be seen, whatever happens, once."""
    found: dict[Hashable, tuple[Interpreter, State]] = {}
    for interpreter, state in worlds:
        found.setdefault((interpreter.pace, essence(state)), (interpreter, state))
    return tuple(found.values())


def play(look: Look, orders: Sequence[Order]) -> tuple[Look, tuple[Refusal, ...]]:
    """The question after the orders were carried out one after the other, and what was refused."""
    refused: list[Refusal] = []
    worlds = tuple((i, s.fork()) for i, s in look.worlds)
    for interpreter, state in worlds:
        for order in orders:
            interpreter.advance(state, state.now + order.wait)
            if order.event is not None:
                refused += interpreter.happen(state, order.event).refusals
    return replace(look, worlds=merged(worlds)), tuple(dict.fromkeys(refused))


def _phase(book: Rulebook, now: datetime) -> datetime:
    """A start from which every cycle runs next in a moment."""
    periods = [int(r.every.total_seconds()) for r in book.routes.values() if r.every]
    return now + _SOON - timedelta(seconds=math.lcm(*periods)) if periods else now


def _timed(state: State, interpreter: Interpreter) -> State:
    other = state.fork()
    other.due = tuple(sorted(_moved(other, interpreter), key=lambda due: (due.at, due.order)))
    return other


def _moved(state: State, interpreter: Interpreter) -> Iterator[Due]:
    for due in state.due:
        route = interpreter.book.routes.get(due.route)
        every = route.every if route else None
        if due.taken is not None or every is None:
            yield due
            continue
        runs = (state.now - interpreter.start) // every + 1
        yield due._replace(at=interpreter.start + every * runs)


# ---------------------------------------------------------------------------
# When two worlds are one


def essence(state: State) -> Hashable:
    """What later sightings depend on: all of a state but how it came about."""
    held = [(store, _photo(one)) for store, one in state.held.items()]
    stamps = [(store, one.stamp) for store, one in state.held.items()] if state.copies else ()
    due = tuple((d.at, d.route, d.taken and _photo(d.taken), d.sets) for d in state.due)
    copies = [(key, tuple((c.name, c.fetched) for c in kept)) for key, kept in state.copies.items()]
    return (
        frozenset(held),
        frozenset(stamps),
        due,
        frozenset(copies),
        frozenset(state.asked.items()),
        frozenset(state.options.items()),
        state.signed_in,
    )


def _photo(held: Held) -> Hashable:
    way = held.why.rule if held.why and held.why.rule.startswith("routes/") else None
    return (held.standing, held.name, held.size_bytes, held.files, way)
