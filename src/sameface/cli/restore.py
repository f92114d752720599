"""Put an earlier photo of somebody back into every store, until an authority changes."""

from __future__ import annotations

import argparse
import asyncio

from sameface import sync
from sameface.cli import proposals, terminal
from sameface.cli.arguments import add_person, add_proposal
from sameface.cli.session import Session, open_session
from sameface.errors import BadUsage


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_proposal(parser)
    add_person(parser)
    parser.add_argument("version", nargs="?", metavar="VERSION", help="its first digits (history)")
    parser.add_argument("--unpin", action="store_true", help="let the authority decide again")


def run(args: argparse.Namespace) -> int:
    """0 done, 5 somebody must act in a store, 4 a store failed or moved, 2 bad usage."""
    if (args.version is None) is not args.unpin:
        raise BadUsage("Say which VERSION to restore, as `sameface history` lists, or --unpin.")
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with open_session(args.settings) as session:
        if args.unpin:
            return await _unpin(session, args.person, as_json=args.json)
        about = {"name": args.person, "version": args.version}
        proposal = await proposals.propose(session, sync.restore, quiet=args.json, **about)
        after = "It stays so until an authority changes, or until `--unpin`."
        failed = "The next sync goes on with what failed, until an authority changes, or `--unpin`."
        return await proposals.settle(session, proposal, args, after, failed)


async def _unpin(session: Session, name: str, *, as_json: bool) -> int:
    person = await session.vault.person(name)
    there = await session.vault.unpin(person.id, session.clock.now())
    told = "is not pinned any more; the next sync decides" if there else "was not pinned"
    if as_json:
        terminal.data({"person": person.upn, "unpinned": there, "exit": 0})
    else:
        terminal.say(f"{person.upn} {told}.")
    return 0
