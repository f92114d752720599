"""The matrix with the real pictures, as one HTML file that needs no server and no script."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from sameface.views.matrix import Column


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
    names = {digest: f"p{number}" for number, digest in enumerate(thumbnails)}
    pictures = {names[digest]: _uri(data) for digest, data in thumbnails.items()}
    return _template().render(
        organisation=organisation,
        stores=stores,
        surfaces=surfaces,
        sections=sections,
        names=names,
        pictures=pictures,
        when=when,
    )


def _uri(data: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("sameface.views"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")
