"""The four runs: status, plan, apply and sync."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

from sameface.connectors.base import Connector
from sameface.errors import (
    BadSettings,
    BadUsage,
    SamefaceError,
    StoreFailed,
    SyncStopped,
    UnknownPerson,
    VaultFailed,
)
from sameface.http import Clock
from sameface.jobs import listening, run_pages
from sameface.settings import Settings
from sameface.sync.apply import Applier
from sameface.sync.decide import Decision
from sameface.sync.judging import PAGE, Judge, people
from sameface.sync.left import LISTED, Leaving
from sameface.sync.observe import Pass, observe, observe_people, unseen
from sameface.sync.outcome import Outcome, Progress, Result
from sameface.sync.parts import begin, foreseen, keep_page, retire, why_ended
from sameface.sync.pinning import policy_of
from sameface.sync.plan import Action, Hold, Plan, actions_of, load_plan, pins_of
from sameface.sync.policy import Policy
from sameface.sync.remembering import remembering
from sameface.sync.work import Work, silent
from sameface.values import Person
from sameface.vault import Dossier, Looking, Vault

Connectors = Mapping[str, Connector]
Watch = Callable[[Progress], None]
Tell = Callable[[Decision], None]

_NOT_SEEN = "was not looked at to its end in that run; `sameface check` tells what it says"


async def status(
    settings: Settings,
    connectors: Connectors,
    vault: Vault,
    clock: Clock,
    progress: Watch = silent,
    *,
    tell: Tell = silent,
    names: Sequence[str] = (),
) -> Outcome:
    """Look at everybody, or only at those `names`, and say what is left to do.

    Decisions are told in the order of people's names. Errors: UnknownPerson, VaultFailed, and for
    `names` Interrupted where it was asked to stop.
    """
    with listening() as stop:
        work = Work(settings, connectors, vault, clock, stop, progress, tell)
        return await (_status_of(work, names) if names else _status(work))


async def plan(
    settings: Settings,
    connectors: Connectors,
    vault: Vault,
    clock: Clock,
    progress: Watch = silent,
    *,
    tell: Tell = silent,
    whole: bool = False,
) -> tuple[Plan, Outcome]:
    """As `status`, and the writes that a sync would make, saved as the vault's last plan.

    It lists what is left of the first people only, unless the `whole` of it is asked for. Errors:
    Interrupted where it was asked to stop, since a plan of some would pass for that of all; then
    the last plan stays.
    """
    leaving = Leaving(None if whole else LISTED)
    actions: list[Action] = []
    pins: list[Hold] = []

    def collect(decision: Decision) -> None:
        actions.extend(actions_of(decision))
        pins.extend(pins_of(decision))
        leaving.add(decision)
        tell(decision)

    with listening() as stop:
        work = Work(settings, connectors, vault, clock, stop, progress, collect)
        outcome = await _status(work)
        work.unless_stopped()
    made = Plan(
        settings.organisation,
        clock.now(),
        tuple(actions),
        tuple(pins),
        warnings=(*outcome.warnings, *remembering(actions)),
        doubtful=outcome.doubtful,
        left=leaving.left,
        causes=leaving.causes,
    )
    save_last(vault, made)
    return made, outcome


def last_file(vault: Vault) -> Path:
    """Where the vault's last plan is kept."""
    return vault.folder / "plan.json"


def last_plan(vault: Vault) -> Plan:
    """The plan made last. Errors: BadUsage where there is none, BadDocument."""
    return load_plan(last_file(vault))


def save_last(vault: Vault, made: Plan) -> None:
    """Make that the vault's last plan, which `last_plan` gives."""
    made.save(last_file(vault))


async def apply(
    settings: Settings,
    connectors: Connectors,
    vault: Vault,
    clock: Clock,
    progress: Watch = silent,
    *,
    plan: Plan,
    tell: Tell = silent,
) -> Outcome:
    """Make exactly the plan's writes; what moved since is refused and told.

    What is left is judged by what the vault remembers. Errors: BadUsage for another organisation's
    plan, or one that pins what is not in this vault; VaultFailed (also where another run is under
    way).
    """
    if plan.organisation != settings.organisation:
        raise BadUsage(
            f'This plan is for "{plan.organisation}", and {settings.file.name} for '
            f'"{settings.organisation}"; make a new plan.'
        )
    async with _alone(vault) as stop:
        work = Work(settings, connectors, vault, clock, stop, progress, tell)
        judge = Judge(work, await _policy(work, ()))
        await _refuse_strange_pins(vault, plan.pins)
        run = await begin(work, plan.verb)
        held = [hold.person for hold in plan.pins]
        async with _ending(work, run):
            applier = Applier(work, run, len(plan.actions), verb=plan.verb, of=held)
            await vault.workers.expect(run, len(plan.actions))
            whole = await run_pages("apply", _chunks(plan.actions), applier.apply, stop)
            if whole:
                await judge.remember(_reached(plan.pins, applier), run)
            whole = whole and await judge.everybody(run)
            outcome = await judge.outcome((), applier, run, stopped=not whole)
        await vault.end_run(run, outcome.exit_code, clock.now())
        return outcome


async def sync(
    settings: Settings,
    connectors: Connectors,
    vault: Vault,
    clock: Clock,
    progress: Watch = silent,
    *,
    tell: Tell = silent,
) -> Outcome:
    """Look at everybody, and make what differs agree, a page of people at a time.

    What is left is told in the order of people's names. Killed at any moment and run again, it ends
    in the same state. Errors: SyncStopped before anything is written; VaultFailed (also where
    another run is under way).
    """
    async with _alone(vault) as stop:
        work = Work(settings, connectors, vault, clock, stop, progress, tell)
        run = await begin(work, "sync")
        async with _ending(work, run):
            outcome = await _sync(work, run)
        await vault.end_run(run, outcome.exit_code, clock.now())
        return outcome


async def _sync(work: Work, run: str) -> Outcome:
    passes = await observe(work)
    policy = await _policy(work, passes)
    judge = Judge(work, policy)
    writes = 0 if work.stop.is_set() else await foreseen(work, judge, run)
    applier = Applier(work, run, writes)

    async def step(page: tuple[Dossier, ...]) -> None:
        await keep_page(work, judge, applier, run, page)

    whole = await run_pages("sync", people(work.vault), step, work.stop)
    outcome = await judge.outcome(passes, applier, run, stopped=not whole)
    await retire(work, policy, run)
    return outcome


async def look_back(
    settings: Settings,
    connectors: Connectors,
    vault: Vault,
    clock: Clock,
    run: str,
    *,
    tell: Tell = silent,
) -> Outcome:
    """How everybody stands after a sync that others made: no store is asked.

    What is left is told in the order of people's names; `results` counts what came of its writes.
    Errors: BadUsage where there is no such run; SyncStopped or VaultFailed where that ended it.
    """
    advance = await vault.workers.advance(run)
    if advance is None:
        raise BadUsage(f"There is no run {run} in this vault; `sameface audit export` names all.")
    done = advance.run
    if why := await vault.workers.why_ended(run):
        if done.exit == SyncStopped.exit:
            raise SyncStopped(why, run=run)
        raise BadSettings(why) if done.exit == BadSettings.exit else VaultFailed(why)
    passes = [_passed(one) for one in advance.looks if one.store in connectors]
    with listening() as stop:
        work = Work(settings, connectors, vault, clock, stop, silent, tell)
        judge = Judge(work, await _policy(work, passes))
        whole = await judge.everybody()
        outcome = await judge.outcome(passes, run=run, stopped=not whole)
    results = {result: done.results[result] for result in Result if result in done.results}
    return replace(outcome, results=Counter(results))


# ---------------------------------------------------------------------------


@asynccontextmanager
async def _alone(vault: Vault) -> AsyncIterator[asyncio.Event]:
    """The vault's one place for a run, and an event that is set when it is asked to stop."""
    async with vault.alone():
        with listening() as stop:
            yield stop


@asynccontextmanager
async def _ending(work: Work, run: str) -> AsyncIterator[None]:
    """A run that breaks off by an error is ended, with its exit code and why.

    See `why_ended` for what the journal is told.
    """
    try:
        yield
    except SamefaceError as wrong:
        with suppress(VaultFailed):  # which may be what went wrong
            await work.vault.end_run(run, wrong.exit, work.clock.now(), why_ended(wrong))
        raise


async def _status(work: Work) -> Outcome:
    passes = await observe(work)
    judge = Judge(work, await _policy(work, passes))
    whole = await judge.everybody()
    return await judge.outcome(passes, stopped=not whole)


async def _status_of(work: Work, names: Sequence[str]) -> Outcome:
    asked = [(name, await maybe_person(work.vault, name)) for name in names]
    if any(known is None and "@" not in name for name, known in asked):
        passes = await observe(work)  # a name that no store can be asked for
        work.unless_stopped(unseen(work, passes))
    else:
        passes = await observe_people(work, [(p.upn if p else name, p) for name, p in asked])
    found = [(await person_of(work.vault, known, name)).id for name, known in asked]
    judge = Judge(work, await _policy(work, passes))
    await judge.page(await work.vault.dossiers_of(found))
    return await judge.outcome(passes, of_some=True)


async def person_of(vault: Vault, known: Person | None, name: str) -> Person:
    """Who that is after a look for them. Error: UnknownPerson, which tells who was forgotten."""
    try:
        return await vault.person(known.id if known else name)
    except UnknownPerson:
        if await vault.review.was_forgotten(name):
            raise UnknownPerson(name, forgotten=True) from None
        raise


async def maybe_person(vault: Vault, name: str) -> Person | None:
    """Whom the vault knows under that name, or None."""
    try:
        return await vault.person(name)
    except UnknownPerson:
        return None


async def _policy(work: Work, passes: Sequence[Pass]) -> Policy:
    return await policy_of(work, [p.store for p in passes if p.failure is not None])


async def _refuse_strange_pins(vault: Vault, pins: Sequence[Hold]) -> None:
    """BadUsage for a photo that is none of its person's: a plan may have been written by hand."""
    for start in range(0, len(pins), PAGE):
        some = [hold for hold in pins[start : start + PAGE] if hold.photo is not None]
        theirs = await vault.versions_of([hold.person for hold in some])
        for hold in some:
            if not any(hold.photo in (v.digest, v.photo) for v in theirs.get(hold.person, ())):
                raise BadUsage(
                    f"The plan pins {hold.person} to photo {str(hold.photo)[:8]}, which is none of "
                    "theirs in this vault; make a new plan."
                )


def _reached(pins: Sequence[Hold], applier: Applier) -> Iterator[Hold]:
    """What is to be remembered of a plan, by what came of it.

    A photo is pinned even where a store failed, so that the next sync goes on with it; but not
    where everything has moved since. Nobody stays as they are where nothing was put back.
    """
    for hold in pins:
        came = applier.came[hold.person]
        done = not came or any(result.good for result in came)
        if hold.photo is not None and came != {Result.MOVED}:
            yield hold
        elif hold.photo is None and done:
            partly = "" if all(result.good for result in came) else ", but not in every store"
            yield replace(hold, why=f"{hold.why}{partly}")


def _passed(look: Looking) -> Pass:
    """What is known afterwards of a look at a store."""
    failure = None if look.ended else StoreFailed(look.store, _NOT_SEEN)
    return Pass(look.store, look.ended, failure)


async def _chunks(actions: Sequence[Action]) -> AsyncIterator[Sequence[Action]]:
    for start in range(0, len(actions), PAGE):
        yield actions[start : start + PAGE]
