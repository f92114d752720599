"""Do exactly what a plan says, read every write back, and refuse what has moved since."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from sameface import sync
from sameface.cli import progress
from sameface.cli.arguments import add_settings
from sameface.cli.session import open_session
from sameface.cli.stopping import stoppable
from sameface.cli.syncing import ended, keeping


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_settings(parser)
    parser.add_argument("plan", nargs="?", type=Path, metavar="PLAN.JSON", help="default: the last")
    parser.add_argument("--json", action="store_true", help="the outcome as JSON")


def run(args: argparse.Namespace) -> int:
    """Exit code as design section 5 fixes it."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with open_session(args.settings) as session:
        plan = sync.load_plan(args.plan) if args.plan else sync.last_plan(session.vault)
        with keeping(session, as_json=args.json) as kept:
            with progress.bar(quiet=args.json) as watch, stoppable():
                outcome = await sync.apply(
                    session.settings,
                    session.connectors,
                    session.vault,
                    session.clock,
                    kept.beside(watch),
                    plan=plan,
                    tell=kept,
                )
            return ended(session, outcome, kept, as_json=args.json)
