"""Heads: the shape of a face and what is in it. Eyes lie on y = 0, a face's middle on x = 0."""

from __future__ import annotations

from dataclasses import dataclass

from sameface.pictures.drawn.palette import brightness, darker, lighter, mix
from sameface.pictures.drawn.svg import circle, clipped, ellipse, group, line, mirrored, path

TOP, CHIN = -82, 80


@dataclass(frozen=True, slots=True)
class Head:
    """One person's features: what stays the same in every photo of them."""

    width: float  # half the face's width at the eyes
    jaw: float  # 0 pointed to 1 square
    skin: str
    hair: str
    brows: str
    iris: str
    eye: float  # scale of the eyes
    apart: float  # half the distance between them
    slant: float  # degrees
    brow: float  # thickness
    nose: int  # one of three
    lips: float  # fullness, 0-1
    lashes: bool
    freckles: bool
    lined: bool
    beard: str | None


@dataclass(frozen=True, slots=True)
class Mood:
    """How a head looks in one photo: `turn` from -1 (to the left) to 1, and an expression."""

    turn: float
    mouth: str
    laughing: bool = False


def outline(head: Head) -> str:
    """The face's edge, clockwise from the top."""
    w, t, b = head.width, TOP, CHIN
    jx, chin = w * (0.74 + 0.16 * head.jaw), 13 + 15 * head.jaw
    right = f"C{w * 0.66:.1f},{t} {w:.1f},-58 {w:.1f},-12 C{w:.1f},16 {jx + 4:.1f},34 {jx:.1f},46"
    right += f"C{jx - 5:.1f},62 {chin + 8:.1f},{b} 0,{b}"
    left = f"C{-chin - 8:.1f},{b} {-jx + 5:.1f},62 {-jx:.1f},46C{-jx - 4:.1f},34 {-w:.1f},16 "
    left += f"{-w:.1f},-12C{-w:.1f},-58 {-w * 0.66:.1f},{t} 0,{t}Z"
    return f"M0,{t}{right}{left}"


def bare(head: Head, mood: Mood) -> str:
    """Ears, the empty face, the shade of the side that is turned away, and the cheeks."""
    shade = darker(head.skin, 0.14)
    lean = mood.turn * 5
    ears = "".join(
        group(_ear(head), f"translate({side * (head.width - 1) - lean:.1f},0) scale({side},1)")
        for side in (-1, 1)
    )
    away = -1 if mood.turn > 0 else 1
    w = head.width
    edge = f"M{away * w * 1.2:.1f},-90 L{away * w * 0.62:.1f},-90 C{away * w * 0.9:.1f},-20 "
    edge += f"{away * w * 0.72:.1f},30 {away * w * 0.3:.1f},90 L{away * w * 1.2:.1f},90Z"
    side = clipped(path(edge, shade, 0.55), "face", outline(head))
    blush = mix(head.skin, "#d8434e", 0.3)
    cheeks = mirrored(ellipse(head.apart + 11, 25, 12, 8, fill=blush, opacity=0.45))
    flush = group(cheeks, f"translate({mood.turn * 7:.1f},0)")
    return ears + path(outline(head), head.skin) + side + flush


def features(head: Head, mood: Mood) -> str:
    """Everything between brows and chin, moved the way the head is turned."""
    shift = mood.turn * 7
    inner = _freckles(head) if head.freckles else ""
    inner += _lines(head) if head.lined else ""
    inner += _eyes(head, mood) + group(_nose(head), f"translate({mood.turn * 3:.1f},0)")
    return group(inner + _mouth(head, mood), f"translate({shift:.1f},0)")


def beard(head: Head, mood: Mood) -> str:
    """The beard under the mouth's drawing; nothing for a shaven chin."""
    kind, colour = head.beard, head.brows
    if kind is None:
        return ""
    shift = mood.turn * 7
    moustache = path(
        "M0,27C9,22 22,27 27,38C18,36 8,35 0,34C-8,35 -18,36 -27,38C-22,27 -9,22 0,27Z", colour
    )
    if kind == "moustache":
        return group(moustache, f"translate({shift:.1f},0)")
    if kind == "goatee":
        tuft = "M-17,56C-10,53 10,53 17,56C19,72 12,85 0,86C-12,85 -19,72 -17,56Z"
        return group(moustache + path(tuft, colour), f"translate({shift:.1f},0)")
    grow = {"stubble": -0.5, "short": 2.5, "full": 6.0}[kind]
    cheek = {"stubble": 22, "short": 20, "full": 16}[kind]
    w, b = head.width + grow * 0.4, CHIN + grow * (2.6 if kind == "full" else 1.2)
    jx, chin = w * (0.76 + 0.16 * head.jaw), 15 + 15 * head.jaw
    half = (
        f"M{w:.1f},-6C{w:.1f},18 {jx + 5:.1f},36 {jx + grow * 0.6:.1f},48"
        f"C{jx - 3:.1f},68 {chin + 9:.1f},{b:.1f} 0,{b:.1f}L0,27C10,24 24,29 30,{cheek + 12}"
        f"C40,{cheek + 8} {w - 9:.1f},{cheek} {w - 5:.1f},-4Z"
    )
    hair = mirrored(path(half, colour))
    if kind == "stubble":
        return f'<g opacity="0.3">{hair}</g>'
    return hair + line(
        f"M-20,{b - 14:.0f}C-8,{b - 8:.0f} 8,{b - 8:.0f} 20,{b - 14:.0f}",
        lighter(colour, 0.15),
        2,
        0.5,
    )


def neck(head: Head, half: float) -> str:
    """Neck and the chin's shadow on it; shoulders are clothes' affair."""
    tone = darker(head.skin, 0.07)
    column = f"M{-half},30L{-half},92C{-half},112 {-half - 22},120 {-half - 34},126L{half + 34},126"
    column += f"C{half + 22},120 {half},112 {half},92L{half},30Z"
    shadow = f"M{-half},56C{-half + 8},96 {half - 8},100 {half},66L{half},50L{-half},50Z"
    return path(column, tone) + path(shadow, darker(head.skin, 0.24))


def _ear(head: Head) -> str:
    inner = darker(head.skin, 0.22)
    shell = "M-4,-14C4,-22 15,-16 13,-2C12,10 6,20 -2,18Z"
    return path(shell, darker(head.skin, 0.05)) + line("M2,-8C8,-10 9,0 4,6", inner, 2.2, 0.7)


def _eyes(head: Head, mood: Mood) -> str:
    return "".join(
        group(
            _eye(head, mood),
            f"translate({side * head.apart:.1f},0) scale({side},1) rotate({-head.slant})",
        )
        for side in (-1, 1)
    )


def _eye(head: Head, mood: Mood) -> str:
    """The right eye around (0, 0), its outer corner at +x, with its brow."""
    ink = darker(head.brows, 0.55)
    lift = -19 - (2 if mood.laughing else 0)
    brow = line(f"M-11,{lift + 3}C-4,{lift - 3} 6,{lift - 4} 14,{lift + 3}", head.brows, head.brow)
    if mood.laughing:
        return brow + line("M-10,3C-6,-6 6,-6 10,3", ink, 3.4)
    lash = line("M8,-3.5L13.5,-7", ink, 2.4) if head.lashes else ""
    ball = (
        path("M-11,1.5C-6,-8 6,-8 11.5,0C6,7 -6,7 -11,1.5Z", "#fdfbf8")
        + circle(0, -0.3, 5.6, head.iris)
        + circle(0, -0.3, 2.9, "#17131a")
        + circle(1.8, -2.4, 1.5, "#ffffff")
        + line("M-11,1C-6,-8.4 6,-8.4 11.5,-0.5", ink, 2.8)
    )
    return brow + group(ball + lash, f"scale({head.eye:g})")


def _nose(head: Head) -> str:
    tone = darker(head.skin, 0.26)
    ridge = ellipse(0, 11, 3.8, 8, fill=lighter(head.skin, 0.25), opacity=0.45)
    if head.nose == 0:
        return line("M3,4C5,12 9,17 6,21C3,24 -3,24 -6,21", tone, 2.8)
    if head.nose == 1:
        return line("M-8,19C-5,25 5,25 8,19", tone, 3) + ridge
    wings = line(
        "M-10,20C-11,14 -7,13 -6,15M10,20C11,14 7,13 6,15M-6,22C-3,25 3,25 6,22", tone, 2.7
    )
    return wings + ridge


def _mouth(head: Head, mood: Mood) -> str:
    lip = mix(head.skin, "#a8323e", 0.3 + 0.4 * head.lips)
    if brightness(head.skin) < 110:
        lip = mix(lip, "#c4626a", 0.25)
    dark = mix(lip, "#3d0f18", 0.65)
    if mood.mouth == "grin":
        shape = "M-21,41C-10,45 10,45 21,41C19,57 9,63 0,63C-9,63 -19,57 -21,41Z"
        teeth = "M-18,43C-8,47 8,47 18,43C17,49 15,51 13,52C5,54 -5,54 -13,52C-15,51 -17,49 -18,43Z"
        return (
            path(shape, dark)
            + path(teeth, "#fffdf8")
            + line("M-21,41C-10,45 10,45 21,41", lip, 2.4)
        )
    if mood.mouth == "teeth":
        shape = "M-19,43C-8,46 8,46 19,43C15,55 7,57 0,57C-7,57 -15,55 -19,43Z"
        return path(shape, "#fffdf8") + line(shape, lip, 2.8)
    if mood.mouth == "wry":
        return line("M-15,49C-4,53 9,51 17,43", dark, 3.2) + line(
            "M-5,58C0,60 5,59 8,57", lip, 2.4, 0.6
        )
    full = 2 + 4 * head.lips
    upper = (
        "M-18,44"
        f"C-9,{47 - full * 0.6:.1f} -4,{46.5 - full * 0.8:.1f} 0,{48 - full * 0.4:.1f}"
        f"C4,{46.5 - full * 0.8:.1f} 9,{47 - full * 0.6:.1f} 18,44"
        "C8,52.5 -8,52.5 -18,44Z"
    )
    lower = f"M-17,46C-8,52.5 8,52.5 17,46C11,{54 + full:.1f} -11,{54 + full:.1f} -17,46Z"
    return (
        path(upper, lip)
        + path(lower, lighter(lip, 0.12))
        + line("M-20,42.5C-15,47 -8,52 0,52C8,52 15,47 20,42.5", dark, 2.4)
    )


def _freckles(head: Head) -> str:
    tone = mix(head.skin, "#8a4a24", 0.5)
    spots = (
        (-30, 17),
        (-24, 21),
        (-19, 16),
        (-35, 22),
        (20, 17),
        (26, 21),
        (31, 16),
        (35, 22),
        (-4, 15),
        (4, 17),
    )
    return "".join(circle(x, y, 1.5, tone, 0.6) for x, y in spots)


def _lines(head: Head) -> str:
    tone = darker(head.skin, 0.2)
    brow = line("M-20,-44C-8,-47 8,-47 20,-44M-15,-37C-6,-39 6,-39 15,-37", tone, 1.8, 0.5)
    crow = mirrored(
        line(
            f"M{head.apart + 16:.0f},1L{head.apart + 21:.0f},-2"
            f"M{head.apart + 16:.0f},5L{head.apart + 21:.0f},6",
            tone,
            1.6,
            0.6,
        )
    )
    return brow + crow + mirrored(line("M17,24C24,30 26,36 26,42", tone, 1.9, 0.5))
