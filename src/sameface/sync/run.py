"""The four runs: status, plan, apply and sync."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path

from sameface.connectors.base import Connector
from sameface.errors import BadUsage, SyncStopped, UnknownPerson
from sameface.http import Clock
from sameface.jobs import listening, run_pages
from sameface.settings import Settings
from sameface.sync.apply import Applier
from sameface.sync.choosing import Call
from sameface.sync.decide import Decision
from sameface.sync.judging import PAGE, Judge, people
from sameface.sync.observe import Pass, observe, observe_person
from sameface.sync.outcome import Outcome, Progress, Tally
from sameface.sync.pinning import policy_of
from sameface.sync.plan import Action, Hold, Plan, actions_of, load_plan, pins_of
from sameface.sync.policy import Policy
from sameface.sync.remembering import remembering
from sameface.sync.work import Work, silent
from sameface.values import Person
from sameface.vault import Dossier, Entry, Vault

Connectors = Mapping[str, Connector]
Watch = Callable[[Progress], None]
Tell = Callable[[Decision], None]


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

    Decisions are told in the order of people's names. Errors: UnknownPerson, VaultFailed.
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
) -> tuple[Plan, Outcome]:
    """As `status`, and the writes that a sync would make, saved as the vault's last plan."""
    actions: list[Action] = []
    pins: list[Hold] = []

    def collect(decision: Decision) -> None:
        actions.extend(actions_of(decision))
        pins.extend(pins_of(decision))
        tell(decision)

    with listening() as stop:
        work = Work(settings, connectors, vault, clock, stop, progress, collect)
        outcome = await _status(work)
    made = Plan(
        settings.organisation,
        clock.now(),
        tuple(actions),
        tuple(pins),
        warnings=(*outcome.warnings, *remembering(actions)),
    )
    save_last(vault, made)
    return made, outcome


def last_plan(vault: Vault) -> Plan:
    """The plan made last. Errors: BadUsage where there is none, BadDocument."""
    return load_plan(_last(vault))


def save_last(vault: Vault, made: Plan) -> None:
    """Make that the vault's last plan, which `last_plan` gives."""
    made.save(_last(vault))


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
    plan, VaultFailed (also where another run is under way).
    """
    if plan.organisation != settings.organisation:
        raise BadUsage(
            f'This plan is for "{plan.organisation}", and {settings.file.name} for '
            f'"{settings.organisation}"; make a new plan.'
        )
    with vault.alone(), listening() as stop:
        work = Work(settings, connectors, vault, clock, stop, progress, tell)
        judge = Judge(work, await _policy(work, ()))
        run = await _begin(work, plan.verb)
        applier = Applier(work, run, len(plan.actions))
        whole = await run_pages("apply", _chunks(plan.actions), applier.apply, stop)
        if whole:
            await judge.remember(plan.pins, run)
        whole = whole and await judge.everybody()
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
    with vault.alone(), listening() as stop:
        work = Work(settings, connectors, vault, clock, stop, progress, tell)
        run = await _begin(work, "sync")
        passes = await observe(work)
        judge = Judge(work, await _policy(work, passes))
        forecast = await judge.forecast()
        if empty := judge.empty(forecast):
            await vault.end_run(run, SyncStopped.exit, clock.now())
            raise _looks_empty(empty)
        if not settings.stop_above.allows(forecast.changing, forecast.people):
            await vault.end_run(run, SyncStopped.exit, clock.now())
            raise _too_many(settings, forecast)
        writes = forecast.verdicts[Call.WRITE] + forecast.verdicts[Call.REMOVE]
        applier = Applier(work, run, writes)

        async def step(page: tuple[Dossier, ...]) -> None:
            decisions = [judge.decide(dossier) for dossier in page]
            actions = [action for one in decisions for action in actions_of(one)]
            if actions:
                await applier.apply(actions)
                await judge.remember([pin for one in decisions for pin in pins_of(one)], run)
                page = await vault.dossiers_of([dossier.person.id for dossier in page])
            await judge.page(page)

        whole = await run_pages("sync", people(vault), step, stop)
        outcome = await judge.outcome(passes, applier, run, stopped=not whole)
        await vault.end_run(run, outcome.exit_code, clock.now())
        return outcome


# ---------------------------------------------------------------------------


async def _status(work: Work) -> Outcome:
    passes = await observe(work)
    judge = Judge(work, await _policy(work, passes))
    whole = await judge.everybody()
    return await judge.outcome(passes, stopped=not whole)


async def _status_of(work: Work, names: Sequence[str]) -> Outcome:
    passes: list[Pass] = []
    found: list[str] = []
    for name in names:
        known = await maybe_person(work.vault, name)
        if known is None and "@" not in name:  # a name that no store can be asked for
            passes += await observe(work)
        else:
            passes += await observe_person(work, name, known)
        found.append((await work.vault.person(name)).id)
    judge = Judge(work, await _policy(work, passes))
    await judge.page(await work.vault.dossiers_of(found))
    return await judge.outcome(passes, stopped=work.stop.is_set(), of_some=True)


async def maybe_person(vault: Vault, name: str) -> Person | None:
    """Whom the vault knows under that name, or None."""
    try:
        return await vault.person(name)
    except UnknownPerson:
        return None


async def _policy(work: Work, passes: Sequence[Pass]) -> Policy:
    return await policy_of(work, [p.store for p in passes if p.failure is not None])


async def _begin(work: Work, verb: str) -> str:
    """A new run; writes that an earlier one announced and never settled are marked so."""
    now = work.clock.now()
    run = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    await work.vault.begin_run(run, verb, now)
    for intent in await work.vault.in_flight():
        why = "its run ended before it was read back"
        entry = Entry(now, "cut off", why, intent.run, intent.person, intent.store)
        await work.vault.settle(intent.id, entry)
    return run


def _too_many(settings: Settings, forecast: Tally) -> SyncStopped:
    return SyncStopped(
        f"A sync would change {forecast.changing} of {forecast.people} people, more than "
        f"{settings.stop_above} (stop-above in {settings.file.name}); nothing was written. Look at "
        "`sameface plan`, then raise stop-above, or `sameface apply` the plan."
    )


def _looks_empty(sentences: Sequence[str]) -> SyncStopped:
    return SyncStopped(
        f"{' '.join(sentences)} Nothing was written. Look at that store; if it is as it should "
        "be, `sameface plan` shows what would follow and `sameface apply` does it."
    )


async def _chunks(actions: Sequence[Action]) -> AsyncIterator[Sequence[Action]]:
    for start in range(0, len(actions), PAGE):
        yield actions[start : start + PAGE]


def _last(vault: Vault) -> Path:
    return vault.folder / "plan.json"
