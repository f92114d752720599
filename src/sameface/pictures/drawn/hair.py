"""Hair: each style draws a part behind the shoulders and a part before the face."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import cos, pi, sin
from typing import NamedTuple

from sameface.pictures.drawn.palette import brightness, darker, lighter
from sameface.pictures.drawn.svg import circle, ellipse, group, line, mirrored, path, placed


class Hair(NamedTuple):
    """SVG behind the shoulders, and before the face."""

    behind: str
    before: str


Style = Callable[[float, str], Hair]
"""From half the head's width and a colour."""


def bald(w: float, _: str) -> Hair:
    """A shaven head, with the light on it."""
    return Hair("", ellipse(-w * 0.35, -58, 14, 7, fill="#ffffff", opacity=0.22))


def receding(w: float, colour: str) -> Hair:
    """Hair at the sides only."""
    side = f"M{w - 5},8C{w - 3},-16 {w - 4},-30 {w - 14},-58C{w + 3},-56 {w + 8},-22 {w + 3},10Z"
    wisp = line(f"M{-w + 20},-72C-16,-86 14,-86 {w - 22},-72", colour, 5, 0.35)
    return Hair("", mirrored(path(side, colour)) + wisp)


def crop(w: float, colour: str) -> Hair:
    """Cut short all round."""
    edge = (
        f"M{-w - 1},2C{-w - 8},-64 {-w * 0.62},-89 0,-89"
        f"C{w * 0.62},-89 {w + 8},-64 {w + 1},2L{w - 3},2"
    )
    edge += (
        f"C{w - 3},-16 {w - 7},-34 {w - 15},-42"
        f"C{w - 24},-56 {-w + 24},-56 {-w + 15},-42"
        f"C{-w + 7},-34 {-w + 3},-16 {-w + 3},2Z"
    )
    return Hair("", path(edge, colour) + _gloss(w, colour, -72))


def side_part(w: float, colour: str) -> Hair:
    """Combed over from a parting."""
    hairline = f"C{w - 22},-44 -6,-44 -24,-66C-30,-52 {-w + 18},-50 {-w + 11},-40"
    sweep = line(f"M-20,-72C4,-60 26,-56 {w - 6},-46", lighter(colour, 0.22), 2.6, 0.55)
    parting = line("M-24,-66C-24,-76 -20,-86 -14,-92", darker(colour, 0.4), 2.4, 0.7)
    return Hair("", path(_dome(w, 13) + _inner(w, hairline), colour) + sweep + parting)


def quiff(w: float, colour: str) -> Hair:
    """Swept up at the front."""
    base = crop(w, darker(colour, 0.12)).before
    crest = f"M{-w + 6},-42C{-w - 8},-96 -22,-122 24,-114C{w + 6},-108 {w + 14},-78 {w - 6},-44"
    crest += f"C{w - 16},-66 -10,-66 {-w + 6},-42Z"
    strands = f"M-30,-62C-26,-90 2,-102 30,-98M-8,-66C0,-86 18,-92 {w - 14},-84"
    return Hair("", base + path(crest, colour) + line(strands, lighter(colour, 0.22), 2.6, 0.55))


def fringe(w: float, colour: str) -> Hair:
    """Tousled, in points over the forehead."""
    locks = f"L{w - 24},-30L{w - 34},-42L8,-28L2,-42L-18,-30L-22,-44L{-w + 14},-32L{-w + 11},-42"
    tufts = path(
        "M-36,-84C-32,-102 -18,-110 -10,-99C-4,-113 16,-112 18,-99C30,-108 42,-98 38,-82Z", colour
    )
    shape = path(_dome(w, 13) + _inner(w, locks), colour)
    return Hair("", shape + tufts + _gloss(w, colour, -70))


def curly(w: float, colour: str) -> Hair:
    """Short curls."""
    cap = path(_dome(w, 6) + _inner(w, f"C{w - 20},-58 {-w + 20},-58 {-w + 11},-40"), colour)
    rim = _curls([_on_skull(w + 4, -84, a) for a in range(8, 173, 15)], 14, colour)
    brow = _curls([(x, -56 - 6 * cos(x / w * 1.5)) for x in range(-36, 37, 14)], 10.5, colour)
    return Hair("", cap + rim + brow)


def afro(w: float, colour: str) -> Hair:
    """A round halo of coils."""
    halo = [_on_skull(w + 27, -100, a) for a in range(-14, 195, 13)]
    behind = circle(0, -36, w + 30, colour) + _curls(halo, 16, colour)
    front = path(_dome(w, 16) + _inner(w, f"C{w - 20},-58 {-w + 20},-58 {-w + 11},-40"), colour)
    rim = [(x, -60 + (x / w) ** 2 * 16) for x in range(-42, 43, 12)]
    return Hair(behind, front + _curls(rim, 8, colour))


def swept(w: float, colour: str) -> Hair:
    """Ear-length, brushed back in waves."""
    side = f"M{w - 14},-54C{w + 2},-40 {w - 4},-8 {w + 4},26C{w + 16},34 {w + 22},12 {w + 18},-8"
    side += f"C{w + 20},-50 {w},-88 {w - 30},-94Z"
    hairline = f"C{w - 20},-66 {-w + 20},-66 {-w + 11},-42"
    top = path(_dome(w, 17) + _inner(w, hairline), colour)
    waves = "M-30,-66C-26,-84 -8,-92 8,-92M-8,-64C-4,-80 14,-86 28,-82M16,-62C22,-72 34,-74 42,-68"
    return Hair(
        "", top + mirrored(path(side, colour)) + line(waves, lighter(colour, 0.2), 2.6, 0.5)
    )


def top_knot(w: float, colour: str) -> Hair:
    """Drawn back into a small knot."""
    knot = circle(0, -100, 19, colour) + line(
        "M-12,-104C-4,-112 6,-110 12,-100", lighter(colour), 2.6, 0.5
    )
    return Hair(knot, _slick(w, colour))


def long_straight(w: float, colour: str) -> Hair:
    """Past the shoulders, parted in the middle."""
    behind = path(
        f"M0,-96C{-w - 26},-96 {-w - 24},0 {-w - 22},128L{w + 22},128"
        f"C{w + 24},0 {w + 26},-96 0,-96Z",
        darker(colour, 0.25),
    )
    lock = f"M-1,-99C{w * 0.8},-100 {w + 19},-62 {w + 17},-6C{w + 19},60 {w + 20},104 {w + 14},146"
    lock += (
        f"C{w + 2},152 {w - 12},150 {w - 16},144C{w - 2},96 {w + 3},44 {w - 1},2"
        f"C{w - 6},-32 24,-56 -1,-72Z"
    )
    strand = (
        f"M{w + 8},-30C{w + 10},30 {w + 8},80 {w + 2},136M14,-84"
        f"C{w - 12},-78 {w + 4},-56 {w + 7},-30"
    )
    return Hair(behind, mirrored(path(lock, colour) + line(strand, lighter(colour, 0.2), 2.4, 0.5)))


def long_wavy(w: float, colour: str) -> Hair:
    """Past the shoulders in waves, parted at the side."""
    behind = path(
        f"M0,-98C{-w - 30},-98 {-w - 30},-10 {-w - 34},60"
        f"C{-w - 30},120 -40,140 0,140C40,140 {w + 30},120 {w + 34},60"
        f"C{w + 30},-10 {w + 30},-98 0,-98Z",
        darker(colour, 0.22),
    )
    big = (
        f"M-26,-88C{w * 0.4},-116 {w + 22},-80 {w + 18},-20"
        f"C{w + 14},0 {w + 30},18 {w + 24},44"
        f"C{w + 16},66 {w + 36},88 {w + 20},124"
    )
    big += (
        f"C{w + 10},136 {w - 12},134 {w - 18},120"
        f"C{w + 2},100 {w - 8},74 {w + 2},50C{w + 10},28 {w - 6},14 {w - 2},-10"
        f"C{w - 10},-42 0,-48 -26,-72Z"
    )
    small = (
        f"M-20,-92C{-w * 0.8},-104 {-w - 18},-66 {-w - 16},-16"
        f"C{-w - 14},4 {-w - 28},20 {-w - 22},46"
        f"C{-w - 16},66 {-w - 32},90 {-w - 18},118"
    )
    small += (
        f"C{-w - 8},130 {-w + 12},126 {-w + 16},112"
        f"C{-w},98 {-w + 8},74 {-w - 2},50C{-w - 8},30 {-w + 6},14 {-w + 2},-8"
        f"C{-w + 6},-44 -36,-60 -26,-74Z"
    )
    shine = (
        f"M-4,-84C30,-92 {w + 6},-66 {w + 8},-24M{w + 14},32C{w + 8},56 {w + 22},82 {w + 10},112"
    )
    return Hair(behind, path(big + small, colour) + line(shine, lighter(colour, 0.24), 2.8, 0.5))


def bob(w: float, colour: str) -> Hair:
    """To the chin, parted at the side."""
    behind = path(
        f"M0,-96C{-w - 34},-96 {-w - 30},30 {-w - 14},66L{w + 14},66"
        f"C{w + 30},30 {w + 34},-96 0,-96Z",
        darker(colour, 0.25),
    )
    lock = (
        f"M-12,-97C{w * 0.8},-104 {w + 22},-66 {w + 20},-8"
        f"C{w + 24},34 {w + 16},58 {w + 2},68C{w - 8},72 {w - 16},66 {w - 16},58"
    )
    lock += f"C{w - 4},40 {w + 1},20 {w - 2},-6C{w - 8},-36 14,-46 -12,-76Z"
    other = (
        f"M-10,-97C{-w * 0.8},-102 {-w - 20},-64 {-w - 18},-8"
        f"C{-w - 22},34 {-w - 14},58 {-w},66"
        f"C{-w + 8},70 {-w + 16},64 {-w + 15},56"
    )
    other += f"C{-w + 4},38 {-w - 1},20 {-w + 2},-6C{-w + 6},-38 -30,-52 -11,-76Z"
    shine = f"M12,-84C{w - 6},-80 {w + 8},-52 {w + 9},-14C{w + 11},16 {w + 8},36 {w},54"
    return Hair(behind, path(lock + other, colour) + line(shine, lighter(colour, 0.24), 2.8, 0.55))


def bangs(w: float, colour: str) -> Hair:
    """To the chin, cut straight over the brows."""
    behind, front = bob(w, colour)
    cut = (
        f"M{-w - 6},-12C{-w - 10},-78 -30,-97 0,-97"
        f"C30,-97 {w + 10},-78 {w + 6},-12C{w - 2},-26 {w - 8},-30 {w - 16},-29"
    )
    cut += f"C14,-24 -14,-24 {-w + 16},-29C{-w + 8},-30 {-w + 2},-26 {-w - 6},-12Z"
    strands = "M-28,-72L-30,-32M-10,-76L-10,-29M10,-76L10,-29M28,-72L30,-32"
    return Hair(behind, front + path(cut, colour) + line(strands, darker(colour, 0.3), 2, 0.45))


def ponytail(w: float, colour: str) -> Hair:
    """Drawn back, falling behind one shoulder."""
    tail = (
        f"M10,-84C{w + 30},-104 {w + 58},-50 {w + 44},10"
        f"C{w + 36},56 {w + 44},80 {w + 22},116"
        f"C{w + 12},80 {w + 16},40 {w + 14},0C{w + 12},-40 {w - 10},-60 10,-84Z"
    )
    shine = line(
        f"M{w + 14},-66C{w + 36},-40 {w + 28},20 {w + 28},70", lighter(colour, 0.2), 2.6, 0.5
    )
    return Hair(path(tail, darker(colour, 0.12)) + shine, _slick(w, colour))


def bun(w: float, colour: str) -> Hair:
    """Drawn up, with a wisp at each ear."""
    knot = circle(6, -108, 27, darker(colour, 0.1))
    knot += line(
        "M-12,-112C-4,-128 16,-128 24,-112M-8,-100C2,-114 14,-112 22,-98",
        lighter(colour, 0.2),
        2.6,
        0.5,
    )
    wisp = f"M{w - 4},-18C{w + 4},4 {w - 2},18 {w + 5},34"
    return Hair(knot, _slick(w, colour) + mirrored(line(wisp, colour, 3.2)))


def pixie(w: float, colour: str) -> Hair:
    """Short, brushed across the forehead."""
    hairline = f"C{w - 14},-30 16,-30 -30,-70C-36,-50 {-w + 14},-42 {-w + 9},-28"
    wisps = f"M-30,-70C-6,-40 20,-30 {w - 4},-20M-20,-80C8,-58 30,-50 {w + 4},-40"
    nape = mirrored(
        path(f"M{w - 6},0C{w + 2},10 {w},24 {w - 8},30C{w + 12},26 {w + 12},4 {w + 8},-16Z", colour)
    )
    return Hair(
        "",
        path(_dome(w, 14) + _inner(w, hairline), colour)
        + nape
        + line(wisps, lighter(colour, 0.24), 2.4, 0.55),
    )


def curly_long(w: float, colour: str) -> Hair:
    """Curls to the shoulders."""
    dark = darker(colour, 0.18)
    fall = [
        (side * (w + 16 + 12 * sin(y / 19)), y) for y in range(-40, 112, 19) for side in (-1, 1)
    ]
    behind = path(
        f"M0,-96C{-w - 30},-90 {-w - 34},20 {-w - 16},116L{w + 16},116"
        f"C{w + 34},20 {w + 30},-90 0,-96Z",
        dark,
    )
    behind += _curls(fall, 19, dark)
    rim = _curls([_on_skull(w + 10, -88, a) for a in range(-6, 187, 14)], 15, colour)
    top = path(
        _dome(w, 10)
        + _inner(w, f"C{w - 18},-62 -8,-58 -16,-70C-24,-58 {-w + 18},-52 {-w + 9},-34"),
        colour,
    )
    sides = [(side * (w + 8 + 5 * sin(y / 14)), y) for y in range(-14, 96, 17) for side in (-1, 1)]
    return Hair(behind, top + rim + _curls(sides, 12.5, colour))


def braids(w: float, colour: str) -> Hair:
    """Two plaits, tied at their ends."""
    links = [(w + 6 + 4 * sin(n * 0.7), 36 + n * 15) for n in range(8)]
    plait = "".join(
        ellipse(x, y, 11 - n * 0.5, 10, fill=colour if n % 2 else lighter(colour, 0.12))
        for n, (x, y) in enumerate(links)
    )
    tie = ellipse(links[-1][0], links[-1][1] + 9, 6, 4, fill="#d9553f")
    lock = path(
        f"M0,-94C{w + 10},-94 {w + 14},-40 {w + 12},34L{w - 4},34C{w - 1},0 {w},-34 0,-74Z", colour
    )
    parting = line("M0,-94L0,-74", darker(colour, 0.5), 2, 0.6)
    behind = path(
        f"M0,-90C{-w - 16},-90 {-w - 14},0 {-w - 6},40L{w + 6},40C{w + 14},0 {w + 16},-90 0,-90Z",
        darker(colour, 0.25),
    )
    return Hair(behind, mirrored(lock + plait + tie) + parting)


def puffs(w: float, colour: str) -> Hair:
    """Drawn into two round puffs."""
    ring = [(w * 0.86 + 23 * cos(a * pi / 5), -86 + 23 * sin(a * pi / 5)) for a in range(10)]
    puff = circle(w * 0.86, -86, 26, colour) + _curls(ring, 10, colour)
    parting = line("M0,-91L0,-62", darker(colour, 0.6), 2, 0.6)
    return Hair(mirrored(puff), _slick(w, colour) + parting)


def _dome(w: float, g: float) -> str:
    """The hair's outer edge from the left temple over the crown to the right one."""
    return (
        f"M{-w - g * 0.4},8C{-w - g},-62 {-w * 0.62},{-82 - g} 0,{-82 - g}"
        f"C{w * 0.62},{-82 - g} {w + g},-62 {w + g * 0.4},8"
    )


def _inner(w: float, hairline: str) -> str:
    """Back along sideburns and hairline; `hairline` leads from the right temple to the left."""
    return (
        f"L{w - 4},8C{w - 3},-14 {w - 8},-28 {w - 11},-40{hairline}"
        f"C{-w + 8},-28 {-w + 3},-14 {-w + 4},8Z"
    )


def _slick(w: float, colour: str) -> str:
    """Hair drawn back tightly."""
    shape = path(
        _dome(w, 9)
        + _inner(w, f"C{w - 18},-60 -6,-58 -12,-64C-22,-60 {-w + 16},-56 {-w + 11},-40"),
        colour,
    )
    return shape + line(
        f"M-6,-66C10,-74 {w - 24},-70 {w - 4},-40M-16,-68C-26,-72 {-w + 10},-60 {-w + 4},-38",
        lighter(colour, 0.2),
        2.2,
        0.5,
    )


def _gloss(w: float, colour: str, y: float) -> str:
    return line(
        f"M{-w * 0.5},{y}C-10,{y - 12} 14,{y - 12} {w * 0.55},{y + 2}",
        lighter(colour, 0.24),
        3,
        0.5,
    )


def _on_skull(w: float, top: float, degrees: float) -> tuple[float, float]:
    angle = degrees * pi / 180
    return w * cos(angle), -16 + (top + 16) * sin(angle)


def _curls(places: Iterable[tuple[float, float]], r: float, colour: str) -> str:
    light = lighter(colour, 0.16 if brightness(colour) > 60 else 0.1)
    return "".join(
        circle(x, y, r + (n % 3) - 1, colour)
        + placed(line("M-4.5,0C-3,-6 3,-6 4,-1", light, 20 / r, 0.6), x, y, scale=r / 10)
        for n, (x, y) in enumerate(places)
    )


def turned(hair: Hair, flip: bool) -> Hair:
    """The same style parted on the other side."""
    if not flip:
        return hair
    return Hair(group(hair.behind, "scale(-1,1)"), group(hair.before, "scale(-1,1)"))
