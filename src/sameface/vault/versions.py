"""Versions in the vault: each photo of a person once, and which of them is the best copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sameface.values import Fingerprint, Likeness, Standing, Version
from sameface.vault import journal
from sameface.vault.database import (
    accounts,
    agreements,
    among,
    observations,
    people,
    pins,
    versions,
)
from sameface.vault.values import Entry, Fresh, Shown


async def of(connection: AsyncConnection, ids: Collection[str]) -> dict[str, tuple[Version, ...]]:
    """Every version of these people, by person, oldest first."""
    query = sa.select(versions).where(versions.c.person.in_(set(ids)))
    rows = await connection.execute(query.order_by(versions.c.first_seen, versions.c.digest))
    theirs: dict[str, list[Version]] = {person: [] for person in ids}
    for row in rows:
        theirs[row.person].append(_version(row))
    return {person: tuple(found) for person, found in theirs.items()}


async def are_new(connection: AsyncConnection, found: Sequence[Fresh]) -> tuple[bool, ...]:
    """Whether its person still has as many versions as when each was found to be new.

    Of several of one person it is true of the first. There is nothing to compare with for somebody
    who was forgotten meanwhile: see `keep`.
    """
    ids = {fresh.version.person for fresh in found}
    query = sa.select(versions.c.person, sa.func.count().label("many")).where(
        versions.c.person.in_(ids)
    )
    counted = await connection.execute(query.group_by(versions.c.person))
    have = Counter({row.person: row.many for row in counted})
    answers = []
    for fresh in found:
        answers.append(have[fresh.version.person] == fresh.known)
        have[fresh.version.person] += answers[-1]
    return tuple(answers)


async def of_known(connection: AsyncConnection, found: Sequence[Fresh]) -> list[Fresh]:
    """Those whose person has not been forgotten since they were found."""
    ids = {fresh.version.person for fresh in found}
    there = set(await connection.scalars(sa.select(people.c.id).where(people.c.id.in_(ids))))
    return [fresh for fresh in found if fresh.version.person in there]


async def was_shown(
    connection: AsyncConnection, digest: str, until: datetime, person: str | None
) -> None:
    """That version (of that person; None: whoever has it) was shown until then, if not longer."""
    of = versions.c
    which = [of.digest == digest, sa.func.coalesce(of.shown_until, of.first_seen) < until]
    if person is not None:
        which.append(of.person == person)
    await connection.execute(versions.update().where(*which).values(shown_until=until))


def lost(person: sa.Column[Any], digest: sa.Column[Any]) -> sa.ColumnElement[bool]:
    """True where a query's person has no such version any more, and of somebody who has one."""
    there = sa.select(versions.c.digest).where(
        versions.c.person == person, versions.c.digest == digest
    )
    return sa.and_(person.is_not(None), digest.is_not(None), ~there.exists())


async def nobodys(connection: AsyncConnection, digests: Collection[str]) -> list[str]:
    """Those of these digests of which nobody has a version."""
    query = sa.select(versions.c.digest).where(versions.c.digest.in_(digests))
    return sorted(set(digests) - set(await connection.scalars(query)))


async def keep(connection: AsyncConnection, kept: Sequence[Fresh]) -> None:
    """Remember these versions, and say so in the journal."""
    if not kept:
        return
    await connection.execute(versions.insert(), [_row(fresh.version) for fresh in kept])
    for fresh in kept:
        if fresh.better_than is not None:
            await promote(connection, fresh.version, fresh.better_than)
    await journal.write(connection, [_entry(fresh.version) for fresh in kept])


async def promote(connection: AsyncConnection, better: Version, photo: str) -> None:
    """From now on `better` is the best copy of what `photo` was the best copy of.

    What was agreed and pinned is that photo, too: nobody has changed it.
    """
    for of in (versions.c.photo, agreements.c.photo, pins.c.photo, pins.c.mark):
        which = (of.table.c.person == better.person, of == photo)
        await connection.execute(of.table.update().where(*which).values({of: better.digest}))


def _entry(version: Version) -> Entry:
    return Entry(
        version.first_seen,
        "kept",
        "not seen before",
        person=version.person,
        store=version.origin,
        after=version.digest,
    )


async def shown(
    connection: AsyncConnection, pairs: Collection[tuple[str, str]]
) -> dict[tuple[str, str], tuple[str, str]]:
    """(person, digest of a version) -> the best copy of its photo, and what speaks against it."""
    if not pairs:
        return {}
    asked = among(set(pairs), versions.c.person, versions.c.digest)
    best = versions.alias()
    same = sa.and_(best.c.person == versions.c.person, best.c.digest == versions.c.photo)
    columns = (versions.c.person, versions.c.digest, versions.c.photo, best.c.unfit)
    query = sa.select(*columns).join(best, same).where(asked)
    rows = await connection.execute(query)
    return {(row.person, row.digest): (row.photo, row.unfit) for row in rows}


async def everywhere(
    connection: AsyncConnection, after: tuple[str, str] | None, limit: int
) -> tuple[Shown, ...]:
    """What the next accounts after that (person, store) show, by person; placeholders left out."""
    of = (accounts.c.person, accounts.c.store)
    query = (
        sa.select(*of, versions.c.fingerprint)
        .join(
            observations,
            sa.and_(observations.c.store == accounts.c.store, observations.c.ref == accounts.c.ref),
        )
        .join(
            versions,
            sa.and_(
                versions.c.person == accounts.c.person, versions.c.digest == observations.c.version
            ),
        )
        .where(~accounts.c.gone, accounts.c.doubt.is_(None))
        .where(observations.c.standing == str(Standing.PHOTO))
        .order_by(*of)
        .limit(limit)
    )
    if after is not None:
        query = query.where(sa.tuple_(*of) > after)
    rows = await connection.execute(query)
    return tuple(Shown(row.person, row.store, Fingerprint(row.fingerprint)) for row in rows)


def _version(row: Any) -> Version:
    return Version(
        person=row.person,
        digest=row.digest,
        origin=row.origin,
        first_seen=row.first_seen,
        media_type=row.media_type,
        width_px=row.width_px,
        height_px=row.height_px,
        size_bytes=row.size_bytes,
        fingerprint=Fingerprint(row.fingerprint),
        photo=row.photo,
        likeness=Likeness(row.likeness),
        unfit=row.unfit,
    )


def _row(version: Version) -> dict[str, Any]:
    return {
        "person": version.person,
        "digest": version.digest,
        "photo": version.photo or version.digest,
        "likeness": str(version.likeness),
        "origin": version.origin,
        "first_seen": version.first_seen,
        "media_type": version.media_type,
        "width_px": version.width_px,
        "height_px": version.height_px,
        "size_bytes": version.size_bytes,
        "fingerprint": version.fingerprint.data,
        "unfit": version.unfit,
    }
