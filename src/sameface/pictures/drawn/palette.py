"""Colours: skins, hairs, fabrics, and the arithmetic that shades them."""

from __future__ import annotations

SKINS = (
    "#fbdfcd", "#f7cfb4", "#f0bd98", "#e3a67c", "#cf8f63",
    "#b5764b", "#9a603d", "#7d4d32", "#633c2a",
)  # fmt: skip
"""From light to dark."""

HAIRS_OF_LIGHT = ("#e2b866", "#c98f4a", "#a8552d", "#7d4a2b", "#593622", "#3a2620", "#2a2024")
HAIRS_OF_MIDDLE = ("#593622", "#3f2a21", "#2c2126", "#211b20", "#231f29")
HAIRS_OF_DARK = ("#2b1f1e", "#211a1d", "#1c181d", "#35241f")
GREYS = ("#c9c8c9", "#a9a8ad", "#8d8a8e", "#dcd6cf")

IRISES_OF_LIGHT = ("#5d7f9c", "#6b8a63", "#7a5a3a", "#5a4030")
IRISES_OF_DARK = ("#4d3424", "#3a271c", "#5e4128")

FABRICS = (
    "#24466b", "#2f6f8f", "#3f8f83", "#5b7f3f", "#b23a48", "#d9663f", "#e4a634",
    "#6b4c8c", "#35384a", "#8a3f5c", "#4f6fb0", "#7fa6c4", "#9fb58a", "#c9788a",
)  # fmt: skip
PALE_FABRICS = ("#a9c3d9", "#c8d6b9", "#e9b8a6")
SUITS = ("#26324a", "#3b4252", "#5a4a42", "#2f3b36", "#6d7480", "#4a3347", "#8b7a63")
SHIRTS = ("#f7f7f5", "#dfe9f3", "#f3e4e1", "#e6ecd9", "#cfdcec", "#fff6df")
TIES = ("#9d2b3b", "#28527a", "#3b6b4f", "#b9822b", "#5d3a73", "#2b2f3a")
WALLS = (
    "#e8b04a", "#d9705a", "#4f8fa8", "#6aa37f", "#8579b8", "#d98fa0", "#385f7f",
    "#c9d4da", "#efe2cd", "#2f4858", "#7c9a4b", "#b7d3cf", "#f2c9a9", "#59425f",
)  # fmt: skip
FRAMES = ("#2b2b31", "#5a3623", "#7a2f2f", "#2f4a63", "#b08d45")
METALS = ("#d9b44a", "#cfd3d8", "#c98b6b")


def mix(one: str, other: str, share: float) -> str:
    """`share` (0-1) of the other colour in the one; both `#rrggbb`."""
    parts = (
        round(int(one[at : at + 2], 16) * (1 - share) + int(other[at : at + 2], 16) * share)
        for at in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02x}" for part in parts)


def darker(colour: str, share: float = 0.2) -> str:
    """Towards a warm night, which shades skin and cloth better than black does."""
    return mix(colour, "#2a1626", share)


def lighter(colour: str, share: float = 0.2) -> str:
    """Towards a warm white."""
    return mix(colour, "#fffaf0", share)


def brightness(colour: str) -> float:
    """Luma, 0-255."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue
