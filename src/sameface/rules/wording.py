"""The sentences: rows of a rulebook told about somebody, and times as people say them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sameface.rules.rulebook import Rulebook

COLLEAGUE = "a colleague"
_DAY = timedelta(days=1)


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


def moment(at: datetime, now: datetime) -> str:
    """`09:01` today, `Tue 4 Mar 14:00` within the year, with the year otherwise; all UTC."""
    if at.date() == now.date():
        return f"{at:%H:%M}" if at.second == 0 else f"{at:%H:%M:%S}"
    day = f"{at:%a} {at.day} {at:%b}"
    return f"{day} {at:%H:%M}" if at.year == now.year else f"{day} {at.year} {at:%H:%M}"


def span(length: timedelta) -> str:
    """`10 seconds`, `3 hours`, `2 days`: the largest unit that is whole, else two of them."""
    seconds = int(length.total_seconds())
    units = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))
    parts = []
    for unit, size in units:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}{'s' if count > 1 else ''}")
    return " ".join(parts[:2]) or "no time"


def sentence(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]
