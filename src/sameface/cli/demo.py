"""Watch a small organisation's photos disagree, learn why, and see them brought into agreement."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from sameface import sync
from sameface.cli import lagging, progress, reporting, telling, terminal
from sameface.cli.plan import lines
from sameface.cli.remaining import Remaining
from sameface.cli.serve import serve_console
from sameface.cli.session import Session, open_session
from sameface.cli.stopping import stoppable
from sameface.cli.syncing import written
from sameface.errors import Interrupted
from sameface.explain import Explanation
from sameface.explain.status import Row
from sameface.jobs import listening
from sameface.tenant.server import Tenant
from sameface.values import Ends
from sameface.views.explanation import reasons

PORT = 8360
_SHOWN_WRITES = 6
_EXPLAINED = 3
_OBSERVED_EVERY_S = 15


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--no-serve", action="store_true", help="end when the story is told")
    parser.add_argument("--port", type=int, default=PORT, help=f"first port to try ({PORT})")
    parser.add_argument("--people", type=int, default=24, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="whose photos disagree")
    parser.add_argument("--report", type=Path, default=Path("report.html"), metavar="FILE")


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when the story came to its end."""
    with tempfile.TemporaryDirectory(prefix="sameface-demo-") as folder:
        asyncio.run(_run(args, Path(folder)))
    return 0


async def _run(args: argparse.Namespace, folder: Path) -> None:
    port = args.port and args.port + 1  # 0 is any free one, for both
    async with Tenant(people=args.people, seed=args.seed, port=port, running=True) as tenant:
        settings = folder / "sameface.toml"
        settings.write_text(tenant.settings_toml(), encoding="utf-8")
        _heading(f"A Microsoft 365 of {args.people} people runs at {tenant.https_url}")
        terminal.say("It speaks the real protocols and follows the odd rules of early 2014.")
        async with open_session(settings) as session:
            story = _Story(session, args)
            await story.tell()
            if not args.no_serve:
                await story.serve(f"{tenant.http_url}/_tenant/desk")


def _heading(text: str) -> None:
    terminal.console().print(f"\n[bold]{text}[/bold]" if _coloured() else f"\n{text}")


def _go_on(outcome: sync.Outcome) -> None:
    """Error: Interrupted where Ctrl-C ended that act: no other one follows."""
    if outcome.stopped:
        raise Interrupted("Asked to stop: the demo ends here, and nothing of it stays.")


def _coloured() -> bool:
    return not terminal.is_plain(sys.stdout)


class _Story:
    """The demo's five acts: see, explain, plan, keep, see again."""

    def __init__(self, session: Session, args: argparse.Namespace) -> None:
        self._session, self._args = session, args
        self._sections: list[tuple[str, str, Sequence[Row]]] = []

    async def tell(self) -> None:
        """All of it, in order."""
        before = await self._see("Before: who shows which face where")
        self._explain(before)
        await self._keep()
        await self._see("After: who shows which face where", lagging=True)

    # --- see -----------------------------------------------------------------------------------

    async def _see(self, title: str, *, lagging: bool = False) -> list[Row]:
        s, decisions = self._session, list[sync.Decision]()
        with progress.bar() as watch, stoppable():
            outcome = await sync.status(
                s.settings, s.connectors, s.vault, s.clock, watch, tell=decisions.append
            )
        _go_on(outcome)
        rows = s.rows(decisions)
        _heading(title)
        telling.draw(s, rows)
        sentence = telling.summary(outcome)
        terminal.gap()
        terminal.say(sentence)
        for line in telling.failures(outcome):
            terminal.say(line)
        if lagging:
            self._left(decisions, rows)
        self._sections.append((title, sentence, rows))
        await self._report()
        return rows

    async def _report(self) -> None:
        html = await reporting.page(self._session, self._sections, self._session.clock.now())
        await asyncio.to_thread(terminal.save, self._args.report, html)
        where = self._args.report.resolve()
        terminal.say(f"The same with the real pictures: {where.as_uri()}")

    def _left(self, decisions: list[sync.Decision], rows: list[Row]) -> None:
        """Who must act, and what viewers may still see for a while."""
        with Remaining() as remaining:
            for decision in decisions:
                remaining.add(decision)
            named = list(remaining.lines())
        if named:
            _heading("Left for a person to do")
            for line in named:
                terminal.say(line)
        _heading("What may still be seen for a while, and until when")
        explainers = (self._session.explainer_of(row.subject) for row in rows)
        for line in lagging.lines(lagging.lags(self._session, explainers)):
            terminal.say(line)

    # --- explain -------------------------------------------------------------------------------

    def _explain(self, rows: list[Row]) -> None:
        _heading("Why? Three of them explained")
        for row, told in instructive(rows, self._args.seed):
            person, where = row.subject.person, self._session.book.surfaces[told.surface].title
            terminal.gap()
            terminal.say(f"A colleague sees of {person.name} in {where}: {_photo(told)}.")
            for line in reasons(told):
                terminal.say(line)
        terminal.gap()
        terminal.say("(`sameface explain PERSON` tells this for everybody and every place.)")

    # --- keep ----------------------------------------------------------------------------------

    async def _keep(self) -> None:
        s = self._session
        _heading("The plan: Exchange decides, what differs is brought into line")
        with stoppable():
            made, _ = await sync.plan(s.settings, s.connectors, s.vault, s.clock)
        told = list(lines(made))
        for line in told[:_SHOWN_WRITES]:
            terminal.say(line)
        if len(told) > _SHOWN_WRITES:
            terminal.say(f"  and {len(told) - _SHOWN_WRITES} more writes.")
        _heading("Applied: every write is read back and compared")
        with progress.bar() as watch, stoppable():
            outcome = await sync.apply(s.settings, s.connectors, s.vault, s.clock, watch, plan=made)
        _go_on(outcome)
        terminal.say(written(outcome))

    # --- serve ---------------------------------------------------------------------------------

    async def serve(self, desk: str) -> None:
        """The console over all of this, observed anew again and again, until Ctrl-C."""
        _heading("Live: change photos yourself, and watch them here")
        terminal.out(f"  {desk}")
        says = f"The stores are observed every {_OBSERVED_EVERY_S} seconds. Ctrl-C ends."
        with listening():
            observing = asyncio.create_task(self._observe(), name="the demo's observer")
            try:
                await serve_console(self._session, self._args.port, says)
            finally:
                observing.cancel()
                with suppress(asyncio.CancelledError):
                    await observing

    async def _observe(self) -> None:
        s = self._session
        while True:
            await s.clock.sleep(_OBSERVED_EVERY_S)
            await sync.status(s.settings, s.connectors, s.vault, s.clock)


def _photo(told: Explanation) -> str:
    shown = told.shown()
    return shown if shown == "no picture" else f"photo {shown}"


def instructive(rows: Sequence[Row], seed: int) -> list[tuple[Row, Explanation]]:
    """Three explanations of different kinds about different people: the richest of each kind."""
    dice = random.Random(seed)  # noqa: S311 - choosing examples, not secrets
    found: dict[tuple[Ends, str | None, bool], list[tuple[Row, Explanation]]] = {}
    for row in rows:
        for told in row.lagging():
            if told.photos != (None, row.subject.wanted) and len(told.photos) == 1:
                kind = (told.until.kind, told.until.action, told.until.at is not None)
                found.setdefault(kind, []).append((row, told))
    chosen: list[tuple[Row, Explanation]] = []
    for kind in sorted(found, key=_instructiveness, reverse=True):
        people = {row.subject.person.id for row, _ in chosen}
        free = [one for one in found[kind] if one[0].subject.person.id not in people]
        if free:
            most = max(len(told.because) for _, told in free)
            chosen.append(dice.choice([one for one in free if len(one[1].because) == most]))
    return chosen[:_EXPLAINED]


def _instructiveness(kind: tuple[Ends, str | None, bool]) -> tuple[bool, bool, bool]:
    ends, _, timed = kind
    return (timed, ends is Ends.ACTION, ends is Ends.NEVER)
