"""What may come of the worlds that are possible now: every range at both ends, alike ones once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sameface.rules.essence import merged
from sameface.rules.events import Refusal
from sameface.rules.interpreter import Interpreter, Pace, Worlds
from sameface.rules.looking import Look
from sameface.rules.orders import Order
from sameface.rules.rulebook import Rulebook
from sameface.rules.state import Due, State

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
