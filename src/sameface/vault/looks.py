"""Looks that a store continues: from where it tells what has changed, instead of everything."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sameface.values import Account, Standing
from sameface.vault import people, versions
from sameface.vault.database import accounts, looks, observations
from sameface.vault.forgetting import NAMELESS, nameless
from sameface.vault.people import account_of

_AT_ONCE = 500

Connecting = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


class Looks:
    """The vault's `looks`. Errors: VaultFailed."""

    def __init__(self, reading: Connecting, writing: Connecting) -> None:
        self._reading, self._writing = reading, writing

    async def since(self, store: str, after: datetime) -> str | None:
        """From where the store goes on telling; None where all of it is to be looked at.

        That is so unless it was looked at whole since `after`.
        """
        ended = sa.and_(looks.c.store == store, looks.c.ended_at.is_not(None))
        last = sa.select(looks.c.since).where(ended).order_by(looks.c.id.desc()).limit(1)
        whole = sa.select(looks.c.id).where(ended, ~looks.c.partial, looks.c.began_at >= after)
        async with self._reading() as connection:
            if (await connection.execute(whole.limit(1))).first() is None:
                return None
            found = (await connection.execute(last)).scalar_one_or_none()
            return None if found is None else str(found)

    async def unsettled(self, store: str, limit: int) -> tuple[Account, ...]:
        """Accounts whose owner is doubtful, whose last look failed or whose version is not there
        any more, `limit` of them at most.

        A store that tells of changes would never tell of these again. Those whose names are not
        kept cannot be asked for; whatever settles them makes the next look one at everything.
        """
        named = ~accounts.c.ref.startswith(NAMELESS)
        there = sa.and_(accounts.c.store == store, ~accounts.c.gone, named)
        seen = sa.and_(observations.c.store == store, observations.c.ref == accounts.c.ref)
        odd = sa.or_(
            accounts.c.doubt.is_not(None),
            observations.c.ref.is_(None),
            observations.c.standing == str(Standing.UNKNOWN),
            versions.lost(accounts.c.person, observations.c.version),
        )
        query = sa.select(accounts).outerjoin(observations, seen).where(there, odd)
        async with self._reading() as connection:
            rows = await connection.execute(query.order_by(accounts.c.ref).limit(limit))
            return tuple(account_of(row) for row in rows)

    async def told(self, look: int, gone: Collection[str], at: datetime) -> None:
        """The look was told only what changed: these accounts are gone, all others stay."""
        refs = sorted({*gone, *map(nameless, gone)})
        async with self._writing() as connection:
            for start in range(0, len(refs), _AT_ONCE):
                some = accounts.c.ref.in_(refs[start : start + _AT_ONCE])
                await people.gone(connection, look, some)
            ended = {"ended_at": at, "partial": True}
            await connection.execute(looks.update().where(looks.c.id == look).values(**ended))

    async def remember(self, look: int, since: str) -> None:
        """From where the store will go on telling after that look."""
        async with self._writing() as connection:
            await connection.execute(looks.update().where(looks.c.id == look).values(since=since))

    async def begin_anew(self) -> None:
        """The next look at each store is at all of it."""
        async with self._writing() as connection:
            await connection.execute(looks.update().values(since=None))
