"""Durations as rulebooks write them: a length, a range, or unknown with what to assume."""

from __future__ import annotations

from datetime import timedelta

from sameface.documents import Table
from sameface.rules.rulebook import Duration


def read_span(t: Table, key: str) -> timedelta | None:
    """One length, longer than nothing; None where the key is not there."""
    if not t.has(key):
        return None
    span = t.offset(key)
    if span <= timedelta(0):
        raise t.error(key, "should be longer than nothing")
    return span


def read_duration(t: Table, key: str) -> Duration | None:
    """`"24h"`, `{typical, min, max}`, or `{unknown = true, assume = …}` of one of these."""
    if not t.has(key):
        return None
    if isinstance(t.raw[key], str):
        return _exactly(t, key)
    table = t.table(key)
    if not table.flag("unknown", False):
        return _within(table)
    if not table.has("assume"):
        raise table.error("assume", "is missing; an unknown duration says what to compute with")
    assumed = read_duration(table, "assume")
    table.done()
    assert assumed is not None
    return Duration(assumed.earliest, assumed.latest, assumed.typical, known=False)


def _exactly(t: Table, key: str) -> Duration:
    if t.text(key) == "forever":
        return Duration(timedelta.max, None)
    length = t.offset(key)
    return Duration(length, length)


def _within(table: Table) -> Duration:
    earliest = table.offset("min", "0s")
    latest = table.offset("max")
    typical = table.offset("typical") if table.has("typical") else None
    table.done()
    if earliest > latest:
        raise table.error("max", "is shorter than min")
    if typical is not None and not earliest <= typical <= latest:
        raise table.error("typical", "is not between min and max")
    return Duration(earliest, latest, typical)
