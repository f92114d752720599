"""How `apply` and `sync` end: what was written, what is left and by whom, what still lags."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

from sameface import sync
from sameface.cli import telling, terminal
from sameface.cli.lagging import Written
from sameface.cli.late import Late
from sameface.cli.progress import Watch
from sameface.cli.remaining import Remaining
from sameface.cli.session import Session
from sameface.sync.work import silent


class Kept:
    """What is kept of a run until its end: who was written, who is late, and what is left.

    `remaining` is None where no words about that are wanted, since they are for people to read.
    """

    def __init__(self, session: Session, remaining: Remaining | None) -> None:
        self.written, self.late = Written(), Late(session)
        self.remaining = remaining

    def beside(self, watch: Watch = silent) -> Watch:
        """A watcher for the sync functions that hears of writes, as the other one does."""

        def both(step: sync.Progress) -> None:
            self.written.step(step)
            watch(step)

        return both

    def __call__(self, decision: sync.Decision) -> None:
        self.written.add(decision)
        self.late.add(decision)
        if self.remaining is not None:
            self.remaining.add(decision)

    def clear(self) -> None:
        """Begin anew."""
        self.written.clear()
        self.late.clear()
        if self.remaining is not None:
            self.remaining.clear()


@contextmanager
def keeping(session: Session, *, as_json: bool) -> Iterator[Kept]:
    """A listener to the decisions of a run, and to its writes, which `ended` tells of."""
    with Remaining() as remaining:
        yield Kept(session, None if as_json else remaining)


def ended(
    session: Session,
    outcome: sync.Outcome,
    kept: Kept,
    *,
    as_json: bool,
    code: int | None = None,
) -> int:
    """Tell the outcome; returns its exit code, or the `code` with which others ended the run."""
    code = outcome.exit_code if code is None else code
    if as_json or kept.remaining is None:
        lag = {"lag": kept.written.as_json(session)}
        told = data(outcome) | kept.late.as_json() | lag | {"exit": code}
        terminal.data(told)
        return code
    terminal.say(written(outcome))
    before = chain(telling.failures(outcome), kept.late.lines())
    left = chain(before, kept.remaining.lines(), telling.doubtful(outcome.doubtful))
    for line in left:
        terminal.say(line)
    lagging = list(kept.written.lines(session))
    if lagging:
        terminal.gap()
        terminal.say("What will still be seen for a while:")
        for line in lagging:
            terminal.say(line)
    terminal.gap()
    terminal.say(telling.summary(outcome))
    return code


def data(outcome: sync.Outcome) -> dict[str, Any]:
    """The outcome as JSON data."""
    return {
        "run": outcome.run,
        "people": outcome.people,
        "agreeing": outcome.agreeing,
        "as_is": outcome.as_is,
        "changing": outcome.changing,
        "left": {str(call): count for call, count in outcome.left.items()},
        "results": {str(result): count for result, count in outcome.results.items()},
        "doubts": outcome.doubts,
        "doubtful": list(outcome.doubtful),
        "failures": [failure.as_json() for failure in outcome.failures],
        "warnings": list(outcome.warnings),
        "stopped": outcome.stopped,
        "exit": outcome.exit_code,
    }


def written(outcome: sync.Outcome) -> str:
    """What came of the writes, in a sentence."""
    counts = [f"{count} {result}" for result, count in outcome.results.items() if count]
    if not counts:
        return "Nothing was written."
    return f"Writes, each read back: {', '.join(counts)} (run {outcome.run})."
