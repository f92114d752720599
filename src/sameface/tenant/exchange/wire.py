"""The little that Exchange's photo address says in words: sizes and dates."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import format_datetime

SIZES_PX = (48, 64, 96, 120, 240, 360, 432, 504, 648)
"""The squares that Exchange keeps (protocols 2.1)."""

_FRESH = timedelta(days=7)  # how long the server itself keeps pictures on disk (protocols 2.1)


def size_px(code: str) -> int | None:
    """The side in `HR648x648`, in any case; None where that is no size of Exchange's."""
    side, _, other = code.lower().removeprefix("hr").partition("x")
    known = side == other and side.isdigit() and int(side) in SIZES_PX
    return int(side) if known and code.lower().startswith("hr") else None


def expires(now: datetime) -> str:
    """Until when a client may keep the picture without asking, as an HTTP date."""
    return format_datetime(now + _FRESH, usegmt=True)
