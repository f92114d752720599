"""A picture that the vault has lost: the same bytes, or the best copy that a store still shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.servers.memory_store import MemoryStore, face, reencoded
from tests.sync.kit import Office, same, three_stores

from sameface import sync
from sameface.sync import Mended, Result
from sameface.vault.blobs import digest_of

ALICE = "alice@x.test"
OLD, NEW, NEWER = face(ALICE, 0, 480), face(ALICE, 1, 480), face(ALICE, 2, 480)
SMALL = reencoded(OLD, 120)


@pytest.fixture
async def stores(office: Office) -> tuple[MemoryStore, MemoryStore]:
    """SharePoint shows its own smaller copy of what Exchange shows, and the vault lost that."""
    office.authorities = ("exchange",)
    exchange = office.store("exchange")
    sharepoint = office.store("sharepoint", writes=True)
    exchange.join(ALICE, OLD)
    sharepoint.join(ALICE, SMALL)
    await office.sync()
    _blob(office, OLD).unlink()
    return exchange, sharepoint


def _blob(office: Office, picture: bytes) -> Path:
    (file,) = office.vault.folder.rglob(digest_of(picture))
    return file


async def best_copies(office: Office) -> dict[str, str]:
    """Version -> the best copy of its photo."""
    alice = await office.vault.person(ALICE)
    return {v.digest: v.photo for v in await office.vault.versions(alice.id)}


async def test_what_the_store_shows_takes_its_place_before_it_is_overwritten(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """The sync goes on, and nothing that is left of the photo is lost; the journal says so."""
    exchange, sharepoint = stores
    exchange.put(ALICE, NEW)

    outcome = await office.sync()

    assert outcome.results == {Result.WRITTEN: 1}
    assert same(sharepoint.shows(ALICE), NEW)
    assert await office.vault.picture(digest_of(SMALL)) == SMALL
    (mended,) = [e for _, e in await office.vault.history() if e.what == "mended"]
    assert (mended.before, mended.after) == (digest_of(OLD), digest_of(SMALL))
    assert mended.store == "sharepoint"
    assert (await best_copies(office))[digest_of(OLD)] == digest_of(SMALL)


async def test_the_run_is_undone_with_the_copy(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """It was the photo that the store showed."""
    exchange, sharepoint = stores
    exchange.put(ALICE, NEW)
    run = (await office.sync()).run

    _, undone = await office.undo(run)

    assert undone.results == {Result.WRITTEN: 1}
    assert same(sharepoint.shows(ALICE), OLD)


async def test_what_is_to_be_written_is_taken_from_another_store(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """Exchange got a smaller copy since; the directory, which shows another photo, gets that."""
    exchange, _ = stores
    exchange.put(ALICE, SMALL)
    directory = office.store("active-directory", writes=True)
    directory.join(ALICE, NEWER)

    outcome = await office.sync()

    assert outcome.results == {Result.WRITTEN: 1}
    assert same(directory.shows(ALICE), OLD)


async def test_an_audit_takes_the_copy_too(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """It names the store."""
    exchange, _ = stores
    exchange.take_away(ALICE)

    found = [one async for one in sync.mend(office.stores, office.vault, office.clock)]

    assert [(harm.digest, mended) for harm, mended in found] == [
        (digest_of(OLD), Mended("sharepoint", copy=True))
    ]
    assert await office.vault.picture(digest_of(SMALL)) == SMALL


async def test_a_smaller_copy_in_the_vault_will_do(office: Office) -> None:
    """Of several the largest, also where no store shows the photo any more."""
    folder, exchange, _ = three_stores(office)
    sizes = [reencoded(OLD, px) for px in (120, 240)]
    for picture in (*sizes, OLD):
        exchange.join(ALICE, picture)
        await office.status()
    folder.join(ALICE, NEW)
    await office.sync()
    _blob(office, OLD).unlink()

    found = [one async for one in sync.mend(office.stores, office.vault, office.clock)]

    assert [(harm.digest, mended) for harm, mended in found] == [
        (digest_of(OLD), Mended("exchange", copy=True))
    ]
    largest = digest_of(sizes[1])
    copies = await best_copies(office)
    assert {copies[digest_of(one)] for one in (*sizes, OLD)} == {largest}


async def test_another_photo_does_not_take_its_place(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """Where nobody has it any more, it is lost, and said to be."""
    exchange, sharepoint = stores
    exchange.put(ALICE, NEW)
    sharepoint.put(ALICE, NEW)

    found = [one async for one in sync.mend(office.stores, office.vault, office.clock)]

    assert [(harm.digest, mended) for harm, mended in found] == [(digest_of(OLD), None)]
