"""Asked to stop while stores are looked at: no plan comes of it, and what was there stays."""

from __future__ import annotations

import os
import signal

import pytest
from tests.servers.memory_store import MemoryStore, face
from tests.sync.kit import Office, three_stores

from sameface import sync
from sameface.errors import Interrupted
from sameface.settings import StopAbove

ALICE, BOB = "alice@x.test", "bob@x.test"


@pytest.fixture
async def seen(office: Office) -> Office:
    """Alice and Bob are in line, by one run, but for Yammer."""
    for store in three_stores(office):
        for upn in (ALICE, BOB):
            store.join(upn, face(upn, 1 if store.store == "folder" else 0))
    await office.sync()
    return office


def interrupts(store: MemoryStore) -> None:
    """Ctrl-C comes at the next thing that is asked of that store."""

    def interrupt() -> None:
        os.kill(os.getpid(), signal.SIGINT)

    store.meanwhile = (0, interrupt)


def changes(office: Office) -> int:
    """What has been changed in any store."""
    return sum(store.asked["write"] + store.asked["remove"] for store in office.stores.values())


async def test_nobody_is_forgotten_by_half_a_look(seen: Office) -> None:
    """Ctrl-C ends `forget` before its plan is made: no store is emptied, the vault keeps all."""
    before = changes(seen)
    interrupts(seen.stores["exchange"])

    with pytest.raises(Interrupted) as stopped:
        await seen.forget(ALICE)

    assert "before yammer, folder had been looked at" in stopped.value.sentence()
    assert stopped.value.exit == 130
    assert changes(seen) == before
    assert (await seen.vault.person(ALICE)).upn == ALICE


async def test_no_photo_is_put_back_by_half_a_look(seen: Office) -> None:
    """Neither `restore` nor `undo` writes or pins once they were asked to stop."""
    alice = await seen.vault.person(ALICE)
    versions = await seen.vault.versions(alice.id)
    (run,) = await seen.vault.latest_runs()
    before = changes(seen)

    for name in ("folder", "exchange", "yammer"):
        interrupts(seen.stores[name])
        with pytest.raises(Interrupted):
            await seen.restore(ALICE, versions[-1].digest)
        interrupts(seen.stores[name])
        with pytest.raises(Interrupted):
            await seen.undo(run)

    assert changes(seen) == before
    dossiers = await seen.vault.dossiers_of([alice.id])
    assert [one.pin for one in dossiers] == [None]


@pytest.mark.parametrize("store", ["exchange", "folder", "yammer"])
async def test_a_plan_that_was_stopped_replaces_none(seen: Office, store: str) -> None:
    """Whether Ctrl-C comes at the first store or the last, the plan made before is the last one."""
    seen.stores["folder"].put(ALICE, face(ALICE, 2))
    made, _ = await seen.plan()
    assert made.actions
    interrupts(seen.stores[store])

    with pytest.raises(Interrupted):
        await seen.plan()

    assert sync.last_plan(seen.vault) == made


async def test_somebody_asked_about_is_not_told_by_half_a_look(seen: Office) -> None:
    """A status of one person rests on all of their stores, or is none."""
    interrupts(seen.stores["exchange"])

    with pytest.raises(Interrupted):
        await seen.status(ALICE)

    assert seen.told == {}


async def test_the_journal_has_the_exit_code_of_a_stopped_run(seen: Office) -> None:
    """Outcome and journal say 130, as the command does."""
    interrupts(seen.stores["exchange"])

    outcome = await seen.sync()

    run = await seen.vault.run(outcome.run or "")
    assert run is not None
    assert (outcome.exit_code, run.exit) == (130, 130)


async def test_whoever_stops_a_sync_is_not_told_that_it_would_change_too_many(
    seen: Office,
) -> None:
    """It writes nothing any more, so `stop-above` has nothing to refuse."""
    for upn in (ALICE, BOB):
        seen.stores["folder"].put(upn, face(upn, 2))
    await seen.status()
    seen.stop_above = StopAbove(percent=1)
    interrupts(seen.stores["exchange"])

    outcome = await seen.sync()

    assert (outcome.stopped, outcome.exit_code) == (True, 130)
