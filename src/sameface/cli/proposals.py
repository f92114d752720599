"""What `restore`, `undo` and `forget` share: the plan is told first, then done, then told again."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from sameface import sync
from sameface.cli import progress, telling, terminal
from sameface.cli.plan import lines
from sameface.cli.session import Session
from sameface.cli.stopping import stoppable
from sameface.cli.syncing import data, written
from sameface.sync import Call, Outcome, Proposal


async def propose(
    session: Session, what: Callable[..., Awaitable[Proposal]], *, quiet: bool, **about: str
) -> Proposal:
    """The plan that `sync.restore`, `undo` or `forget` makes, with a bar while it looks."""
    with progress.bar(quiet=quiet) as watch, stoppable():
        return await what(
            session.settings, session.connectors, session.vault, session.clock, watch, **about
        )


async def settle(
    session: Session, proposal: Proposal, args: argparse.Namespace, afterwards: str, failed: str
) -> int:
    """Tell the plan and carry it out, or only keep it; returns the exit code.

    `afterwards` is said where all went well, `failed` where not.
    """
    if args.plan:
        return keep(session, proposal, as_json=args.json)
    if not args.json:
        foretell(proposal)
    outcome = await carry_out(session, proposal, quiet=args.json)
    code = conclude(proposal, outcome, as_json=args.json)
    if not (args.json or outcome.stopped):
        well = all(result.good for result, many in outcome.results.items() if many)
        terminal.say(afterwards if well else failed)
    return code


def foretell(proposal: Proposal) -> None:
    """What will be done, what cannot, and where a store will remember."""
    for line in (*lines(proposal.plan), *(f"  {one}" for one in proposal.left)):
        terminal.say(line)
    for warning in proposal.plan.warnings:
        terminal.say(f"  Beware: {warning}")


def keep(session: Session, proposal: Proposal, *, as_json: bool) -> int:
    """Only save the plan; exit code 3 where there is something to do."""
    sync.save_last(session.vault, proposal.plan)
    if as_json:
        terminal.data(told(proposal, None))
    else:
        foretell(proposal)
        terminal.say("Nothing was written; `sameface apply` does exactly this.")
    code = exit_code(proposal, None)
    return 3 if proposal.plan.actions and code != 4 else code


async def carry_out(session: Session, proposal: Proposal, *, quiet: bool) -> Outcome:
    """Apply the plan. Asked to stop at any moment of it, it is stopped: more may hang on that."""
    with progress.bar(quiet=quiet) as watch, stoppable() as stop:
        outcome = await sync.apply(
            session.settings,
            session.connectors,
            session.vault,
            session.clock,
            watch,
            plan=proposal.plan,
        )
    return replace(outcome, stopped=outcome.stopped or stop.is_set())


def conclude(proposal: Proposal, outcome: Outcome, *, as_json: bool) -> int:
    """Tell what came of it; returns the exit code."""
    if as_json:
        terminal.data(told(proposal, outcome))
    else:
        terminal.say(written(outcome))
        for line in telling.failures(outcome):
            terminal.say(line)
        if outcome.stopped:
            terminal.say(telling.STOPPED)
    return exit_code(proposal, outcome)


def told(proposal: Proposal, outcome: Outcome | None) -> dict[str, Any]:
    """The whole as JSON data; `outcome` null where nothing was done."""
    return {
        "plan": proposal.plan.as_json(),
        "left": [one.as_json() for one in proposal.left],
        "outcome": None if outcome is None else _done(outcome),
        "exit": exit_code(proposal, outcome),
    }


def exit_code(proposal: Proposal, outcome: Outcome | None) -> int:
    """As design section 5 fixes it, about these people only: 2, 4, 5 or 0; stopped, as of a run."""
    if outcome is not None and outcome.stopped:
        return outcome.exit_code
    failures = outcome.failures if outcome else ()
    if any(failure.exit == 2 for failure in failures):
        return 2
    broken = outcome is not None and any(n for r, n in outcome.results.items() if not r.good)
    calls = {one.call for one in proposal.left}
    if broken or failures or Call.UNKNOWN in calls:
        return 4
    return 5 if calls & {Call.BY_HAND, Call.ASK} else 0


def _done(outcome: Outcome) -> dict[str, Any]:
    return {key: value for key, value in data(outcome).items() if key in _ABOUT_THE_RUN}


_ABOUT_THE_RUN = ("run", "results", "failures", "stopped")
