"""A sync left to the workers: handed over, followed to its end, and told like any other."""

from __future__ import annotations

import argparse

from sameface import sync
from sameface.cli import progress, terminal
from sameface.cli.session import Session, open_session
from sameface.cli.syncing import ended, keeping
from sameface.jobs import hand_over
from sameface.jobs import progress as advances
from sameface.sync.parts import new_run
from sameface.sync.shared import works
from sameface.vault import Advance, Run

_LONG = 20
"""Half seconds after which somebody who waits wants to know for what."""

_CHANGED = (sync.Result.WRITTEN, sync.Result.REMOVED)


async def over(args: argparse.Namespace) -> int:
    """Exit code as of a sync. Ctrl-C ends the following, not the run."""
    async with open_session(args.settings) as session:
        run = new_run(session.clock)
        able = works(session.settings, session.connectors, session.vault, session.clock)
        await hand_over(session.settings, able, run)
        with progress.bar(quiet=args.json) as watch:
            done = await _followed(session, run, watch)
        return await told(session, done, as_json=args.json)


async def told(session: Session, done: Run, *, as_json: bool) -> int:
    """Tell how that run ended, and what it left, by what the vault remembers; its exit code."""
    deeds = await session.vault.deeds(done.id) or ()
    changed = {deed.person for deed in deeds if deed.outcome in _CHANGED}
    with keeping(session, as_json=as_json) as kept:

        def tell(decision: sync.Decision) -> None:
            if decision.person.id in changed:
                kept.written.expect(decision.person.upn)
            kept(decision)

        outcome = await sync.look_back(
            session.settings,
            session.connectors,
            session.vault,
            session.clock,
            done.id,
            tell=tell,
        )
        code = 4 if done.exit is None else done.exit
        if outcome.stopped:  # the telling, that is
            code = outcome.exit_code
        return ended(session, outcome, kept, as_json=as_json, code=code)


async def _followed(session: Session, run: str, watch: progress.Watch) -> Run:
    """The run as it ended; it begins when a worker has time for it."""
    waited = 0
    while await session.vault.run(run) is None:
        await session.clock.sleep(0.5)
        waited += 1
        if waited == _LONG:
            terminal.complain("No worker has begun yet; Ctrl-C leaves it for when one comes.")
    async for advance in advances(session.vault, run, session.clock):
        for step in _steps(advance):
            watch(step)
    return advance.run


def _steps(advance: Advance) -> list[sync.Progress]:
    """As a sync in this process would tell it."""
    looks = [sync.Progress(one.seen, one.of, one.store, "observe") for one in advance.looks]
    if not advance.run.expected:
        return looks
    settled = sum(many for result, many in advance.run.results.items() if result != "under way")
    return [*looks, sync.Progress(settled, advance.run.expected, "", "write")]
