"""What can happen, and what came of it: events, refusals, outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sameface.rules.conditions import Value


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo by its name; `size_bytes` None fits every limit."""

    name: str
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens. `verb` is an action of the rulebook, `change`, `remove` or `look`.

    Which of the other fields a verb uses is told by `sameface.rules.steps.FIELDS`.
    """

    verb: str
    person: str | None = None
    channel: str | None = None
    photo: Photo | None = None
    file: str | None = None
    viewer: str | None = None
    surface: str | None = None
    client: str | None = None
    process: str | None = None
    option: str | None = None
    value: Value = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that did not happen: the rule (`kind/id`), when, and why in words."""

    rule: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an event: empty where all of it happened."""

    refusals: tuple[Refusal, ...] = ()


DONE = Outcome()
"""All of it happened."""
