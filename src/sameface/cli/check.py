"""Connect to every configured store, write nothing, and say what Sameface may do there."""

from __future__ import annotations

import argparse
import asyncio
import json
from dataclasses import asdict

from sameface.cli import terminal
from sameface.cli.arguments import add_settings
from sameface.cli.session import Session, open_session
from sameface.errors import StoreFailed
from sameface.values import Checked


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_settings(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Exit code 0 all is well, 2 a sign-in is refused, 4 a store cannot be reached."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with open_session(args.settings) as session:
        found = [await _check(session, store) for store in session.connectors]
    codes = [code for _, code in found]
    if args.json:
        terminal.out(json.dumps([asdict(checked) for checked, _ in found]))
    else:
        for checked, _ in found:
            _tell(checked)
        for store in session.book.stores.values():
            if store.id not in session.connectors:
                terminal.out(f"{store.id:<18} not connected")
    return 2 if 2 in codes else max(codes, default=0)


async def _check(session: Session, store: str) -> tuple[Checked, int]:
    try:
        return await session.connectors[store].check(), 0
    except StoreFailed as wrong:
        return Checked(store, reachable=False, says=str(wrong)), wrong.exit


def _tell(checked: Checked) -> None:
    may = f" (may {', '.join(checked.may)})" if checked.may else ""
    state = "ok" if checked.reachable else "FAILED"
    terminal.out(f"{checked.store:<18} {state:<7}{checked.says}{may}")
    for sentence in checked.may_not:
        terminal.out(f"{'':<26}{sentence}")
