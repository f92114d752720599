"""Backdrops: where a portrait was taken. Each fills the square from (-200, -200) to (200, 200)."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, sin

from sameface.pictures.drawn.dice import Dice
from sameface.pictures.drawn.palette import WALLS, darker, lighter, mix
from sameface.pictures.drawn.svg import (
    circle,
    ellipse,
    fading,
    glowing,
    group,
    line,
    path,
    placed,
    rect,
)

Backdrop = Callable[[Dice], str]

_DAY_AND_NIGHT = (("#ffffff", "#000000"), ("#000000", "#ffffff"))


def studio(dice: Dice) -> str:
    """A lit paper wall."""
    wall = dice.pick("wall", WALLS)
    light = glowing("g", lighter(wall, 0.55), darker(wall, 0.3), dice.number("x", 0.2, 0.8), 0.35)
    return light + _wall("url(#g)")


def halves(dice: Dice) -> str:
    """Two walls of colour, meeting aslant."""
    wall, other = dice.shuffled("walls", WALLS)[:2]
    at, lean = dice.near("at", 60), dice.number("lean", 40, 150)
    half = path(f"M{at + lean},-200L200,-200L200,200L{at - lean},200Z", other)
    return _wall(wall) + half


def disc(dice: Dice) -> str:
    """A disc of colour behind the head."""
    wall, other = dice.shuffled("walls", WALLS)[:2]
    r, x = dice.number("r", 120, 170), dice.near("x", 60)
    ring = circle(x, -10, r + 26, lighter(other, 0.3), 0.45)
    return _wall(wall) + ring + circle(x, -10, r, other)


def skyline(dice: Dice) -> str:
    """A window over a town."""
    sky, stone, lit = dice.pick(
        "sky",
        (
            ("#f6c79a", "#7f6a8a", "#b2a5ae"),
            ("#bfdcec", "#6d8aa5", "#a5b7c3"),
            ("#28385e", "#141d38", "#f3d27a"),
        ),
    )
    town: list[str] = []
    x = -200.0
    while x < 200:
        n = len(town)
        wide, tall = dice.number(f"w{n}", 34, 70), dice.number(f"h{n}", 70, 230)
        tone = mix(stone, sky, dice.number(f"t{n}", 0, 0.5))
        panes = "".join(
            rect(x + 8 + dx, 140 - tall + dy, 7, 9, fill=lit, opacity=0.8)
            for dx in range(0, int(wide) - 14, 14)
            for dy in range(12, int(tall) - 10, 20)
            if dice.chance(f"p{n}.{dx}.{dy}", 0.55)
        )
        town.append(rect(x, 140 - tall, wide + 1, 300, fill=tone) + panes)
        x += wide
    side = dice.pick("side", (-1, 1))
    post = rect(-200 if side < 0 else 172, -200, 28, 400, fill="#3c3a41")
    frame = post + rect(-200, -96, 400, 8, fill="#3c3a41")
    return fading("g", lighter(sky, 0.3), sky) + _wall("url(#g)") + "".join(town) + frame


def bookshelf(dice: Dice) -> str:
    """Four shelves of books."""
    wood = dice.pick("wood", ("#6b4630", "#3f3733", "#a9784c", "#e8e1d5"))
    shelves = []
    for row, y in enumerate((-205, -95, 15, 125)):
        x, n, books = -200.0, 0, []
        while x < 200:
            wide, tall = dice.number(f"w{row}.{n}", 13, 30), dice.number(f"h{row}.{n}", 60, 92)
            if dice.chance(f"gap{row}.{n}", 0.12):
                wide = 40
            else:
                tone = darker(dice.pick(f"c{row}.{n}", WALLS), 0.2)
                books.append(rect(x, y + 100 - tall, wide - 1.5, tall, fill=tone))
                label = lighter(tone, 0.4)
                books.append(rect(x + 2, y + 112 - tall, wide - 5.5, 5, fill=label))
            x, n = x + wide, n + 1
        shelves.append("".join(books) + rect(-200, y + 100, 400, 10, fill=wood))
    return _wall(darker(wood, 0.45)) + "".join(shelves)


def hills(dice: Dice) -> str:
    """Hills under a sun."""
    top, low = dice.pick(
        "sky", (("#8fc7e8", "#e8f3f2"), ("#f7b267", "#fde7c2"), ("#a7b9e8", "#f6d6dc"))
    )
    green = dice.pick("green", ("#5f9c5a", "#7ea34a", "#3f7f68"))
    sun = circle(dice.near("sun", 150), dice.number("high", -160, -80), 34, "#fff3c9", 0.9)
    start, rise, dip, mid = (dice.near(name, 40) for name in ("start", "rise", "dip", "mid"))
    far = f"M-200,{30 + start}C-120,{rise - 40} -60,{45 + dip} 20,{mid - 10}"
    far += f"S140,{-start} 200,{rise}L200,200L-200,200Z"
    near = f"M-200,{80 - dip}C-90,{50 + mid} 40,150 200,{90 + start}L200,200L-200,200Z"
    ground = path(far, lighter(green, 0.3)) + path(near, green)
    return fading("g", top, low) + _wall("url(#g)") + sun + ground


def seaside(dice: Dice) -> str:
    """Sand, sea and a sail."""
    sky, sea = dice.pick(
        "hour", (("#bfe6f2", "#2a8fa8"), ("#ffc9a0", "#4a6f9c"), ("#e6eef4", "#5a90a0"))
    )
    level = dice.near("level", 40)
    waves = "".join(
        line(f"M{x},{level + 16 + (x % 3) * 13}c10,-5 20,-5 30,0", lighter(sea, 0.5), 3, 0.6)
        for x in range(-190, 190, 53)
    )
    sail = dice.near("sail", 150)
    boat = placed(path("M0,-42L30,0L0,0ZM-5,-32L-5,0L-24,0Z", "#fffdf6"), sail, level - 8)
    sand = path(
        f"M-200,{level + 90}C-80,{level + 70} 60,{level + 116} 200,{level + 84}L200,200L-200,200Z",
        "#f0d7a6",
    )
    cloud = ellipse(0, 0, 60, 16, fill="#ffffff", opacity=0.75)
    cloud += ellipse(36, -10, 40, 18, fill="#ffffff", opacity=0.75)
    water = rect(-200, level, 400, 300, fill=sea)
    return _wall(sky) + placed(cloud, -sail * 0.6, -150) + water + boat + waves + sand


def evening_lights(dice: Dice) -> str:
    """Lights out of focus."""
    night = dice.pick("night", ("#1f2440", "#2d1f3a", "#17323a", "#3a2320"))
    glow = dice.pick(
        "glow", (("#f6b04a", "#e8624a"), ("#4fb6d9", "#8a6fe0"), ("#f2d27a", "#5fc08a"))
    )
    spots = "".join(
        circle(
            dice.near(f"x{n}", 200),
            dice.near(f"y{n}", 200),
            dice.number(f"r{n}", 12, 40),
            glow[n % 2],
            dice.number(f"o{n}", 0.2, 0.65),
        )
        for n in range(22)
    )
    lamp = circle(0, -30, 190, glow[0], 0.12) + circle(0, -30, 130, glow[0], 0.14)
    return _wall(night) + lamp + spots


def bricks(dice: Dice) -> str:
    """A brick wall, lit from one side."""
    brick = dice.pick("brick", ("#b5583f", "#e9e4dc", "#8d5a4a", "#5d6470"))
    rows = "".join(
        rect(
            x + (24 if row % 2 else 0),
            -200 + row * 27,
            44,
            23,
            fill=mix(brick, darker(brick), dice.number(f"{row}.{x}", 0, 0.9)),
            round_=2,
        )
        for row in range(15)
        for x in range(-248, 200, 48)
    )
    light = fading("g", *dice.pick("lit", _DAY_AND_NIGHT), across=True) + _wall("url(#g)", 0.22)
    return _wall(lighter(brick, 0.25)) + rows + light


def office(dice: Dice) -> str:
    """A bright room with windows, a lamp and a plant."""
    wall = dice.pick("wall", ("#dfe6e8", "#f0e6d8", "#cfdfe0", "#e5dfee"))
    side = dice.pick("side", (-1, 1))
    pane = "".join(
        rect(-180 + n * 92, -170, 78, 190, fill=lighter("#a9d3e8", 0.2 * n), round_=4)
        + line(f"M{-141 + n * 92},-170l0,190M{-180 + n * 92},-84l78,0", "#ffffff", 5)
        for n in range(2)
    )
    desk = rect(-200, 128, 400, 80, fill=darker(wall, 0.3))
    shade = path("M78,-34L126,-16L104,14Z", dice.pick("lamp", WALLS))
    lamp = line("M60,128L60,30L96,-20", "#4a4a55", 5) + shade
    plant = placed(_plant(dice), 150, 140, scale=1.2)
    return _wall(wall) + group(pane + desk + lamp + plant, f"scale({side},1)")


def leaves(dice: Dice) -> str:
    """A hedge of large leaves."""
    deep = dice.pick("deep", ("#1f4a3d", "#2f5d3a", "#16424a", "#d8e6c8"))
    rib = line("M0,-6L0,-98", darker(deep, 0.2), 2, 0.5)
    fronds = ""
    for n in range(26):
        green = mix(deep, "#8fc06a", dice.number(f"green{n}", 0.15, 0.75))
        leaf = path("M0,0C-26,-30 -24,-80 0,-110C24,-80 26,-30 0,0Z", green) + rib
        x, y = dice.near(f"x{n}", 210), dice.near(f"y{n}", 210)
        turn, scale = dice.number(f"turn{n}", 0, 360), dice.number(f"scale{n}", 0.7, 1.5)
        fronds += placed(leaf, x, y, turn=turn, scale=scale)
    return _wall(deep) + fronds


def mountains(dice: Dice) -> str:
    """Snow on three peaks."""
    sky, rock = dice.pick(
        "hour", (("#cfe3f2", "#62738c"), ("#f9cdb5", "#6a4f78"), ("#9fb8d8", "#3f4f6a"))
    )
    peaks = ""
    snow = path("M0,0L42,47L18,38L0,56L-20,36L-42,47Z", "#fbfdff", 0.95)
    for n, (across, up) in enumerate(((-150, 130), (120, 170), (0, 100))):
        x, y = across + dice.near(f"x{n}", 50), -up - dice.near(f"h{n}", 50)
        slopes = path(f"M-170,{110 - y}L0,0L170,{110 - y}Z", mix(rock, sky, 0.4 - n * 0.2))
        peaks += placed(slopes + snow, x, y)
    lake = rect(-200, 104, 400, 100, fill=darker(rock, 0.25))
    return fading("g", sky, lighter(sky, 0.5)) + _wall("url(#g)") + peaks + lake


def panels(dice: Dice) -> str:
    """Broad stripes on a wall, upright or lying."""
    first, second, third = dice.shuffled("walls", WALLS)[:3]
    wide = dice.number("wide", 44, 90)
    tones, stripes, x, n = (first, second, first, third), "", -200.0, 0
    while x < 200:
        stripes += rect(x, -200, wide + 1, 400, fill=tones[n % 4])
        x, n = x + wide, n + 1
    return group(stripes, f"rotate({dice.pick('turn', (0, 0, 90))})")


def sunburst(dice: Dice) -> str:
    """Rays on a wall."""
    wall = dice.pick("wall", WALLS)
    x, y, n = dice.near("x", 120), dice.near("y", 120), 9
    rays = "".join(
        path(
            f"M{x},{y}L{x + 600 * cos(a):.0f},{y + 600 * sin(a):.0f}"
            f"L{x + 600 * cos(a + pi / n):.0f},{y + 600 * sin(a + pi / n):.0f}Z",
            lighter(wall, 0.35),
        )
        for a in (2 * pi * k / n for k in range(n))
    )
    return _wall(wall) + rays


def doorway(dice: Dice) -> str:
    """A corridor's end: dark on one side, daylight on the other."""
    wall = darker(dice.pick("wall", WALLS), 0.35)
    side = dice.pick("side", (-1, 1))
    light = path("M20,-200L200,-200L200,200L-30,200Z", lighter(wall, 0.72)) + path(
        "M20,-200L70,-200L40,200L-30,200Z", lighter(wall, 0.4)
    )
    frame = line("M-120,200L-120,-130L-40,-130", darker(wall, 0.4), 7)
    return _wall(wall) + group(frame + light, f"scale({side},1)")


def notes(dice: Dice) -> str:
    """A wall of coloured notes after a workshop."""
    board = dice.pick("board", ("#f6f5f1", "#33414a", "#c9d9dd"))
    papers = ("#f7d154", "#f08a7a", "#8ad0c0", "#a8b8f0", "#f5b1d0")
    words = line("M-15,-8L14,-8M-15,2L10,2", "#5a5a66", 3, 0.5)
    wall = _wall(board)
    for n in range(36):
        if dice.chance(f"on{n}", 0.62):
            note = rect(-24, -24, 48, 48, fill=dice.pick(f"paper{n}", papers)) + words
            x, y = -165 + n % 6 * 66, -165 + n // 6 * 66
            turn = dice.near(f"turn{n}", 9)
            wall += placed(note, x + dice.near(f"x{n}", 10), y + dice.near(f"y{n}", 10), turn=turn)
    return wall


BACKDROPS: dict[str, Backdrop] = {
    scene.__name__: scene
    for scene in (
        studio, halves, disc, skyline, bookshelf, hills, seaside, evening_lights,
        bricks, office, leaves, mountains, panels, sunburst, doorway, notes,
    )
}  # fmt: skip


def _wall(fill: str, opacity: float = 1.0) -> str:
    return rect(-200, -200, 400, 400, fill=fill, opacity=opacity)


def _plant(dice: Dice) -> str:
    leaf = dice.pick("leaf", ("#3f7f5a", "#5a944a", "#2f6f6a"))
    blade = "M0,0C-16,-30 -12,-70 0,-96C12,-70 16,-30 0,0Z"
    blades = "".join(
        placed(path(blade, leaf if turn % 2 else lighter(leaf, 0.2)), 0, 0, turn=turn)
        for turn in (-58, -31, -6, 25, 52)
    )
    return blades + path("M-26,-6L26,-6L18,46L-18,46Z", "#d98a5f")
