"""What somebody looks through in the vault, page by page, and what they decide there."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from sameface.vault import journal, listing, withholding
from sameface.vault.values import Receipt, Run

Connecting = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


class Review:
    """The vault's `review`. Errors: VaultFailed."""

    def __init__(self, reading: Connecting, writing: Connecting) -> None:
        self._reading, self._writing = reading, writing

    async def runs(self, before: datetime | None = None, limit: int = 50) -> tuple[Run, ...]:
        """Runs that began before that moment, the newest first."""
        async with self._reading() as connection:
            return await listing.newest(connection, before, limit)

    async def receipts(self, run: str, skip: int = 0, limit: int = 200) -> tuple[Receipt, ...]:
        """What was done in that run, in its order, from number `skip` on."""
        async with self._reading() as connection:
            return await listing.receipts(connection, run, skip, limit)

    async def latest_entry(self) -> int:
        """The number of the journal's last entry, 0 where it is empty."""
        async with self._reading() as connection:
            return (await journal.end(connection))[0]

    async def settle_doubt(self, store: str, ref: str, person_id: str, at: datetime) -> None:
        """That doubtful account is that person's, as somebody has decided. Error: BadUsage."""
        async with self._writing() as connection:
            await listing.settle_doubt(connection, store, ref, person_id, at)

    async def withhold(
        self, person_id: str, places: Collection[str], at: datetime, why: str
    ) -> frozenset[str]:
        """That person wants to be shown everywhere but in these places (stores, and what else the
        console shows photos in); gives those of which this is news. `why` is for the journal."""
        async with self._writing() as connection:
            return await withholding.choose(connection, person_id, places, at, why)
