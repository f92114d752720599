"""Observations in the vault: the latest per account, what was agreed, and cells made of both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sameface.values import Cell, Likeness, Person, Standing
from sameface.vault import versions
from sameface.vault.database import (
    accounts,
    agreements,
    among,
    looks,
    observations,
    pins,
    upsert,
    withheld,
)
from sameface.vault.values import Agreement, Dossier, Finding, Pin, Remembered


async def remembered(
    connection: AsyncConnection, store: str, refs: Collection[str]
) -> dict[str, Remembered]:
    """What the last look at these accounts left behind, by `ref`."""
    of = observations.c
    here = sa.and_(accounts.c.store == of.store, accounts.c.ref == of.ref)
    query = sa.select(observations, versions.lost(accounts.c.person, of.version).label("lost"))
    query = query.outerjoin(accounts, here).where(of.store == store, of.ref.in_(refs))
    return {row.ref: _remembered(row) for row in await connection.execute(query)}


async def record(connection: AsyncConnection, findings: Sequence[Finding]) -> None:
    """Remember these as the latest of their accounts.

    A version that an account showed before, and does not any more, was shown until now. Where a
    clock went back, the later of two looks is not forgotten. Accounts of people who were forgotten
    while somebody looked are left out.
    """
    findings = await _of_known(connection, findings)
    await _leave(connection, findings)
    await upsert(connection, observations, [_row(finding) for finding in findings])


async def _of_known(connection: AsyncConnection, findings: Sequence[Finding]) -> list[Finding]:
    pairs = {(f.observation.account.store, f.observation.account.ref) for f in findings}
    if not pairs:
        return []
    query = sa.select(accounts.c.store, accounts.c.ref)
    rows = await connection.execute(query.where(among(pairs, accounts.c.store, accounts.c.ref)))
    there = {(row.store, row.ref) for row in rows}
    return [
        f for f in findings if (f.observation.account.store, f.observation.account.ref) in there
    ]


async def _leave(connection: AsyncConnection, findings: Sequence[Finding]) -> None:
    fresh = {(f.observation.account.store, f.observation.account.ref): f for f in findings}
    of = observations.c
    here = sa.and_(accounts.c.store == of.store, accounts.c.ref == of.ref)
    shown = sa.select(of.ref, of.version, of.observed_at, accounts.c.person).join(accounts, here)
    for store in {store for store, _ in fresh}:
        refs = [ref for where, ref in fresh if where == store]
        query = shown.where(of.store == store, of.ref.in_(refs), of.version.is_not(None))
        for row in (await connection.execute(query)).all():
            finding, person = fresh[store, row.ref], None
            if finding.version == row.version:
                if finding.observation.observed_at >= row.observed_at:
                    continue
                person = row.person
            until = max(finding.observation.observed_at, row.observed_at)
            await versions.was_shown(connection, row.version, until, person)


async def break_look(connection: AsyncConnection, look: int, error: str) -> None:
    """What that pass over a store had not come to when it broke off is unknown now.

    What was remembered of the picture stays, so that an unchanged one need not be read again.
    """
    store = sa.select(looks.c.store).where(looks.c.id == look).scalar_subquery()
    unseen = sa.select(accounts.c.ref).where(accounts.c.store == store, accounts.c.seen_in < look)
    await connection.execute(
        observations.update()
        .where(observations.c.store == store, observations.c.ref.in_(unseen))
        .values(standing=str(Standing.UNKNOWN), error=error)
    )


async def agree(connection: AsyncConnection, reached: Sequence[Agreement]) -> None:
    """Remember these as the latest agreements of their people and stores."""
    await upsert(
        connection,
        agreements,
        [
            {
                "person": agreement.person,
                "store": agreement.store,
                "photo": agreement.photo,
                "change_key": agreement.change_key,
                "at": agreement.at,
            }
            for agreement in reached
        ],
    )


async def pin(connection: AsyncConnection, row: Pin) -> None:
    """Remember that pin instead of any other of that person."""
    fields = {name: getattr(row, name) for name in Pin.__dataclass_fields__}
    await upsert(connection, pins, [fields])


async def unpin(connection: AsyncConnection, person: str, since: datetime | None) -> bool:
    """Forget the person's pin, if it is the one `since` then; False where there is none."""
    here = [pins.c.person == person] + ([] if since is None else [pins.c.at == since])
    done = await connection.execute(pins.delete().where(*here))
    return bool(done.rowcount)


async def dossiers(connection: AsyncConnection, people: Sequence[Person]) -> tuple[Dossier, ...]:
    """Cells, agreements, pins and what they withheld of these people, in their order."""
    ids = [person.id for person in people]
    cells = await _cells(connection, ids)
    agreed: dict[str, list[Agreement]] = defaultdict(list)
    query = sa.select(agreements).where(agreements.c.person.in_(ids))
    for row in await connection.execute(query):
        agreed[row.person].append(
            Agreement(row.person, row.store, row.photo, row.change_key, row.at)
        )
    query = sa.select(pins).where(pins.c.person.in_(ids))
    pinned = {
        row.person: Pin(row.person, row.photo, row.mark, row.at, row.why)
        for row in await connection.execute(query)
    }
    places: dict[str, set[str]] = defaultdict(set)
    for row in await connection.execute(sa.select(withheld).where(withheld.c.person.in_(ids))):
        places[row.person].add(row.place)
    return tuple(
        Dossier(
            person,
            tuple(cells[person.id]),
            tuple(agreed[person.id]),
            pinned.get(person.id),
            frozenset(places[person.id]),
        )
        for person in people
    )


async def _cells(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, list[Cell]]:
    """One cell per account that was looked at, in the order of the stores' names."""
    of = observations.c
    query = (
        sa.select(observations, accounts.c.person)
        .join(accounts, sa.and_(accounts.c.store == of.store, accounts.c.ref == of.ref))
        .where(accounts.c.person.in_(ids), ~accounts.c.gone, accounts.c.doubt.is_(None))
        .order_by(of.store, of.ref)
    )
    rows = list(await connection.execute(query))
    photos = await versions.shown(connection, {(r.person, r.version) for r in rows if r.version})
    cells: dict[str, list[Cell]] = defaultdict(list)
    for row in rows:
        photo, unfit = photos.get((row.person, row.version), (None, row.unfit))
        cells[row.person].append(_cell(row, photo, unfit))
    return cells


def _cell(row: Any, photo: str | None, unfit: str) -> Cell:
    likeness = Likeness(row.likeness)
    return Cell(
        store=row.store,
        standing=Standing(row.standing),
        observed_at=row.observed_at,
        photo=None if likeness is Likeness.CANNOT_TELL else photo,
        likeness=likeness,
        change_key=row.change_key,
        changed_after=row.changed_after,
        changed_by=row.changed_by,
        facts=_facts(row),
        error=row.error,
        unfit=unfit,
    )


def _remembered(row: Any) -> Remembered:
    return Remembered(
        standing=Standing(row.standing),
        change_key=row.change_key,
        picture=row.picture,
        version=row.version,
        likeness=Likeness(row.likeness),
        changed_after=row.changed_after,
        changed_by=row.changed_by,
        observed_at=row.observed_at,
        unfit=row.unfit,
        is_lost=row.lost,
    )


def _row(finding: Finding) -> dict[str, Any]:
    seen = finding.observation
    return {
        "store": seen.account.store,
        "ref": seen.account.ref,
        "standing": str(seen.standing),
        "change_key": seen.change_key,
        "picture": finding.picture,
        "version": finding.version,
        "likeness": str(finding.likeness),
        "changed_after": seen.changed_after,
        "changed_by": seen.changed_by,
        "observed_at": seen.observed_at,
        "facts": [list(pair) for pair in seen.facts],
        "error": seen.error,
        "unfit": finding.unfit,
    }


def _facts(row: Any) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in row.facts)
