"""Half a picture that a write of ours left is put right by the next sync, and is nobody's word."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.servers.memory_store import MemoryStore, PowerCut, broken, face
from tests.sync.kit import Office, same

from sameface.errors import UnknownPerson
from sameface.settings import Conflict, Mode, PolicySettings, Removal, StoreSettings, Wins, Wishes
from sameface.sync import Call, Result
from sameface.sync.shared import works
from sameface.vault.blobs import digest_of

ALICE = "alice@x.test"
OLD, NEW = face(ALICE, 0), face(ALICE, 1)


@pytest.fixture(params=["with change keys", "restless", "without change keys"])
def exchange(office: Office, request: pytest.FixtureRequest) -> MemoryStore:
    """Alice's mailbox shows an old photo, the folder that decides a new one."""
    office.store("folder").join(ALICE, NEW)
    keyless = request.param == "without change keys"
    mailbox = office.store("exchange", writes=True, change_key=not keyless)
    mailbox.restless = request.param == "restless"
    mailbox.join(ALICE, OLD)
    return mailbox


async def garbled(office: Office, exchange: MemoryStore) -> None:
    """A sync whose write the mailbox made half a picture of."""
    exchange.lies = "garbles"
    assert (await office.sync()).results == {Result.UNPROVEN: 1}
    assert exchange.shows(ALICE) in exchange.halves
    exchange.lies = ""


async def cut_off(office: Office, exchange: MemoryStore) -> None:
    """A sync that died when half of the picture had come there."""
    exchange.lies = "garbles"
    for request in range(1, 20):
        exchange.dies_at = exchange.asked.total() + request
        with pytest.raises(PowerCut):
            await office.sync()
        if exchange.shows(ALICE) in exchange.halves:
            break
    exchange.lies, exchange.dies_at = "", None


async def kept(office: Office) -> set[str]:
    """Digests of Alice's versions."""
    person = await office.vault.person(ALICE)
    return {version.digest for version in await office.vault.versions(person.id)}


async def test_a_garbled_write_is_made_again(office: Office, exchange: MemoryStore) -> None:
    """As `not proven` says: run a sync again. The old photo is in the vault, the half is not."""
    await garbled(office, exchange)

    outcome = await office.sync()

    assert (outcome.results, outcome.exit_code) == ({Result.WRITTEN: 1}, 0)
    assert same(exchange.shows(ALICE), NEW)
    assert {digest_of(OLD), digest_of(NEW)} <= await kept(office)
    assert not {digest_of(half) for half in exchange.halves} & await kept(office)


async def test_the_plan_says_what_is_there(office: Office, exchange: MemoryStore) -> None:
    """Looking twice changes nothing of it."""
    await garbled(office, exchange)

    for _ in range(2):
        plan, outcome = await office.plan()
        assert outcome.exit_code == 3
        (why,) = office.reasons(ALICE, Call.WRITE).values()
        assert why == "shows what is left of a write that was never proven, and is no picture"
        assert [action.before for action in plan.actions] == [None]


@pytest.mark.parametrize("ends", ["broken off", "crash"])
async def test_a_write_that_was_cut_off_is_made_again(
    office: Office, exchange: MemoryStore, ends: str
) -> None:
    """The connection or the process ended when half of it had come there."""
    if ends == "crash":
        await cut_off(office, exchange)
    else:
        exchange.lies = "garbles"
        exchange.faults["written"] = [broken("exchange")]
        assert (await office.sync()).results == {Result.FAILED: 1}
        exchange.lies = ""

    assert (await office.sync()).exit_code == 0
    assert same(exchange.shows(ALICE), NEW)


@pytest.mark.parametrize("finds", [True, False], ids=["found", "read"])
async def test_another_worker_writes_again_what_a_dead_one_left(
    office: Office, exchange: MemoryStore, finds: bool
) -> None:
    """It looks first, by name where the store can be asked so, and half a picture stops nobody."""
    exchange.capabilities = replace(exchange.capabilities, finds=finds)
    await cut_off(office, exchange)
    person = await office.vault.person(ALICE)
    await office.vault.begin_run("r2", "sync", office.clock.now())
    work = works(office.settings, office.stores, office.vault, office.clock)

    await work.deeds["keep"]({"run": "r2", "people": [person.id], "unseen": []})

    assert same(exchange.shows(ALICE), NEW)
    assert await office.vault.in_flight() == ()
    told = await office.vault.history(person.id)
    ends = {(entry.before, entry.after) for _, entry in told if entry.what == "cut off"}
    assert ends == {(digest_of(OLD), digest_of(NEW))}


async def test_a_look_that_fails_in_between_forgets_nothing(
    office: Office, exchange: MemoryStore
) -> None:
    """Whose the half is is known also after the store could not be read."""
    await garbled(office, exchange)
    exchange.faults[ALICE] = [broken("exchange")]
    await office.status()
    exchange.faults["read"] = [broken("exchange")]
    await office.status()

    assert (await office.sync()).exit_code == 0
    assert same(exchange.shows(ALICE), NEW)


async def test_half_a_picture_of_somebody_elses_is_left_alone(
    office: Office, exchange: MemoryStore
) -> None:
    """Once our write was proven, whatever comes there is not ours."""
    await garbled(office, exchange)
    await office.sync()
    half = face(ALICE, 3)[:2000]
    exchange.put(ALICE, half)

    assert (await office.sync()).exit_code == 4
    assert exchange.shows(ALICE) == half


async def test_a_restored_version_is_written_again(office: Office, exchange: MemoryStore) -> None:
    """Half of it is no word of the mailbox's, also where that decides: the pin holds."""
    office.authorities = ("exchange", "folder")
    await office.sync()
    exchange.lies = "garbles"
    await office.restore(ALICE, digest_of(NEW))
    exchange.lies = ""

    assert (await office.sync()).exit_code == 0
    assert same(exchange.shows(ALICE), NEW)
    assert (await office.sync()).exit_code == 0


async def test_an_authoritys_half_is_asked_about_and_no_removal(
    office: Office, exchange: MemoryStore
) -> None:
    """Without the pin nobody can say what it should show: a person can, and nothing is removed."""
    office.authorities = ("exchange", "folder")
    office.policy = PolicySettings(Wishes(removal=Removal.PROPAGATE))
    await office.sync()
    exchange.lies = "garbles"
    await office.restore(ALICE, digest_of(NEW))
    exchange.lies = ""
    person = await office.vault.person(ALICE)
    assert await office.vault.unpin(person.id, office.clock.now())

    outcome = await office.sync()

    assert (outcome.results, outcome.exit_code) == ({}, 5)
    (why,) = office.reasons(ALICE, Call.ASK).values()
    assert "restore a version, or put a photo there" in why


async def test_the_newest_change_is_not_a_half(office: Office, exchange: MemoryStore) -> None:
    """It says nothing of what is newest, and gets it."""
    await office.sync()
    office.policy = PolicySettings(Wishes(wins=Wins.NEWEST, conflict=Conflict.ASK))
    office.configured = (StoreSettings("folder", "folder", Mode.READ),)
    office.stores["folder"].put(ALICE, face(ALICE, 2))
    await garbled(office, exchange)

    assert (await office.sync()).exit_code == 0
    assert same(exchange.shows(ALICE), face(ALICE, 2))


async def test_a_photo_to_be_put_there_once_is_put_there_again(
    office: Office, exchange: MemoryStore
) -> None:
    """Half of it was not that once."""
    exchange.take_away(ALICE)
    exchange._deleted.clear()
    seeded = StoreSettings("exchange", "graph", Mode.BOTH, seed_once=True)
    office.configured = (seeded,)
    await garbled(office, exchange)

    assert (await office.sync()).exit_code == 0
    assert same(exchange.shows(ALICE), NEW)


async def test_a_garbled_run_is_undone(office: Office, exchange: MemoryStore) -> None:
    """Before it is made again, and after."""
    await garbled(office, exchange)
    (run,) = await office.vault.latest_runs(1)

    _, outcome = await office.undo(run)

    assert outcome.results == {Result.WRITTEN: 1}
    assert same(exchange.shows(ALICE), OLD)


async def test_half_a_picture_cannot_be_put_back(office: Office, exchange: MemoryStore) -> None:
    """Undoing the run that replaced it leaves the photo, by name."""
    await garbled(office, exchange)
    await office.sync()
    (run,) = await office.vault.latest_runs(1)

    proposal, _ = await office.undo(run)

    assert [left.because[:43] for left in proposal.left] == [
        "had no picture that can be put back before "
    ]
    assert same(exchange.shows(ALICE), NEW)


async def test_whoever_is_forgotten_leaves_no_half(office: Office, exchange: MemoryStore) -> None:
    """Half a face is a face."""
    await garbled(office, exchange)

    _, outcome = await office.forget(ALICE)

    assert outcome.results == {Result.REMOVED: 1}
    assert exchange.shows(ALICE) is None
    with pytest.raises(UnknownPerson):
        await office.vault.person(ALICE)


async def test_whoever_is_forgotten_leaves_no_picture_that_nobody_can_tell(
    office: Office, exchange: MemoryStore
) -> None:
    """A photo too small to be told from others is removed like any other."""
    await office.status()
    exchange.put(ALICE, face(ALICE, 2, 12))
    await office.status()
    assert office.reasons(ALICE, Call.ASK).keys() == {"exchange"}

    _, outcome = await office.forget(ALICE)

    assert outcome.results == {Result.REMOVED: 1}
    assert exchange.shows(ALICE) is None


async def test_a_failed_look_makes_no_old_change_new(office: Office) -> None:
    """What came before a look that failed may be as old as the look before that one."""
    folder, exchange = office.store("folder"), office.store("exchange", writes=True)
    office.policy = PolicySettings(Wishes(wins=Wins.NEWEST, conflict=Conflict.ASK))
    folder.join(ALICE, OLD)
    exchange.join(ALICE, OLD)
    await office.sync()
    exchange.put(ALICE, NEW)
    folder.put(ALICE, face(ALICE, 2))
    exchange.faults["read"] = [broken("exchange")]
    await office.status()
    office.clock.advance(timedelta(hours=1))

    outcome = await office.sync()

    assert (outcome.results, outcome.exit_code) == ({}, 5)
