"""Explanations as a help desk reads them: what is seen, because, until."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sameface.explain import Explanation
from sameface.rules import Rulebook
from sameface.values import Ends, Mark, Person, Reason
from sameface.views.narrative import until_text

_SAID = {Mark.OBSERVED: "", Mark.DEDUCED: " (deduced)", Mark.ASSUMED: " (assumed)"}


def tell(
    person: Person, book: Rulebook, told: Sequence[Explanation], viewer: str | None
) -> Iterator[str]:
    """One paragraph per group of surfaces that show the same, for the same reasons."""
    who = viewer or "A colleague"
    for group in _groups(told):
        first = group[0]
        where = ", ".join(book.surfaces[one.surface].title for one in group)
        whom = person.name or person.upn
        yield f"{who} sees of {whom}: {_photo(first)}, in {where}."
        yield from reasons(first)
        yield ""


def reasons(told: Explanation) -> Iterator[str]:
    """The because and the until of one explanation, indented."""
    for number, reason in enumerate(told.because, start=1):
        lead = "because" if number == 1 else ""
        yield f"  {lead:<8} {_inside(because(reason))}{'.' if number == len(told.because) else ';'}"
    lead = "now" if told.until.kind is Ends.SETTLED else "until"
    yield f"  {lead:<8} {until_text(told.until)}."


def because(reason: Reason) -> str:
    """One reason, with how it is known where it was not observed."""
    return f"{reason.text}{_SAID[reason.mark]}"


_ARTICLES = ("The ", "A ", "An ", "No ", "Nothing ", "Nobody ", "Somebody ", "What ")


def _inside(sentence: str) -> str:
    """A sentence that goes on after another: names keep their capital."""
    return sentence[:1].lower() + sentence[1:] if sentence.startswith(_ARTICLES) else sentence


def _photo(told: Explanation) -> str:
    shown = told.shown()
    return shown if shown == "no picture" else f"photo {shown}"


def _groups(told: Sequence[Explanation]) -> list[list[Explanation]]:
    found: dict[tuple[object, ...], list[Explanation]] = {}
    for one in told:
        texts = tuple(because(reason) for reason in one.because)
        found.setdefault((one.photos, texts, one.until), []).append(one)
    return list(found.values())
