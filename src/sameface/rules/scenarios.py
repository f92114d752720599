"""Scenarios: people, steps and what should be seen; run by the interpreter, told look by look."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sameface.documents import Table, parse_toml
from sameface.rules.conditions import Value
from sameface.rules.events import Event, Photo, Refusal
from sameface.rules.loading import load_rulebook, no_variant, rulebook_names
from sameface.rules.rulebook import Rulebook
from sameface.rules.settings import read_settings
from sameface.rules.steps import LOOK, NOTHING, Step, photo_name, read_step
from sameface.rules.world import START, World
from sameface.values import Sighting, iso


@dataclass(frozen=True, slots=True)
class Member:
    """One of a scenario's people."""

    id: str
    photo: str | None
    options: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario file, read."""

    file: str
    title: str
    book: Rulebook
    start: datetime
    options: dict[str, Value]
    people: tuple[Member, ...]
    steps: tuple[Step, ...]

    def world(self) -> World:
        """The scenario's people at its start."""
        world = World(self.book, self.start, self.options)
        for member in self.people:
            world.add(member.id, Photo(member.photo) if member.photo else None, member.options)
        return world

    def introduced(self) -> frozenset[str]:
        """The names of all photos that anything in the file brings in, and "none"."""
        first = {member.photo for member in self.people if member.photo}
        later = {step.event.photo.name for step in self.steps if step.event.photo}
        return frozenset({*first, *later, NOTHING})


@dataclass(frozen=True, slots=True)
class Looked:
    """A look, and whether it showed what the file says. `step` counts from 1."""

    step: int
    sighting: Sighting
    expected: tuple[str, ...] | None
    ok: bool

    @property
    def sees(self) -> list[str]:
        return [NOTHING if name is None else name for name in self.sighting.photos]

    def as_json(self) -> dict[str, Any]:
        """The shape that design section 4 fixes."""
        s = self.sighting
        return {
            "step": self.step,
            "at": iso(s.at),
            "surface": s.surface,
            "person": s.person,
            "viewer": s.viewer,
            "sees": self.sees,
            "expected": None if self.expected is None else list(self.expected),
            "ok": self.ok,
            "because": [reason.as_json() for reason in s.because],
            "until": s.until.as_json(),
        }


@dataclass(frozen=True, slots=True)
class Happened:
    """A step that is no look: what was done, and what was refused of it."""

    step: int
    at: datetime
    event: Event
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """How a scenario went."""

    scenario: Scenario
    told: tuple[Looked | Happened, ...]

    @property
    def looks(self) -> tuple[Looked, ...]:
        return tuple(one for one in self.told if isinstance(one, Looked))

    @property
    def ok(self) -> bool:
        return all(looked.ok for looked in self.looks)

    def as_json(self) -> dict[str, Any]:
        """The shape that design section 4 fixes."""
        book = self.scenario.book
        return {
            "file": self.scenario.file,
            "title": self.scenario.title,
            "rulebook": book.id,
            **({} if book.variant is None else {"variant": book.variant}),
            "ok": self.ok,
            "looks": [looked.as_json() for looked in self.looks],
        }


# ---------------------------------------------------------------------------


def parse_scenario(
    text: str, file: str, book: Rulebook | None = None, variant: str | None = None
) -> Scenario:
    """Read a scenario; `BadDocument` names file, step, key and the nearest valid name.

    `book` replaces the rulebook that the file names (for trying a changed one), `variant` the
    variant of it that the file may name.
    """
    top = parse_toml(text, file)
    title = top.text("title")
    named = load_rulebook(top.choice("rulebook", rulebook_names()))
    told = top.choice("variant", named.variants) if top.has("variant") else None
    top.maybe_text("variant")
    if book is None and variant is not None and variant not in named.variants:
        raise top.error("rulebook", no_variant(named, variant))
    chosen = book or load_rulebook(named.id, variant or told)
    start = top.time("start", START)
    assert start is not None
    options = read_settings(top.table("options"), chosen)
    people = _people(top, chosen)
    steps = _steps(top, chosen, [member.id for member in people])
    top.done()
    return Scenario(file, title, chosen, start, options, people, steps)


def _people(top: Table, book: Rulebook) -> tuple[Member, ...]:
    found: dict[str, Member] = {}
    for t in top.rows("people"):
        name = t.text("id")
        if name in found:
            raise t.error("id", f'"{name}" is there twice')
        photo = photo_name(t, "photo") if t.has("photo") else t.maybe_text("photo")
        found[name] = Member(name, photo, read_settings(t, book))
    if not found:
        raise top.error("people", "is missing; a scenario has at least one [[people]]")
    return tuple(found.values())


def _steps(top: Table, book: Rulebook, people: Collection[str]) -> tuple[Step, ...]:
    steps: list[Step] = []
    for t in top.rows("steps"):
        if not t.has("at"):
            raise t.error("at", 'is missing; it should be an offset from the start such as "1h30m"')
        step = read_step(t, book, people)
        if steps and step.at < steps[-1].at:
            raise t.error("at", f'"{t.text("at")}" is before the step above')
        steps.append(step)
    return tuple(steps)


# ---------------------------------------------------------------------------


def run_scenario(scenario: Scenario) -> Report:
    """Let it happen, and look."""
    world = scenario.world()
    introduced = scenario.introduced()
    told: list[Looked | Happened] = []
    for number, step in enumerate(scenario.steps, 1):
        world.advance(scenario.start + step.at)
        if step.event.verb == LOOK:
            told.append(_look(world, number, step, introduced))
        else:
            outcome = world.do(step.event)
            told.append(Happened(number, world.now, step.event, outcome.refusals))
    return Report(scenario, tuple(told))


def _look(world: World, number: int, step: Step, introduced: frozenset[str]) -> Looked:
    event = step.event
    assert event.surface is not None
    assert event.person is not None
    sighting = world.look(event.viewer, event.surface, event.person)
    return Looked(number, sighting, step.sees, holds(sighting, step.sees, introduced))


def holds(sighting: Sighting, sees: tuple[str, ...] | None, introduced: frozenset[str]) -> bool:
    """Every photo possible is among those expected; a name that nothing introduced is a mistake."""
    if sees is None:
        return True
    shown = {NOTHING if name is None else name for name in sighting.photos}
    return shown <= set(sees) <= introduced
