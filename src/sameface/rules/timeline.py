"""A scenario over time: what every surface showed from when to when, to whom. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sameface.rules.scenarios import Scenario
from sameface.rules.steps import LOOK
from sameface.rules.world import World

Photos = tuple[str | None, ...]
Question = tuple[str | None, str, str]
"""Viewer, surface, person."""

_MOST_MOMENTS = 60
_TAIL = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` until `end`, these photos were possible (None: no picture)."""

    begin: datetime
    end: datetime
    photos: Photos


@dataclass(frozen=True, slots=True)
class Track:
    """One person on one surface, as one viewer sees it (None: a colleague with empty caches)."""

    person: str
    surface: str
    viewer: str | None
    spans: tuple[Span, ...]
    looks: tuple[datetime, ...]

    def at(self, moment: datetime) -> Photos:
        """What was possible then."""
        return next(s.photos for s in self.spans if s.begin <= moment < s.end)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything from the scenario's start until nothing changes any more."""

    scenario: Scenario
    end: datetime
    tracks: tuple[Track, ...]

    def moments(self) -> tuple[datetime, ...]:
        """The start, every step, every change, and the end."""
        steps = {self.scenario.start + step.at for step in self.scenario.steps}
        changes = {span.begin for track in self.tracks for span in track.spans}
        return tuple(sorted({self.scenario.start, self.end, *steps, *changes}))


def timeline(scenario: Scenario) -> Timeline:
    """Play a scenario and watch: all surfaces for a colleague, and caches for who looks."""
    world = scenario.world()
    questions = tuple(_questions(scenario))
    kept = {question: _Kept() for question in questions}
    for step in scenario.steps:
        _pass(world, scenario.start + step.at, kept)
        event = step.event
        if event.verb == LOOK:
            assert event.surface is not None
            assert event.person is not None
            world.look(event.viewer, event.surface, event.person)
            one = kept.get((event.viewer, event.surface, event.person))
            (one or kept[None, event.surface, event.person]).looks.append(world.now)
        else:
            world.do(event)
        _note(world, kept)
    last = _pass(world, None, kept)
    end = last + max(_TAIL, (last - scenario.start) / 8)
    tracks = (
        Track(person, surface, viewer, tuple(one.spans(end)), tuple(one.looks))
        for (viewer, surface, person), one in kept.items()
    )
    return Timeline(scenario, end, tuple(tracks))


@dataclass(slots=True)
class _Kept:
    """What was noted of one question: since when which photos, and the looks."""

    since: list[tuple[datetime, Photos]] = field(default_factory=list)
    looks: list[datetime] = field(default_factory=list)

    def note(self, now: datetime, photos: Photos) -> None:
        if self.since and self.since[-1][0] == now:
            self.since.pop()
        if not self.since or self.since[-1][1] != photos:
            self.since.append((now, photos))

    def spans(self, end: datetime) -> Iterator[Span]:
        ends = [begin for begin, _ in self.since[1:]] + [end]
        for (begin, photos), until in zip(self.since, ends, strict=True):
            yield Span(begin, until, photos)


def _questions(scenario: Scenario) -> Iterator[Question]:
    """Everybody to whom something happens, on all surfaces; and those who look through a cache."""
    happened = {step.event.person for step in scenario.steps}
    looks = [step.event for step in scenario.steps if step.event.verb == LOOK]
    for person in (member.id for member in scenario.people if member.id in happened):
        for surface in scenario.book.surfaces.values():
            yield (None, surface.id, person)
            viewers = (e.viewer for e in looks if (e.surface, e.person) == (surface.id, person))
            for viewer in dict.fromkeys(viewers):
                if viewer is not None and surface.cache is not None:
                    yield (viewer, surface.id, person)


def _pass(world: World, until: datetime | None, kept: dict[Question, _Kept]) -> datetime:
    """Let time pass, noting every change on the way; the time of the last moment noted."""
    _note(world, kept)
    for _ in range(_MOST_MOMENTS):
        coming = (at for question in kept for at in world.question(*question).moments())
        following = min(coming, default=None)
        if following is None or (until is not None and following >= until):
            break
        world.advance(following)
        _note(world, kept)
    if until is not None:
        world.advance(until)
    return world.now


def _note(world: World, kept: dict[Question, _Kept]) -> None:
    for question, one in kept.items():
        photos = world.question(*question).photos()
        one.note(world.now, tuple(sorted(photos, key=lambda name: (name is None, name or ""))))
