"""A vault that fails in the middle of a sync: nothing is written that it does not know of.

A disk that is really full takes a mount. What SQLite says of one is had here by a limit on its
pages, and in tests/end_to_end by one on every file of the process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.servers.memory_store import face
from tests.sync.dying import LASTING, failing_at
from tests.sync.kit import Office, same
from tests.sync.ledger import Ledger, alike

from sameface.errors import VaultFailed
from sameface.vault import Vault

PEOPLE = ("ann@x.test", "ben@x.test", "cyd@x.test")
WRITTEN = ("exchange", "sharepoint")

WORDS = {
    "keep": "INSERT INTO versions",
    "record": "INSERT INTO observations",
    "intend": "INSERT INTO actions",
    "settle": "UPDATE actions",
}


@pytest.fixture
def ledger(office: Office) -> Ledger:
    """Three people, of whom a mailbox and a store without change keys show old photos."""
    folder = office.store("folder")
    mailbox = office.store("exchange", writes=True)
    keyless = office.store("sharepoint", writes=True, change_key=False)
    ledger = Ledger(office)
    for upn in PEOPLE:
        folder.join(upn, face(upn, 1))
        for store in (mailbox, keyless):
            store.join(upn, face(upn, 0))
            ledger.watch(store)
    return ledger


async def ends_well(ledger: Ledger, look: int) -> None:
    """With a vault that works again, one sync makes all agree; nothing was lost meanwhile."""
    office = ledger.office
    outcome = await office.sync()

    assert outcome.exit_code == 0
    assert await office.vault.in_flight() == ()
    assert (await office.vault.verify()).broken is None
    await ledger.rest()
    for store in WRITTEN:
        assert all(same(office.stores[store].shows(upn), face(upn, look)) for upn in PEOPLE)
        for upn, photo in office.stores[store].overwritten:
            versions = await office.vault.versions((await office.vault.person(upn)).id)
            kept = [await office.vault.picture(version.digest) for version in versions]
            assert any(alike(photo, one) for one in kept)


@pytest.mark.parametrize("times", [1, LASTING], ids=["once", "for good"])
@pytest.mark.parametrize(
    ("word", "nth"),
    [
        ("keep", 1),
        ("keep", 2),
        ("record", 3),
        ("intend", 1),
        ("intend", 4),
        ("settle", 1),
        ("settle", 4),
    ],
)
async def test_a_vault_that_fails_ends_the_sync_and_the_next_ends_well(
    ledger: Ledger, word: str, nth: int, times: int
) -> None:
    """While it keeps, records, announces or settles: exit code 4, and every write was announced."""
    with (
        failing_at(nth, times, WORDS[word]),
        pytest.raises(VaultFailed, match="There is no room left for the vault") as failed,
    ):
        await ledger.office.sync()

    assert (failed.value.code, failed.value.exit) == ("SF-401", 4)
    if times == LASTING and word != "settle":  # only who was announced before has been written to
        assert len(ledger.taken) <= (nth - 1 if word == "intend" else 0)
    await ends_well(ledger, 1)


async def test_a_vault_without_room_stops_each_sync_where_it_is(
    tmp_path: Path, ledger: Ledger
) -> None:
    """SQLite's own refusal, some pages later each time: nothing is lost, wherever that is."""
    office, said = ledger.office, list[str]()
    folder = office.vault.folder
    await ends_well(ledger, 1)
    await office.vault.close()
    for room in (0, 1, 2, 4):
        for upn in PEOPLE:
            office.stores["folder"].put(upn, face(upn, 2 + room % 2))
        with no_more_pages_than(folder, room):
            async with await Vault.open(folder) as office.vault:
                try:
                    await office.sync()
                except VaultFailed as wrong:
                    said.append(wrong.sentence())
        async with await Vault.open(folder) as office.vault:
            await ends_well(ledger, 2 + room % 2)
    assert len(said) >= 2
    assert all("There is no room left for the vault" in one for one in said)


@contextmanager
def no_more_pages_than(folder: Path, more: int) -> Iterator[None]:
    """The vault may grow by so many pages, in connections made from now on."""
    pages: list[int] = []

    def limit(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        if not pages:
            cursor.execute("PRAGMA page_count")
            pages.append(cursor.fetchone()[0] + more)
        cursor.execute(f"PRAGMA max_page_count = {pages[0]}")
        cursor.close()

    sa.event.listen(sa.Engine, "connect", limit)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "connect", limit)
