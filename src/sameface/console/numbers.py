"""Numbers as people and addresses write them: what cannot be understood is the usual."""

from __future__ import annotations

import math

_LAST_PAGE = 1_000_000


def page_of(text: str | None) -> int:
    """The number of a page, from 1."""
    return min(max(whole(text, 1), 1), _LAST_PAGE)


def whole(text: str | None, usual: int) -> int:
    """A whole number of at most seven digits."""
    good = text is not None and text.isascii() and text.isdigit() and len(text) < 8
    return int(text or usual) if good else usual


def share(text: str | None, usual: float, most: float = 1.0) -> float:
    """A number from 0 to that."""
    try:
        value = float(text) if text else usual
    except ValueError:
        return usual
    return min(max(value, 0.0), most) if math.isfinite(value) else usual
