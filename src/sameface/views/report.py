"""The matrix with the real pictures, as one HTML file that needs no server and no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sameface.views.matrix import Column
from sameface.views.sheet import sheet


@dataclass(frozen=True, slots=True)
class Face:
    """One field: how it stands (a `Place`), the letters of the photos and their digests."""

    place: str
    letters: Sequence[str]
    photos: Sequence[str]
    title: str  # what it says when pointed at, and to a screen reader


@dataclass(frozen=True, slots=True)
class Told:
    """An explanation under a person: in which places, what is seen, why, and how it ends."""

    where: str
    shown: str
    because: Sequence[str]
    until: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A person in the report."""

    name: str
    upn: str
    stores: Sequence[Face]
    surfaces: Sequence[Face]
    told: Sequence[Told]


@dataclass(frozen=True, slots=True)
class Section:
    """One matrix of the report, such as "before" or "after"."""

    title: str
    sentence: str
    entries: Sequence[Entry]


def report(
    organisation: str,
    stores: Sequence[Column],
    surfaces: Sequence[Column],
    sections: Sequence[Section],
    thumbnails: Mapping[str, bytes],
    *,
    when: str,
) -> str:
    """The page. `thumbnails` are small JPEGs by digest, each put into the page once."""
    return sheet(
        "report.html",
        thumbnails,
        organisation=organisation,
        stores=stores,
        surfaces=surfaces,
        sections=sections,
        when=when,
    )
