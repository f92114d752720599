"""Remove somebody's photos from every store and from the vault; what stays is proof of it."""

from __future__ import annotations

import argparse
import asyncio
import sys

from sameface import sync
from sameface.cli import proposals, terminal
from sameface.cli.arguments import add_person, add_proposal
from sameface.cli.session import Session, open_session
from sameface.errors import BadUsage
from sameface.sync import Outcome, Proposal


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_proposal(parser, plan="only show what would be removed")
    add_person(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask; needed without a terminal")
    parser.add_argument("--allow", action="store_true", help="take somebody forgotten up again")


def run(args: argparse.Namespace) -> int:
    """0 done, 5 somebody must act in a store, 4 a store failed, 2 bad usage."""
    if not (args.yes or args.plan or args.allow) and (args.json or not _can_ask()):
        raise BadUsage(
            "What is forgotten does not come back, and nobody can be asked here; add --yes, or "
            "--plan to see first what would be removed."
        )
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with open_session(args.settings) as session:
        if args.allow:
            return await _allow(session, args.person, as_json=args.json)
        about = {"name": args.person}
        proposal = await proposals.propose(session, sync.forget, quiet=args.json, **about)
        if not args.json:
            proposals.foretell(proposal)
        if args.plan:
            if args.json:
                terminal.data(proposals.told(proposal, None))
            return 3
        if not args.yes and not _sure(proposal):
            terminal.say("Nothing was removed.")
            return 2
        outcome = await proposals.carry_out(session, proposal, quiet=args.json)
        code = proposals.exit_code(proposal, outcome)
        if outcome.stopped or code in (2, 4):
            if not args.json:
                terminal.say("The vault keeps everything until all stores could be asked.")
            return proposals.conclude(proposal, outcome, as_json=args.json)
        return await _erase(session, proposal, outcome, as_json=args.json)


async def _erase(session: Session, proposal: Proposal, outcome: Outcome, *, as_json: bool) -> int:
    (person,) = proposal.people
    gone = await sync.erase(session.vault, session.clock, person, outcome.run or "")
    whole = await session.vault.verify()
    proof = {
        "person": person.id,
        "run": outcome.run,
        "erased": list(gone),
        "journal": f"{whole.entries}:{whole.seal}",
    }
    if as_json:
        terminal.data(proposals.told(proposal, outcome) | {"proof": proof})
        return proposals.exit_code(proposal, outcome)
    code = proposals.conclude(proposal, outcome, as_json=False)
    terminal.say(f"{len(gone)} pictures and all that named this person left the vault.")
    terminal.say(
        f"Proof: person {person.id}, journal {proof['journal']} (`sameface audit verify`)."
    )
    return code


def _can_ask() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _sure(proposal: Proposal) -> bool:
    """The UPN is asked for, since nothing brings these pictures back."""
    upn = proposal.people[0].upn
    asked = terminal.harmless(f"This cannot be undone. To go on, type {upn}: ")
    return input(asked).strip() == upn


async def _allow(session: Session, name: str, *, as_json: bool) -> int:
    if not await session.vault.allow(name, session.clock.now()):
        raise BadUsage(f'Nobody called "{name}" was forgotten; give the UPN or mail address.')
    if as_json:
        terminal.data({"person": name, "allowed": True, "exit": 0})
    else:
        terminal.say(f"{name} is taken up again at the next look.")
    return 0
