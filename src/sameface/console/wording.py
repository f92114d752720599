"""What the console's pages say: sentences and short signs, made from values. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sameface.console.memory import Totals
from sameface.console.standing import Field, Stand, Standing
from sameface.explain.status import Place
from sameface.rules.wording import moment
from sameface.views.matrix import Column

_TOLD = {
    Place.SAME: "the photo wanted",
    Place.DIFFERENT: "another photo",
    Place.EITHER: "nobody can observe which",
    Place.MISSING: "no photo",
    Place.PLACEHOLDER: "a stand-in, no photo",
    Place.FAILED: "could not be observed",
    Place.ABSENT: "no account",
    Place.UNCONNECTED: "not connected",
}
_SHORT = {
    Place.MISSING: "none",
    Place.PLACEHOLDER: "stand-in",
    Place.FAILED: "failed",
    Place.ABSENT: "",
    Place.UNCONNECTED: "",
}
STANDS = {
    Stand.UNSEEN: "could not be observed everywhere",
    Stand.SOMEONE: "needs somebody to act",
    Stand.SYNC: "a sync would bring it into line",
    Stand.COMING: "the stores agree, the rest follows by itself",
    Stand.LAGGING: "the stores agree, a place still waits",
    Stand.NOTHING: "has no photo anywhere",
    Stand.EVERYWHERE: "shows one face everywhere",
}
"""How one person stands, in words that follow the name."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One field as a page draws it.

    `kind` is a word for its style, `sign` what is read, `photos` first digits of digests, `title`
    the whole of it in words, `age` how old the copy is.
    """

    kind: str
    sign: str
    photos: tuple[str, ...]
    title: str
    age: str = ""


def heading(totals: Totals, now: datetime) -> str:
    """How the organisation stands, in one sentence."""
    of = totals.stands
    if not totals.people:
        return "Nobody has been observed yet: run `sameface status`, and this page fills."
    parts = [f"{of.get(Stand.EVERYWHERE, 0)} of {_people(totals.people)} show one face everywhere"]
    if of.get(Stand.COMING) and totals.arrives is not None:
        parts.append(f"{of[Stand.COMING]} will by {moment(totals.arrives, now)}")
    if of.get(Stand.LAGGING):
        count = of[Stand.LAGGING]
        agree, lag = _s(count, "agrees", "agree"), _s(count, "lags", "lag")
        parts.append(f"{count} {agree} in the stores and still {lag} in view")
    if of.get(Stand.SYNC):
        parts.append(f"a sync would bring {of[Stand.SYNC]} into line")
    if of.get(Stand.SOMEONE):
        count = of[Stand.SOMEONE]
        parts.append(f"{count} {_s(count, 'needs', 'need')} somebody to act")
    if of.get(Stand.UNSEEN):
        parts.append(f"{of[Stand.UNSEEN]} could not be observed everywhere")
    if of.get(Stand.NOTHING):
        count = of[Stand.NOTHING]
        parts.append(f"{count} {_s(count, 'has', 'have')} no photo anywhere")
    return "; ".join(parts) + "."


def _people(count: int) -> str:
    return f"{count:,} {_s(count, 'person', 'people')}"


def _s(count: int, one: str, many: str) -> str:
    return one if count == 1 else many


def cells(
    columns: Sequence[Column], fields: Sequence[Field], stood: Standing, now: datetime
) -> list[Cell]:
    """The fields of one person, ready to be drawn."""
    photos = dict(stood.photos)
    return [cell(column, field, photos, now) for column, field in zip(columns, fields, strict=True)]


def cell(column: Column, field: Field, photos: dict[str, str], now: datetime) -> Cell:
    """One field; `photos` are first digits of digests by letter."""
    place = Place(field.place)
    letters = [letter for letter in field.letters if letter != "-"]
    sign = _SHORT.get(place, "/".join("none" if one == "-" else one for one in field.letters))
    if place is Place.DIFFERENT and letters:
        sign = f"≠ {sign}"
    age = _age(field.since, now)
    older = bool(age) and not field.known
    return Cell(
        kind=place.value.replace(" ", "-"),
        sign=sign or "?" if place not in _SHORT else sign,
        photos=tuple(photos[letter] for letter in letters if letter in photos),
        title=_title(column, field, place, f"{age} at least" if older else age),
        age=f"≥ {age}" if older else age,
    )


def _title(column: Column, field: Field, place: Place, age: str) -> str:
    shown = " or ".join("no picture" if one == "-" else f"photo {one}" for one in field.letters)
    parts = [f"{column.title}: {_TOLD[place]}"]
    if shown and place not in (Place.MISSING, Place.PLACEHOLDER):
        parts.append(f" ({shown})")
    if age:
        parts.append(f", for {age}")
    if field.until:
        parts.append(f"; until {field.until}" if not _ends(field) else f"; {field.until}")
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
    for unit, length in (("y", 365), ("d", 1)):
        if passed >= timedelta(days=length):
            return f"{passed // timedelta(days=length)} {unit}"
    if passed >= timedelta(hours=1):
        return f"{passed // timedelta(hours=1)} h"
    return f"{passed // timedelta(minutes=1)} min"
