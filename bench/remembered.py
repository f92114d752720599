"""A vault as a first sync leaves it, without reading a picture: who is there, and what was agreed.

`python -m bench.remembered FOLDER` in a folder with a tenant's sameface.toml. Everybody's photo is
taken to be the same everywhere, but every third person's in Yammer, which that person must change.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sameface.cli.session import Session, open_session
from sameface.pictures import fingerprint, portrait
from sameface.sync.observe import order
from sameface.values import YAMMER, Fingerprint, Observation, Standing, Version
from sameface.vault import Agreement, Finding
from sameface.vault.database import upsert
from sameface.vault.database import versions as table
from sameface.vault.versions import _row as row_of

_AT_ONCE = 500
_ANOTHER = 3


async def main(folder: Path) -> None:
    """All stores, a page at a time, the directories first as in a sync."""
    face = fingerprint(portrait("anybody", 1, 96))
    async with open_session(folder / "sameface.toml") as session:
        for store in sorted(session.connectors, key=order):
            look = await session.vault.begin_look(store, session.clock.now())
            async for page in session.connectors[store].observe():
                for start in range(0, len(page.observations), _AT_ONCE):
                    await _keep(session, look, page.observations[start : start + _AT_ONCE], face)
            await session.vault.end_look(look, session.clock.now())


async def _keep(
    session: Session, look: int, seen: tuple[Observation, ...], face: Fingerprint
) -> None:
    vault, now = session.vault, session.clock.now()
    matches = await vault.adopt([one.account for one in seen], look, now)
    owners = {match.account.ref: match.person for match in matches}
    findings, agreed, rows = list[Finding](), list[Agreement](), list[Version]()
    for one in seen:
        owner = owners[one.account.ref]
        dated = replace(one, changed_by=one.changed_by or now)
        if owner is None or one.standing is not Standing.PHOTO:
            findings.append(Finding(dated))
            continue
        other = one.account.store == YAMMER and int(owner, 16) % _ANOTHER == 0
        version = _version(owner, one.account.store, face, now, other=other)
        rows.append(version)
        findings.append(Finding(dated, version.digest, version.digest))
        if not other:
            agreed.append(Agreement(owner, one.account.store, version.digest, one.change_key, now))
    async with vault._writing() as connection:  # noqa: SLF001 - the door takes no version without its picture
        await upsert(connection, table, [row_of(version) for version in rows])
    await vault.record(findings)
    await vault.agree(agreed)


def _version(owner: str, store: str, face: Fingerprint, now: datetime, *, other: bool) -> Version:
    digest = sha256(f"{owner}{'another' if other else ''}".encode()).hexdigest()
    return Version(
        person=owner,
        digest=digest,
        origin=store,
        first_seen=now,
        media_type="image/jpeg",
        width_px=648,
        height_px=648,
        size_bytes=60_000,
        fingerprint=face,
        photo=digest,
    )


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
