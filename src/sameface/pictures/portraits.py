"""Portraits of people who do not exist, drawn by the project for its tenant, demo and tests.

A seed is a person and a look is a photo of them: the same face, hair colour and habits, in another
place, other clothes and another mood.
"""

from __future__ import annotations

from dataclasses import dataclass

from sameface.pictures.decoding import libvips
from sameface.pictures.drawn import palette
from sameface.pictures.drawn.accessories import earrings, glasses
from sameface.pictures.drawn.backdrops import BACKDROPS
from sameface.pictures.drawn.characters import Character, character
from sameface.pictures.drawn.dice import Dice
from sameface.pictures.drawn.hair import Hair, turned
from sameface.pictures.drawn.heads import Mood, bare, beard, features, neck
from sameface.pictures.drawn.svg import drawing, group, placed, rect
from sameface.pictures.drawn.wardrobe import dressed

_QUALITY = 90
_MOUTHS = ("smile", "grin", "teeth", "wry", "smile", "grin")


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the person is in the frame: an offset of the face in 1/400 of it, a scale, degrees."""

    x: float
    y: float
    scale: float
    tilt: float
    turn: float


_POSES = (
    Pose(0, 0, 1.04, 0, 0.2),
    Pose(-34, 6, 1.0, -5, 0.9),
    Pose(6, 14, 1.34, 4, -0.3),
    Pose(38, 10, 0.94, 6, -0.9),
    Pose(-8, 34, 0.84, -3, 0.4),
    Pose(20, -2, 1.16, -8, -0.6),
    Pose(-22, 22, 1.2, 8, 0.7),
)


def portrait(seed: str, look: int = 0, px: int = 648, *, woman: bool | None = None) -> bytes:
    """A square JPEG; the same bytes for the same arguments and library version.

    `woman` fits the person to a name; None leaves it to the seed.
    """
    image = libvips().Image.svgload_buffer(scene(seed, look, px, woman=woman))
    return bytes(image.flatten(background=255).jpegsave_buffer(Q=_QUALITY, keep="none"))


def scene(seed: str, look: int = 0, px: int = 648, *, woman: bool | None = None) -> bytes:
    """The same portrait as an SVG document."""
    who = character(seed, woman)
    habits, dice = Dice(f"habits {seed}"), Dice(f"look {look} {seed}")
    place = BACKDROPS[habits.in_turn("places", sorted(BACKDROPS), look)]
    figure = _figure(who, _pose(look, habits, dice), look, habits, dice)
    return drawing(place(dice) + figure + _light(dice), "-200 -200 400 400", px)


def _figure(who: Character, pose: Pose, look: int, habits: Dice, dice: Dice) -> str:
    """The layers from back to front: hair, body, face, hair again, glasses."""
    mouth = _MOUTHS[habits.in_turn("moods", range(len(_MOUTHS)), look)]
    mood = Mood(pose.turn, mouth, dice.chance("laughing", 0.14))
    locks = _hair(who, look, habits)
    face = bare(who.head, mood) + beard(who.head, mood) + features(who.head, mood)
    body = neck(who.head, who.fit.neck) + dressed(who, look, habits, dice)
    if who.earrings and not who.cover:
        face += earrings(*who.earrings, who.head.width, pose.turn)
    face += locks.before
    if dice.chance("glasses", who.glasses):
        face += glasses(*who.frame, who.head.apart, who.head.width, pose.turn)
    tilted = f"rotate({pose.tilt:.1f} 0 90)"  # around the neck; the body leans against it
    leaning = f"rotate({pose.tilt * -0.3:.1f} 0 200)"
    figure = group(locks.behind, tilted) + group(body, leaning) + group(face, tilted)
    return placed(figure, pose.x, pose.y - 22, scale=pose.scale)


def _hair(who: Character, look: int, habits: Dice) -> Hair:
    style = who.styles[look % len(who.styles)]
    cloth = habits.in_turn("cloths", palette.FABRICS, look)
    return turned(style(who.head.width, cloth if who.cover else who.head.hair), who.parted_left)


def _light(dice: Dice) -> str:
    """Each photo has a tint of its own: lamps, shade, flash."""
    tint = dice.pick("tint", ("#ffb765", "#7fa8ff", "#ffffff"))
    return rect(-200, -200, 400, 400, fill=tint, opacity=dice.number("light", 0.0, 0.1))


def _pose(look: int, habits: Dice, dice: Dice) -> Pose:
    pose = _POSES[habits.in_turn("poses", range(len(_POSES)), look)]
    return Pose(
        pose.x + dice.near("x", 8),
        pose.y + dice.near("y", 6),
        pose.scale * dice.number("scale", 0.95, 1.05),
        pose.tilt + dice.near("tilt", 2),
        pose.turn + dice.near("turn", 0.15),
    )
