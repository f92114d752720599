"""How one rulebook differs from another: rows added, removed and changed, key by key."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sameface.rules.rulebook import NO_DELAY, Duration, Row, Rulebook
from sameface.rules.wording import span
from sameface.values import iso

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
_SPELT: Mapping[str, str] = {"origin": "from", "target": "to", "only_into_never_had": "only-into"}
_FACTS = frozenset({"id", "source"})


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a row, before and after; None where it is not there."""

    name: str
    before: Any
    after: Any

    def as_json(self) -> dict[str, Any]:
        return {"key": self.name, "before": plain(self.before), "after": plain(self.after)}


@dataclass(frozen=True, slots=True)
class Difference:
    """One row: what became of it, its keys that differ, and the facts on either side."""

    rule: str  # kind/id
    title: str
    what: str
    keys: tuple[Key, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        facts = {"before": list(self.before), "after": list(self.after)}
        keys = [key.as_json() for key in self.keys]
        return {
            "rule": self.rule,
            "title": self.title,
            "is": self.what,
            "keys": keys,
            "facts": facts,
        }


def differences(one: Rulebook, other: Rulebook) -> tuple[Difference, ...]:
    """From one rulebook to the other, in the order of their rows. Sources alone are no change."""
    return tuple(_rows(one, other))


def _rows(one: Rulebook, other: Rulebook) -> Iterator[Difference]:
    for kind, rows in one.kinds.items():
        others = other.kinds.get(kind, {})
        for name, row in rows.items():
            rule, after = f"{kind}/{name}", others.get(name)
            if after is None:
                yield Difference(rule, row.title, REMOVED, (), row.source, ())
            elif keys := tuple(_keys(row, after)):
                yield Difference(rule, after.title, CHANGED, keys, row.source, after.source)
        for name, row in others.items():
            if name not in rows:
                keys = tuple(_stated(row))
                yield Difference(f"{kind}/{name}", row.title, ADDED, keys, (), row.source)


def _keys(before: Row, after: Row) -> Iterator[Key]:
    for field in dataclasses.fields(before):
        one, two = getattr(before, field.name), getattr(after, field.name)
        if field.name not in _FACTS and one != two:
            yield Key(_name(field.name), one, two)


def _stated(row: Row) -> Iterator[Key]:
    """The keys of a new row that say something beside its title."""
    for field in dataclasses.fields(row):
        value = getattr(row, field.name)
        silent = value in (None, (), "", False, NO_DELAY) or (field.name == "certain" and value)
        if field.name not in {*_FACTS, "title"} and not silent:
            yield Key(_name(field.name), None, value)


def _name(field: str) -> str:
    """A key as the file spells it."""
    return _SPELT.get(field, field.replace("_", "-"))


def plain(value: Any) -> Any:
    """A value as JSON, and as a person, would have it: durations in words."""
    if isinstance(value, Duration):
        return _duration(value)
    if isinstance(value, timedelta):
        return span(value)
    if isinstance(value, datetime):
        return iso(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        told = {_name(f.name): plain(getattr(value, f.name)) for f in fields}
        return {key: one for key, one in told.items() if one not in (None, [], "", False)}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return value


def _duration(value: Duration) -> str:
    if value.latest is None:
        said = "for ever"
    elif value.is_range:
        said = f"{span(value.earliest)} to {span(value.latest)}"
    else:
        said = span(value.latest)
    usual = f", usually {span(value.typical)}" if value.typical else ""
    return f"{said}{usual}{'' if value.known else ' (assumed)'}"
