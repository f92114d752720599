"""Characters: what stays with a person in all their photos, drawn from one seed."""

from __future__ import annotations

from dataclasses import dataclass

from sameface.pictures.drawn import accessories, hair, headwear, palette
from sameface.pictures.drawn.clothes import Fit
from sameface.pictures.drawn.dice import Dice
from sameface.pictures.drawn.hair import Style
from sameface.pictures.drawn.heads import Head

_SHORT = (
    hair.crop, hair.side_part, hair.quiff, hair.fringe, hair.curly, hair.swept, hair.receding,
    hair.bald, hair.top_knot,
)  # fmt: skip
_SHORT_COILS = (hair.crop, hair.afro, hair.curly, hair.bald)
_LONG: tuple[tuple[Style, ...], ...] = (
    (hair.long_straight, hair.ponytail, hair.long_straight, hair.bun),
    (hair.long_wavy, hair.bun, hair.long_wavy, hair.ponytail),
    (hair.bob,),
    (hair.bangs,),
    (hair.pixie,),
    (hair.curly_long, hair.curly_long, hair.bun),
    (hair.braids, hair.long_straight, hair.bun),
    (hair.ponytail, hair.long_wavy),
)
_LONG_COILS: tuple[tuple[Style, ...], ...] = (
    (hair.afro, hair.puffs),
    (hair.curly_long, hair.bun),
    (hair.braids, hair.puffs),
    (hair.bun, hair.afro),
    (hair.pixie,),
)
_BEARDS = (None, None, None, "stubble", "short", "full", "goatee", "moustache")


@dataclass(frozen=True, slots=True)
class Character:
    """One person. `styles` are worn in turn, photo by photo; `cover`: they are headwear."""

    woman: bool
    head: Head
    fit: Fit
    styles: tuple[Style, ...]
    cover: bool
    parted_left: bool
    glasses: float  # how often, 0-1
    frame: tuple[str, str]  # shape and colour
    earrings: tuple[str, bool] | None  # metal, and whether they are hoops


def character(seed: str, woman: bool | None = None) -> Character:
    """The person behind a seed; `woman` None leaves it to the seed."""
    dice = Dice(f"person {seed}")
    woman = dice.chance("woman", 0.5) if woman is None else woman
    tone = dice.pick("skin", range(len(palette.SKINS)))
    cover = _cover(dice, woman, tone)
    rings = (dice.pick("metal", palette.METALS), dice.chance("hoops", 0.4))
    return Character(
        woman=woman,
        head=_head(dice, woman, tone, bearded=cover is headwear.turban),
        fit=_fit(dice, woman, palette.SKINS[tone]),
        styles=(cover,) if cover else _styles(dice, woman, tone),
        cover=cover is not None,
        parted_left=dice.chance("parted", 0.5),
        glasses=dice.pick("glasses", (0.0, 0.0, 0.0, 0.5, 1.0)),
        frame=(dice.pick("shape", accessories.SHAPES), dice.pick("frame", palette.FRAMES)),
        earrings=rings if woman and dice.chance("earrings", 0.6) else None,
    )


def _head(dice: Dice, woman: bool, tone: int, *, bearded: bool) -> Head:
    aged = dice.chance("aged", 0.18)
    colour = dice.pick("grey", palette.GREYS) if aged else dice.pick("hair", _hair_colours(tone))
    beard = dice.pick("beard", ("full", "short") if bearded else _BEARDS)
    return Head(
        width=dice.number("width", 50, 56) if woman else dice.number("width", 53, 60),
        jaw=dice.number("jaw", 0.0, 0.6) if woman else dice.number("jaw", 0.35, 1.0),
        skin=palette.SKINS[tone],
        hair=colour,
        brows=palette.mix(colour, "#6a6468", 0.5) if aged else palette.darker(colour, 0.3),
        iris=dice.pick("iris", palette.IRISES_OF_LIGHT if tone < 3 else palette.IRISES_OF_DARK),
        eye=dice.number("eye", 1.0, 1.16) if woman else dice.number("eye", 0.9, 1.04),
        apart=dice.number("apart", 22, 25.5),
        slant=dice.near("slant", 5),
        brow=dice.number("brow", 3, 4.4) if woman else dice.number("brow", 4.6, 7),
        nose=dice.pick("nose", (0, 1, 2)),
        lips=dice.number("lips", 0.5, 1.0) if woman else dice.number("lips", 0.0, 0.35),
        lashes=woman,
        freckles=tone < 4 and dice.chance("freckles", 0.22),
        lined=aged,
        beard=None if woman else beard,
    )


def _fit(dice: Dice, woman: bool, skin: str) -> Fit:
    if woman:
        return Fit(dice.number("neck", 21, 24), dice.number("shoulders", 98, 110), skin)
    return Fit(dice.number("neck", 26, 32), dice.number("shoulders", 116, 132), skin)


def _hair_colours(tone: int) -> tuple[str, ...]:
    if tone < 3:
        return palette.HAIRS_OF_LIGHT
    return palette.HAIRS_OF_MIDDLE if tone < 5 else palette.HAIRS_OF_DARK


def _cover(dice: Dice, woman: bool, tone: int) -> Style | None:
    if not woman:
        return headwear.turban if 2 <= tone <= 6 and dice.chance("turban", 0.12) else None
    if 1 <= tone <= 6 and dice.chance("hijab", 0.13):
        return headwear.hijab
    return headwear.head_wrap if tone >= 5 and dice.chance("wrap", 0.16) else None


def _styles(dice: Dice, woman: bool, tone: int) -> tuple[Style, ...]:
    coiled = tone > 5 and dice.chance("coiled", 0.75)
    if woman:
        return dice.pick("styles", _LONG_COILS if coiled else _LONG)
    return (dice.pick("style", _SHORT_COILS if coiled else _SHORT),)
