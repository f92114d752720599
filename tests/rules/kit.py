"""What the tests of the rules share: every rulebook, every scenario, and changed rulebooks."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sameface.errors import BadDocument, SamefaceError
from sameface.rules import Rulebook, World, load_rulebook, rulebook_names
from sameface.rules.checking import check_rulebook
from sameface.rules.rulebook import WRITES, Duration, Option, Row, Surface
from sameface.rules.scenarios import parse_scenario
from sameface.rules.steps import LOOK, NOTHING, Step

FILES = sorted((Path(__file__).parent.parent / "scenarios").rglob("*.toml"))
BOOKS = tuple(load_rulebook(name) for name in rulebook_names())
TOLD = frozenset(
    {"id", "title", "short", "source", "certain", "text", "act", "waits", "refuses", "unless"}
    | {"lacking", "alone", "internal", "actor", "by", "process", "on"}
)
"""Keys that are told, and decide nothing that is seen."""


@cache
def text(file: Path) -> str:
    return file.read_text()


@cache
def files_of(book: str, variant: str | None = None) -> tuple[Path, ...]:
    """The scenarios that name this rulebook, and this variant of it or none."""
    told = {file: tomllib.loads(text(file)) for file in FILES}
    return tuple(f for f, t in told.items() if (t["rulebook"], t.get("variant")) == (book, variant))


def holds(file: Path, book: Rulebook | None = None) -> bool:
    """True when every look shows exactly the photos expected: no more, and no fewer."""
    try:
        scenario = parse_scenario(text(file), file.name, book)
        world = scenario.world()
        return all(_holds(world, scenario.start + step.at, step) for step in scenario.steps)
    except (SamefaceError, KeyError):
        return False  # the changed rulebook lacks what the scenario speaks of


def _holds(world: World, at: datetime, step: Step) -> bool:
    world.advance(at)
    event = step.event
    if event.verb != LOOK:
        world.do(event)
        return True
    seen = world.see(event.viewer, event.surface or "", event.person or "")
    return step.sees is None or {NOTHING if p is None else p for p in seen} == set(step.sees)


def all_hold(book: Rulebook, files: Sequence[Path], row: str) -> bool:
    """True when every scenario holds under this rulebook; those that name the row come first."""
    likely = sorted(files, key=lambda file: row not in text(file))
    return all(holds(file, book) for file in likely)


# ---------------------------------------------------------------------------
# Rulebooks in which one thing is other than it should be


def removed(book: Rulebook) -> Iterator[tuple[str, str, Rulebook]]:
    """Every rulebook that lacks one row, with the row's id."""
    for kind, rows in book.kinds.items():
        for name in rows:
            others: dict[str, Any] = {kind: {k: row for k, row in rows.items() if k != name}}
            yield f"{book.id}/{kind}/{name}", name, dataclasses.replace(book, **others)


def altered(book: Rulebook) -> Iterator[tuple[str, str, Rulebook]]:
    """Every rulebook in which one key that a row states, and that decides something, is another.

    Those that loading would refuse are left out: they, too, are noticed.
    """
    for kind, rows in book.kinds.items():
        for name, row in rows.items():
            for field in dataclasses.fields(row):
                for value in _others(book, row, field.name):
                    changed = {**rows, name: dataclasses.replace(row, **{field.name: value})}
                    title = f"{book.id}/{kind}/{name}.{field.name}={_short(value)}"
                    kinds: dict[str, Any] = {kind: changed}
                    another = dataclasses.replace(book, **kinds)
                    if _is_sound(another):
                        yield title, name, another


def undone(book: Rulebook) -> Iterator[tuple[str, str, Rulebook]]:
    """Every variant without one of its changes: a key as the rulebook has it, or no new row."""
    for variant in book.variants.values():
        other = load_rulebook(book.id, variant.id)
        for rule in variant.changes:
            kind, _, name = rule.partition("/")
            rows, usual = other.kinds[kind], book.kinds[kind].get(name)
            if usual is None:
                less: dict[str, Any] = {kind: {k: r for k, r in rows.items() if k != name}}
                yield (
                    f"{book.id}/{variant.id}/{rule}",
                    variant.id,
                    dataclasses.replace(other, **less),
                )
                continue
            for field in dataclasses.fields(usual):
                before = getattr(usual, field.name)
                if field.name in TOLD or before == getattr(rows[name], field.name):
                    continue
                row = dataclasses.replace(rows[name], **{field.name: before})
                again: dict[str, Any] = {kind: {**rows, name: row}}
                title = f"{book.id}/{variant.id}/{rule}.{field.name}"
                yield title, variant.id, dataclasses.replace(other, **again)


def _short(value: object) -> str:
    if isinstance(value, Duration):
        return f"{value.earliest}-{value.latest}"
    return (
        ",".join(map(str, value))
        if isinstance(value, tuple) and value and isinstance(value[0], str)
        else str(value)[:40]
    )


def _others(book: Rulebook, row: Row, key: str) -> list[Any]:
    """What the key could say instead. One that is not stated has no other."""
    value = getattr(row, key)
    if key in TOLD or (not value and key != "default"):
        return []
    if isinstance(row, Option) and key in ("default", "choices"):
        return _other_choices(row, key)
    if key == "file":
        assert isinstance(row, Surface)
        return [file for file in book.stores[row.reads].files if file != value]
    if key in {"writes", "reads", "origin", "target"}:
        if getattr(row, "closed", ""):
            return []
        return [store for store in book.stores if store != value]
    if key == "does":
        return [] if value == WRITES else [WRITES]
    if key == "closed":
        return [""]
    if key in {"needs", "instead"} and isinstance(value, tuple):
        return [value[:n] + value[n + 1 :] for n in range(len(value))]
    return _other_values(value)


def _other_choices(row: Option, key: str) -> list[Any]:
    if key == "choices":
        return [tuple(c for c in row.choices if c != gone) for gone in row.choices]
    flags = [True, False] if row.is_flag else []
    return [value for value in (*flags, *row.choices) if value != row.default]


def _other_values(value: object) -> list[Any]:
    if isinstance(value, Duration):
        return _other_durations(value)
    if isinstance(value, timedelta):
        return [value * 2, value / 2]
    if isinstance(value, bool):
        return [False]
    if isinstance(value, int):
        return [value + 1, value - 1]
    return [()] if isinstance(value, tuple) else [None]


def _other_durations(value: Duration) -> list[Duration]:
    if value.latest is None:
        return [Duration(timedelta(0), timedelta(days=1))]
    if value.latest == timedelta(0):
        return []
    shorter, longer = value.latest - timedelta(seconds=1), value.latest + timedelta(seconds=1)
    return [Duration(value.earliest, shorter), Duration(value.earliest, longer)]


def _is_sound(book: Rulebook) -> bool:
    try:
        check_rulebook(book, "altered.toml")
    except BadDocument:
        return False
    return True
