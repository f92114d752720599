"""A sync that several workers share: the parts of `run.sync`, each recorded when it is done."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from sameface import errors
from sameface.connectors.base import Connector
from sameface.errors import SamefaceError, StoreFailed, SyncStopped, VaultBusy
from sameface.http import Clock
from sameface.jobs import Steps, Works
from sameface.settings import Settings
from sameface.sync.apply import Applier
from sameface.sync.choosing import Call
from sameface.sync.judging import PAGE, Judge
from sameface.sync.observe import Pass, observe, observe_again, observe_people, order
from sameface.sync.outcome import Outcome, Result
from sameface.sync.parts import begin, foreseen, keep_page, retire, why_ended
from sameface.sync.pinning import policy_of
from sameface.sync.work import Work, silent
from sameface.values import Person
from sameface.vault import Intent, Vault

Json = Any

JOB = "sync"
_AT_ONCE = 20
"""Pages named at a time: what a run remembers does not grow with the number of people."""

_NEVER = asyncio.Event()
"""A worker that is to stop ends between two deeds, not within one."""

_PATIENCE_S = 120
"""How long a part waits for a run of one process that has come in between."""


def works(
    settings: Settings,
    connectors: Mapping[str, Connector],
    vault: Vault,
    clock: Clock,
    *,
    page: int = PAGE,
) -> Works:
    """What a worker with these at hand can do, `page` people at a time."""
    one = _Worker(settings, connectors, vault, clock, page)
    deeds = {
        "begin": one.begin,
        "observe": one.observe,
        "foresee": one.foresee,
        "name pages": one.name_pages,
        "keep": one.keep,
        "end": one.end,
        "fail": one.fail,
    }
    return Works(JOB, {JOB: one.sync, "observing": one.observing, "keeping": one.keeping}, deeds)


class _Worker:
    """One worker's hands: a flow is what is to be done, a deed what is done and recorded."""

    def __init__(
        self,
        settings: Settings,
        connectors: Mapping[str, Connector],
        vault: Vault,
        clock: Clock,
        page: int,
    ) -> None:
        self._settings, self._connectors = settings, connectors
        self._vault, self._clock, self._page = vault, clock, page

    # Flows

    async def sync(self, steps: Steps, run: str, _: Json) -> Json:
        """Look at one store after another, directories first; then pages of people, all at once."""
        try:
            async with self._among():
                return await self._sync(steps, run)
        except SamefaceError as wrong:
            await steps.do("fail", {"run": run, "exit": wrong.exit, "why": why_ended(wrong)})
            _log.warning("run %s: %s", run, wrong)
            return {"stopped": wrong.sentence()}

    async def observing(self, steps: Steps, _: str, asked: Json) -> Json:
        async with self._among():
            return await steps.do("observe", asked)

    async def keeping(self, steps: Steps, _: str, asked: Json) -> Json:
        async with self._among():
            return await steps.do("keep", asked)

    async def _sync(self, steps: Steps, run: str) -> Json:
        await steps.do("begin", run)
        passes: list[Json] = []
        for store in sorted(self._connectors, key=order):
            passes += await steps.spread("observing", [store])
        unseen = [one["store"] for one in passes if one["failure"]]
        foreseen = await steps.do("foresee", {"run": run, "unseen": unseen})
        if foreseen["stopped"]:
            return foreseen
        shares: list[Json] = []
        after = None
        while pages := await steps.do("name pages", after):
            asked = [{"run": run, "people": page, "unseen": unseen} for page in pages]
            shares.append(_sum(await steps.spread("keeping", asked)))
            after = pages[-1][-1]
        return await steps.do("end", {"run": run, "passes": passes, "share": _sum(shares)})

    # Deeds

    async def begin(self, run: Json) -> Json:
        if await self._vault.run(run) is None:
            await begin(self._work(), JOB, run)

    async def observe(self, store: Json) -> Json:
        work = replace(self._work(), connectors={store: self._connectors[store]})
        (seen,) = await observe(work)
        failure = None if seen.failure is None else _told(seen.failure)
        return {"store": seen.store, "whole": seen.whole, "failure": failure}

    async def foresee(self, asked: Json) -> Json:
        """How many writes; a run that must not go on has ended when this returns."""
        work = self._work()
        judge = Judge(work, await policy_of(work, asked["unseen"]))
        try:
            writes = await foreseen(work, judge, asked["run"])
        except SyncStopped as stopped:
            await self.fail({"run": asked["run"], "exit": stopped.exit, "why": stopped.sentence()})
            return {"stopped": stopped.sentence()}
        return {"stopped": None, "writes": writes}

    async def name_pages(self, after: Json) -> Json:
        """The next pages of people's ids."""
        ids = await self._vault.workers.people(after, _AT_ONCE * self._page)
        starts = range(0, len(ids), self._page)
        return [list(ids[start : start + self._page]) for start in starts]

    async def keep(self, asked: Json) -> Json:
        """One page; where another worker died over it, what that one wrote is looked at first."""
        work, people = self._work(), asked["people"]
        await self._look_again(set(people))
        judge = Judge(work, await policy_of(work, asked["unseen"]))
        applier = Applier(work, asked["run"], 0)
        await keep_page(work, judge, applier, asked["run"], await self._vault.dossiers_of(people))
        return _share(await judge.outcome((), applier, of_some=True))

    async def end(self, asked: Json) -> Json:
        work = self._work()
        passes = [_pass(one) for one in asked["passes"]]
        policy = await policy_of(work, [p.store for p in passes if p.failure])
        judge = Judge(work, policy)
        empty = await judge.outcome(passes)  # of nobody: what it adds are doubts and failures
        outcome = _outcome(asked["share"], empty, asked["run"])
        await retire(work, policy, asked["run"])
        await self._vault.end_run(asked["run"], outcome.exit_code, self._clock.now())
        return outcome.exit_code

    async def fail(self, asked: Json) -> Json:
        """The run has ended, also one that could not begin."""
        run, now = asked["run"], self._clock.now()
        known = await self._vault.run(run)
        if known is None:
            await self._vault.begin_run(run, JOB, now)
        if known is None or known.ended_at is None:
            await self._vault.end_run(run, asked["exit"], now, asked["why"])

    # Helpers

    def _work(self) -> Work:
        return Work(
            self._settings, self._connectors, self._vault, self._clock, _NEVER, silent, silent
        )

    @asynccontextmanager
    async def _among(self) -> AsyncIterator[None]:
        """The vault's one place, held together with the other workers of this run."""
        waited_s = 0
        while True:
            held = self._vault.alone(shared=True)
            try:
                await held.__aenter__()
                break
            except VaultBusy:
                if waited_s >= _PATIENCE_S:
                    raise
                await self._clock.sleep(1)
                waited_s += 1
        try:
            yield
        finally:
            await held.__aexit__(None, None, None)

    async def _look_again(self, people: set[str]) -> None:
        """What was announced for these people and never settled is cut off; see what came of it."""
        for intent in await self._vault.in_flight():
            if intent.person in people:
                for dossier in await self._vault.dossiers_of([intent.person]):
                    await self._look_at(dossier.person, intent)
                why = "its worker ended before it was read back"
                await self._vault.settle(intent.id, intent.cut_off(self._clock.now(), why))

    async def _look_at(self, person: Person, intent: Intent) -> None:
        """The account as it is now: found anew where the store can, and else by its picture."""
        account, connector = person.account(intent.store), self._connectors.get(intent.store)
        if account is None or connector is None:
            return
        if connector.capabilities.finds:
            work = replace(self._work(), connectors={intent.store: connector})
            await observe_people(work, [(person.upn, person)])
            return
        await observe_again(self._work(), account, person.id)


# ---------------------------------------------------------------------------
# What is recorded, and read again by another worker


def _share(outcome: Outcome) -> Json:
    """A page's part of the outcome."""
    return {
        "people": outcome.people,
        "agreeing": outcome.agreeing,
        "as_is": outcome.as_is,
        "changing": outcome.changing,
        "left": {str(call): many for call, many in outcome.left.items()},
        "results": {str(result): many for result, many in outcome.results.items()},
        "failures": [_told(failure) for failure in outcome.failures],
    }


def _sum(shares: Sequence[Json]) -> Json:
    counts = ("people", "agreeing", "as_is", "changing")
    total: dict[str, Any] = {name: sum(share[name] for share in shares) for name in counts}
    for name in ("left", "results"):
        added: Counter[str] = Counter()
        for share in shares:
            added.update(share[name])
        total[name] = dict(added)
    told = {failure["text"]: failure for share in shares for failure in share["failures"]}
    return total | {"failures": list(told.values())}


def _outcome(share: Json, organisation: Outcome, run: str) -> Outcome:
    """The whole run's outcome, of what its pages came to and what holds for the organisation."""
    return replace(
        organisation,
        run=run,
        people=share["people"],
        agreeing=share["agreeing"],
        as_is=share["as_is"],
        changing=share["changing"],
        left=Counter({Call(name): many for name, many in share["left"].items()}),
        results=Counter({Result(name): many for name, many in share["results"].items()}),
        failures=(*organisation.failures, *map(_failure, share["failures"])),
    )


def _told(failure: SamefaceError) -> Json:
    of = failure if isinstance(failure, StoreFailed) else None
    return {
        "code": failure.code,
        "store": of and of.store,
        "text": of.what if of else failure.sentence(),
        "account": of and of.account,
    }


def _failure(told: Json) -> SamefaceError:
    kind = _KINDS.get(told["code"], SamefaceError)
    if issubclass(kind, StoreFailed):
        return kind(told["store"], told["text"], account=told["account"])
    return kind(told["text"])


def _pass(told: Json) -> Pass:
    failure = None if told["failure"] is None else _failure(told["failure"])
    assert failure is None or isinstance(failure, StoreFailed)
    return Pass(told["store"], told["whole"], failure)


_KINDS = {
    kind.code: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, SamefaceError)
}

_log = logging.getLogger("sameface.sync")
