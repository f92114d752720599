"""When `sameface worker` syncs by itself: five fields of cron, in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sameface.documents import Table

KEYS = ("sync",)
"""What `[schedule]` may say."""

_FIELDS = {
    "minute": (0, 59),
    "hour": (0, 23),
    "day": (1, 31),
    "month": (1, 12),
    "weekday": (0, 7),
}
_PART = re.compile(r"(?:\*|(?P<low>\d+)(?:-(?P<high>\d+))?)(?:/(?P<step>\d+))?")


@dataclass(frozen=True, slots=True)
class Schedule:
    """When to sync, as cron spells it, in UTC; None: only when asked to."""

    sync: str | None = None


def schedule(table: Table) -> Schedule:
    """What `[schedule]` says. Error: BadDocument."""
    if not table.has("sync"):
        return Schedule()
    text = table.text("sync")
    wrong = _wrong(text.split())
    if wrong is not None:
        example = '"30 2 * * *" is every night at 2:30 UTC'
        raise table.error("sync", f'is "{text}", which {wrong}; {example}')
    return Schedule(" ".join(text.split()))


def _wrong(fields: list[str]) -> str | None:
    """What is wrong with these fields, None where nothing is."""
    if len(fields) != len(_FIELDS):
        return f"has {len(fields)} fields instead of {len(_FIELDS)} ({', '.join(_FIELDS)})"
    for text, (name, (low, high)) in zip(fields, _FIELDS.items(), strict=True):
        if not all(_fits(part, low, high) for part in text.split(",")):
            return f"has no {name} of {low} to {high} in its place ({text})"
    return None


def _fits(part: str, low: int, high: int) -> bool:
    match = _PART.fullmatch(part)
    if match is None or match["step"] == "0":
        return False
    first = int(match["low"] or low)
    last = int(match["high"] or first if match["low"] else high)
    return low <= first <= last <= high
