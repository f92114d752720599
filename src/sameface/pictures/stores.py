"""What each store should get: sides, ceilings and formats, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sameface.pictures.renditions import Want
from sameface.values import ACTIVE_DIRECTORY, ENTRA_ID, EXCHANGE, SHAREPOINT, YAMMER

BEST_PX = 648
"""The largest square that any Microsoft 365 store serves (facts A-S5, C-S1b)."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One picture that a store keeps: its name there, what it must be, and the fact behind it."""

    name: str
    want: Want
    source: str


def _squares(sides: tuple[int, ...], most: int | None, source: str) -> tuple[Slot, ...]:
    return tuple(Slot(f"{px}x{px}", Want(px, most), source) for px in sides)


SLOTS: Mapping[str, tuple[Slot, ...]] = MappingProxyType(
    {
        ACTIVE_DIRECTORY: (
            Slot("96x96-10k", Want(96, 10_240), "A-S1b"),  # small enough to travel to Exchange
            Slot("96x96-100k", Want(96, 102_400), "A-S1"),  # what the attribute itself takes
        ),
        ENTRA_ID: (Slot("648x648", Want(BEST_PX, 100_000), "A-S4"),),
        EXCHANGE: _squares((48, 64, 96, 120, 240, 360, 432, 504, BEST_PX), 500_000, "A-S5c"),
        SHAREPOINT: (
            Slot("SThumb-48", Want(48), "A-S7"),
            Slot("MThumb-72", Want(72), "A-S7"),
            Slot("LThumb-200", Want(200), "A-S7"),  # SharePoint Online
            Slot("LThumb-300", Want(300), "A-S7"),  # SharePoint Server 2013
        ),
        YAMMER: (Slot("648x648", Want(BEST_PX), "A-S12"),),  # its own limits are unknown
    }
)
"""Every store's pictures, in the order in which people read them."""
