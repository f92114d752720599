"""An explanation as a paragraph that a help desk can paste into an answer: plain words only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sameface.explain import Explanation
from sameface.rules.rulebook import Rulebook
from sameface.rules.wording import sentence
from sameface.values import Ends, Mark, Person, Reason, Until


def ticket(
    person: Person, book: Rulebook, told: Sequence[Explanation], viewer: str | None
) -> Iterator[str]:
    """One paragraph for each group of places of which the same is true."""
    groups: dict[tuple[object, ...], list[Explanation]] = {}
    for one in told:
        texts = tuple(reason.text for reason in one.because)
        groups.setdefault((one.photos, texts, one.until), []).append(one)
    for group in groups.values():
        yield paragraph(person, book, group, viewer)


def paragraph(
    person: Person, book: Rulebook, group: Sequence[Explanation], viewer: str | None
) -> str:
    """What is seen, why, who must do what by when, and what is only assumed."""
    first, whose = group[0], person.name or person.upn
    places = _listed([book.surfaces[one.surface].title for one in group], "and")
    parts = [f"In {places}, {viewer or 'a colleague'} sees {_seen(first, whose)}."]
    if first.until.kind is not Ends.SETTLED:
        parts += _why(first)
    parts += _what_to_do(first)
    parts += _assumed(first)
    return " ".join(parts)


def _seen(told: Explanation, whose: str) -> str:
    if told.photos == (told.wanted,):
        return f"no picture of {whose}" if told.wanted is None else f"the current photo of {whose}"
    names = [_photo(photo, told) for photo in told.photos]
    if len(names) == 1:
        return f"{names[0]} of {whose}"
    return (
        f"{_listed(list(dict.fromkeys(names)), 'or')} of {whose}; which of these nobody can look up"
    )


def _photo(photo: str | None, told: Explanation) -> str:
    if photo is None:
        return "no picture"
    return "the current photo" if photo == told.wanted else "an older photo"


def _why(told: Explanation) -> Iterator[str]:
    reasons = [r for r in told.because if r.mark is not Mark.ASSUMED]
    if reasons:
        yield f"The reason: {_sentences(reasons, told)}"


def _assumed(told: Explanation) -> Iterator[str]:
    assumed = [r for r in told.because if r.mark is Mark.ASSUMED]
    if assumed:
        yield f"This is assumed, not known: {_sentences(assumed, told)}"
    if any(not r.certain and r.mark is not Mark.ASSUMED for r in told.because):
        yield "Part of this is worked out from how the services behave; Microsoft does not say so."


def _sentences(reasons: Iterable[Reason], told: Explanation) -> str:
    return " ".join(f"{_unlettered(reason.text, told)}." for reason in reasons)


def _unlettered(text: str, told: Explanation) -> str:
    """Letters mean nothing outside our own tables: `photo A` -> `an older photo`."""
    for photo, letter in told.names.items():
        text = text.replace(f"photo {letter}", _photo(photo, told))
    return text


# ---------------------------------------------------------------------------
# Who must do what, by when


def _what_to_do(told: Explanation) -> Iterator[str]:
    until = told.until
    if until.kind is Ends.SETTLED:
        yield "Nothing has to be done."
        return
    if until.kind is Ends.NEVER:
        yield f"It will not change by itself. {sentence(_unsaid(told))}."
        return
    if until.kind is Ends.UNKNOWN:
        yield f"How long this lasts cannot be said: {until.text}."
        return
    if until.kind is Ends.TIME:
        yield f"It changes by itself, {_by(until)}; nobody has to do anything."
    else:
        yield f"It ends as soon as {_steps(until)}."
    for other in until.alternatives:
        yield f"Or as soon as {_steps(other)}."


def _unsaid(told: Explanation) -> str:
    """What must be done, and why nothing else helps where no reason has said so yet."""
    why, _, must = told.until.text.rpartition(": ")
    return must if any(why in reason.text for reason in told.because) else told.until.text


def _steps(until: Until) -> str:
    """Every step that it takes, in order, each by whom."""
    waits = until.kind is Ends.TIME
    step = f"it is {_own(until)}" if waits else f"{_own(until)}{_in_vain(until)}"
    return step if until.then is None else f"{step}, and after that {_steps(until.then)}"


def _in_vain(until: Until) -> str:
    """Said of an action that counts only from some time on."""
    return ", since earlier it has no effect" if until.at and until.kind is Ends.ACTION else ""


def _by(until: Until) -> str:
    if until.at is None:
        return "at a time nobody can tell"
    typical = until.within_s[0] if until.within_s else None
    usual = f", usually within {round(typical / 60)} minutes" if typical else ""
    return f"by {_clock(until.at)} at the latest{usual}"


def _own(until: Until) -> str:
    """A step's own words, without those of the steps after it."""
    return until.text.removesuffix(f"; then {until.then.text}") if until.then else until.text


def _clock(at: datetime) -> str:
    return f"{at:%A} {at.day} {at:%B %Y} {at:%H:%M} UTC"


def _listed(names: Sequence[str], word: str) -> str:
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} {word} {names[-1]}"
