"""Where somebody does not want to be shown: kept in the vault, and told by its journal."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sameface.vault import journal
from sameface.vault.database import agreements, withheld
from sameface.vault.values import SHOWN_AGAIN, Entry


async def choose(
    connection: AsyncConnection, person: str, places: Collection[str], at: datetime, why: str
) -> frozenset[str]:
    """From now on that person withholds their photo from these places and no others.

    Gives the places of which this is news; each is a line of the journal. Where they are shown
    again, a photo that is missing may have been taken away as they wished, and is no removal
    (`SHOWN_AGAIN`); one that was put there instead is as new as before.
    """
    of = withheld.c
    before = set(await connection.scalars(sa.select(of.place).where(of.person == person)))
    more, fewer = set(places) - before, before - set(places)
    if fewer:
        gone = withheld.delete().where(of.person == person, of.place.in_(fewer))
        await connection.execute(gone)
        agreed = agreements.c.person == person, agreements.c.store.in_(fewer)
        await connection.execute(agreements.update().where(*agreed).values(change_key=SHOWN_AGAIN))
    if more:
        rows = [{"person": person, "place": place, "at": at} for place in sorted(more)]
        await connection.execute(withheld.insert(), rows)
    lines = [("withheld", place) for place in sorted(more)]
    lines += [("shown again", place) for place in sorted(fewer)]
    await journal.write(
        connection,
        [Entry(at, what, why, person=person, store=place) for what, place in lines],
    )
    return frozenset(more | fewer)
