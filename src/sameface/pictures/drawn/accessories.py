"""What is worn on a face: glasses and earrings."""

from __future__ import annotations

from sameface.pictures.drawn.palette import darker
from sameface.pictures.drawn.svg import circle, ellipse, group, line, mirrored

SHAPES = ("round", "square", "browline", "rimless")


def glasses(shape: str, colour: str, apart: float, width: float, turn: float) -> str:
    """`apart` is half the distance of the eyes, `width` half the face."""
    tint = "#ffffff"
    if shape == "round":
        lens = circle(apart, 1, 19, tint, 0.16) + _ring(
            f"M{apart - 19},1a19,19 0 1,0 38,0a19,19 0 1,0 -38,0", colour, 4
        )
        inner, outer = apart - 19, apart + 19
    elif shape == "square":
        frame = f"M{apart - 18},-14h38q4,0 3,5l-3,20q-2,7 -9,7h-20q-8,0 -9,-7l-3,-20q-1,-5 3,-5Z"
        lens = _glass(frame, tint) + _ring(frame, colour, 4.6)
        inner, outer = apart - 20, apart + 22
    elif shape == "browline":
        frame = f"M{apart - 19},-10C{apart - 19},20 {apart + 19},20 {apart + 20},-10"
        top = line(
            f"M{apart - 20},-12C{apart - 8},-17 {apart + 10},-17 {apart + 22},-12", colour, 8
        )
        lens = _glass(frame, tint) + _ring(frame, darker("#c9c9cc", 0.1), 2.4) + top
        inner, outer = apart - 19, apart + 22
    else:
        lens = ellipse(apart, 1, 20, 15, fill=tint, opacity=0.2) + _ring(
            f"M{apart - 20},1a20,15 0 1,0 40,0a20,15 0 1,0 -40,0", colour, 2.2
        )
        inner, outer = apart - 20, apart + 20
    glint = line(f"M{apart - 8},8L{apart + 2},-6", "#ffffff", 3, 0.5)
    arm = line(f"M{outer},-5L{width - 6},-7", colour, 4)
    bridge = line(f"M{-inner},-2C-4,-8 4,-8 {inner},-2", colour, 3.6)
    return group(mirrored(lens + glint + arm) + bridge, f"translate({turn * 7:.1f},0)")


def earrings(metal: str, hoops: bool, width: float, turn: float) -> str:
    """Studs or hoops, hidden by hair that falls over the ears."""
    x = width + 4
    drop = (
        _ring(f"M{x - 7},30a7,9 0 1,0 14,0a7,9 0 1,0 -14,0", metal, 3)
        if hoops
        else circle(x, 22, 4, metal)
    )
    return group(mirrored(drop), f"translate({turn * -5:.1f},0)")


def _ring(d: str, colour: str, width: float) -> str:
    return line(d, colour, width)


def _glass(d: str, tint: str) -> str:
    return f'<path d="{d}" fill="{tint}" opacity="0.16"/>'
