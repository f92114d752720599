"""Who shows which face where: people by stores, and by surfaces for a colleague."""

from __future__ import annotations

import argparse
import asyncio
import json
from typing import Any

from sameface import sync
from sameface.cli import progress, telling, terminal
from sameface.cli.arguments import add_settings
from sameface.cli.session import Session, open_session
from sameface.explain.status import Row

SHOWN = 50
"""People shown in a terminal unless `--all`: those that differ first."""


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_settings(parser)
    parser.add_argument("people", nargs="*", metavar="PERSON", help="UPN, mail or name; or all")
    parser.add_argument("--all", action="store_true", help=f"show more than {SHOWN} people")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Exit code as design section 5 fixes it: 0, 3, 5, 4 or 2."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    decisions: list[sync.Decision] = []
    async with open_session(args.settings) as session:
        with progress.bar(quiet=args.json) as watch:
            outcome = await sync.status(
                session.settings,
                session.connectors,
                session.vault,
                session.clock,
                watch,
                tell=decisions.append,
                names=args.people,
            )
        chosen = decisions if args.all or args.json else _first(decisions)
        rows = await session.rows(chosen, outcome)
        if args.json:
            terminal.out(json.dumps(as_json(session, outcome, rows), ensure_ascii=False))
        else:
            tell(session, outcome, rows, decisions)
    return outcome.exit_code


def _first(decisions: list[sync.Decision]) -> list[sync.Decision]:
    """At most SHOWN people: all of them if they are few, else those first who differ."""
    if len(decisions) <= SHOWN:
        return decisions
    calm = {sync.Call.NOTHING, sync.Call.LEAVE}
    differing = [d for d in decisions if not {v.call for v in d.verdicts} <= calm]
    return (differing or decisions)[:SHOWN]


def as_json(session: Session, outcome: sync.Outcome, rows: list[Row]) -> dict[str, Any]:
    """How everybody stands, as data."""
    return {
        "organisation": session.settings.organisation,
        "rulebook": session.book.id,
        "people": outcome.people,
        "agreeing": outcome.agreeing,
        "changing": outcome.changing,
        "left": {str(call): count for call, count in outcome.left.items()},
        "doubts": outcome.doubts,
        "doubtful": list(outcome.doubtful),
        "failures": [{"code": f.code, "text": f.sentence()} for f in outcome.failures],
        "exit": outcome.exit_code,
        "rows": [row.as_json() for row in rows],
    }


def tell(
    session: Session, outcome: sync.Outcome, rows: list[Row], decisions: list[sync.Decision]
) -> None:
    """The matrix, the sentence, and who must act."""
    title = f"{session.settings.organisation}: who shows which face where"
    telling.draw(session, rows, title)
    if len(rows) < len(decisions):
        terminal.say(f"\n{len(decisions) - len(rows)} more; --all shows them.")
    terminal.say(f"\n{telling.summary(outcome)}")
    late = [(row.subject.person, reason) for row in rows for reason in row.overdue]
    left = (*telling.failures(outcome), *telling.overdue(late), *telling.remaining(decisions))
    for line in (*left, *telling.doubtful(outcome.doubtful)):
        terminal.say(line)
