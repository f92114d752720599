"""From decisions and rows to what is printed: the matrix, what is left, and by whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text

from sameface.cli.session import Session
from sameface.explain import Explanation
from sameface.explain.status import Row, Spot
from sameface.rules import Rulebook
from sameface.sync import Call, Decision, Outcome
from sameface.values import Ends
from sameface.views.matrix import Column, Line, Mark, legend, matrix, sign
from sameface.views.narrative import until_text


def columns(book: Rulebook, further: Iterable[str]) -> tuple[list[Column], list[Column]]:
    """The matrix's columns: stores (those beyond the rulebook last) and surfaces."""
    stores = [Column(s.id, s.short, s.title) for s in book.stores.values()]
    stores += [Column(store, store[:4], store) for store in further]
    return stores, [Column(s.id, s.short, s.title) for s in book.surfaces.values()]


def letters(row: Row, spot: Spot) -> list[str]:
    """The letters of the photos in a field."""
    names = row_names(row)
    return [names.get(photo, "?") if photo else "-" for photo in spot.photos]


def row_names(row: Row) -> dict[str, str]:
    """Letters by digest, as the person's explanations use them."""
    told = next((s.explanation for s in row.surfaces if s.explanation is not None), None)
    return dict(told.names) if told else {}


def table(session: Session, rows: Sequence[Row], title: str, *, plain: bool) -> Iterator[object]:
    """The matrix and its legend, for a rich console."""
    stores, surfaces = columns(session.book, session.further)
    lines = [_line(row, plain=plain) for row in rows]
    yield matrix(stores, surfaces, lines, title=title)
    places = (mark.place for line in lines for mark in (*line.stores, *line.surfaces))
    yield legend(places, plain=plain)
    yield Text("  ".join(f"{c.short} {c.title}" for c in surfaces), style="dim")


def _line(row: Row, *, plain: bool) -> Line:
    def marks(spots: Iterable[Spot]) -> list[Mark]:
        return [sign(str(spot.place), letters(row, spot), plain=plain) for spot in spots]

    person = row.subject.person
    return Line(person.name or person.upn, marks(row.stores), marks(row.surfaces))


def summary(outcome: Outcome) -> str:
    """How the organisation stands, in one sentence."""
    agreeing = f"{outcome.agreeing} of {outcome.people} people show one face in every store"
    parts = [agreeing]
    if outcome.changing:
        parts.append(f"a sync would change {outcome.changing}")
    needing = outcome.left[Call.BY_HAND] + outcome.left[Call.ASK] + outcome.doubts
    if needing:
        parts.append(f"{needing} {'waits' if needing == 1 else 'wait'} for somebody to act")
    if outcome.left[Call.UNKNOWN]:
        parts.append(f"{outcome.left[Call.UNKNOWN]} could not be observed")
    return "; ".join(parts) + "."


def remaining(decisions: Iterable[Decision]) -> Iterator[str]:
    """What is left that needs a person or failed, by name."""
    for decision in decisions:
        who = decision.person.name or decision.person.upn
        for verdict in decision.calling(Call.BY_HAND, Call.ASK, Call.UNKNOWN):
            yield f"  {who} ({decision.person.upn}), {verdict.store}: {verdict.because}"


def failures(outcome: Outcome) -> Iterator[str]:
    """What failed as a whole."""
    for failure in outcome.failures:
        yield f"  {failure}"


BEFORE = "somebody who looked before"
"""A viewer about whose caches nothing is known."""


def lag(session: Session, rows: Iterable[Row]) -> Iterator[str]:
    """What may still be seen for a while: places and people by how it ends.

    Who is signed in is nobody's to observe, and left out. What never changes by itself is no lag.
    """
    found: dict[str, dict[str, set[str]]] = {}
    for row in rows:
        explainer = session.explainer_of(row.subject)
        for surface in session.book.surfaces.values():
            if surface.reads in session.connectors and not surface.signed_in:
                told = explainer.explain(surface.id, BEFORE)
                if told.until.kind not in (Ends.SETTLED, Ends.NEVER):
                    people = found.setdefault(ending(told), {}).setdefault(surface.title, set())
                    people.add(row.subject.person.name or row.subject.person.upn)
    for until, places in found.items():
        people = set().union(*places.values())
        yield f"  {', '.join(places)}, of {_named(people)}: {until}"


def _named(people: set[str]) -> str:
    names = sorted(people)
    return (
        names[0]
        if len(names) == 1
        else f"{len(names)} people ({', '.join(names[:3])}{', …' if len(names) > 3 else ''})"
    )


def ending(told: Explanation) -> str:
    """Until when, beginning with the word that fits."""
    text = until_text(told.until)
    return text if told.until.kind in (Ends.NEVER, Ends.SETTLED) else f"until {text}"
