"""Put back what a run has changed, where stores still show what it left."""

from __future__ import annotations

import argparse
import asyncio

from sameface import sync
from sameface.cli import progress, proposals, terminal
from sameface.cli.arguments import add_settings
from sameface.cli.session import open_session


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_settings(parser)
    parser.add_argument("undone", metavar="RUN", help="as `sync` and `apply` name it when they end")
    parser.add_argument("--plan", action="store_true", help="only make the plan")
    parser.add_argument("--json", action="store_true", help="plan and outcome as JSON")


def run(args: argparse.Namespace) -> int:
    """0 done, 5 somebody must act in a store, 4 a store failed or moved, 2 bad usage."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with open_session(args.settings) as session:
        with progress.bar(quiet=args.json) as watch:
            proposal = await sync.undo(
                session.settings,
                session.connectors,
                session.vault,
                session.clock,
                watch,
                run=args.undone,
            )
        if args.plan:
            return proposals.keep(session, proposal, as_json=args.json)
        if not args.json:
            proposals.foretell(proposal)
        outcome = await proposals.carry_out(session, proposal, quiet=args.json)
        code = proposals.conclude(proposal, outcome, as_json=args.json)
        if not args.json:
            who = "1 person" if len(proposal.people) == 1 else f"{len(proposal.people)} people"
            terminal.say(f"{who} stay so until an authority changes, or `sameface restore` is run.")
        return code
