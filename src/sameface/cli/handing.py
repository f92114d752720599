"""A sync left to the workers: handed over, followed to its end, and told."""

from __future__ import annotations

import argparse
import json
import sys

from sameface.cli import progress, terminal
from sameface.cli.session import Session, open_session
from sameface.jobs import hand_over
from sameface.jobs import progress as advances
from sameface.sync import Progress
from sameface.sync.run import new_run
from sameface.sync.shared import works
from sameface.vault import Advance, Run

_LONG = 20
"""Half seconds after which somebody who waits wants to know for what."""


async def over(args: argparse.Namespace) -> int:
    """Exit code as of a sync. Ctrl-C ends the following, not the run."""
    async with open_session(args.settings) as session:
        run = new_run(session.clock)
        able = works(session.settings, session.connectors, session.vault, session.clock)
        await hand_over(session.settings, able, run)
        with progress.bar(quiet=args.json) as watch:
            done = await _followed(session, run, watch)
    if args.json:
        terminal.out(json.dumps(_told(done), ensure_ascii=False))
    else:
        counts = [f"{many} {result}" for result, many in sorted(done.results.items())]
        terminal.say(f"Run {run}: {', '.join(counts) or 'nothing was written'}.")
        terminal.say(f"It ended with exit code {done.exit}; `sameface status` tells what is left.")
    return 4 if done.exit is None else done.exit


async def _followed(session: Session, run: str, watch: progress.Watch) -> Run:
    """The run as it ended; it begins when a worker has time for it."""
    waited = 0
    while await session.vault.run(run) is None:
        await session.clock.sleep(0.5)
        waited += 1
        if waited == _LONG:
            sys.stderr.write("No worker has begun yet; Ctrl-C leaves it for when one comes.\n")
    async for advance in advances(session.vault, run, session.clock):
        for step in _steps(advance):
            watch(step)
    return advance.run


def _steps(advance: Advance) -> list[Progress]:
    """As a sync in this process would tell it."""
    looks = [Progress(one.seen, one.of, one.store, "observe") for one in advance.looks]
    if not advance.run.expected:
        return looks
    settled = sum(many for result, many in advance.run.results.items() if result != "under way")
    return [*looks, Progress(settled, advance.run.expected, "", "write")]


def _told(run: Run) -> dict[str, object]:
    return {"run": run.id, "results": dict(run.results), "exit": run.exit}
