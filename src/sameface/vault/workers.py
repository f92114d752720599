"""What workers share beside the vault's contents: their places, a run's advance, and quotas."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sameface.vault import listing, people
from sameface.vault import runs as run_rows
from sameface.vault.database import Database, Moment, accounts, leases, looks, runs, spoken
from sameface.vault.values import Advance, Looking

Connecting = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


class Workers:
    """The vault's `workers`. Errors: VaultFailed."""

    def __init__(self, reading: Connecting, writing: Connecting, tables: Database) -> None:
        self._reading, self._writing, self._database = reading, writing, tables

    @asynccontextmanager
    async def seat(self, name: str) -> AsyncIterator[bool]:
        """Take the place of that name while this process lives; False where it is taken."""
        with spoken(self._database):
            async with self._database.seat(name) as taken:
                yield taken

    async def expect(self, run: str, writes: int) -> None:
        """That run foresees so many writes."""
        async with self._writing() as connection:
            await connection.execute(runs.update().where(runs.c.id == run).values(expected=writes))

    async def people(self, after: str | None, limit: int) -> tuple[str, ...]:
        """The next people's ids after that one, there or not: what is recorded holds no names."""
        async with self._reading() as connection:
            return await people.ids(connection, after, limit)

    async def advance(self, run: str) -> Advance | None:
        """How far that run has come; None where there is no such run."""
        async with self._reading() as connection:
            found = await listing.one(connection, run)
            if found is None:
                return None
            until = found.ended_at or datetime.max.replace(tzinfo=UTC)
            query = sa.select(looks).where(looks.c.began_at >= found.began_at)
            rows = await connection.execute(
                query.where(looks.c.began_at <= until).order_by(looks.c.id)
            )
            latest = {row.store: row for row in rows}
            return Advance(found, tuple([await _looking(connection, r) for r in latest.values()]))

    async def why_ended(self, run: str) -> str:
        """Why that run did not come to its end; "" where it did, or goes on."""
        async with self._reading() as connection:
            return await run_rows.why_ended(connection, run)

    async def take(
        self, quota: str, most: int, period: timedelta, wanted: tuple[int, int]
    ) -> tuple[int, int] | timedelta:
        """(lease, units) out of those that all processes share, or how long to wait for some.

        `most` units may be used in any `period`; `wanted` is (at least, at most). A lease counts
        until it is given back, and as long as its process can at most have kept it (`_HELD`).
        """
        least, many = wanted
        async with self._writing() as connection:
            now = await _now(connection)
            await connection.execute(leases.delete().where(leases.c.until <= now))
            query = sa.select(leases.c.units, leases.c.until).where(leases.c.quota == quota)
            taken = (await connection.execute(query.order_by(leases.c.until))).all()
            free = most - sum(row.units for row in taken)
            if free < least:
                return max(_enough(taken, least - free) - now, timedelta(milliseconds=1))
            units = min(free, many)
            until = now + period + min(period, _HELD)
            row = leases.insert().values(quota=quota, units=units, until=until)
            lease = (await connection.execute(row.returning(leases.c.id))).scalar_one()
            return int(lease), units

    async def give_back(self, lease: int, used: int, period: timedelta) -> None:
        """The lease ends: of its units so many were used, and are free again after a period."""
        async with self._writing() as connection:
            which = leases.c.id == lease
            if used == 0:
                await connection.execute(leases.delete().where(which))
                return
            until = await _now(connection) + period
            await connection.execute(leases.update().where(which).values(units=used, until=until))


_HELD = timedelta(minutes=3)
"""Longer than any request lasts: who died with a lease must not hold it for ever.

Where a period is shorter, so is this: what was asked longer ago than one is no longer counted.
"""


def _enough(taken: Sequence[Any], missing: int) -> datetime:
    """When so many units will be free, the first of `taken` ending first."""
    until = datetime.min.replace(tzinfo=UTC)
    for row in taken:
        until = row.until
        missing -= row.units
        if missing <= 0:
            break
    return until


async def _looking(connection: AsyncConnection, look: sa.Row[tuple[object, ...]]) -> Looking:
    known = sa.select(
        sa.func.count(),
        sa.func.coalesce(sa.func.sum(sa.case((accounts.c.seen_in >= look.id, 1), else_=0)), 0),
    )
    here = known.where(accounts.c.store == look.store, ~accounts.c.gone)
    of, seen = (await connection.execute(here)).one()
    return Looking(look.store, int(seen), int(of), look.ended_at is not None)


async def _now(connection: AsyncConnection) -> datetime:
    """The time by the one clock that all workers share: the server's, or this machine's."""
    if connection.dialect.name != "postgresql":
        return datetime.now(UTC)
    found = await connection.execute(sa.select(sa.func.clock_timestamp(type_=Moment)))
    now: datetime = found.scalar_one()
    return now
