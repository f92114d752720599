"""Applying: each action announced, made safe, written, read back and proven, on its own."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sameface.errors import (
    BlobLost,
    Moved,
    NotProven,
    PictureRefused,
    SamefaceError,
    StoreFailed,
    WriteRefused,
)
from sameface.jobs import together
from sameface.rules import load_rulebook
from sameface.rules.sequence import write_order
from sameface.sync.mending import read_again
from sameface.sync.outcome import Progress, Result
from sameface.sync.plan import Action
from sameface.sync.policy import Policy
from sameface.sync.work import Work
from sameface.sync.writing import Squares, Write
from sameface.values import Account, Observation, Person, Picture, Standing
from sameface.vault import Agreement, Dossier, Entry, Finding, Harm
from sameface.vault.blobs import digest_of

_WITHHELD = "is withheld by the person since the plan was made"
_ANOTHER = "shows another photo than the plan says that it overwrites"
_STRANGE = "was to get a photo that is none of this person's"
_FORGET = "forget"
"""Whoever is to be forgotten goes from their stores though they are left alone otherwise."""


class Applier:
    """Carries out the actions of one run, `total` of them in all; `verb` is what kind it is.

    `came` says of the people in `of` what came of their actions.
    """

    def __init__(
        self,
        work: Work,
        run: str,
        total: int,
        *,
        verb: str = "sync",
        of: Iterable[str] = (),
    ) -> None:
        self.came: dict[str, set[Result]] = {person: set() for person in of}
        self._work = work
        self._vault = work.vault
        self._run = run
        self._total = total
        self._verb = verb
        at_once = {s: max(1, c.capabilities.concurrency) for s, c in work.connectors.items()}
        # A connector sees to it how many requests its store gets at a time. While one write is
        # announced or compared another may ask, so there are twice as many places, and squares are
        # made for twice as many again. A store that takes one at a time gets one at a time.
        self._places = {s: asyncio.Semaphore(n if n == 1 else 2 * n) for s, n in at_once.items()}
        self._near = {store: asyncio.Semaphore(4 * many) for store, many in at_once.items()}
        order = write_order(
            load_rulebook(work.settings.rulebook), work.connectors, dict(work.settings.options)
        )
        self._turn = {store: turn for turn, store in enumerate(order)}
        self._policy = Policy.of(work.settings, work.connectors)
        self.results: Counter[Result] = Counter()
        self.failures: list[SamefaceError] = []

    async def apply(self, actions: Sequence[Action]) -> None:
        """A page of actions: people side by side, the stores of each in the order in which old
        faces are seen least. What fails is counted and told, and harms no other.

        Errors: VaultFailed only, since nothing may be written that cannot be remembered.
        """
        theirs: dict[str, list[Action]] = {}
        for action in actions:
            theirs.setdefault(action.person, []).append(action)
        dossiers = {d.person.id: d for d in await self._vault.dossiers_of(theirs)}
        await together(self._all_of(some, dossiers.get(who)) for who, some in theirs.items())

    async def _all_of(self, actions: Sequence[Action], dossier: Dossier | None) -> None:
        last = len(self._turn)
        for action in sorted(actions, key=lambda one: self._turn.get(one.store, last)):
            if dossier is not None and (why := self._left_alone(action, dossier)):
                self._tell(action, Result.MOVED, f"{action.store} {why}; make a new plan.")
            else:
                await self._one(action, None if dossier is None else dossier.person)

    def _left_alone(self, action: Action, dossier: Dossier) -> str:
        """Why, since the plan was made, nothing is to be done there any more; "" where it is."""
        policy = self._policy.of_person(dossier.person, dossier.withheld)
        if action.after is not None and action.store in policy.withheld:
            return _WITHHELD
        if policy.alone and self._verb != _FORGET:
            return f"is left alone by now, {policy.alone}"
        return "is left alone by now (exclude-stores)" if action.store in policy.without else ""

    async def _one(self, action: Action, person: Person | None) -> None:
        connector = self._work.connectors.get(action.store)
        account = person.account(action.store) if person else None
        if person is None or connector is None or account is None or account.ref != action.account:
            why = "is not connected" if connector is None else "has no such account any more"
            self._tell(action, Result.MOVED, f"{action.store} {why}; make a new plan.")
            return
        async with self._near[action.store]:
            known = await self._vault.remembered(action.store, [account.ref])
            write = Write(
                action, account, connector, known.get(account.ref), self._vault, self._work.clock
            )
            if not await write.is_theirs():
                self._tell(action, Result.MOVED, f"{action.store} {_STRANGE}; make a new plan.")
                return
            if not await write.is_as_planned():
                self._tell(action, Result.MOVED, f"{action.store} {_ANOTHER}; make a new plan.")
                return
            if await self._is_there(write):
                return
            await self._mend(action.after, person)
            squares = await _made(write)
            async with self._places[action.store]:
                await self._carry_out(write, squares)

    async def _is_there(self, write: Write) -> bool:
        """True, and told, where nothing is to be written: the store shows it, and was asked."""
        try:
            there = await write.is_done()
        except StoreFailed as wrong:
            self._tell(write.action, Result.FAILED, wrong.sentence())
            return True
        if there:
            self._tell(write.action, Result.THERE)
        return there

    async def _mend(self, wanted: str | None, person: Person) -> None:
        """What is to be written is in the vault again, if a store still shows what was lost."""
        if wanted is None or await self._vault.holds(wanted):
            return
        work, showing = self._work, list[Account]()
        for account in person.accounts:
            known = await self._vault.remembered(account.store, [account.ref])
            if account.ref in known and known[account.ref].picture == wanted:
                showing.append(account)
        harm = Harm(person.id, wanted, "is lost", tuple(showing))
        await read_again(work.connectors, self._vault, work.clock, harm)

    async def _carry_out(self, write: Write, squares: Squares | SamefaceError) -> None:
        """Intent, action, receipt."""
        action, began = write.action, self._work.clock.now()
        entry = self._entry(action, str(action.verb), began)
        stood = None if write.known is None else str(write.known.standing)
        intent = await self._vault.intend(entry, action.expected, stood)
        try:
            if isinstance(squares, SamefaceError):
                raise squares
            shown = await write.carry_out(squares)
        except (StoreFailed, PictureRefused, BlobLost) as wrong:
            result, error = _result(wrong), wrong.sentence()
            entry = self._entry(action, str(result), self._work.clock.now())
            # The journal outlasts a person who is forgotten, so it holds no names.
            why = wrong.what if isinstance(wrong, StoreFailed) else error
            await self._vault.settle(intent, replace(entry, why=why), error=error)
            if isinstance(wrong, StoreFailed) and wrong.exit == 2:
                self.failures.append(wrong)
            self._tell(action, result, error)
            return
        now = self._work.clock.now()
        result = Result.REMOVED if shown is None else Result.WRITTEN
        key = None if shown is None else shown.change_key
        await self._vault.settle(
            intent,
            self._entry(action, str(result), now),
            finding=_finding(write.account, shown, action.after, began, now),
            agreement=Agreement(action.person, action.store, action.after, key, now),
        )
        self._tell(action, result)

    def _entry(self, action: Action, what: str, at: datetime) -> Entry:
        return Entry(
            at=at,
            what=what,
            why=action.because,
            run=self._run,
            person=action.person,
            store=action.store,
            before=action.before,
            after=action.after,
        )

    def _tell(self, action: Action, result: Result, error: str | None = None) -> None:
        self.results[result] += 1
        if action.person in self.came:
            self.came[action.person].add(result)
        self._work.progress(
            Progress(
                done=self.results.total(),
                total=self._total,
                store=action.store,
                verb=str(action.verb),
                person=action.name,
                outcome=str(result),
                error=error,
            )
        )


async def _made(write: Write) -> Squares | SamefaceError:
    """What is to be written, or why it cannot be made: that is told like all that goes wrong."""
    try:
        return await write.squares()
    except (PictureRefused, BlobLost) as wrong:
        return wrong


def _finding(
    account: Account, shown: Picture | None, version: str | None, began: datetime, now: datetime
) -> Finding:
    """What a proven write or removal left in the account."""
    seen = Observation(
        account,
        Standing.NONE if shown is None else Standing.PHOTO,
        now,
        None if shown is None else shown.change_key,
        changed_after=began,
        changed_by=now,
    )
    return Finding(seen, None if shown is None else digest_of(shown.data), version)


def _result(wrong: SamefaceError) -> Result:
    match wrong:
        case Moved():
            return Result.MOVED
        case NotProven():
            return Result.UNPROVEN
        case WriteRefused() | PictureRefused():
            return Result.REFUSED
        case _:
            return Result.FAILED
