"""From rows to `report.html`: the matrix with the real pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sameface.cli import telling
from sameface.cli.session import Session
from sameface.explain import Explanation
from sameface.explain.status import Place, Row, Spot
from sameface.pictures import Want
from sameface.views.explanation import because
from sameface.views.report import Entry, Face, Section, Told, report
from sameface.workshop.service import workshop

_THUMBNAIL_PX = 96


async def page(
    session: Session,
    sections: Sequence[tuple[str, str, Sequence[Row]]],
    when: datetime,
) -> str:
    """The report: each section is a title, a sentence, and rows."""
    stores, surfaces = telling.columns(session.book, session.further)
    everybody = [row for _, _, rows in sections for row in rows]
    return report(
        session.settings.organisation,
        stores,
        surfaces,
        [
            Section(title, sentence, [_entry(session, row) for row in rows])
            for title, sentence, rows in sections
        ],
        await _thumbnails(session, everybody),
        when=f"As observed on {when:%A %d %B %Y, %H:%M} UTC, by the rules of {session.book.title}.",
    )


async def _thumbnails(session: Session, rows: Iterable[Row]) -> dict[str, bytes]:
    digests = {
        photo
        for row in rows
        for spot in (*row.stores, *row.surfaces)
        for photo in spot.photos
        if photo is not None
    }
    made = {}
    for digest in sorted(digests):
        data = await session.vault.picture(digest)
        made[digest] = (await workshop().render(data, Want(_THUMBNAIL_PX))).data
    return made


def _entry(session: Session, row: Row) -> Entry:
    person = row.subject.person
    titles = {s.id: s.title for s in session.book.stores.values()}
    seen = {s.id: s.title for s in session.book.surfaces.values()}
    return Entry(
        name=person.name or person.upn,
        upn=person.upn,
        stores=[_face(row, spot, titles.get(spot.id, spot.id)) for spot in row.stores],
        surfaces=[_face(row, spot, seen[spot.id]) for spot in row.surfaces],
        told=_told(_instructive(row), seen),
    )


def _instructive(row: Row) -> list[Explanation]:
    """Where a colleague does not surely see the photo wanted."""
    settled = (Place.SAME, Place.WITHHELD, Place.UNCONNECTED)
    return [s.explanation for s in row.surfaces if s.explanation and s.place not in settled]


def _face(row: Row, spot: Spot, where: str) -> Face:
    letters = telling.letters(row, spot)
    shown = " or ".join("no picture" if letter == "-" else f"photo {letter}" for letter in letters)
    return Face(
        place=str(spot.place),
        letters=letters if spot.place is Place.EITHER else [one for one in letters if one != "-"],
        photos=[photo for photo in spot.photos if photo is not None],
        title=f"{where}: {shown or spot.place}" + (f" ({spot.error})" if spot.error else ""),
    )


def _told(explanations: Iterable[Explanation], titles: Mapping[str, str]) -> list[Told]:
    """What is the same in several places is told once."""
    found: dict[tuple[str, tuple[str, ...], str], list[str]] = {}
    for one in explanations:
        reasons = tuple(because(reason) for reason in one.because)
        same = one.shown(), reasons, telling.ending(one)
        found.setdefault(same, []).append(titles[one.surface])
    return [
        Told(", ".join(where), shown, reasons, until)
        for (shown, reasons, until), where in found.items()
    ]
