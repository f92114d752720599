"""A picture leaves the vault while another process sees it in a store: it stays, or comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.servers.memory_store import MemoryStore, StillClock, face, may_write
from tests.sync.kit import Office, same
from tests.sync.test_delta import TellingStore

from sameface.settings import Settings, Storage
from sameface.sync import status
from sameface.vault import Finding, Vault, database
from sameface.vault.blobs import Blobs, digest_of

ALICE, BOB = "alice@x.test", "bob@x.test"
OLD, NEW = face(ALICE, 0), face(ALICE, 1)


class Slow(Blobs):
    """Pictures in a folder that take their time to go: something else has a second meanwhile."""

    meanwhile: Callable[[], Awaitable[None]] | None = None
    under_way: asyncio.Task[None] | None = None

    async def remove_all(self, digests: Iterable[str]) -> None:
        gone = list(digests)
        if gone and self.meanwhile is not None:
            self.under_way = asyncio.ensure_future(self.meanwhile())
            self.meanwhile = None
            await asyncio.wait([self.under_way], timeout=1)
        await super().remove_all(gone)


@dataclass
class Keeping(Office):
    """Its vault keeps what nobody shows for a month."""

    @property
    def settings(self) -> Settings:
        return replace(super().settings, storage=Storage(keep=timedelta(days=30)))


@pytest.fixture
def slow(tmp_path: Path) -> Slow:
    return Slow.of(tmp_path / "vault" / "pictures")


@pytest.fixture
async def office(tmp_path: Path, slow: Slow) -> AsyncIterator[Keeping]:
    folder = tmp_path / "vault"
    tables = await database.opened(folder, Storage(), timedelta(seconds=30))
    async with Vault(folder, tables, slow) as vault:
        yield Keeping(vault, StillClock())


async def seen_by_another(office: Office) -> None:
    """Another process looks at everything, which does not wait for a run's end."""
    async with await Vault.open(office.vault.folder) as other:
        await status(office.settings, office.stores, other, office.clock)


async def replaced(office: Office, folder: MemoryStore) -> None:
    """Alice's photo was replaced two months ago."""
    folder.join(ALICE, OLD)
    office.store("exchange", writes=True).join(ALICE)
    await office.sync()
    folder.put(ALICE, NEW)
    await office.sync()
    await office.sync()
    office.clock.advance(timedelta(days=60))


async def all_is_well(office: Office) -> None:
    """The next sync has nothing to ask, everybody shows the old photo, and it is in the vault."""
    assert (await office.sync()).exit_code == 0
    assert (await office.sync()).exit_code == 0
    assert all(same(store.shows(ALICE), OLD) for store in office.stores.values())
    alice = await office.vault.person(ALICE)
    (shown,) = {cell.photo for cell in await office.vault.cells(alice.id)}
    assert shown is not None
    assert await office.vault.picture(shown)


async def test_what_is_put_back_while_it_is_retired_is_no_riddle(
    office: Keeping, slow: Slow
) -> None:
    """The look that saw it again comes before or after; the next sync takes it for what it is."""
    folder = office.store("folder")
    await replaced(office, folder)

    async def put_back() -> None:
        folder.put(ALICE, OLD)
        await seen_by_another(office)

    slow.meanwhile = put_back
    await office.sync()
    assert slow.under_way is not None
    await slow.under_way

    await all_is_well(office)


@pytest.mark.parametrize("tells", [False, True])
async def test_an_account_whose_version_was_retired_is_read_again(
    office: Keeping, *, tells: bool
) -> None:
    """A look that had recognised it before says so after; no key changes, no store tells of it."""
    able = may_write("folder", writes=False, delta=tells)
    folder = (TellingStore if tells else MemoryStore)("folder", office.clock, able)
    office.stores["folder"] = folder
    await replaced(office, folder)
    await office.sync()
    alice = (await office.vault.person(ALICE)).id
    assert {v.digest for v in await office.vault.versions(alice)} == {digest_of(NEW)}

    folder.put(ALICE, OLD)
    await office.status()  # so that the store has told of it
    seen = await folder.find([ALICE])
    assert seen is not None
    digest, later = digest_of(OLD), office.clock.now() + timedelta(minutes=1)
    await office.vault.record([Finding(seen, digest_of(NEW), digest_of(NEW))])
    assert await office.vault.upkeep.retire(later, (), None, later) == 1
    await office.vault.record([Finding(seen, digest, digest)])

    await all_is_well(office)


async def test_a_picture_that_somebody_else_is_seen_with_survives_a_forgetting(
    office: Keeping, slow: Slow
) -> None:
    """Bob is found to show Alice's very picture while it is taken away: he has it, whole."""
    folder, exchange = office.store("folder"), office.store("exchange", writes=True)
    for store in (folder, exchange):
        for upn in (ALICE, BOB):
            store.join(upn)
    folder.put(ALICE, OLD)
    await office.sync()

    async def put() -> None:
        folder.put(BOB, OLD)
        await seen_by_another(office)

    slow.meanwhile = put
    await office.forget(ALICE)
    assert slow.under_way is not None
    await slow.under_way

    bob = await office.vault.person(BOB)
    (version,) = await office.vault.versions(bob.id)
    assert await office.vault.holds(version.digest)
