"""Connect to every configured store, write nothing, and say what Sameface may do there."""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import asdict

from sameface.cli import terminal
from sameface.cli.arguments import add_settings
from sameface.cli.session import Session, open_session
from sameface.connectors.registry import sign_in_of
from sameface.errors import StoreFailed, Unreachable
from sameface.values import Checked

_SAYS = f"{'':<41}"


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_settings(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument(
        "--sign-in",
        action="store_true",
        help='sign in by a code where a store says sign-in = "device-code"',
    )


def run(args: argparse.Namespace) -> int:
    """Exit code 0 all is well, 2 a sign-in is refused, 4 a store fails."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with open_session(args.settings) as session:
        # One after another: a person may have to type a code.
        found = [await _check(session, s, sign_in=args.sign_in) for s in session.connectors]
    codes = [code for _, code in found]
    if args.json:
        terminal.data([asdict(checked) for checked, _ in found])
    else:
        terminal.out(f"{'store':<21}{'reached':<8}{'read':<6}{'write':<6}")
        for checked, _ in found:
            _tell(checked)
        for store in session.book.stores.values():
            if store.id not in session.connectors:
                terminal.out(f"{store.id:<20} not connected")
    return 2 if 2 in codes else max(codes, default=0)


async def _check(session: Session, store: str, *, sign_in: bool) -> tuple[Checked, int]:
    """What one store lets us do; a store that fails is one store's failure."""
    try:
        if sign_in:
            await _sign_in(session, store)
        return await session.connectors[store].check(), 0
    except StoreFailed as wrong:
        reached = not isinstance(wrong, Unreachable)
        return Checked(store, reachable=reached, says=str(wrong)), wrong.exit


async def _sign_in(session: Session, store: str) -> None:
    settings = session.settings.store(store)
    person = None if settings is None else sign_in_of(settings)
    if person is not None:
        await asyncio.to_thread(person.sign_in, _ask)


def _ask(text: str) -> None:
    """To stderr at once: data goes to stdout, and somebody is waiting for it."""
    terminal.complain(text)
    sys.stderr.flush()


def _tell(checked: Checked) -> None:
    answers = (checked.reachable, "read" in checked.may, "write" in checked.may)
    reached, read, write = ("yes" if answer else "no" for answer in answers)
    terminal.out(f"{checked.store:<21}{reached:<8}{read:<6}{write:<6}{checked.says}")
    for sentence in checked.may_not:
        terminal.out(f"{_SAYS}{sentence}")
