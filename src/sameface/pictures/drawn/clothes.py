"""Clothes, drawn around the neck: x = 0 is the middle, y = 112 where neck and shoulders meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sameface.pictures.drawn.palette import darker, lighter, mix
from sameface.pictures.drawn.svg import circle, clipped, ellipse, line, mirrored, path, rect


@dataclass(frozen=True, slots=True)
class Fit:
    """Who wears it: half the neck's and the shoulders' width, the skin that a neckline shows."""

    neck: float
    shoulders: float
    skin: str


Garment = Callable[[Fit, str, str], str]
"""From a fit, a main and a second colour."""

_EDGE = "torso"


def tee(fit: Fit, colour: str, _: str) -> str:
    """A plain T-shirt."""
    return _torso(fit, colour) + _opening(fit, 16, colour)


def striped(fit: Fit, colour: str, second: str) -> str:
    """A striped jersey."""
    stripes = "".join(rect(-200, y, 400, 11, fill=second) for y in range(138, 420, 26))
    return _torso(fit, colour, stripes) + _opening(fit, 18, darker(colour, 0.1))


def scoop(fit: Fit, colour: str, second: str) -> str:
    """A wide neckline and a fine chain."""
    chain = line(f"M{-fit.neck - 4},112C-20,150 20,150 {fit.neck + 4},112", "#e0c069", 2) + circle(
        0, 141, 4, second
    )
    return _torso(fit, colour) + _opening(fit, 44, colour) + chain


def vneck(fit: Fit, colour: str, _: str) -> str:
    """A sweater with a V neck."""
    n = fit.neck
    return (
        _torso(fit, colour)
        + path(f"M{-n - 18},112L0,172L{n + 18},112L{n},96L{-n},96Z", darker(fit.skin, 0.07))
        + line(f"M{-n - 18},112L0,172L{n + 18},112", darker(colour, 0.2), 5)
    )


def shirt(fit: Fit, colour: str, _: str) -> str:
    """A buttoned shirt."""
    return _torso(fit, colour) + _throat(fit, 120) + _placket(colour) + _collar(fit, colour)


def tucked(fit: Fit, colour: str, second: str) -> str:
    """A round-necked sweater over a shirt."""
    n = fit.neck
    knit = _torso(fit, colour) + path(
        f"M{-n - 14},110C{-n},160 {n},160 {n + 14},110L{n},96L{-n},96Z", second
    )
    ribs = line(f"M{-n - 15},110C{-n},162 {n},162 {n + 15},110", darker(colour, 0.22), 7)
    return knit + ribs + _throat(fit, 118) + _collar(fit, second)


def turtleneck(fit: Fit, colour: str, _: str) -> str:
    """A rolled collar."""
    n = fit.neck
    band = path(
        f"M{-n - 5},76C-12,90 12,90 {n + 5},76L{n + 9},124C14,136 -14,136 {-n - 9},124Z",
        lighter(colour, 0.08),
    )
    folds = line(
        f"M{-n - 5},92C-10,104 10,104 {n + 5},92M{-n - 6},108C-10,120 10,120 {n + 6},108",
        darker(colour, 0.25),
        2.4,
        0.7,
    )
    return _torso(fit, colour) + band + folds


def hoodie(fit: Fit, colour: str, second: str) -> str:
    """A hood behind the neck, with strings."""
    n = fit.neck
    hood = path(
        f"M{-n - 38},136C{-n - 44},84 {-n - 14},74 {-n - 2},84"
        f"C{-n},120 -10,140 0,152C10,140 {n},120 {n + 2},84"
        f"C{n + 14},74 {n + 44},84 {n + 38},136C{n + 14},164 10,164 0,166"
        f"C-10,164 {-n - 14},164 {-n - 38},136Z",
        lighter(colour, 0.1),
    )
    inside = path(f"M{-n - 2},100C{-n},120 -10,142 0,150C10,142 {n},120 {n + 2},100Z", second)
    strings = mirrored(
        line("M13,152C15,176 12,190 14,206", "#f4f1ea", 3.4)
        + rect(11.5, 204, 5, 12, fill="#d8d2c4", round_=2)
    )
    return _torso(fit, colour) + hood + inside + _throat(fit, 128) + strings


def blazer(fit: Fit, colour: str, second: str) -> str:
    """Open collar under a jacket."""
    return (
        _torso(fit, second)
        + _throat(fit, 122)
        + _placket(second)
        + _collar(fit, second)
        + _jacket(fit, colour)
    )


def suit(fit: Fit, colour: str, tie: str) -> str:
    """Jacket, white shirt and tie."""
    white = "#f8f8f6"
    knot = path("M-10,124L10,124L7,142L-7,142Z", darker(tie, 0.15)) + path(
        "M-7,142L7,142L15,230L0,262L-15,230Z", tie
    )
    stripes = line("M-9,160L9,150M-11,180L11,168M-12,200L12,187", lighter(tie, 0.3), 3, 0.6)
    return (
        _torso(fit, white)
        + _throat(fit, 112)
        + knot
        + stripes
        + _collar(fit, white)
        + _jacket(fit, colour)
    )


def jacket_tee(fit: Fit, colour: str, second: str) -> str:
    """A jacket over a T-shirt."""
    return _torso(fit, second) + _opening(fit, 18, second) + _jacket(fit, colour)


def blouse(fit: Fit, colour: str, second: str) -> str:
    """With a bow at the neck."""
    bow = mirrored(path("M2,130C20,108 46,112 44,130C46,146 20,146 2,134Z", second)) + mirrored(
        path("M2,134C12,160 20,178 28,196L12,200C6,178 2,156 0,136Z", darker(second, 0.12))
    )
    return (
        _torso(fit, colour)
        + _opening(fit, 12, colour)
        + bow
        + rect(-7, 124, 14, 15, fill=darker(second, 0.22), round_=5)
    )


def scarf(fit: Fit, colour: str, second: str) -> str:
    """A scarf over a sweater."""
    n = fit.neck
    loop = path(
        f"M{-n - 30},118C{-n - 24},78 {-n},88 0,100"
        f"C{n},88 {n + 24},78 {n + 30},118C{n + 16},146 -{n},150 {-n - 30},118Z",
        second,
    )
    tail = path("M6,132C24,136 34,140 38,150L44,232L12,236L4,144Z", darker(second, 0.12))
    folds = line(
        f"M{-n - 20},112C-18,132 16,128 {n + 20},106M-8,124C6,132 22,128 {n + 8},120",
        darker(second, 0.3),
        2.6,
        0.7,
    )
    return (
        _torso(fit, colour)
        + tail
        + line("M16,150L22,230M28,148L34,228", lighter(second, 0.3), 3, 0.6)
        + loop
        + folds
    )


def mandarin(fit: Fit, colour: str, second: str) -> str:
    """A standing collar with trim down the front."""
    n = fit.neck
    collar = path(
        f"M{-n - 6},96C{-n},116 -8,124 -2,128L-2,142"
        f"C-16,138 {-n - 6},128 {-n - 14},112ZM{n + 6},96C{n},116 8,124 2,128"
        f"L2,142C16,138 {n + 6},128 {n + 14},112Z",
        second,
    )
    trim = line("M0,134L0,420", second, 5) + "".join(
        circle(0, y, 3.4, lighter(second, 0.5)) for y in range(160, 420, 28)
    )
    return _torso(fit, colour) + _throat(fit, 126) + trim + collar


def cardigan(fit: Fit, colour: str, second: str) -> str:
    """An open cardigan."""
    n, s = fit.neck, fit.shoulders
    half = (
        f"M{n + 12},106C{n + 6},150 16,190 10,260L10,420L{s + 30},420"
        f"L{s + 30},170C{s + 10},140 {n + 40},124 {n + 12},106Z"
    )
    edge = f"M{n + 12},106C{n + 6},150 16,190 10,260L10,420"
    fronts = mirrored(path(half, colour) + line(edge, darker(colour, 0.22), 6))
    return _torso(fit, second) + _opening(fit, 22, second) + clipped(fronts, _EDGE)


def polo(fit: Fit, colour: str, second: str) -> str:
    """A polo shirt with a collar of another colour."""
    return (
        _torso(fit, colour)
        + _throat(fit, 124)
        + line("M0,148L0,196", darker(colour, 0.25), 3)
        + circle(5, 164, 2.6, "#f4f1ea")
        + circle(5, 182, 2.6, "#f4f1ea")
        + _collar(fit, second)
    )


def _torso(fit: Fit, colour: str, pattern: str = "") -> str:
    n, s = fit.neck, fit.shoulders
    half = f"C{n + 22},120 {s - 34},124 {s - 8},140C{s + 14},152 {s + 20},190 {s + 26},420"
    d = (
        f"M0,104L{n + 4},102{half}L{-s - 26},420"
        f"C{-s - 20},190 {-s - 14},152 {-s + 8},140"
        f"C{-s + 34},124 {-n - 22},120 {-n - 4},102Z"
    )
    sleeves = mirrored(
        line(f"M{s - 14},420C{s - 10},300 {s - 16},240 {s - 26},214", darker(colour, 0.3), 3, 0.5)
    )
    shade = ellipse(-s * 0.2, 116, s * 0.55, 24, fill=darker(colour, 0.35), opacity=0.35)
    return path(d, colour) + clipped(pattern + shade, _EDGE, d) + sleeves


def _opening(fit: Fit, deep: float, colour: str) -> str:
    """A round neckline `deep` below the neck, with its rib."""
    n, wide = fit.neck, fit.neck + 10 + deep * 0.3
    edge = f"M{-wide},108C{-n * 0.8},{112 + deep * 1.3} {n * 0.8},{112 + deep * 1.3} {wide},108"
    rib = clipped(line(edge, darker(colour, 0.2), 5), _EDGE)
    return path(f"{edge}L{n},94L{-n},94Z", darker(fit.skin, 0.07)) + rib


def _throat(fit: Fit, low: float) -> str:
    n = fit.neck
    return path(f"M{-n - 8},104L0,{low + 14}L{n + 8},104L{n},92L{-n},92Z", darker(fit.skin, 0.1))


def _collar(fit: Fit, colour: str) -> str:
    n = fit.neck
    wing = (
        f"M{n + 2},90C{n + 8},98 {n + 14},108 {n + 22},114L{n * 0.62 + 10},152"
        f"L1,130C{n * 0.5},120 {n - 2},108 {n + 2},90Z"
    )
    crease = f"M{n + 22},114L{n * 0.62 + 10},152L1,130"
    return mirrored(
        path(wing, lighter(colour, 0.25)) + line(crease, darker(colour, 0.25), 1.8, 0.7)
    )


def _placket(colour: str) -> str:
    ink = darker(colour, 0.3)
    return line("M0,140L0,420", ink, 2, 0.6) + "".join(
        circle(5, y, 2.6, ink, 0.8) for y in range(168, 420, 34)
    )


def _jacket(fit: Fit, colour: str) -> str:
    n, s = fit.neck, fit.shoulders
    front = (
        f"M{n + 8},100C{n + 24},118 {s - 34},122 {s - 8},140"
        f"C{s + 14},152 {s + 20},190 {s + 26},420L4,420L2,262"
        f"C22,220 {n + 14},160 {n + 8},100Z"
    )
    lapel = (
        f"M{n + 6},98C{n + 20},112 {n + 34},128 {n + 42},150L{n + 26},158"
        f"L{n + 32},170L2,262C18,210 {n + 8},150 {n + 6},98Z"
    )
    edge = mix(colour, "#000000", 0.25)
    return mirrored(
        path(front, colour)
        + path(lapel, lighter(colour, 0.1))
        + line(f"M{n + 42},150L{n + 26},158L{n + 32},170L2,262", edge, 2, 0.7)
    )
