"""Look at everybody, make what differs agree, and prove it by reading back."""

from __future__ import annotations

import argparse
import asyncio

from sameface import sync
from sameface.cli import progress
from sameface.cli.session import add_settings, open_session
from sameface.cli.syncing import ended, kept


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_settings(parser)
    parser.add_argument("--json", action="store_true", help="the outcome as JSON")


def run(args: argparse.Namespace) -> int:
    """Exit code as design section 5 fixes it."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    decisions: list[sync.Decision] = []
    async with open_session(args.settings) as session:
        with progress.bar(quiet=args.json) as watch:
            outcome = await sync.sync(
                session.settings,
                session.connectors,
                session.vault,
                session.clock,
                watch,
                tell=kept(decisions),
            )
        return await ended(session, outcome, decisions, as_json=args.json)
