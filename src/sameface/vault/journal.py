"""The journal: it only ever grows, and each entry is chained to the last one by hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sameface.vault.database import journal, journal_end, upsert
from sameface.vault.values import Entry, Whole

FIRST = "0" * 64
"""The seal before the first entry."""

_FIELDS = tuple(Entry.__dataclass_fields__)
_AT_ONCE = 1000


def sealed(before: str, seq: int, entry: Entry) -> str:
    """The seal of entry number `seq`: SHA-256, in hex, of the seal before it and all it says."""
    said = {name: getattr(entry, name) for name in _FIELDS} | {
        "at": entry.at.astimezone(UTC).isoformat(),
        "seq": seq,
    }
    text = json.dumps([before, said], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


async def write(connection: AsyncConnection, entries: Sequence[Entry]) -> None:
    """Add entries, within a transaction that may write."""
    if not entries:
        return
    seq, seal = await end(connection)
    rows = []
    for entry in entries:
        seq += 1
        seal = sealed(seal, seq, entry)
        rows.append({name: getattr(entry, name) for name in _FIELDS} | {"seq": seq, "seal": seal})
    await connection.execute(journal.insert(), rows)
    await upsert(connection, journal_end, [{"id": 1, "seq": seq, "seal": seal}])


async def end(connection: AsyncConnection) -> tuple[int, str]:
    """The number and the seal of the last entry."""
    row = (await connection.execute(sa.select(journal_end.c.seq, journal_end.c.seal))).first()
    return (row.seq, row.seal) if row else (0, FIRST)


async def history(
    connection: AsyncConnection, person: str | None, after: int, limit: int
) -> tuple[tuple[int, Entry], ...]:
    """The journal's entries (of that person) that follow number `after`, oldest first."""
    rows = await _rows(connection, person, after, limit)
    return tuple((row.seq, _entry(row)) for row in rows)


async def exported(
    connection: AsyncConnection, after: int, limit: int
) -> tuple[tuple[int, Entry, str], ...]:
    """As `history` of everybody, each entry with its seal."""
    rows = await _rows(connection, None, after, limit)
    return tuple((row.seq, _entry(row), row.seal) for row in rows)


async def verify(connection: AsyncConnection, known: tuple[int, str] | None = None) -> Whole:
    """Recompute every seal from the first entry on. `known` is a (number, seal) noted earlier."""
    seq, seal = 0, FIRST
    while rows := await _rows(connection, None, seq, _AT_ONCE):
        for row in rows:
            if row.seq != seq + 1:
                return Whole(seq, seal, seq + 1, f"entry {seq + 1} is missing")
            expected = sealed(seal, row.seq, _entry(row))
            if row.seal != expected:
                why = f"entry {row.seq} was altered, or does not follow the one before it"
                return Whole(seq, seal, row.seq, why)
            seq, seal = row.seq, row.seal
            if known is not None and known[0] == seq and known[1] != seal:
                why = f"entry {seq} has another seal than the one noted earlier: it was rewritten"
                return Whole(seq - 1, seal, seq, why)
    last = await end(connection)
    if last != (seq, seal) or (known is not None and known[0] > seq):
        return Whole(seq, seal, seq + 1, f"entries after {seq} were taken away")
    return Whole(seq, seal)


async def _rows(
    connection: AsyncConnection, person: str | None, after: int, limit: int
) -> Sequence[sa.Row[tuple[object, ...]]]:
    query = sa.select(journal).where(journal.c.seq > after).order_by(journal.c.seq).limit(limit)
    if person is not None:
        query = query.where(journal.c.person == person)
    return (await connection.execute(query)).all()


def _entry(row: sa.Row[tuple[object, ...]]) -> Entry:
    return Entry(**{name: getattr(row, name) for name in _FIELDS})
