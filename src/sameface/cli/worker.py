"""Sync in the background: by the schedule, and what `sameface sync --by-workers` hands over."""

from __future__ import annotations

import argparse
import asyncio

from sameface.cli import terminal
from sameface.cli.arguments import add_settings
from sameface.cli.session import open_session
from sameface.jobs import listening, working
from sameface.sync.shared import works


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_settings(parser)
    parser.add_argument(
        "--name",
        help="what it finds its unfinished work by (default: this host's name and a number)",
    )


def run(args: argparse.Namespace) -> int:
    """Works until Ctrl-C or SIGTERM; what it has in hand is finished, the rest left to others."""
    asyncio.run(_run(args))
    return 0


async def _run(args: argparse.Namespace) -> None:
    async with open_session(args.settings) as session:
        able = works(session.settings, session.connectors, session.vault, session.clock)
        with listening() as stop:
            async with working(session.settings, session.vault, able, name=args.name) as name:
                when = session.settings.schedule.sync
                does = f"syncs at {when} (UTC)" if when else "waits to be asked"
                terminal.out(f"Worker {name} is at work: it {does}. Ctrl-C ends it.")
                terminal.flush()
                await stop.wait()
        terminal.out(f"Worker {name} has ended.")
