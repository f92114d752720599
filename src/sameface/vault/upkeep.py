"""Keeping the vault in order: versions that are too old go, and harmed pictures are found."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sameface.errors import BlobLost
from sameface.values import Account, Key, Version
from sameface.vault import journal
from sameface.vault import versions as copies
from sameface.vault.blobs import Blobs
from sameface.vault.database import accounts, agreements, looks, observations, pins, versions
from sameface.vault.values import Entry, Harm

Connecting = Callable[[], AbstractAsyncContextManager[AsyncConnection]]

_AT_ONCE = 50


class Upkeep:
    """The vault's `upkeep`. Errors: VaultFailed."""

    def __init__(self, reading: Connecting, writing: Connecting, blobs: Blobs) -> None:
        self._reading, self._writing, self._blobs = reading, writing, blobs

    async def retire(
        self, before: datetime, spared: Collection[str], run: str | None, at: datetime
    ) -> int:
        """Forget versions that nobody has shown since `before`; gives how many those were.

        What a store shows, what was agreed and what is pinned stays, with the best copy of the
        same photo; so do the digests that are `spared`, and what a clock that was behind has dated
        (`_trusted`). Some at a time, chosen and taken away in
        one transaction, so that nobody comes to show one meanwhile. The bytes go before it ends:
        cut off, it is done again.
        """
        why = f"not shown since {before:%Y-%m-%d}; what is left is this hash of the picture"
        retired = 0
        while True:
            async with self._writing() as connection:
                found = await _old(connection, await _trusted(connection, before), spared)
                if not found:
                    return retired
                chosen = sa.tuple_(versions.c.person, versions.c.digest).in_(found)
                await connection.execute(versions.delete().where(chosen))
                entries = [Entry(at, "retired", why, run, p, before=d) for p, d in found]
                await journal.write(connection, entries)
                digests = {digest for _, digest in found}
                await self._blobs.remove_all(await copies.nobodys(connection, digests))
            retired += len(found)

    async def harmed(self) -> AsyncIterator[Harm]:
        """Every version whose bytes are missing or altered, having read all of them."""
        after = ("", "")
        while page := await self._page(after):
            for person, digest in page:
                try:
                    await self._blobs.read(digest)
                except BlobLost as lost:
                    yield Harm(person, digest, lost.sentence(), await self._showing(digest))
            after = page[-1]

    async def promote(self, better: Version, photo: str) -> None:
        """From now on that version is the best copy of what `photo` was the best copy of."""
        async with self._writing() as connection:
            await copies.promote(connection, better, photo)

    async def _page(self, after: tuple[str, str]) -> list[tuple[str, str]]:
        order = (versions.c.person, versions.c.digest)
        query = sa.select(*order).where(sa.tuple_(*order) > sa.tuple_(*map(sa.literal, after)))
        async with self._reading() as connection:
            rows = await connection.execute(query.order_by(*order).limit(_AT_ONCE))
            return [(row.person, row.digest) for row in rows]

    async def _showing(self, digest: str) -> tuple[Account, ...]:
        of = observations.c
        here = sa.and_(accounts.c.store == of.store, accounts.c.ref == of.ref)
        query = sa.select(accounts).join(observations, here).where(of.picture == digest)
        async with self._reading() as connection:
            rows = await connection.execute(query.where(~accounts.c.gone))
            return tuple(
                Account(row.store, row.ref, row.name, tuple((Key(k), v) for k, v in row.keys))
                for row in rows
            )


async def _trusted(connection: AsyncConnection, before: datetime) -> datetime:
    """The latest moment up to `before` of which it is certain that what it dates is so old.

    Where a look is dated before it and an earlier one after it, the clock was behind: whatever
    bears a date from there on may be younger.
    """
    of = looks.c
    first = sa.select(sa.func.min(of.id)).where(of.began_at >= before).scalar_subquery()
    behind = sa.select(sa.func.min(of.began_at)).where(of.began_at < before, of.id > first)
    found: datetime | None = await connection.scalar(behind)
    return before if found is None else found


async def _old(
    connection: AsyncConnection, before: datetime, spared: Collection[str]
) -> list[tuple[str, str]]:
    """(person, digest) of the next versions to go."""
    copy = versions.alias()
    of = observations.c
    here = sa.and_(accounts.c.store == of.store, accounts.c.ref == of.ref)
    shown = sa.select(accounts.c.person, of.version).join(observations, here)
    agreed = sa.select(agreements.c.person, agreements.c.photo)
    pinned = sa.select(pins.c.person, pins.c.photo)
    held = sa.union(
        shown.where(accounts.c.person.is_not(None), of.version.is_not(None)),
        agreed.where(agreements.c.photo.is_not(None)),
        pinned.where(pins.c.photo.is_not(None)),
    )
    # A photo is old when every copy of it is: the best copy stands for those that are shown.
    young = sa.select(copy.c.photo).where(
        copy.c.person == versions.c.person,
        copy.c.photo == versions.c.photo,
        sa.or_(
            copy.c.first_seen >= before,
            copy.c.shown_until >= before,
            sa.tuple_(copy.c.person, copy.c.digest).in_(held),
            copy.c.digest.in_(list(spared)),
        ),
    )
    query = sa.select(versions.c.person, versions.c.digest).where(~young.exists())
    rows = await connection.execute(query.limit(_AT_ONCE))
    return [(row.person, row.digest) for row in rows]
