"""Who shows which face where: people by stores, and by surfaces for a colleague."""

from __future__ import annotations

import argparse
import asyncio
from itertools import chain
from typing import Any

from sameface import sync
from sameface.cli import progress, telling, terminal
from sameface.cli.arguments import add_settings
from sameface.cli.late import Late
from sameface.cli.remaining import Remaining
from sameface.cli.session import Session, open_session
from sameface.cli.stopping import stoppable
from sameface.explain.status import Row

SHOWN = 50
"""People shown in a terminal unless `--all`: those that differ first."""


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_settings(parser)
    parser.add_argument("people", nargs="*", metavar="PERSON", help="UPN, mail or name; or all")
    parser.add_argument("--all", action="store_true", help=f"show more than {SHOWN} people")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Exit code as design section 5 fixes it: 0, 3, 5, 4 or 2."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with open_session(args.settings) as session:
        with Remaining() as remaining:
            most = None if args.all or args.json else SHOWN
            late = Late(session, most=None) if args.all else Late(session)
            chosen = Chosen(remaining, late, most)
            with progress.bar(quiet=args.json) as watch, stoppable():
                outcome = await sync.status(
                    session.settings,
                    session.connectors,
                    session.vault,
                    session.clock,
                    watch,
                    tell=chosen,
                    names=args.people,
                )
            rows = session.rows(chosen.decisions)
            if args.json:
                terminal.data(as_json(session, outcome, rows))
            else:
                tell(session, outcome, rows, chosen)
    return outcome.exit_code


class Chosen:
    """Who is shown: all of them if they are `most` at most, else those first who differ.

    `people` counts everybody, `remaining` has what is left of everybody, `late` who is late.
    """

    def __init__(self, remaining: Remaining, late: Late, most: int | None) -> None:
        self.remaining, self.late, self._most = remaining, late, most
        self.people = 0
        self._first: list[sync.Decision] = []
        self._differing: list[sync.Decision] = []

    def __call__(self, decision: sync.Decision) -> None:
        self.people += 1
        self.remaining.add(decision)
        if self._has_room(self._first):
            self._first.append(decision)
        calm = {sync.Call.NOTHING, sync.Call.LEAVE}
        calls = {verdict.call for verdict in decision.verdicts}
        differs = self.late.add(decision) or not calls <= calm
        if differs and self._most is not None and self._has_room(self._differing):
            self._differing.append(decision)

    def _has_room(self, some: list[sync.Decision]) -> bool:
        return self._most is None or len(some) < self._most

    @property
    def decisions(self) -> list[sync.Decision]:
        """Their decisions, by name."""
        few = self._most is None or self.people <= self._most
        return self._first if few else self._differing or self._first


def as_json(session: Session, outcome: sync.Outcome, rows: list[Row]) -> dict[str, Any]:
    """How everybody stands, as data."""
    return {
        "organisation": session.settings.organisation,
        "rulebook": session.book.id,
        "people": outcome.people,
        "agreeing": outcome.agreeing,
        "as_is": outcome.as_is,
        "changing": outcome.changing,
        "left": {str(call): count for call, count in outcome.left.items()},
        "doubts": outcome.doubts,
        "doubtful": list(outcome.doubtful),
        "failures": [failure.as_json() for failure in outcome.failures],
        "warnings": list(outcome.warnings),
        "stopped": outcome.stopped,
        "exit": outcome.exit_code,
        "rows": [row.as_json() for row in rows],
    }


def tell(session: Session, outcome: sync.Outcome, rows: list[Row], chosen: Chosen) -> None:
    """The matrix, the sentence, and who must act."""
    title = f"{session.settings.organisation}: who shows which face where"
    telling.draw(session, rows, title)
    if len(rows) < chosen.people:
        terminal.gap()
        terminal.say(f"{chosen.people - len(rows)} more; --all shows them.")
    terminal.gap()
    terminal.say(telling.summary(outcome))
    told = chain(telling.failures(outcome), chosen.late.lines(), chosen.remaining.lines())
    for line in chain(told, telling.doubtful(outcome.doubtful)):
        terminal.say(line)
