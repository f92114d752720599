"""How `apply` and `sync` end: what was written, what is left and by whom, what still lags."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sameface import sync
from sameface.cli import telling, terminal
from sameface.cli.session import Session

_MOST_LAG = 200


def kept(decisions: list[sync.Decision]) -> Callable[[sync.Decision], None]:
    """A listener that keeps who needs a person, or failed, and the first of the others."""

    def keep(decision: sync.Decision) -> None:
        open_ = decision.calling(sync.Call.BY_HAND, sync.Call.ASK, sync.Call.UNKNOWN)
        if open_ or len(decisions) < _MOST_LAG:
            decisions.append(decision)

    return keep


async def ended(
    session: Session, outcome: sync.Outcome, decisions: list[sync.Decision], *, as_json: bool
) -> int:
    """Tell the outcome; returns its exit code."""
    late = await telling.late(session, decisions[:_MOST_LAG], outcome)
    if as_json:
        overdue = [{"person": person.upn} | reason.as_json() for person, reason in late]
        terminal.out(json.dumps(data(outcome) | {"overdue": overdue}, ensure_ascii=False))
        return outcome.exit_code
    terminal.say(written(outcome))
    left = (*telling.failures(outcome), *telling.overdue(late), *telling.remaining(decisions))
    for line in (*left, *telling.doubtful(outcome.doubtful)):
        terminal.say(line)
    lagging = list(telling.lag(session, await session.rows(decisions[:_MOST_LAG], outcome)))
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
