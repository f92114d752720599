"""What a write of ours left behind: half a picture, or one that nobody can say whose word it is.

It is nobody's photo and says nothing of what is right; the next sync writes there again, or asks.
"""

from __future__ import annotations

from sameface.values import Cell, Standing

HALF = "what is left of a write that was never proven, and is no picture"
UNPROVEN = "what came there with a write that was never proven"
"""A picture, which is in the vault: the store's own, somebody else's, or what a person put there
just after the write."""

LEFTOVERS = (HALF, UNPROVEN)
"""What such a cell shows, for people; it is also how it is remembered."""

REMEDY = "restore a version, or put a photo there"
"""What somebody can do where nothing says which photo it was to be."""


def is_leftover(cell: Cell) -> bool:
    """True where a store was left with that."""
    return cell.standing is Standing.PHOTO and cell.photo is None and cell.unfit in LEFTOVERS
