"""Look at everybody, make what differs agree, and prove it by reading back."""

from __future__ import annotations

import argparse
import asyncio

from sameface import sync
from sameface.cli import progress, terminal
from sameface.cli.arguments import add_settings
from sameface.cli.session import open_session
from sameface.cli.stopping import stoppable
from sameface.cli.syncing import ended, keeping
from sameface.errors import BadUsage


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_settings(parser)
    parser.add_argument("--json", action="store_true", help="the outcome as JSON")
    parser.add_argument(
        "--watch",
        action="store_true",
        help="go on, and sync whoever a directory says has changed, within seconds",
    )
    parser.add_argument(
        "--by-workers",
        action="store_true",
        help="leave it to those who run `sameface worker`, and follow how far they are",
    )


def run(args: argparse.Namespace) -> int:
    """Exit code as design section 5 fixes it."""
    if args.by_workers and args.watch:
        raise BadUsage("Workers do not listen to directories; leave out --watch or --by-workers.")
    if args.by_workers:
        from sameface.cli import handing  # noqa: PLC0415  loads what only workers need

        return asyncio.run(handing.over(args))
    return asyncio.run(_watch(args) if args.watch else _run(args))


async def _run(args: argparse.Namespace) -> int:
    async with open_session(args.settings) as session:
        with keeping(session, as_json=args.json) as kept:
            with progress.bar(quiet=args.json) as watch, stoppable():
                outcome = await sync.sync(
                    session.settings,
                    session.connectors,
                    session.vault,
                    session.clock,
                    kept.beside(watch),
                    tell=kept,
                )
            return ended(session, outcome, kept, as_json=args.json)


async def _watch(args: argparse.Namespace) -> int:
    """An outcome is told after each look that led to something; ends with the last one's code."""
    code = 0
    async with open_session(args.settings) as session:
        with keeping(session, as_json=args.json) as kept, stoppable():
            outcomes = sync.watch(
                session.settings,
                session.connectors,
                session.vault,
                session.clock,
                kept.beside(),
                tell=kept,
            )
            async for outcome in outcomes:
                code = ended(session, outcome, kept, as_json=args.json)
                terminal.flush()
                kept.clear()
    return code
