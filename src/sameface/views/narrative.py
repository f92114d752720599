"""A scenario told as a story: what was done, who looked, what they saw, why and until when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from sameface.rules.events import Event
from sameface.rules.orders import clients
from sameface.rules.rulebook import Rulebook
from sameface.rules.scenarios import Happened, Looked, Report
from sameface.rules.steps import NOTHING
from sameface.rules.wording import Wording, by_way_of, moment, said, sentence
from sameface.values import Ends, Until

_INDENT = " " * 14


def _letter(photo: str) -> str:
    return f"photo {photo}"


def narrate(report: Report, *, plain: bool = False) -> Iterator[str]:
    """The story, line by line. `plain` keeps to ASCII."""
    scenario = report.scenario
    wording = Wording(scenario.book)
    yield scenario.title
    yield f"  {scenario.file}, {scenario.book.title} ({scenario.book.id})"
    yield ""
    for one in report.told:
        if isinstance(one, Happened):
            yield from _happened(one, scenario.start, wording)
        else:
            yield from _looked(one, scenario.start, scenario.book, wording, plain=plain)
    yield ""
    yield _verdict(report)


def _happened(one: Happened, start: datetime, wording: Wording) -> Iterator[str]:
    yield f"  {_clock(one.at, start):<12}{done(one.event, wording)}"
    for refusal in one.refusals:
        text = sentence(wording.tell(refusal.text, one.event.person or ""))
        yield f"{_INDENT}refused: {text}  [{refusal.rule}]"


def done(event: Event, wording: Wording, called: Callable[[str], str] = _letter) -> str:
    """What was done, in a sentence; `called` says what a photo is called, by its name."""
    book, person = wording.book, event.person or ""
    if event.channel is not None:
        channel = book.channels[event.channel]
        if event.photo is None:
            return f"The photo of {wording.name(person)} is removed {by_way_of(channel)}"
        size = f", {event.photo.size_bytes:,} bytes" if event.photo.size_bytes else ""
        file = f"; the {event.file} file alone" if event.file else ""
        text = sentence(wording.tell(channel.text, person))
        return f"{text} ({called(event.photo.name)}{size}{file})"
    text = sentence(wording.tell(book.actions[event.verb].text, person, event.viewer))
    if event.option is not None:
        return f"{text}: {event.option} is now {said(event.value)}"
    if event.client is not None and len(clients(book, event.verb)) > 1:
        return f"{text} ({book.surfaces[event.client].title})"
    return text


def _looked(
    one: Looked, start: datetime, book: Rulebook, wording: Wording, *, plain: bool
) -> Iterator[str]:
    s = one.sighting
    viewer = sentence(wording.name(s.viewer))
    where = book.surfaces[s.surface].title
    mark = ("ok" if plain else "✓") if one.ok else ("NOT" if plain else "✗")
    shown = " or ".join("no picture" if name == NOTHING else name for name in one.sees)
    yield (
        f"  {_clock(s.at, start):<12}{viewer} looks at {wording.name(s.person)} in {where}: "
        f"sees {shown}{_expected(one, mark)}"
    )
    for number, reason in enumerate(s.because):
        lead = "because" if number == 0 else ""
        at = f" ({_clock(reason.at, start)})" if reason.at else ""
        doubt = "" if reason.certain else ", as far as is known"
        yield f"{_INDENT}{lead:<8} {reason.text}{at}{doubt}"
    yield f"{_INDENT}{'until':<8} {until_text(s.until)}"


def _expected(one: Looked, mark: str) -> str:
    if one.expected is None:
        return ""
    return f"  {mark}" if one.ok else f"  {mark} the scenario expects {' or '.join(one.expected)}"


def until_text(until: Until) -> str:
    """An until with its alternatives, in one line."""
    kind = {Ends.NEVER: "never by itself: ", Ends.SETTLED: "settled: "}.get(until.kind, "")
    return f"{kind}{with_alternatives(until)}"


def with_alternatives(until: Until) -> str:
    """Each way in which it ends."""
    return "; or ".join([until.text, *(other.text for other in until.alternatives)])


def _clock(at: datetime, start: datetime) -> str:
    if at.date() == start.date():
        return moment(at, start)
    days = (at.date() - start.date()).days
    return f"+{days}d {at:%H:%M}"


def _verdict(report: Report) -> str:
    wrong = sum(not one.ok for one in report.looks)
    count = len(report.looks)
    if wrong:
        return f"  {wrong} of {count} looks do not hold."
    return f"  All {count} looks hold." if count else "  Nobody looked."
