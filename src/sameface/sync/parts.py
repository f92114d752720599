"""The parts of a sync, which one process makes (`run`), and workers share (`shared`)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sameface.errors import SamefaceError, SyncStopped, VaultFailed
from sameface.http import Clock
from sameface.settings import Settings
from sameface.sync.apply import Applier
from sameface.sync.choosing import Call
from sameface.sync.judging import Judge
from sameface.sync.outcome import Tally
from sameface.sync.plan import actions_of, pins_of
from sameface.sync.policy import Policy
from sameface.sync.work import Work, operator
from sameface.vault import Dossier


def new_run(clock: Clock) -> str:
    """A name for a run: when it began, and four digits that tell it from others."""
    return f"{clock.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


async def begin(work: Work, verb: str, name: str | None = None) -> str:
    """A new run; writes that an earlier one announced and never settled are marked so."""
    now = work.clock.now()
    run = name or new_run(work.clock)
    await work.vault.begin_run(run, verb, now, operator())
    for intent in await work.vault.in_flight():
        why = "its run ended before it was read back"
        await work.vault.settle(intent.id, intent.cut_off(now, why))
    return run


def why_ended(wrong: SamefaceError) -> str:
    """What the journal, which holds no names, is told of an error that ended a run."""
    if isinstance(wrong, SyncStopped | VaultFailed):
        return wrong.sentence()
    return (
        f"It ended by an error [{wrong.code}]; `sameface status`, or the workers' log, tells more."
    )


async def foreseen(work: Work, judge: Judge, run: str) -> int:
    """How many writes there will be; SyncStopped where that is too many."""
    forecast = await judge.forecast()
    if why := _stopped(work.settings, judge, forecast):
        raise SyncStopped(
            why,
            run=run,
            people=forecast.people,
            agreeing=forecast.agreeing,
            changing=forecast.changing,
        )
    writes = forecast.verdicts[Call.WRITE] + forecast.verdicts[Call.REMOVE]
    await work.vault.workers.expect(run, writes)
    return writes


async def keep_page(
    work: Work, judge: Judge, applier: Applier, run: str, page: tuple[Dossier, ...]
) -> None:
    """Decide about a page of people, write what that says, and decide again for good."""
    decisions = [judge.decide(dossier) for dossier in page]
    actions = [action for one in decisions for action in actions_of(one)]
    if actions:
        await applier.apply(actions)
        await judge.remember([pin for one in decisions for pin in pins_of(one)], run)
        page = await work.vault.dossiers_of([dossier.person.id for dossier in page])
    await judge.page(page, run)


async def retire(work: Work, policy: Policy, run: str) -> None:
    """Versions that nobody has shown for longer than the settings keep them leave the vault."""
    keep = work.settings.storage.keep
    if keep is not None:
        pinned = {wish.pin for wishes in policy.people.values() for wish in wishes if wish.pin}
        now = work.clock.now()
        await work.vault.upkeep.retire(now - keep, pinned, run, now)


# ---------------------------------------------------------------------------


def _stopped(settings: Settings, judge: Judge, forecast: Tally) -> str:
    """Why a sync must not begin to write; "" where it may."""
    if empty := judge.empty(forecast):
        return looks_empty(empty)
    if not settings.stop_above.allows(forecast.changing, forecast.people):
        return _too_many(settings, forecast)
    return ""


def _too_many(settings: Settings, forecast: Tally) -> str:
    return (
        f"A sync would change {forecast.changing} of {forecast.people} people, more than "
        f"{settings.stop_above} (stop-above in {settings.file.name}); nothing was written. Look at "
        "`sameface plan`, then raise stop-above, or `sameface apply` the plan."
    )


def looks_empty(sentences: Sequence[str]) -> str:
    """Why nothing is written where a store suddenly looks empty."""
    return (
        f"{' '.join(sentences)} Nothing was written. Look at that store; if it is as it should "
        "be, `sameface plan` shows what would follow and `sameface apply` does it."
    )
