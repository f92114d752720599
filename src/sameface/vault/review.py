"""What somebody looks through in the vault, page by page, and what they decide there."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sameface.values import Account, Key
from sameface.vault import forgetting, journal, listing, withholding
from sameface.vault.database import accounts, keys
from sameface.vault.people import account_of
from sameface.vault.values import Doubt, Receipt, Run

_AT_ONCE = 500

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

    async def doubts_like(self, person_id: str) -> tuple[Doubt, ...]:
        """The doubtful accounts that go by that person's names, or were theirs, and are there."""
        async with self._reading() as connection:
            rows = await forgetting.like(connection, person_id)
            return tuple(Doubt(account_of(row), row.doubt) for row in rows if not row.gone)

    async def mapped(self) -> tuple[Account, ...]:
        """The accounts of which somebody has said whose they are, and that are there."""
        said = sa.cast(accounts.c["keys"], sa.Text).contains(f'"{Key.MAPPED}"')
        async with self._reading() as connection:
            rows = await connection.execute(sa.select(accounts).where(said, ~accounts.c.gone))
            return tuple(map(account_of, rows))

    async def known(self, addresses: Collection[str]) -> frozenset[str]:
        """Those of these addresses that stores have shown as somebody's."""
        told = (str(Key.UPN), str(Key.MAIL))
        found: set[str] = set()
        async with self._reading() as connection:
            names = sorted(addresses)
            for start in range(0, len(names), _AT_ONCE):
                some = names[start : start + _AT_ONCE]
                query = sa.select(keys.c.value).where(keys.c.kind.in_(told), keys.c.value.in_(some))
                found |= set(await connection.scalars(query))
        return frozenset(found)

    async def was_forgotten(self, name: str) -> bool:
        """True where somebody of that UPN or mail address was forgotten, and not allowed again."""
        async with self._reading() as connection:
            return await forgetting.was_forgotten(connection, name)

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
