"""Runs in the vault: what was intended, and what came of it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sameface.vault.database import actions, journal, runs
from sameface.vault.journal import write
from sameface.vault.values import Deed, Entry, Intent

_ENDED = "run ended"


async def begin(
    connection: AsyncConnection, run: str, verb: str, at: datetime, by: str = ""
) -> None:
    """A run starts; `by` is under whose account, and where."""
    await connection.execute(runs.insert().values(id=run, verb=verb, began_at=at))
    await write(connection, [Entry(at, f"{verb} began", by, run)])


async def end(connection: AsyncConnection, run: str, code: int, at: datetime, why: str) -> None:
    """A run ends, with that exit code; `why` is a sentence where it did not come to its end."""
    await connection.execute(runs.update().where(runs.c.id == run).values(ended_at=at, exit=code))
    await write(connection, [Entry(at, _ENDED, f"exit code {code}{why and f': {why}'}", run)])


async def why_ended(connection: AsyncConnection, run: str) -> str:
    """Why that run did not come to its end; "" where it did, or goes on."""
    of = journal.c
    said = sa.select(of.why).where(of.run == run, of.what == _ENDED).order_by(of.seq.desc())
    why = (await connection.execute(said.limit(1))).scalar_one_or_none()
    return str(why or "").partition(": ")[2]


async def intend(
    connection: AsyncConnection, entry: Entry, expected: str | None, standing: str | None
) -> int:
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
        standing=standing,
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
    fields = [actions.c[name] for name in Intent.__dataclass_fields__]
    query = sa.select(*fields).where(actions.c.outcome.is_(None)).order_by(actions.c.id)
    return tuple(Intent(*row) for row in await connection.execute(query))


async def deeds(connection: AsyncConnection, run: str) -> tuple[Deed, ...] | None:
    """The actions of that run, in their order; None where there is no such run."""
    if (await connection.execute(sa.select(runs.c.id).where(runs.c.id == run))).first() is None:
        return None
    fields = [actions.c[name] for name in Deed.__dataclass_fields__]
    query = sa.select(*fields).where(actions.c.run == run).order_by(actions.c.id)
    return tuple(Deed(*row) for row in await connection.execute(query))


async def unproven(
    connection: AsyncConnection,
    person: str,
    store: str,
    change_key: str | None,
    since: datetime | None,
) -> tuple[str | None, str | None] | None:
    """(before, after) of the last write there, where it never was proven and came after a look that
    saw that key, `since` then; None otherwise."""
    of = actions.c
    query = sa.select(actions).where(of.person == person, of.store == store)
    touched = sa.or_(of.outcome.is_(None), of.outcome.not_in(("moved", "refused")))
    last = (await connection.execute(query.where(touched).order_by(of.id.desc()).limit(1))).first()
    if last is None or last.outcome in ("written", "removed") or last.expected != change_key:
        return None
    if change_key is None and since is not None and last.intended_at < since:
        return None
    return last.before, last.after


async def latest(connection: AsyncConnection, limit: int) -> tuple[str, ...]:
    """The last runs that did something, the newest first."""
    did = sa.select(actions.c.run).distinct()
    query = sa.select(runs.c.id).where(runs.c.id.in_(did)).order_by(runs.c.began_at.desc())
    return tuple(await connection.scalars(query.limit(limit)))
