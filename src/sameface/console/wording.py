"""What the console's pages say: sentences and short signs, made from values. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sameface.console.memory import Totals
from sameface.console.standing import Field, Stand, Standing
from sameface.console.texts import say, say_many
from sameface.explain.status import Place
from sameface.rules.wording import moment
from sameface.views.matrix import Column

_UNSIGNED = (Place.ABSENT, Place.UNCONNECTED)
_SIGNED = (Place.MISSING, Place.PLACEHOLDER, Place.WITHHELD, Place.FAILED)
_UNITS = (("y", timedelta(days=365)), ("d", timedelta(days=1)), ("h", timedelta(hours=1)))
_BAR = (
    Stand.EVERYWHERE,
    Stand.COMING,
    Stand.LAGGING,
    Stand.SYNC,
    Stand.SOMEONE,
    Stand.UNSEEN,
    Stand.NOTHING,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One field as a page draws it.

    `kind` is a word for its style, `sign` what is read, `photos` first digits of digests, `title`
    the whole of it in words, `age` how old the copy is. `joined` says on which sides its neighbour
    shows the same picture: "before", "after", or both.
    """

    kind: str
    sign: str
    photos: tuple[str, ...]
    title: str
    age: str = ""
    joined: str = ""


def heading(totals: Totals, now: datetime) -> str:
    """How the organisation stands, in one sentence."""
    of = totals.stands
    if not totals.people:
        return say("heading.nobody")
    people = say_many("heading.people", totals.people)
    parts = [say("heading.everywhere", n=f"{of.get(Stand.EVERYWHERE, 0):,}", people=people)]
    if of.get(Stand.COMING) and totals.arrives is not None:
        when = moment(totals.arrives, now)
        parts.append(say("heading.coming", n=f"{of[Stand.COMING]:,}", when=when))
    parts += [
        say_many(f"heading.{stand}", of[stand])
        for stand in (Stand.LAGGING, Stand.SYNC, Stand.SOMEONE, Stand.UNSEEN, Stand.NOTHING)
        if of.get(stand)
    ]
    return "; ".join(parts) + "."


def bar(totals: Totals) -> list[tuple[str, float, float, int]]:
    """(stand, where it begins, how wide, how many people): a bar that is 100 wide."""
    drawn, begin = list[tuple[str, float, float, int]](), 0.0
    for stand in _BAR:
        count = totals.stands.get(stand, 0)
        if count:
            width = 100 * count / totals.people
            drawn.append((str(stand), round(begin, 3), round(width, 3), count))
            begin += width
    return drawn


def cells(
    columns: Sequence[Column], fields: Sequence[Field], stood: Standing, now: datetime
) -> list[Cell]:
    """The fields of one person, ready to be drawn."""
    photos = dict(stood.photos)
    drawn = [
        cell(column, field, photos, now) for column, field in zip(columns, fields, strict=True)
    ]
    return [
        replace(one, joined=_joined(drawn[at - 1] if at else None, one, drawn[at + 1 : at + 2]))
        for at, one in enumerate(drawn)
    ]


def _joined(before: Cell | None, one: Cell, after: Sequence[Cell]) -> str:
    """The same picture in places side by side is one group, whatever its colour."""

    def alike(other: Cell | None) -> bool:
        return other is not None and bool(one.photos) and other.photos == one.photos

    sides = (("before", alike(before)), ("after", alike(after[0] if after else None)))
    return " ".join(side for side, holds in sides if holds)


def cell(column: Column, field: Field, photos: dict[str, str], now: datetime) -> Cell:
    """One field; `photos` are first digits of digests by letter."""
    place = Place(field.place)
    letters = [letter for letter in field.letters if letter != "-"]
    if place in _UNSIGNED:
        sign = ""
    elif place in _SIGNED:
        sign = say(f"signs.{place.name.lower()}")
    else:
        none = say("signs.missing")
        sign = "/".join(none if one == "-" else one for one in field.letters) or "?"
    if place is Place.DIFFERENT and letters:
        sign = f"≠ {sign}"
    age = _age(field.since, now)
    older = bool(age) and not field.known
    return Cell(
        kind=place.value.replace(" ", "-"),
        sign=sign,
        photos=tuple(photos[letter] for letter in letters if letter in photos),
        title=_title(column, field, place, say("cell.at-least", age=age) if older else age),
        age=f"≥ {age}" if older else age,
    )


def _title(column: Column, field: Field, place: Place, age: str) -> str:
    shown = say("or").join(
        say("photo.no") if one == "-" else say("photo.one", letter=one) for one in field.letters
    )
    parts = [f"{column.title}: {say(f'places.{place.name.lower()}')}"]
    if shown and place not in (Place.MISSING, Place.PLACEHOLDER, Place.WITHHELD):
        parts.append(f" ({shown})")
    if age:
        parts.append(say("cell.age", age=age))
    if field.until:
        parts.append(f"; {field.until}" if _ends(field) else say("cell.until", until=field.until))
    if field.error:
        parts.append(f"; {field.error}")
    return "".join(parts)


def _ends(field: Field) -> bool:
    return field.until.startswith(("never by itself", "settled"))


def _age(since: str, now: datetime) -> str:
    """How long ago, in the largest whole unit."""
    if not since:
        return ""
    passed = max(now - datetime.fromisoformat(since), timedelta())
    for unit, length in _UNITS:
        if passed >= length:
            return say(f"units.{unit}", n=passed // length)
    return say("units.min", n=passed // timedelta(minutes=1))
