"""How `apply` and `sync` end: what was written, what is left and by whom, what still lags."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

from sameface import sync
from sameface.cli import telling, terminal
from sameface.cli.remaining import Remaining
from sameface.cli.session import Session

_MOST_LAG = 200


class Kept:
    """What is kept of decisions until the end: the first of them, and words about what is left.

    `remaining` is None where no words are wanted, since they are for people to read.
    """

    def __init__(self, remaining: Remaining | None) -> None:
        self.first: list[sync.Decision] = []
        self.remaining = remaining

    def __call__(self, decision: sync.Decision) -> None:
        if len(self.first) < _MOST_LAG:
            self.first.append(decision)
        if self.remaining is not None:
            self.remaining.add(decision)

    def clear(self) -> None:
        """Begin anew."""
        self.first.clear()
        if self.remaining is not None:
            self.remaining.clear()


@contextmanager
def keeping(*, as_json: bool) -> Iterator[Kept]:
    """A listener to decisions for a run that `ended` tells of."""
    with Remaining() as remaining:
        yield Kept(None if as_json else remaining)


async def ended(session: Session, outcome: sync.Outcome, kept: Kept, *, as_json: bool) -> int:
    """Tell the outcome; returns its exit code."""
    late = await telling.late(session, kept.first, outcome)
    if as_json or kept.remaining is None:
        overdue = [{"person": person.upn} | reason.as_json() for person, reason in late]
        terminal.out(json.dumps(data(outcome) | {"overdue": overdue}, ensure_ascii=False))
        return outcome.exit_code
    terminal.say(written(outcome))
    before = chain(telling.failures(outcome), telling.overdue(late))
    left = chain(before, kept.remaining.lines(), telling.doubtful(outcome.doubtful))
    for line in left:
        terminal.say(line)
    lagging = list(telling.lag(session, await session.rows(kept.first, outcome)))
    if lagging:
        terminal.say("\nWhat will still be seen for a while:")
        for line in lagging:
            terminal.say(line)
    terminal.say(f"\n{telling.summary(outcome)}")
    return outcome.exit_code


def data(outcome: sync.Outcome) -> dict[str, Any]:
    """The outcome as JSON data."""
    return {
        "run": outcome.run,
        "people": outcome.people,
        "agreeing": outcome.agreeing,
        "changing": outcome.changing,
        "left": {str(call): count for call, count in outcome.left.items()},
        "results": {str(result): count for result, count in outcome.results.items()},
        "doubts": outcome.doubts,
        "doubtful": list(outcome.doubtful),
        "failures": [{"code": f.code, "text": f.sentence()} for f in outcome.failures],
        "stopped": outcome.stopped,
        "exit": outcome.exit_code,
    }


def written(outcome: sync.Outcome) -> str:
    """What came of the writes, in a sentence."""
    counts = [f"{count} {result}" for result, count in outcome.results.items() if count]
    if not counts:
        return "Nothing was written."
    return f"Writes, each read back: {', '.join(counts)} (run {outcome.run})."
