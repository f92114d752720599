"""One store's or one person's failure is theirs alone, is told, and never costs a photo."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest
from tests.servers.memory_store import MemoryStore, broken, face, may_write
from tests.sync.kit import Office, same, three_stores

from sameface import sync
from sameface.connectors.reading import Read
from sameface.errors import BlobLost, OverCeiling, SignInRefused, VaultFailed
from sameface.sync import Call, Result
from sameface.values import Account, Standing
from sameface.vault.blobs import digest_of

ALICE, BOB = "alice@x.test", "bob@x.test"


@pytest.fixture
def disagreeing(office: Office) -> Office:
    """Alice and Bob, whose mailboxes show other photos than the folder."""
    folder, exchange, _ = three_stores(office)
    for upn in (ALICE, BOB):
        folder.join(upn, face(upn, 1))
        exchange.join(upn, face(upn, 0))
    return office


async def test_an_account_that_cannot_be_observed_is_left_alone(disagreeing: Office) -> None:
    """Its sentence is told, the others are served, and nothing is written blindly."""
    exchange = disagreeing.stores["exchange"]
    exchange.faults[ALICE].append(broken("exchange"))

    outcome = await disagreeing.sync()

    assert outcome.exit_code == 4
    assert "broke off" in disagreeing.reasons(ALICE, Call.UNKNOWN)["exchange"]
    assert same(exchange.shows(ALICE), face(ALICE, 0))
    assert same(exchange.shows(BOB), face(BOB, 1))


async def test_a_store_that_breaks_off_harms_no_other(disagreeing: Office) -> None:
    """The rest of its people are unknown, the other stores are synced as ever."""
    sharepoint = disagreeing.store("sharepoint", writes=True)
    sharepoint.join(ALICE, face(ALICE, 0))
    sharepoint.per_page = 1
    sharepoint.join(BOB, face(BOB, 0))
    await disagreeing.status()
    disagreeing.stores["exchange"].faults["observe"].append(broken("exchange"))

    outcome = await disagreeing.sync()

    assert outcome.exit_code == 4
    assert [failure.code for failure in outcome.failures] == ["SF-301"]
    assert same(sharepoint.shows(BOB), face(BOB, 1))
    assert disagreeing.reasons(ALICE, Call.UNKNOWN).keys() == {"exchange"}

    assert (await disagreeing.sync()).exit_code == 0


async def test_without_its_authority_nothing_is_decided(disagreeing: Office) -> None:
    """A folder that cannot be read must not hand the word to the next authority."""
    disagreeing.authorities = ("folder", "exchange")
    sharepoint = disagreeing.store("sharepoint", writes=True)
    sharepoint.join(ALICE, face(ALICE, 2))
    disagreeing.stores["folder"].faults["observe"].append(broken("folder"))

    outcome = await disagreeing.sync()

    assert outcome.exit_code == 4
    assert disagreeing.told[ALICE].because == "folder could not be observed"
    assert sharepoint.asked["write"] == disagreeing.stores["exchange"].asked["write"] == 0


async def test_a_refused_sign_in_is_configuration(disagreeing: Office) -> None:
    """Exit code 2 comes before all others."""
    refused = SignInRefused("exchange", "does not accept the secret; renew it.")
    disagreeing.stores["exchange"].faults["observe"].append(refused)

    assert (await disagreeing.status()).exit_code == 2


async def test_a_sign_in_refused_while_reading_ends_that_store(disagreeing: Office) -> None:
    """No other account of it would fare better."""
    refused = SignInRefused("exchange", "does not accept the secret; renew it.")
    disagreeing.stores["exchange"].faults["read"].append(refused)

    outcome = await disagreeing.status()

    assert outcome.exit_code == 2
    assert [failure.code for failure in outcome.failures] == ["SF-302"]


async def test_a_picture_that_cannot_be_read_is_one_persons_matter(disagreeing: Office) -> None:
    """The others are read and served; the next run tries again."""
    disagreeing.stores["exchange"].faults["read"].append(broken("exchange"))

    assert (await disagreeing.sync()).exit_code == 4
    assert same(disagreeing.stores["exchange"].shows(BOB), face(BOB, 1))
    assert (await disagreeing.sync()).exit_code == 0


async def test_a_photo_that_goes_while_one_looks_is_no_photo(disagreeing: Office) -> None:
    """Listed and then not there: it was taken away in between."""
    disagreeing.stores["exchange"].vanishing.add(ALICE)

    await disagreeing.status()

    assert disagreeing.reasons(ALICE, Call.WRITE)["exchange"] == "has no photo, unlike folder"


async def test_half_a_picture_is_not_a_photo(disagreeing: Office) -> None:
    """It is neither kept nor overwritten, and read anew the next time."""
    exchange = disagreeing.stores["exchange"]
    whole = face(ALICE, 0)
    exchange.put(ALICE, whole[: len(whole) // 2])

    outcome = await disagreeing.sync()
    because = disagreeing.reasons(ALICE, Call.UNKNOWN)["exchange"]

    assert outcome.exit_code == 4
    assert "damaged" in because
    assert exchange.shows(ALICE) == whole[: len(whole) // 2]
    assert same(exchange.shows(BOB), face(BOB, 1))


async def test_a_photo_changed_behind_our_back_is_not_overwritten(disagreeing: Office) -> None:
    """Between plan and write somebody uploads: refused, told, and seen by the next sync."""
    exchange = disagreeing.stores["exchange"]
    plan, _ = await disagreeing.plan()
    exchange.put(ALICE, face(ALICE, 5))

    outcome = await disagreeing.apply(plan)

    assert outcome.results == {Result.MOVED: 1, Result.WRITTEN: 1}
    assert outcome.exit_code == 4
    assert exchange.shows(ALICE) == face(ALICE, 5)

    assert (await disagreeing.sync()).exit_code == 0
    kept = {v.digest for v in await disagreeing.vault.versions(disagreeing.told[ALICE].person.id)}
    assert digest_of(face(ALICE, 5)) in kept


async def test_a_store_without_change_keys_is_read_before_each_write(office: Office) -> None:
    """What it has no word for is seen by looking."""
    folder = office.store("folder")
    wiki = office.store("exchange", writes=True, change_key=False)
    folder.join(ALICE, face(ALICE, 1))
    wiki.join(ALICE, face(ALICE, 0))
    plan, _ = await office.plan()
    wiki.put(ALICE, face(ALICE, 5))

    assert (await office.apply(plan)).results == {Result.MOVED: 1}
    assert (await office.sync()).exit_code == 0
    assert same(wiki.shows(ALICE), face(ALICE, 1))


@pytest.mark.parametrize(
    ("lies", "shows"),
    [
        ("keeps", "another picture"),
        ("loses", "no photo"),
        ("garbles", "no picture"),
        ("crops", "only a part of it"),
    ],
)
async def test_a_store_that_lies_is_found_out(disagreeing: Office, lies: str, shows: str) -> None:
    """It said yes and shows something else: not proven, and no agreement."""
    disagreeing.stores["exchange"].lies = lies

    outcome = await disagreeing.sync()

    assert outcome.results == {Result.UNPROVEN: 2}
    assert outcome.exit_code == 4
    assert all(f"shows {shows}" in (s.error or "") for s in disagreeing.steps if s.verb == "write")


async def test_a_refused_write_is_told_and_the_others_go_on(disagreeing: Office) -> None:
    """A store's own limit for one person does not stop the next."""
    exchange = disagreeing.stores["exchange"]
    exchange.faults["write"].append(OverCeiling("exchange", "takes at most 1,000 bytes."))

    outcome = await disagreeing.sync()

    assert outcome.results == {Result.REFUSED: 1, Result.WRITTEN: 1}
    assert outcome.exit_code == 4


async def test_a_hidden_photo_is_kept_before_it_is_overwritten(office: Office) -> None:
    """A store may hold a photo that it does not show; it is somebody's all the same."""
    folder, exchange, _ = three_stores(office)
    folder.join(ALICE, face(ALICE, 1))
    exchange.join(ALICE, face(ALICE, 0))
    exchange.hidden.add(ALICE)

    outcome = await office.sync()

    assert outcome.exit_code == 0
    assert exchange.overwritten == [(ALICE, face(ALICE, 0))]
    assert await office.vault.picture(digest_of(face(ALICE, 0))) == face(ALICE, 0)


async def test_a_lost_blob_is_put_back_before_its_last_copy_goes(disagreeing: Office) -> None:
    """Where the vault lost the bytes that are about to be overwritten, they are read again."""
    plan, _ = await disagreeing.plan()
    old = digest_of(face(ALICE, 0))
    next((disagreeing.vault.folder / "pictures").rglob(old)).unlink()

    assert (await disagreeing.apply(plan)).results == {Result.WRITTEN: 2}
    assert await disagreeing.vault.picture(old) == face(ALICE, 0)


@pytest.mark.parametrize("harm", [b"altered", None], ids=["altered", "missing"])
async def test_a_lost_original_is_read_again_where_a_store_shows_it(
    disagreeing: Office, harm: bytes | None
) -> None:
    """The folder still has the bytes: they are back in the vault, told, and written."""
    plan, _ = await disagreeing.plan()
    lost = digest_of(face(ALICE, 1))
    file = next((disagreeing.vault.folder / "pictures").rglob(lost))
    file.unlink() if harm is None else file.write_bytes(harm)

    assert (await disagreeing.apply(plan)).results == {Result.WRITTEN: 2}
    assert await disagreeing.vault.picture(lost) == face(ALICE, 1)
    journal = await disagreeing.vault.history(disagreeing.told[ALICE].person.id)
    assert [entry.store for _, entry in journal if entry.what == "mended"] == ["folder"]


async def test_harmed_pictures_are_found_and_mended(disagreeing: Office) -> None:
    """Each is named with the store that gave it back, or with none, and then the rest is whole."""
    await disagreeing.sync()
    held, gone = digest_of(face(ALICE, 1)), digest_of(face(ALICE, 0))
    for digest in (held, gone):
        next((disagreeing.vault.folder / "pictures").rglob(digest)).write_bytes(b"altered")
    _, stores, vault, clock, _ = disagreeing._work()

    harmed = {h.digest: how async for h, how in sync.mend(stores, vault, clock)}

    assert harmed == {held: sync.Mended("folder"), gone: None}
    assert [h.digest async for h, _ in sync.mend(stores, vault, clock)] == [gone]


async def test_a_lost_original_is_not_replaced_by_anything(disagreeing: Office) -> None:
    """Missing from the vault, and no store shows it now: that write fails, by name."""
    plan, _ = await disagreeing.plan()
    lost = digest_of(face(ALICE, 1))
    next((disagreeing.vault.folder / "pictures").rglob(lost)).write_bytes(b"altered")
    disagreeing.stores["folder"].put(ALICE, face(ALICE, 2))

    outcome = await disagreeing.apply(plan)

    assert outcome.results == {Result.FAILED: 1, Result.WRITTEN: 1}
    with pytest.raises(BlobLost):
        await disagreeing.vault.picture(lost)


async def test_two_syncs_at_once_are_one_too_many(disagreeing: Office) -> None:
    """The second says so and leaves, and has asked no store for anything."""
    async with disagreeing.vault.alone():
        with pytest.raises(VaultFailed, match="Another run"):
            await disagreeing.sync()

    assert disagreeing.asked == {"folder": 0, "exchange": 0, "yammer": 0}


async def test_a_person_taken_from_a_store_is_no_longer_written_to(disagreeing: Office) -> None:
    """A plan for an account that is gone is out of date."""
    plan, _ = await disagreeing.plan()
    disagreeing.stores["exchange"].leave(ALICE)
    await disagreeing.status()

    assert (await disagreeing.apply(plan)).results == {Result.MOVED: 1, Result.WRITTEN: 1}


async def test_unknown_is_not_remembered_for_ever(disagreeing: Office) -> None:
    """An account that could be observed again needs no second reading of an unchanged picture."""
    exchange = disagreeing.stores["exchange"]
    await disagreeing.sync()
    reads = exchange.asked["read"]
    exchange.faults[ALICE].append(broken("exchange"))
    await disagreeing.status()

    outcome = await disagreeing.status()

    assert outcome.exit_code == 0
    assert exchange.asked["read"] == reads
    cells = await disagreeing.vault.cells(disagreeing.told[ALICE].person.id)
    assert {cell.standing for cell in cells} == {Standing.PHOTO}


class HastyStore(MemoryStore):
    """A store whose batches leave out every second account."""

    async def read_many(
        self, accounts: Sequence[Account], size_px: int | None = None
    ) -> AsyncIterator[Read]:
        for account in accounts[::2]:
            yield account, await self.read(account, size_px)


async def test_nobody_whose_photo_was_asked_for_is_passed_over(office: Office) -> None:
    """Whom a batch leaves out is asked for alone."""
    people = [ALICE, BOB, "carol@x.test"]
    folder = HastyStore("folder", office.clock, may_write("folder", writes=False))
    office.stores["folder"] = folder
    exchange = office.store("exchange", writes=True)
    for upn in people:
        folder.join(upn, face(upn))
        exchange.join(upn)

    outcome = await office.sync()

    assert outcome.results == {Result.WRITTEN: len(people)}
    assert all(same(exchange.shows(upn), face(upn)) for upn in people)
