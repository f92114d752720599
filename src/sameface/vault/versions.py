"""Versions in the vault: each photo of a person once, and which of them is the best copy."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sameface.values import Fingerprint, Likeness, Version
from sameface.vault.database import versions


async def of(connection: AsyncConnection, person: str) -> tuple[Version, ...]:
    """Every version of that person, oldest first."""
    query = sa.select(versions).where(versions.c.person == person)
    rows = await connection.execute(query.order_by(versions.c.first_seen, versions.c.digest))
    return tuple(_version(row) for row in rows)


async def count(connection: AsyncConnection, person: str) -> int:
    """How many versions that person has."""
    query = sa.select(sa.func.count()).where(versions.c.person == person)
    return int((await connection.execute(query)).scalar_one())


async def keep(connection: AsyncConnection, version: Version) -> None:
    """Remember that version."""
    await connection.execute(versions.insert().values(_row(version)))


async def promote(connection: AsyncConnection, person: str, photo: str, better: str) -> None:
    """From now on `better` is the best copy of what `photo` was the best copy of."""
    await connection.execute(
        versions.update()
        .where(versions.c.person == person, versions.c.photo == photo)
        .values(photo=better)
    )


async def shown(
    connection: AsyncConnection, pairs: Collection[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """(person, digest of a version) -> digest of the best copy of its photo."""
    if not pairs:
        return {}
    asked = sa.tuple_(versions.c.person, versions.c.digest).in_(set(pairs))
    query = sa.select(versions.c.person, versions.c.digest, versions.c.photo).where(asked)
    return {(row.person, row.digest): row.photo for row in await connection.execute(query)}


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
    }
