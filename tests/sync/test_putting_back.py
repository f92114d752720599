"""Restore, undo and forget: plans like any other, which say first what cannot be taken back."""

from __future__ import annotations

import pytest
from tests.servers.memory_store import MemoryStore, broken, face
from tests.sync.kit import UPLOAD, Office, same, three_stores

from sameface import sync
from sameface.errors import BadUsage, UnknownPerson, VaultFailed
from sameface.settings import PolicySettings, Wishes
from sameface.sync import Call, Result, Verb
from sameface.values import Key
from sameface.vault.blobs import digest_of

ALICE, BOB = "alice@x.test", "bob@x.test"
OLD, NEW, NEWER = face(ALICE, 0), face(ALICE, 1), face(ALICE, 2)


@pytest.fixture
def stores(office: Office) -> tuple[MemoryStore, MemoryStore]:
    """Alice shows an old photo in Exchange; Bob has none there."""
    folder, exchange, _ = three_stores(office)
    folder.join(ALICE, NEW)
    exchange.join(ALICE, OLD)
    folder.join(BOB, face(BOB, 1))
    exchange.join(BOB)
    return folder, exchange


async def test_a_restored_version_stays_until_the_authority_changes(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """The next syncs leave it; the authority's next photo goes everywhere again."""
    folder, exchange = stores
    await office.sync()

    proposal, outcome = await office.restore(ALICE, digest_of(OLD)[:8])
    assert [a.store for a in proposal.plan.actions] == ["exchange"]
    assert outcome.results == {Result.WRITTEN: 1}
    assert same(exchange.shows(ALICE), OLD)

    assert (await office.sync()).results == {}
    assert "was restored on 23 Nov 2026" in office.reasons(ALICE, Call.LEAVE)["folder"]
    folder.put(ALICE, NEWER)
    await office.sync()
    assert same(exchange.shows(ALICE), NEWER)


async def test_restored_by_a_plan_that_was_saved(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """The plan that is applied later pins what it restores, too."""
    await office.sync()
    proposal, _ = await office.restore(ALICE, digest_of(OLD))

    assert proposal.plan.verb == "restore"
    assert [hold.photo for hold in proposal.plan.pins] == [digest_of(OLD)]
    (dossier,) = await office.vault.dossiers_of([proposal.people[0].id])
    assert dossier.pin is not None
    assert await office.vault.unpin(dossier.person.id, office.clock.now())
    assert (await office.sync()).results == {Result.WRITTEN: 1}
    assert same(stores[1].shows(ALICE), NEW)


@pytest.mark.parametrize("version", ["ffffffff", ""])
async def test_a_version_that_is_not_there_is_refused(
    office: Office, stores: tuple[MemoryStore, MemoryStore], version: str
) -> None:
    """Nothing is guessed; the remedy is named."""
    await office.sync()

    with pytest.raises(BadUsage, match="sameface history"):
        await office.restore(ALICE, version)


async def test_somebody_left_alone_is_not_restored(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """The settings' word is kept by every command."""
    await office.sync()
    office.policy = PolicySettings(people=((ALICE, Wishes(exclude=True, whose=ALICE)),))

    with pytest.raises(BadUsage, match="left alone"):
        await office.restore(ALICE, digest_of(OLD))


async def test_a_pin_in_the_settings_is_not_restored_over(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """The next sync would take it back, so it is refused with the place to change."""
    await office.sync()
    wish = Wishes(pin=digest_of(NEW)[:8], whose=ALICE)
    office.policy = PolicySettings(people=((ALICE, wish),))

    with pytest.raises(BadUsage, match=r"pinned in sameface\.toml"):
        await office.restore(ALICE, digest_of(OLD))


async def test_undo_puts_every_store_of_the_run_back(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """An old photo returns; what was filled is emptied; the next sync leaves both."""
    _, exchange = stores
    run = (await office.sync()).run

    proposal, outcome = await office.undo(run)

    assert same(exchange.shows(ALICE), OLD)
    assert exchange.shows(BOB) is None
    assert outcome.results == {Result.WRITTEN: 1, Result.REMOVED: 1}
    assert {a.verb for a in proposal.plan.actions} == {Verb.WRITE, Verb.REMOVE}
    assert (await office.sync()).results == {}
    assert f"run {run} was undone" in office.reasons(ALICE, Call.LEAVE)["exchange"]


async def test_undo_says_first_where_a_store_will_remember(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """Bob never had a photo in Exchange; after a removal it has one deleted."""
    run = (await office.sync()).run

    proposal, _ = await office.undo(run)

    (warning,) = proposal.plan.warnings
    assert warning.startswith('1 photo is removed from exchange, and "deleted" is not "never had"')
    removal = next(a for a in proposal.plan.actions if a.verb is Verb.REMOVE)
    assert removal.because.endswith("it never had a photo before")


async def test_an_undo_is_a_run_and_can_be_undone(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """Both ways the same pictures come back."""
    _, exchange = stores
    run = (await office.sync()).run
    _, undone = await office.undo(run)

    _, again = await office.undo(undone.run)

    assert again.results == {Result.WRITTEN: 2}
    assert same(exchange.shows(ALICE), NEW)
    assert same(exchange.shows(BOB), face(BOB, 1))


async def test_after_an_undo_the_authority_s_next_photo_counts(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """Put back is not frozen."""
    folder, exchange = stores
    await office.undo((await office.sync()).run)
    folder.put(ALICE, NEWER)

    await office.sync()

    assert same(exchange.shows(ALICE), NEWER)
    assert exchange.shows(BOB) is None


async def test_undo_leaves_what_somebody_has_changed_since(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """A newer photo is not lost for the sake of an older one; it is told instead."""
    _, exchange = stores
    run = (await office.sync()).run
    exchange.put(ALICE, NEWER)

    proposal, _ = await office.undo(run)

    assert same(exchange.shows(ALICE), NEWER)
    ((who, store, call),) = [(one.person, one.store, one.call) for one in proposal.left]
    assert (who, store, call) == (ALICE, "exchange", Call.UNKNOWN)


async def test_a_write_whose_answer_was_lost_is_undone_too(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """What counts is what the store shows, not what it said."""
    _, exchange = stores
    exchange.faults["written"] = [broken("exchange")]
    outcome = await office.sync()
    assert outcome.results[Result.FAILED] == 1

    await office.undo(outcome.run)

    assert same(exchange.shows(ALICE), OLD)
    assert exchange.shows(BOB) is None


async def test_a_run_that_is_not_there_or_did_nothing_is_refused(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """The latest runs that wrote something are named."""
    first = (await office.sync()).run
    second = (await office.sync()).run

    with pytest.raises(BadUsage, match=str(first)):
        await office.undo("yesterday")
    with pytest.raises(BadUsage, match="wrote nothing"):
        await office.undo(second)


async def test_somebody_forgotten_is_gone_from_stores_and_vault(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """Every store that allows it is emptied, every picture and name is gone, others stay."""
    _, exchange = stores
    await office.sync()
    alice = await office.vault.person(ALICE)
    digests = {version.digest for version in await office.vault.versions(alice.id)}

    proposal, outcome = await office.forget(ALICE)

    assert exchange.shows(ALICE) is None
    assert outcome.results == {Result.REMOVED: 1}
    assert [(one.store, one.call) for one in proposal.left] == [("folder", Call.LEAVE)]
    with pytest.raises(UnknownPerson):
        await office.vault.person(ALICE)
    assert not [digest for digest in digests if await office.vault.holds(digest)]
    assert await office.vault.versions((await office.vault.person(BOB)).id)
    for file in office.vault.folder.rglob("*"):
        assert not file.is_file() or not any(d in file.name for d in digests)


@pytest.mark.usefixtures("stores")
async def test_what_would_keep_a_vault_from_being_erased_is_found_first(office: Office) -> None:
    """A folder in the last plan's place ends `forget` while every store still shows the photo."""
    await office.sync()
    (office.vault.folder / "plan.json").mkdir()

    with pytest.raises(VaultFailed, match=r"plan\.json is a folder"):
        await office.forget(ALICE)

    assert not any(store.asked["remove"] for store in office.stores.values())


async def test_what_is_left_is_proof_without_the_picture(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """The journal has the hashes, is whole, and nowhere in the vault stands the name."""
    await office.sync()
    alice = await office.vault.person(ALICE)
    digests = {version.digest for version in await office.vault.versions(alice.id)}

    await office.forget(ALICE)

    erased = {e.before for _, e in await office.vault.history(alice.id) if e.what == "erased"}
    assert erased == digests
    assert (await office.vault.verify()).broken is None
    await office.vault.close()
    for file in office.vault.folder.rglob("*"):
        assert not file.is_file() or ALICE.encode() not in file.read_bytes()


async def test_somebody_forgotten_is_not_taken_up_again(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """Also where a store still shows a photo of theirs; until an administrator allows it."""
    _, exchange = stores
    await office.sync()
    await office.forget(ALICE)
    exchange.put(ALICE, NEWER)

    await office.sync()
    with pytest.raises(UnknownPerson):
        await office.vault.person(ALICE)
    assert not await office.vault.holds(digest_of(NEWER))

    assert not await office.vault.allow("nobody@x.test", office.clock.now())
    assert await office.vault.allow("Alice@X.test", office.clock.now())
    await office.sync()
    assert await office.vault.versions((await office.vault.person(ALICE)).id)


async def test_a_removal_that_did_not_happen_is_not_proven(office: Office) -> None:
    """A store that says yes and keeps the photo is told as such."""
    exchange = office.store("exchange", writes=True)
    exchange.join(ALICE, OLD)
    office.store("yammer", by_hand=UPLOAD).join(ALICE, OLD)
    await office.status()
    exchange.lies = "keeps"

    proposal, outcome = await office.forget(ALICE)

    assert outcome.results == {Result.UNPROVEN: 1}
    (left,) = proposal.left
    assert (left.store, left.call) == ("yammer", Call.BY_HAND)
    assert left.because.endswith(": they, or who runs it, must remove the photo there")


async def test_undo_looks_at_nobody_else(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """Whose stores the run did not touch is not asked for: a run of a few costs a few requests."""
    for number in range(5):
        for store in office.stores.values():
            store.join(f"p{number}@x.test", face(f"p{number}", 0))
    run = (await office.sync()).run
    before = {name: store.asked.copy() for name, store in office.stores.items()}

    proposal = await sync.undo(*office._work(), run=run or "")

    asked = {name: s.asked - before[name] for name, s in office.stores.items()}
    assert {person.upn for person in proposal.people} == {ALICE, BOB}
    assert all(counts["find"] == 2 and not counts["observe"] for counts in asked.values())


async def test_who_gets_the_mail_of_somebody_forgotten_is_not_forgotten(office: Office) -> None:
    """Nor is who has an address of their own that was an alias of hers."""
    exchange = office.store("exchange", writes=True)
    exchange.join(ALICE, face(ALICE, 1), (Key.MAIL, ALICE), (Key.MAIL, "left@x.test"))
    await office.status()
    await office.forget(ALICE)

    exchange.join("bob@x.test", face("bob"), (Key.MAIL, "bob@x.test"), (Key.MAIL, ALICE))
    exchange.join("left@x.test", face("left"))
    await office.status()

    assert office.told.keys() == {"bob@x.test", "left@x.test"}
