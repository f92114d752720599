"""Pins, and what an undo leaves as it is: set when something was done, and over for good."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.servers.memory_store import MemoryStore, broken, face
from tests.sync.kit import Office, same, three_stores

from sameface import sync
from sameface.errors import BadUsage
from sameface.settings import Storage
from sameface.sync import Call, Result
from sameface.sync.plan import Hold
from sameface.vault import Pin
from sameface.vault.blobs import digest_of

ALICE, BOB = "alice@x.test", "bob@x.test"
OLD, NEW, NEWER = face(ALICE, 0), face(ALICE, 1), face(ALICE, 2)


@pytest.fixture
def stores(office: Office) -> tuple[MemoryStore, MemoryStore, MemoryStore]:
    """The folder decides; Alice shows an old photo in Exchange and in SharePoint."""
    folder, exchange, _ = three_stores(office)
    sharepoint = office.store("sharepoint", writes=True)
    folder.join(ALICE, NEW)
    exchange.join(ALICE, OLD)
    sharepoint.join(ALICE, OLD)
    return folder, exchange, sharepoint


async def pin_of(office: Office, upn: str = ALICE) -> Pin | None:
    (dossier,) = await office.vault.dossiers_of([(await office.vault.person(upn)).id])
    return dossier.pin


@pytest.mark.parametrize("verb", ["restore", "undo"])
async def test_once_an_authority_has_changed_a_pin_is_over_for_good(
    office: Office, stores: tuple[MemoryStore, MemoryStore, MemoryStore], verb: str
) -> None:
    """Also where the authority shows again what it showed when the pin was set."""
    folder, exchange, _ = stores
    run = (await office.sync()).run
    if verb == "restore":
        await office.restore(ALICE, digest_of(OLD))
    else:
        await office.undo(run)
    assert same(exchange.shows(ALICE), OLD)
    assert await pin_of(office) is not None

    folder.put(ALICE, NEWER)
    await office.sync()
    assert await pin_of(office) is None
    folder.put(ALICE, NEW)
    await office.sync()

    assert same(exchange.shows(ALICE), NEW)
    ended = [e for _, e in await office.vault.history() if e.what == "unpinned"]
    assert [(e.why, e.run is not None) for e in ended] == [
        ("the stores say something else by themselves than when it was set", True)
    ]


async def test_looking_ends_no_pin(
    office: Office, stores: tuple[MemoryStore, MemoryStore, MemoryStore]
) -> None:
    """A status or a plan, perhaps with other settings, changes nothing; a store that cannot be seen
    has said nothing either."""
    folder, exchange, _ = stores
    await office.sync()
    await office.restore(ALICE, digest_of(OLD))
    folder.faults["observe"].append(broken("folder"))
    await office.sync()
    folder.put(ALICE, NEWER)
    await office.status()
    await office.plan()
    folder.put(ALICE, NEW)

    assert (await office.sync()).results == {}
    assert await pin_of(office) is not None
    assert same(exchange.shows(ALICE), OLD)


async def test_an_undo_that_failed_leaves_nobody_as_they_are(
    office: Office, stores: tuple[MemoryStore, MemoryStore, MemoryStore]
) -> None:
    """Nothing was put back, so nothing is held; asked for again, it is."""
    _, exchange, sharepoint = stores
    run = (await office.sync()).run
    for store in (exchange, sharepoint):
        store.faults["write"].append(broken(store.store))

    _, failed = await office.undo(run)
    assert failed.results == {Result.FAILED: 2}
    assert await pin_of(office) is None

    _, done = await office.undo(run)
    assert done.results == {Result.WRITTEN: 2}
    assert await pin_of(office) is not None


async def test_an_undo_in_part_says_so(
    office: Office, stores: tuple[MemoryStore, MemoryStore, MemoryStore]
) -> None:
    """What was put back stays, and the reason does not claim more than that."""
    _, exchange, sharepoint = stores
    run = (await office.sync()).run
    sharepoint.faults["write"].append(broken("sharepoint"))
    await office.undo(run)

    assert (await office.sync()).results == {}

    why = office.reasons(ALICE, Call.LEAVE)["sharepoint"]
    assert f"run {run} was undone on 23 Nov 2026, but not in every store" in why
    assert same(exchange.shows(ALICE), OLD)
    assert same(sharepoint.shows(ALICE), NEW)


async def test_a_restore_that_failed_is_gone_on_with(
    office: Office, stores: tuple[MemoryStore, MemoryStore, MemoryStore]
) -> None:
    """The photo was asked for, so the next sync tries again; but not over what came since."""
    _, exchange, sharepoint = stores
    await office.sync()
    sharepoint.faults["write"].append(broken("sharepoint"))
    await office.restore(ALICE, digest_of(OLD))

    assert (await office.sync()).results == {Result.WRITTEN: 1}
    assert same(sharepoint.shows(ALICE), OLD)

    proposal = await sync.restore(
        office.settings,
        office.stores,
        office.vault,
        office.clock,
        name=ALICE,
        version=digest_of(NEW),
    )
    for store in (exchange, sharepoint):
        store.put(ALICE, NEWER)
    moved = await office.apply(proposal.plan)
    assert moved.results == {Result.MOVED: 2}
    pin = await pin_of(office)
    assert pin is not None
    assert pin.photo == digest_of(OLD)


async def test_what_the_vault_does_not_keep_any_more_is_not_taken_for_no_photo(
    office: Office, stores: tuple[MemoryStore, MemoryStore, MemoryStore]
) -> None:
    """An undo that would need it says so, and removes nothing."""
    _, exchange, _ = stores
    run = (await office.sync()).run
    office.clock.advance(timedelta(days=2))
    keeping = replace(office.settings, storage=Storage(keep=timedelta(days=1)))
    await sync.sync(keeping, office.stores, office.vault, office.clock)

    proposal, outcome = await office.undo(run)

    assert proposal.plan.actions == ()
    assert [one.store for one in proposal.left] == ["exchange", "sharepoint"]
    assert {one.call for one in proposal.left} == {Call.UNKNOWN}
    assert "which the vault does not keep any more" in str(proposal.left[0])
    assert outcome.results == {}
    assert same(exchange.shows(ALICE), NEW)


async def test_a_plan_pins_nobody_to_somebody_else_s_photo(
    office: Office, stores: tuple[MemoryStore, MemoryStore, MemoryStore]
) -> None:
    """Written by hand, with its digest: it is refused before anything is done."""
    for store in stores:
        store.join(BOB, face(BOB, 0))
    await office.sync()
    alice, bob = [await office.vault.person(upn) for upn in (ALICE, BOB)]
    plan, _ = await office.plan()
    planted = Hold(alice.id, (await office.vault.versions(bob.id))[0].digest, "planted")

    with pytest.raises(BadUsage, match="none of theirs in this vault; make a new plan"):
        await office.apply(replace(plan, pins=(planted,)))

    assert await pin_of(office) is None


async def test_a_plan_that_names_another_photo_as_overwritten_is_refused(
    office: Office, stores: tuple[MemoryStore, MemoryStore, MemoryStore]
) -> None:
    """Else the journal would say that it was."""
    await office.status()
    plan, _ = await office.plan()
    (version,) = [
        v.digest
        for v in await office.vault.versions((await office.vault.person(ALICE)).id)
        if v.digest == digest_of(NEW)
    ]
    false = tuple(replace(action, before=version) for action in plan.actions)

    outcome = await office.apply(replace(plan, actions=false))

    assert outcome.results == {Result.MOVED: 2}
    assert same(stores[1].shows(ALICE), OLD)


async def test_a_plan_applied_again_asks_the_store(
    office: Office, stores: tuple[MemoryStore, MemoryStore, MemoryStore]
) -> None:
    """What came there since the plan was applied is not taken for what it had put there."""
    _, exchange, sharepoint = stores
    plan, _ = await office.plan()
    await office.apply(plan)
    exchange.put(ALICE, NEWER)
    asked = sharepoint.asked["read"]

    again = await office.apply(plan)

    assert again.results == {Result.MOVED: 1, Result.THERE: 1}
    assert sharepoint.asked["read"] == asked + 1
    assert same(exchange.shows(ALICE), NEWER)


async def test_who_is_left_as_they_are_does_not_count_as_agreeing(
    office: Office, stores: tuple[MemoryStore, MemoryStore, MemoryStore]
) -> None:
    """After an undo Alice shows two faces, and nobody claims that she shows one."""
    run = (await office.sync()).run
    await office.undo(run)

    outcome = await office.sync()

    assert (outcome.people, outcome.agreeing, outcome.as_is) == (1, 0, 1)
    assert outcome.exit_code == 0


async def test_an_undo_that_finds_nothing_to_put_back_holds_nobody(
    office: Office, stores: tuple[MemoryStore, MemoryStore, MemoryStore]
) -> None:
    """Both stores got another photo since: the next sync decides as ever."""
    _, exchange, sharepoint = stores
    run = (await office.sync()).run
    for store in (exchange, sharepoint):
        store.put(ALICE, NEWER)

    proposal, _ = await office.undo(run)

    assert (proposal.plan.actions, proposal.plan.pins) == ((), ())
    assert (await office.sync()).results == {Result.WRITTEN: 2}
    assert same(exchange.shows(ALICE), NEW)


async def test_a_larger_copy_of_what_is_pinned_is_what_is_pinned(
    office: Office, stores: tuple[MemoryStore, MemoryStore, MemoryStore]
) -> None:
    """The person uploads it to Yammer: the pin holds, and who shows a smaller one is left alone."""
    del stores
    office.stores["yammer"].join(ALICE, OLD)
    await office.sync()
    await office.restore(ALICE, digest_of(OLD))

    larger = face(ALICE, 0, 600)
    office.stores["yammer"].put(ALICE, larger)
    await office.sync()

    pin = await pin_of(office)
    assert pin is not None
    assert pin.photo == digest_of(larger)
    assert office.reasons(ALICE, Call.WRITE, Call.ASK, Call.BY_HAND) == {}
