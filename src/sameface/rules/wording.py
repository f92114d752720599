"""The sentences: rows of a rulebook told about somebody, and times as people say them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sameface.rules.conditions import Value
from sameface.rules.rulebook import Channel, Rulebook
from sameface.rules.ways import closed_by

COLLEAGUE = "a colleague"
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


@dataclass(frozen=True, slots=True)
class Wording:
    """How to speak of people: ids become names; the viewer with empty caches is a colleague."""

    book: Rulebook
    names: Mapping[str, str] = field(default_factory=dict)

    def name(self, who: str | None) -> str:
        """The name of a person by id; an id of one word without a name reads best capitalised."""
        if who is None:
            return COLLEAGUE
        return self.names.get(who) or (who.capitalize() if who.isalnum() else who)

    def tell(self, template: str, person: str, viewer: str | None = None) -> str:
        """A row's sentence about these people, beginning small as the row has it."""
        return template.format(person=self.name(person), viewer=self.name(viewer))

    def photo(self, name: str | None) -> str:
        """A photo in a sentence."""
        return "no picture" if name is None else name


def by_way_of(channel: Channel) -> str:
    """`in Outlook Online`, `with Set-UserPhoto`."""
    return f"{'in' if channel.actor == 'person' else 'with'} {channel.title}"


def no_way(book: Rulebook, origin: str, target: str, options: Mapping[str, Value]) -> str:
    """That no photo comes from the one store to the other, and which options are why."""
    told = (
        f"nothing carries a photo from {book.stores[origin].title} to {book.stores[target].title}"
    )
    closed = (
        f"{name} is {said(options[name])}" for name in closed_by(book, origin, target, options)
    )
    why = " or ".join(closed)
    return f"{told}, since {why}" if why else told


def moment(at: datetime, now: datetime) -> str:
    """`09:01` today, `Tue 4 Mar 14:00` within the year, with the year otherwise; all UTC."""
    if at.date() == now.date():
        return f"{at:%H:%M}" if at.second == 0 else f"{at:%H:%M:%S}"
    day = f"{at:%a} {at.day} {at:%b}"
    return f"{day} {at:%H:%M}" if at.year == now.year else f"{day} {at.year} {at:%H:%M}"


def span(length: timedelta, largest: str = "day") -> str:
    """`10 seconds`, `3 hours`, `2 days`: the largest unit that is whole, else two of them."""
    seconds = int(length.total_seconds())
    names = [unit for unit, _ in _UNITS]
    parts = []
    for unit, size in _UNITS[names.index(largest) :]:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}{'s' if count > 1 else ''}")
    return " ".join(parts[:2]) or "no time"


def said(value: Value) -> str:
    """What an option says: on, off, or one of its choices."""
    return value if isinstance(value, str) else "on" if value else "off"


def sentence(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]
