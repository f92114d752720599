"""The wardrobe: what a person wears in one photo, from habits that last and the day's dice."""

from __future__ import annotations

from sameface.pictures.drawn import clothes, palette
from sameface.pictures.drawn.characters import Character
from sameface.pictures.drawn.clothes import Garment
from sameface.pictures.drawn.dice import Dice

_MEN = (
    clothes.suit, clothes.tee, clothes.shirt, clothes.hoodie, clothes.blazer, clothes.tucked,
    clothes.polo, clothes.jacket_tee, clothes.turtleneck, clothes.mandarin, clothes.cardigan,
    clothes.striped,
)  # fmt: skip
_WOMEN = (
    clothes.blazer, clothes.scoop, clothes.turtleneck, clothes.blouse, clothes.jacket_tee,
    clothes.striped, clothes.cardigan, clothes.shirt, clothes.scarf, clothes.vneck,
    clothes.mandarin, clothes.tee,
)  # fmt: skip
_UNDER_A_SCARF = (
    clothes.blazer, clothes.tee, clothes.cardigan, clothes.mandarin, clothes.jacket_tee,
)  # fmt: skip


def dressed(who: Character, look: int, habits: Dice, dice: Dice) -> str:
    """The clothes of one photo; consecutive looks never wear the same."""
    garments = {garment.__name__: garment for garment in _garments(who)}
    garment = garments[habits.in_turn("wardrobe", sorted(garments), look)]
    fabric, second = _colours(garment, look, habits, dice)
    return garment(who.fit, fabric, second)


def _garments(who: Character) -> tuple[Garment, ...]:
    if not who.woman:
        return _MEN
    return _UNDER_A_SCARF if who.cover else _WOMEN


def _colours(garment: Garment, look: int, habits: Dice, dice: Dice) -> tuple[str, str]:
    fabric = habits.in_turn("fabrics", palette.FABRICS, look * 2)
    second = habits.in_turn("fabrics", palette.FABRICS, look * 2 + 1)
    if garment in (clothes.blazer, clothes.suit, clothes.jacket_tee):
        fabric = habits.in_turn("suits", palette.SUITS, look)
    if garment is clothes.shirt:
        fabric = dice.pick("shirt", palette.SHIRTS + palette.PALE_FABRICS)
    if garment in (clothes.blazer, clothes.tucked):
        second = dice.pick("shirt", palette.SHIRTS)
    if garment is clothes.suit:
        second = dice.pick("tie", palette.TIES)
    return fabric, second
