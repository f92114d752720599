"""From decisions and rows to what is printed: the matrix, what is left, and by whom."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence

from rich.columns import Columns
from rich.text import Text

from sameface.cli import terminal
from sameface.cli.session import Session
from sameface.explain import Explanation
from sameface.explain.status import Row, Spot
from sameface.rules import Rulebook
from sameface.sync import Call, Outcome
from sameface.values import Ends
from sameface.views.matrix import Column, Line, Mark, headings, legend, matrix, sign
from sameface.views.narrative import until_text


def columns(book: Rulebook, further: Iterable[str]) -> tuple[list[Column], list[Column]]:
    """The matrix's columns: stores (those beyond the rulebook last) and surfaces."""
    stores = [Column(s.id, s.short, s.title) for s in book.stores.values()]
    stores += [Column(store, store[:4].capitalize(), store) for store in further]
    return stores, [Column(s.id, s.short, s.title) for s in book.surfaces.values()]


def letters(row: Row, spot: Spot) -> list[str]:
    """The letters of the photos in a field."""
    names = row_names(row)
    return [names.get(photo, "?") if photo else "-" for photo in spot.photos]


def row_names(row: Row) -> dict[str, str]:
    """Letters by digest, as the person's explanations use them."""
    told = next((s.explanation for s in row.surfaces if s.explanation is not None), None)
    return dict(told.names) if told else {}


def draw(session: Session, rows: Sequence[Row], title: str = "") -> None:
    """The matrix and its legend; stores above surfaces where the terminal is too narrow."""
    stores, surfaces = columns(session.book, session.further)
    console, plain = terminal.console(), terminal.is_plain(sys.stdout)
    lines = [_line(row, plain=plain) for row in rows]
    title = terminal.harmless(title)
    whole = matrix(stores, surfaces, lines, title=title)
    if whole.__rich_measure__(console, console.options).minimum <= console.width:
        console.print(whole)
    else:
        console.print(matrix(stores, (), lines, title=title))
        console.print(matrix((), surfaces, lines))
    places = (mark.place for line in lines for mark in (*line.stores, *line.surfaces))
    console.print(_side_by_side(legend(places, plain=plain)))
    for kind, shown in (("Stores", stores), ("What a colleague sees", surfaces)):
        console.print(Text(f"\n{kind}", style="dim"))
        console.print(_side_by_side(headings(shown)))


def _side_by_side(parts: Iterable[Text]) -> Columns:
    return Columns(parts, padding=(0, 3), column_first=True)


def _line(row: Row, *, plain: bool) -> Line:
    def marks(spots: Iterable[Spot]) -> list[Mark]:
        return [sign(str(spot.place), letters(row, spot), plain=plain) for spot in spots]

    person = row.subject.person
    return Line(
        terminal.harmless(person.name or person.upn), marks(row.stores), marks(row.surfaces)
    )


STOPPED = "Stopped before the end; run again, the same command goes on from here."


def summary(outcome: Outcome) -> str:
    """How the organisation stands, in one sentence; and that it is not all, if it was stopped."""
    if not outcome.stopped:
        return _standing(outcome)
    return f"{STOPPED} So far {_standing(outcome)}" if outcome.people else STOPPED


def _standing(outcome: Outcome) -> str:
    agreeing = f"{outcome.agreeing} of {outcome.people} people show one face in every store"
    parts = [agreeing]
    if outcome.as_is:
        stay = "is left as it is" if outcome.as_is == 1 else "are left as they are"
        parts.append(f"{outcome.as_is} {stay} (`sameface plan --all` says why)")
    if outcome.changing:
        parts.append(f"a sync would change {outcome.changing}")
    needing = outcome.left[Call.BY_HAND] + outcome.left[Call.ASK] + outcome.doubts
    if needing:
        parts.append(f"{needing} {'waits' if needing == 1 else 'wait'} for somebody to act")
    if outcome.left[Call.UNKNOWN]:
        parts.append(f"{outcome.left[Call.UNKNOWN]} could not be observed")
    return "; ".join(parts) + "."


_FEW_DOUBTS = 20


def doubtful(sentences: Sequence[str]) -> Iterator[str]:
    """Accounts that nobody can tell whose they are, and what to do about it."""
    if sentences:
        yield "  Nothing is written where it is not sure whose the account is. Look, and say so in"
        yield "  a CSV that [people] names as its mapping (docs/keep.md):"
    yield from (f"    {sentence}" for sentence in sentences[:_FEW_DOUBTS])
    if len(sentences) > _FEW_DOUBTS:
        yield f"    and {len(sentences) - _FEW_DOUBTS} more, which --json lists"


def failures(outcome: Outcome) -> Iterator[str]:
    """What failed as a whole, and what looks wrong though nothing failed."""
    for failure in outcome.failures:
        yield f"  {failure}"
    for warning in outcome.warnings:
        yield f"  Beware: {warning}"


def paragraphs(texts: Sequence[str]) -> None:
    """Say them, with an empty line between."""
    for number, text in enumerate(texts):
        if number:
            terminal.gap()
        terminal.say(text)


def ending(told: Explanation) -> str:
    """Until when, beginning with the word that fits."""
    text = until_text(told.until)
    return text if told.until.kind in (Ends.NEVER, Ends.SETTLED) else f"until {text}"
