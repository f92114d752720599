"""Runs in the vault: what was intended, what came of it, and the journal of it all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sameface.vault.database import actions, journal, runs
from sameface.vault.values import Entry, Intent


async def begin(connection: AsyncConnection, run: str, verb: str, at: datetime) -> None:
    """A run starts."""
    await connection.execute(runs.insert().values(id=run, verb=verb, began_at=at))
    await write(connection, [Entry(at, f"{verb} began", "", run)])


async def end(connection: AsyncConnection, run: str, code: int, at: datetime) -> None:
    """A run ends, with that exit code."""
    await connection.execute(runs.update().where(runs.c.id == run).values(ended_at=at, exit=code))
    await write(connection, [Entry(at, "run ended", f"exit code {code}", run)])


async def intend(connection: AsyncConnection, entry: Entry, expected: str | None) -> int:
    """Announce a write before it is made; gives the number to settle it by."""
    row = actions.insert().values(
        run=entry.run,
        person=entry.person,
        store=entry.store,
        verb=entry.what,
        before=entry.before,
        after=entry.after,
        expected=expected,
        because=entry.why,
        intended_at=entry.at,
    )
    return int((await connection.execute(row.returning(actions.c.id))).scalar_one())


async def settle(
    connection: AsyncConnection,
    intent: int,
    entry: Entry,
    change_key: str | None,
    error: str | None,
) -> None:
    """What came of an announced write; `change_key` is the one read back."""
    await connection.execute(
        actions.update()
        .where(actions.c.id == intent)
        .values(outcome=entry.what, change_key=change_key, settled_at=entry.at, error=error)
    )
    await write(connection, [entry])


async def in_flight(connection: AsyncConnection) -> tuple[Intent, ...]:
    """Writes that were announced and never settled."""
    query = sa.select(actions.c.id, actions.c.run, actions.c.person, actions.c.store)
    rows = await connection.execute(query.where(actions.c.outcome.is_(None)).order_by(actions.c.id))
    return tuple(Intent(row.id, row.run, row.person, row.store) for row in rows)


async def write(connection: AsyncConnection, entries: Sequence[Entry]) -> None:
    """Add lines to the journal, which only ever grows."""
    if entries:
        rows = [
            {name: getattr(entry, name) for name in Entry.__dataclass_fields__} for entry in entries
        ]
        await connection.execute(journal.insert(), rows)


async def history(
    connection: AsyncConnection, person: str | None, after: int, limit: int
) -> tuple[tuple[int, Entry], ...]:
    """The journal's lines (of that person) that follow line number `after`, oldest first."""
    query = sa.select(journal).where(journal.c.seq > after).order_by(journal.c.seq).limit(limit)
    if person is not None:
        query = query.where(journal.c.person == person)
    return tuple(
        (row.seq, Entry(**{name: getattr(row, name) for name in Entry.__dataclass_fields__}))
        for row in await connection.execute(query)
    )
