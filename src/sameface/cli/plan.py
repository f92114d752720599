"""What a sync would write, person by person, and why. Nothing is written."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

from sameface import sync
from sameface.cli import progress, telling, terminal
from sameface.cli.session import add_settings, open_session


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_settings(parser)
    parser.add_argument("-o", "--output", type=Path, metavar="PLAN.JSON", help="save it here too")
    parser.add_argument("--json", action="store_true", help="the plan as JSON")


def run(args: argparse.Namespace) -> int:
    """Exit code as design section 5 fixes it; 3 where there is something to do."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    decisions: list[sync.Decision] = []
    async with open_session(args.settings) as session:
        with progress.bar(quiet=args.json) as watch:
            made, outcome = await sync.plan(
                session.settings,
                session.connectors,
                session.vault,
                session.clock,
                watch,
                tell=lambda decision: _keep(decision, decisions),
            )
    if args.output is not None:
        made.save(args.output)
    if args.json:
        terminal.out(json.dumps(made.as_json(), ensure_ascii=False))
        return outcome.exit_code
    for line in (*lines(made), *telling.failures(outcome), *telling.remaining(decisions)):
        terminal.out(line)
    terminal.out(f"\n{telling.summary(outcome)}")
    if made.actions:
        terminal.out("`sameface apply` does exactly this, and refuses what has moved since.")
    return outcome.exit_code


def _keep(decision: sync.Decision, kept: list[sync.Decision]) -> None:
    """Only those who need a person or failed: the plan itself holds the rest."""
    if decision.calling(sync.Call.BY_HAND, sync.Call.ASK, sync.Call.UNKNOWN):
        kept.append(decision)


def lines(plan: sync.Plan) -> Iterator[str]:
    """One line per write."""
    if not plan.actions:
        yield "Nothing to write."
    for action in plan.actions:
        before = f"instead of {action.before[:8]}" if action.before else "where there is none"
        yield (
            f"  {action.name:<32} {action.store:<11} {action.verb} {action.after[:8]} {before}: "
            f"{action.because}"
        )
