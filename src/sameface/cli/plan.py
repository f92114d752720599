"""What a sync would write, person by person, and why. Nothing is written."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from sameface import sync
from sameface.cli import progress, telling, terminal
from sameface.cli.arguments import add_settings
from sameface.cli.planning import save_page
from sameface.cli.remaining import Remaining
from sameface.cli.session import open_session
from sameface.cli.stopping import stoppable


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_settings(parser)
    parser.add_argument("-o", "--output", type=Path, metavar="PLAN.JSON", help="save it here too")
    parser.add_argument("--html", type=Path, metavar="FILE", help="a page with the pictures")
    parser.add_argument("--all", action="store_true", help="name everybody whom it leaves as is")
    parser.add_argument("--json", action="store_true", help="the plan as JSON")


def run(args: argparse.Namespace) -> int:
    """Exit code as design section 5 fixes it; 3 where there is something to do."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    with Remaining() as remaining:
        async with open_session(args.settings) as session:
            with progress.bar(quiet=args.json) as watch, stoppable():
                made, outcome = await sync.plan(
                    session.settings,
                    session.connectors,
                    session.vault,
                    session.clock,
                    watch,
                    tell=remaining.add,
                    whole=args.all,
                )
            if args.html is not None:
                await save_page(made, session.vault, args.html)
        if args.output is not None:
            made.save(args.output)
        if args.json:
            for part in made.as_text():
                terminal.as_json(part)
        else:
            _tell(made, outcome, remaining, everybody=args.all)
    return outcome.exit_code


def _tell(made: sync.Plan, outcome: sync.Outcome, remaining: Remaining, *, everybody: bool) -> None:
    """The plan, what else is left, and what to do next."""
    said = chain(lines(made), telling.failures(outcome), remaining.lines())
    for line in chain(said, telling.doubtful(made.doubtful), alone(made, everybody=everybody)):
        terminal.say(line)
    for warning in made.warnings:
        if warning not in outcome.warnings:
            terminal.say(f"  Beware: {warning}")
    terminal.gap()
    terminal.say(telling.summary(outcome))
    if made.actions:
        terminal.say("`sameface apply` does exactly this, and refuses what has moved since.")


def lines(plan: sync.Plan) -> Iterator[str]:
    """One line per write or removal."""
    if not plan.actions:
        yield "Nothing to write."
    for action in plan.actions:
        yield f"  {action.name}, {action.store}: {_does(action)}, because it {action.because}"


def alone(plan: sync.Plan, *, everybody: bool = False) -> Iterator[str]:
    """What differs and is nobody's to change: of how many people and why, or of whom."""
    told = plan.left if everybody else plan.causes
    left = [one for one in told if one.call is sync.Call.LEAVE]
    if left:
        yield "  Left as it is:"
        yield from (f"    {one}" for one in left)
        if not everybody:
            yield "    `sameface plan --all` names them."


def _does(action: sync.Action) -> str:
    before = action.before[:8] if action.before else None
    if action.after is None:
        return f"remove photo {before}" if before else "remove the photo"
    instead = f"instead of {before}" if before else "where there is none"
    return f"{action.verb} photo {action.after[:8]} {instead}"
