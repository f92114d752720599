"""Headwear that covers the hair: drawn like a hair style, in the colour of a cloth."""

from __future__ import annotations

from sameface.pictures.drawn.hair import Hair
from sameface.pictures.drawn.palette import darker, lighter
from sameface.pictures.drawn.svg import line, path


def hijab(w: float, colour: str) -> Hair:
    """A scarf around face and shoulders."""
    shade, light = darker(colour, 0.2), lighter(colour, 0.18)
    behind = path(
        f"M0,-104C{-w - 38},-104 {-w - 26},40 {-w - 40},150L{w + 40},150"
        f"C{w + 26},40 {w + 38},-104 0,-104Z",
        shade,
    )
    face = (
        f"M0,-58C{-w + 8},-58 {-w + 1},-30 {-w + 3},4C{-w + 5},44 -34,78 0,80"
        f"C34,78 {w - 5},44 {w - 3},4C{w - 1},-30 {w - 8},-58 0,-58Z"
    )
    outer = (
        f"M0,-104C{w * 0.9},-104 {w + 21},-58 {w + 17},0"
        f"C{w + 16},46 {w + 36},84 {w + 50},112"
        f"C{w + 56},126 {w + 44},134 {w + 26},140"
    )
    outer += (
        f"C{w - 20},172 {-w + 10},172 {-w - 34},142"
        f"C{-w - 52},134 {-w - 58},124 {-w - 50},112"
        f"C{-w - 34},84 {-w - 16},46 {-w - 17},0"
        f"C{-w - 21},-58 {-w * 0.9},-104 0,-104Z"
    )
    wrap = f'<path d="{outer}{face}" fill="{colour}" fill-rule="evenodd"/>'
    fold = f"M{-w - 8},60C-30,104 30,110 {w + 30},104C10,132 -40,124 {-w - 8},60Z"
    folds = (
        f"M{w + 8},-20C{w + 8},40 30,84 -10,92M{-w - 6},-30"
        f"C{-w - 8},20 {-w + 2},50 -30,82M-40,-80C-16,-94 22,-94 44,-76"
    )
    return Hair(behind, wrap + path(fold, shade, 0.6) + line(folds, light, 2.6, 0.6))


def turban(w: float, colour: str) -> Hair:
    """Wound cloth with a lighter fold at the brow."""
    shade = darker(colour, 0.24)
    shell = (
        f"M{-w - 7},-22C{-w - 34},-70 {-w},-134 0,-136"
        f"C{w},-134 {w + 34},-70 {w + 7},-22C{w - 14},-46 20,-58 0,-60"
        f"C-20,-58 {-w + 14},-46 {-w - 7},-22Z"
    )
    folds = "".join(
        line(
            f"M{-w - 6 + n * 2},{-34 - n * 17}"
            f"C-24,{-62 - n * 13} 12,{-74 - n * 13} {w - 2 - n * 9},{-96 - n * 9}",
            shade,
            3.4,
            0.75,
        )
        for n in range(4)
    )
    other = "".join(
        line(
            f"M{w + 6 - n * 3},{-34 - n * 17}"
            f"C{w - 14},{-56 - n * 12} 24,{-62 - n * 12} 6,{-66 - n * 12}",
            shade,
            3.4,
            0.6,
        )
        for n in range(3)
    )
    under = path("M-16,-57C-8,-62 8,-62 16,-57L0,-74Z", lighter(colour, 0.45))
    return Hair("", path(shell, colour) + folds + other + under)


def head_wrap(w: float, colour: str) -> Hair:
    """A tall wrap, knotted on top."""
    shade, light = darker(colour, 0.25), lighter(colour, 0.3)
    shell = (
        f"M{-w - 3},-14C{-w - 28},-80 {-w + 6},-128 4,-128"
        f"C{w + 4},-128 {w + 26},-76 {w + 3},-14C{w - 12},-42 20,-50 0,-50"
        f"C-20,-50 {-w + 12},-42 {-w - 3},-14Z"
    )
    knot = path(
        "M8,-122C-14,-152 -2,-168 22,-158C34,-170 58,-160 50,-140C62,-130 44,-112 26,-116Z", colour
    ) + line("M14,-124C22,-136 26,-146 22,-156M26,-120C36,-126 44,-134 48,-142", shade, 3, 0.8)
    bands = f"M{-w - 8},-40C-20,-84 26,-88 {w + 8},-46M{-w - 8},-62C-22,-108 26,-110 {w + 8},-66"
    return Hair(
        knot,
        path(shell, colour)
        + line(bands, light, 5, 0.8)
        + line(f"M{-w + 2},-28C-20,-52 22,-54 {w - 2},-28", shade, 3, 0.7),
    )
