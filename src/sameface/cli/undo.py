"""Put back what a run has changed, where stores still show what it left."""

from __future__ import annotations

import argparse
import asyncio

from sameface import sync
from sameface.cli import proposals
from sameface.cli.arguments import add_proposal
from sameface.cli.session import open_session


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_proposal(parser)
    parser.add_argument("undone", metavar="RUN", help="as `sync` and `apply` name it when they end")


def run(args: argparse.Namespace) -> int:
    """0 done, 5 somebody must act in a store, 4 a store failed or moved, 2 bad usage."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with open_session(args.settings) as session:
        proposal = await proposals.propose(session, sync.undo, quiet=args.json, run=args.undone)
        who = "1 person" if len(proposal.people) == 1 else f"{len(proposal.people)} people"
        after = f"{who} stay so until an authority changes, or `sameface restore` is run."
        failed = f"What failed is not put back; `sameface undo {args.undone}` tries it again."
        return await proposals.settle(session, proposal, args, after, failed)
