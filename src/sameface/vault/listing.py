"""Runs and their receipts as pages show them, the newest first; and doubts being settled."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sameface.errors import BadUsage
from sameface.vault import journal
from sameface.vault.database import accounts, actions, people, runs, versions
from sameface.vault.forgetting import NAMELESS
from sameface.vault.values import Counts, Entry, Receipt, Run


async def newest(
    connection: AsyncConnection, before: datetime | None, limit: int
) -> tuple[Run, ...]:
    """Runs that began before that moment, the newest first."""
    query = sa.select(runs).order_by(runs.c.began_at.desc(), runs.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(runs.c.began_at < before)
    rows = list(await connection.execute(query))
    came = sa.select(actions.c.run, actions.c.outcome, sa.func.count().label("many"))
    came = came.where(actions.c.run.in_([row.id for row in rows]))
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in await connection.execute(came.group_by(actions.c.run, actions.c.outcome)):
        counts[row.run][row.outcome or "under way"] = row.many
    return tuple(
        Run(
            row.id,
            row.verb,
            row.began_at,
            row.ended_at,
            row.exit,
            counts[row.id],
            row.expected,
        )
        for row in rows
    )


async def one(connection: AsyncConnection, run: str) -> Run | None:
    """That run, or None."""
    query = sa.select(runs).where(runs.c.id == run)
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    came = sa.select(actions.c.outcome, sa.func.count().label("many"))
    came = came.where(actions.c.run == run).group_by(actions.c.outcome)
    counts = {found.outcome or "under way": found.many for found in await connection.execute(came)}
    return Run(row.id, row.verb, row.began_at, row.ended_at, row.exit, counts, row.expected)


async def receipts(
    connection: AsyncConnection, run: str, skip: int, limit: int
) -> tuple[Receipt, ...]:
    """Actions of that run in their order, from number `skip` on."""
    fields = [actions.c[name] for name in Receipt.__dataclass_fields__]
    query = sa.select(*fields).where(actions.c.run == run).order_by(actions.c.id)
    rows = await connection.execute(query.offset(skip).limit(limit))
    return tuple(Receipt(*row) for row in rows)


async def settle_doubt(
    connection: AsyncConnection, store: str, ref: str, person: str, at: datetime
) -> None:
    """That doubtful account is that person's, by decision: an account stays whose it is.

    Error: BadUsage where there is no such doubt, or the person has an account there.
    """
    here = (accounts.c.store == store, accounts.c.ref == ref)
    found = (await connection.execute(sa.select(accounts).where(*here))).first()
    if found is None or found.doubt is None or found.gone:
        raise BadUsage(f"{store} has no doubtful account {ref}; somebody may have settled it.")
    if ref.startswith(NAMELESS):
        raise BadUsage(f"{found.doubt}.")
    taken = sa.select(accounts.c.ref).where(
        accounts.c.store == store,
        accounts.c.person == person,
        accounts.c.ref != ref,
        ~accounts.c.gone,
        accounts.c.doubt.is_(None),
    )
    other = (await connection.execute(taken)).scalar()
    if other is not None:
        raise BadUsage(
            f"That person has the account {other} in {store} already, and nobody has two; "
            "remove one of them there."
        )
    await connection.execute(accounts.update().where(*here).values(person=person, doubt=None))
    why = "somebody said whose this account is"
    await journal.write(connection, [Entry(at, "settled", why, person=person, store=store)])


async def counts(connection: AsyncConnection) -> Counts:
    """How much there is."""
    totals = [
        (await connection.execute(sa.select(sa.func.count()).select_from(table))).scalar_one()
        for table in (people, accounts, versions, runs)
    ]
    doubtful = sa.select(sa.func.count()).where(accounts.c.doubt.is_not(None), ~accounts.c.gone)
    doubts = (await connection.execute(doubtful)).scalar_one()
    return Counts(totals[0], totals[1], totals[2], doubts, totals[3])
