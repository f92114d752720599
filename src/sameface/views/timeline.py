"""A scenario as bars over time: photos by letter and colour, what is uncertain hatched.

Time runs unevenly, so that a second and a day can both be seen; the axis says what is when.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.cells import cell_len
from rich.text import Text

from sameface.rules.steps import LOOK, Step
from sameface.rules.timeline import Photos, Timeline, Track
from sameface.rules.wording import Wording
from sameface.views.narrative import done

_LABEL = 38
_LEAST = 4
_COLOURS = ("#3b6fb6", "#2f7d5b", "#b7791f", "#7e57c2", "#b3261e", "#00838f", "#6d4c41")
_NOTHING = "#e8e4dc"
_NUMBERS = "123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class _Scale:
    """Which column a moment has; `columns` of all moments, the end's being the width."""

    columns: Mapping[datetime, int]
    width: int


def bars(told: Timeline, *, width: int = 100, plain: bool = False) -> Iterator[Text]:
    """The picture, line by line. `plain` keeps to ASCII and needs no colour."""
    scale = _scale(told, width - _LABEL - 1)
    colours = _colours(told)
    wording = Wording(told.scenario.book)
    yield Text(told.scenario.title, style="bold")
    yield Text(f"{told.scenario.book.title} ({told.scenario.book.id})", style="dim")
    yield Text("")
    yield from _events(told, scale, plain=plain)
    yield _axis(told, scale, plain=plain)
    person = None
    for track in told.tracks:
        if track.person != person:
            person = track.person
            yield Text(wording.name(person), style="bold")
        yield _label(track, told, wording, plain=plain) + _bar(track, scale, colours, plain=plain)
    yield Text("")
    yield from _steps(told, wording)
    yield from _legend(colours, plain=plain)


def _scale(told: Timeline, width: int) -> _Scale:
    """Each stretch between two moments gets some columns, and more the longer it is."""
    moments = told.moments()
    lengths = [(b - a).total_seconds() for a, b in itertools.pairwise(moments)]
    weights = [math.log1p(seconds) for seconds in lengths]
    least = min(_LEAST, max(1, width // max(1, len(weights))))
    room = max(0, width - least * len(weights))
    columns, used = {moments[0]: 0}, 0.0
    for number, (moment, weight) in enumerate(zip(moments[1:], weights, strict=True), 1):
        used += weight
        columns[moment] = least * number + round(room * used / (sum(weights) or 1))
    return _Scale(columns, columns[moments[-1]])


def _colours(told: Timeline) -> Mapping[str, str]:
    """A colour for each photo, in the order in which they come up."""
    photos = [p for track in told.tracks for span in track.spans for p in span.photos]
    named = dict.fromkeys(sorted(p for p in photos if p is not None))
    return {photo: _COLOURS[n % len(_COLOURS)] for n, photo in enumerate(named)}


# ---------------------------------------------------------------------------
# Marks and axis


def _numbered(told: Timeline) -> Iterator[tuple[str, Step]]:
    """The steps that are no looks, each with the sign under which it is marked and told."""
    steps = (step for step in told.scenario.steps if step.event.verb != LOOK)
    return zip(itertools.cycle(_NUMBERS), steps)


def _marks(told: Timeline, scale: _Scale) -> Iterator[tuple[int, str]]:
    """Column and number of every such step; those at one moment side by side."""
    taken: set[int] = set()
    for number, step in _numbered(told):
        column = scale.columns[told.scenario.start + step.at]
        while column in taken:
            column += 1
        taken.add(column)
        yield column, number


def _events(told: Timeline, scale: _Scale, *, plain: bool) -> Iterator[Text]:
    """The steps' numbers, above the moments at which they happened."""
    marks = list(_marks(told, scale))
    if not marks:
        return
    numbers, arrows = [" "] * (scale.width + len(marks)), [" "] * (scale.width + len(marks))
    for column, number in marks:
        numbers[column], arrows[column] = number, "v" if plain else "▼"
    yield Text(" " * _LABEL).append("".join(numbers).rstrip(), style="bold")
    yield Text(" " * _LABEL).append("".join(arrows).rstrip(), style="bold")


def _axis(told: Timeline, scale: _Scale, *, plain: bool) -> Text:
    """Offsets from the start, wherever there is room for them."""
    line, free = "", 0
    tick = "|" if plain else "╷"
    for moment, column in scale.columns.items():
        text = f"{tick}{_offset(moment - told.scenario.start)}"
        if column >= free and column + len(text) <= scale.width:
            line = line.ljust(column) + text
            free = column + len(text) + 1
    return Text(" " * _LABEL).append(line, style="dim")


def _offset(length: timedelta) -> str:
    """`0s`, `1m30s`, `2d3h`: as a scenario spells it, in at most two units."""
    seconds = int(length.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts[:2]) or "0s"


# ---------------------------------------------------------------------------
# Bars


def _label(track: Track, told: Timeline, wording: Wording, *, plain: bool) -> Text:
    title = told.scenario.book.surfaces[track.surface].title
    if track.viewer is None:
        text = Text(f"  {title}")
    else:
        lead = "`" if plain else "╰"
        text = Text(f"    {lead} as {wording.name(track.viewer)} sees it", style="italic")
    text.truncate(_LABEL - 1)
    text.append(" " * (_LABEL - cell_len(text.plain)))
    return text


def _bar(track: Track, scale: _Scale, colours: Mapping[str, str], *, plain: bool) -> Text:
    bar = Text()
    looks = {scale.columns[at] for at in track.looks}
    for span in track.spans:
        begin, end = scale.columns[span.begin], scale.columns[span.end]
        drawn = _drawn(span.photos, end - begin, colours, plain=plain)
        for column in sorted(looks & set(range(begin, end))):
            eye = Text("o" if plain else "●", style="" if plain else "bold white")
            drawn = _put(drawn, eye, column - begin)
        bar.append_text(drawn)
    return bar


def _put(drawn: Text, sign: Text, at: int) -> Text:
    """The sign in place of one character, on what that one stood on."""
    parts = drawn.divide([at, at + 1])
    sign.stylize_before(parts[1].spans[-1].style if parts[1].spans else "")
    return Text.assemble(parts[0], sign, parts[2])


def _drawn(photos: Photos, width: int, colours: Mapping[str, str], *, plain: bool) -> Text:
    """A bar of that width: its photos' letters at its beginning, then its pattern."""
    if photos == (None,):
        return _filled("|" if plain else " ", "dim", "." if plain else "·", "dim", width)
    name = "/".join(p or "none" for p in photos)
    if plain:
        return _filled(f"|{name}", "", "=" if len(photos) == 1 else "/", "", width)
    first, second = ([*(colours[p] for p in photos if p), _NOTHING])[:2]
    style = f"bold white on {first}"
    if len(photos) == 1:
        return _filled(f" {name} ", style, " ", style, width)
    return _filled(f"╱{name}╱", style, "╱", f"bold {second} on {first}", width)


def _filled(lead: str, style: str, sign: str, further: str, width: int) -> Text:
    return Text.assemble((lead[:width], style), (sign * (width - len(lead)), further))


# ---------------------------------------------------------------------------
# What is told below


def _steps(told: Timeline, wording: Wording) -> Iterator[Text]:
    """Every step with its number, as it is marked above."""
    for number, step in _numbered(told):
        what = done(step.event, wording)
        yield Text.assemble((f"{number}  ", "bold"), (f"{_offset(step.at):<8}", "dim"), what)


def _legend(colours: Mapping[str, str], *, plain: bool) -> Iterator[Text]:
    yield Text("")
    photos = Text()
    for photo, colour in colours.items():
        photos.append(f" {photo} ", style="" if plain else f"bold white on {colour}").append("  ")
    if plain:
        yield photos.append("A/B/// one or the other")
        yield Text("... no picture   o somebody looked   time runs unevenly")
        return
    photos.append("╱A/B╱", style=f"bold white on {_COLOURS[0]}")
    photos.append("╱╱╱", style=f"bold {_NOTHING} on {_COLOURS[0]}")
    yield photos.append(" one or the other", style="dim")
    yield Text("··· no picture   ● somebody looked   time runs unevenly", style="dim")
