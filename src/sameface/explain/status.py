"""How a person stands: every store and every surface against the photo that all should show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sameface.explain.explaining import Explainer, Explanation
from sameface.explain.subject import Subject
from sameface.values import Cell, Ends, Likeness, Reason, Standing


class Place(StrEnum):
    """What one store or surface shows, compared with the photo wanted."""

    SAME = "same"
    DIFFERENT = "different"
    EITHER = "either"  # perhaps the same, perhaps not: nobody can observe which
    MISSING = "missing"
    PLACEHOLDER = "placeholder"
    FAILED = "failed"  # could not be observed, or not be named
    WITHHELD = "withheld"  # no photo, and the person wants it so
    ABSENT = "no account"
    UNCONNECTED = "not connected"


@dataclass(frozen=True, slots=True)
class Spot:
    """One store or surface of one person. `photos` by digest; `until` is set for surfaces."""

    id: str
    place: Place
    photos: tuple[str | None, ...] = ()
    explanation: Explanation | None = None
    error: str | None = None

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"id": self.id, "is": str(self.place), "photos": list(self.photos)}
        if self.explanation is not None:
            told["until"] = self.explanation.until.as_json()
        if self.error is not None:
            told["error"] = self.error
        return told


@dataclass(frozen=True, slots=True)
class Row:
    """One person in the matrix: every store of the rulebook, and every surface for a colleague.

    `overdue` are the routes that should have carried a photo by now, and since when.
    """

    subject: Subject
    stores: tuple[Spot, ...]
    surfaces: tuple[Spot, ...]
    overdue: tuple[Reason, ...] = ()

    @property
    def agrees(self) -> bool:
        """True when all that is connected shows the photo wanted."""
        fine = (Place.SAME, Place.WITHHELD, Place.ABSENT, Place.UNCONNECTED)
        return all(spot.place in fine for spot in self.stores)

    def lagging(self) -> tuple[Explanation, ...]:
        """Surfaces that a colleague does not, or not surely, see settled on the photo wanted."""
        fine = (Place.WITHHELD, Place.ABSENT)
        told = (s.explanation for s in self.surfaces if s.place not in fine)
        return tuple(one for one in told if one and one.until.kind is not Ends.SETTLED)

    def as_json(self) -> dict[str, Any]:
        person = self.subject.person
        return {
            "person": person.upn,
            "name": person.name,
            "wanted": self.subject.wanted,
            "agrees": self.agrees,
            "stores": [spot.as_json() for spot in self.stores],
            "surfaces": [spot.as_json() for spot in self.surfaces],
            "overdue": [reason.as_json() for reason in self.overdue],
        }


def row(explainer: Explainer, further: Iterable[str] = ()) -> Row:
    """A person's row; `further` are connected stores that the rulebook does not know (`folder`)."""
    subject, book = explainer.subject, explainer.book
    stores = (*book.stores, *(store for store in further if store not in book.stores))
    return Row(
        subject,
        tuple(_store(subject, store) for store in stores),
        tuple(_surface(explainer, surface) for surface in book.surfaces),
        explainer.overdue(),
    )


def _store(subject: Subject, store: str) -> Spot:
    if store not in subject.stores:
        return Spot(store, Place.UNCONNECTED)
    cell = next((c for c in subject.cells if c.store == store), None)
    if cell is None:
        return Spot(store, Place.FAILED if store in subject.failed else Place.ABSENT)
    place = _place(cell, subject.wanted)
    if store in subject.withheld and place in (Place.SAME, Place.MISSING):
        place = Place.WITHHELD if cell.photo is None else Place.DIFFERENT
    return Spot(store, place, (cell.photo,), error=cell.error)


def _place(cell: Cell, wanted: str | None) -> Place:
    if cell.standing is Standing.UNKNOWN:
        return Place.FAILED
    if cell.standing is Standing.PHOTO:
        if cell.likeness is Likeness.CANNOT_TELL or cell.photo is None:
            return Place.EITHER
        return Place.SAME if cell.photo == wanted else Place.DIFFERENT
    if cell.standing is Standing.PLACEHOLDER:
        return Place.PLACEHOLDER
    return Place.SAME if wanted is None else Place.MISSING


def _surface(explainer: Explainer, surface: str) -> Spot:
    subject, reads = explainer.subject, explainer.reads(surface)
    if reads not in subject.stores:
        return Spot(surface, Place.UNCONNECTED)
    unseen = reads in subject.failed or any(c.store == reads for c in subject.cells)
    if subject.cell(reads) is None and unseen:
        return Spot(surface, Place.FAILED)
    told = explainer.explain(surface)
    if told.photos == (None,) and subject.cell(reads) is None:
        return Spot(surface, Place.ABSENT, told.photos, told)  # nobody misses what they never had
    if reads in subject.withheld and told.photos == (None,):
        return Spot(surface, Place.WITHHELD, told.photos, told)
    return Spot(surface, _seen(told, subject.wanted), told.photos, told)


def _seen(told: Explanation, wanted: str | None) -> Place:
    if told.photos == (wanted,):
        return Place.SAME
    if wanted in told.photos:
        return Place.EITHER
    if told.photos == (None,):
        return Place.MISSING
    return Place.DIFFERENT
