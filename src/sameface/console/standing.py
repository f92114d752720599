"""How one person stands, small enough to keep for a hundred thousand of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sameface.explain import Explanation
from sameface.explain.status import Place, Row, Spot
from sameface.rules import Rulebook
from sameface.sync import Call, Decision
from sameface.values import Cell, Ends, iso
from sameface.views.narrative import until_text

NAMED_BY = 16
"""Hexadecimal digits of a version's digest that name it within its person."""

_CLOSE = timedelta(hours=1)
_FINE = (Place.SAME, Place.WITHHELD, Place.ABSENT, Place.UNCONNECTED)
_EMPTY = (Place.MISSING, Place.PLACEHOLDER)


class Stand(StrEnum):
    """How a person stands; of several that hold, the first."""

    UNSEEN = "unseen"  # a store could not be observed
    SOMEONE = "someone"  # somebody has to act, or to say what is right
    SYNC = "sync"  # a sync would bring it into line
    COMING = "coming"  # the stores agree, and time alone brings the surfaces along
    LAGGING = "lagging"  # the stores agree, and a surface waits for something else
    NOTHING = "nothing"  # no photo anywhere
    EVERYWHERE = "everywhere"  # one face, everywhere


@dataclass(frozen=True, slots=True)
class Field:
    """One store or surface: how it stands (a `Place`), and its photos by letter, "-" for none.

    `since` is when the copy was made, `known` empty where it may be older. `until` is in words, for
    a surface that is not settled.
    """

    place: str
    letters: tuple[str, ...] = ()
    since: str = ""
    known: str = ""
    until: str = ""
    error: str = ""

    def as_list(self) -> list[Any]:
        """Short enough to keep; what is empty at the end is left out."""
        letters = "/".join(self.letters)
        told = [self.place, letters, self.since, self.known, self.until, self.error]
        while not told[-1]:
            told.pop()
        return told

    @classmethod
    def of_list(cls, told: Sequence[str]) -> Field:
        """As it was kept."""
        place, letters, *rest = (*told, "", "")[: max(len(told), 2)]
        return cls(place, tuple(letters.split("/")) if letters else (), *rest)


@dataclass(frozen=True, slots=True)
class Standing:
    """A person in the matrix.

    `photos` are (letter, first digits of the digest); `wanted` is the letter of the photo to show.
    `due` is when this may be otherwise without anything having been observed anew.
    """

    stand: Stand
    differs: bool
    lacks: bool
    overdue: bool  # a route should have carried a photo by now
    conflict: bool  # somebody must say which photo is right
    photos: tuple[tuple[str, str], ...]
    wanted: str | None
    stores: tuple[Field, ...]
    surfaces: tuple[Field, ...]
    observed_at: datetime | None
    due: datetime | None
    arrives: datetime | None  # when the last surface shows the photo wanted, where time does it


def standing(
    decision: Decision, row: Row, book: Rulebook, cells: Sequence[Cell], now: datetime
) -> Standing:
    """What to keep of a person's decision and row, as they are at `now`."""
    names = _names(row)
    wanted = row.subject.wanted
    held = {cell.store: cell for cell in cells}
    lagging = [s for s in row.surfaces if not _settled(s, book, wanted)]
    spots = (*row.stores, *row.surfaces)
    stand = _stand(decision, row, lagging)
    return Standing(
        stand=stand,
        differs=any(s.place in (Place.DIFFERENT, Place.EITHER) for s in (*row.stores, *lagging)),
        lacks=stand is Stand.NOTHING or any(spot.place in _EMPTY for spot in spots),
        overdue=bool(row.overdue),
        conflict=bool(decision.calling(Call.ASK)),
        photos=tuple((letter, digest[:NAMED_BY]) for digest, letter in names.items()),
        wanted=names.get(wanted) if wanted else None,
        stores=tuple(_field(s, names, held.get(s.id)) for s in row.stores),
        surfaces=tuple(_field(s, names) for s in row.surfaces),
        observed_at=min((cell.observed_at for cell in cells), default=None),
        due=_due(row, lagging, now),
        arrives=_arrives(lagging) if stand is Stand.COMING else None,
    )


def _names(row: Row) -> dict[str, str]:
    """Letters by digest, as the person's explanations use them."""
    return dict(next((s.explanation.names for s in row.surfaces if s.explanation), {}))


def _settled(spot: Spot, book: Rulebook, wanted: str | None) -> bool:
    """Shows what it should; who is signed in is nobody's to observe, and no lag."""
    presence = book.surfaces[spot.id].signed_in and set(spot.photos) <= {wanted, None}
    return spot.place in _FINE or bool(presence)


def _stand(decision: Decision, row: Row, lagging: Sequence[Spot]) -> Stand:
    calls = {verdict.call for verdict in decision.verdicts}
    failed = any(spot.place is Place.FAILED for spot in row.stores)
    if Call.UNKNOWN in calls or failed:
        return Stand.UNSEEN
    if calls & {Call.BY_HAND, Call.ASK}:
        return Stand.SOMEONE
    if calls & {Call.WRITE, Call.REMOVE}:
        return Stand.SYNC
    if lagging:
        return Stand.COMING if _arrives(lagging) else Stand.LAGGING
    return Stand.EVERYWHERE if decision.wanted is not None else Stand.NOTHING


def _arrives(lagging: Iterable[Spot]) -> datetime | None:
    """When the last of them shows the photo wanted, None where time alone does not bring that."""
    ends = [_at(spot.explanation) for spot in lagging]
    return None if None in ends else max((end for end in ends if end), default=None)


def _at(told: Explanation | None) -> datetime | None:
    """When this surface surely shows the photo wanted."""
    if told is None or told.until.kind is not Ends.TIME or told.until.then is not None:
        return None
    return told.until.at


def _due(row: Row, lagging: Sequence[Spot], now: datetime) -> datetime | None:
    """The next moment an explanation names, and midnight at the latest: they speak of days.

    A store that differs can become overdue by time alone, whether a surface shows it or not.
    """
    if not lagging and all(spot.place in _FINE for spot in row.stores):
        return None
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    ends = (s.explanation.until.at for s in lagging if s.explanation)
    return min([midnight, *(end for end in ends if end is not None and end > now)])


def _field(spot: Spot, names: dict[str, str], cell: Cell | None = None) -> Field:
    letters = tuple(names.get(photo, "?") if photo else "-" for photo in spot.photos)
    told = spot.explanation
    return Field(
        place=str(spot.place),
        letters=letters,
        since=(iso(cell.changed_by) or "") if cell else "",
        known="known" if cell and _is_known(cell) else "",
        until="" if told is None or _is_over(spot, told) else until_text(told.until),
        error=spot.error or "",
    )


def _is_over(spot: Spot, told: Explanation) -> bool:
    """Nothing is waited for: it shows what it should, be that nothing."""
    return told.until.kind is Ends.SETTLED or spot.place is Place.WITHHELD


def _is_known(cell: Cell) -> bool:
    """The store tells when it changed, not just that it had by the first look."""
    after, by = cell.changed_after, cell.changed_by
    return after is not None and by is not None and by - after <= _CLOSE
