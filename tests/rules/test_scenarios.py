"""The seed's sentences as scenarios, run by the interpreter; and no row without a witness."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sameface.errors import BadDocument, SamefaceError
from sameface.rules import load_rulebook
from sameface.rules.loading import check_rulebook
from sameface.rules.rulebook import Duration, Row, Rulebook, Surface
from sameface.rules.scenarios import parse_scenario, run_scenario

FILES = sorted((Path(__file__).parent.parent / "scenarios").glob("*.toml"))
BOOK = load_rulebook("office365-2014")
TOLD = {
    "id",
    "title",
    "short",
    "source",
    "certain",
    "text",
    "waits",
    "refuses",
    "unless",
    "lacking",
    "alone",
}
"""Keys that are told, and decide nothing."""


def holds(file: Path, book: Rulebook | None = None) -> bool:
    """True when every look shows exactly the photos expected: no more, and no fewer."""
    try:
        report = run_scenario(parse_scenario(file.read_text(), file.name, book))
        return all(set(one.sees) == set(one.expected or one.sees) for one in report.looks)
    except (SamefaceError, KeyError):
        return False  # the changed rulebook lacks what the scenario speaks of


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_sentence_of_the_seed_holds(file: Path) -> None:
    """Each look of each scenario shows exactly the photos that the file expects."""
    report = run_scenario(parse_scenario(file.read_text(), file.name))

    assert [(one.step, one.sees) for one in report.looks if not one.ok] == []
    assert all(sorted(one.sees) == sorted(one.expected or ()) for one in report.looks)
    assert report.looks


def removed(book: Rulebook, kind: str, name: str) -> Rulebook:
    rows = {key: row for key, row in book.kinds[kind].items() if key != name}
    return dataclasses.replace(book, **{kind: rows})


def altered(book: Rulebook) -> Iterator[tuple[str, Rulebook]]:
    """Every rulebook in which one key that a row states, and that decides something, is another."""
    for kind, rows in book.kinds.items():
        for name, row in rows.items():
            for field in dataclasses.fields(row):
                for value in others(book, row, field.name):
                    changed = {**rows, name: dataclasses.replace(row, **{field.name: value})}
                    title = f"{kind}/{name}.{field.name}={value}"
                    yield title, dataclasses.replace(book, **{kind: changed})


def others(book: Rulebook, row: Row, key: str) -> list[Any]:
    """What the key could say instead. One that is not stated has no other."""
    value = getattr(row, key)
    if key in {*TOLD, "actor", "by", "process", "on"} or not value:
        return []
    if key == "default":
        return [not value] if isinstance(value, bool) else [True, False]
    if key == "file":
        assert isinstance(row, Surface)
        return [file for file in book.stores[row.reads].files if file != value]
    if key in {"writes", "reads", "origin", "target"}:
        return [store for store in book.stores if store != value]
    if isinstance(value, Duration):
        return _other_durations(value)
    if isinstance(value, timedelta):
        return [value * 2, value / 2]
    if isinstance(value, bool):
        return [False]
    if isinstance(value, int):
        return [value + 1, value - 1]
    return [()] if isinstance(value, tuple) else [None]


def is_sound(book: Rulebook) -> bool:
    """False where loading would have refused it: that, too, is noticed."""
    try:
        check_rulebook(book, "altered.toml")
    except BadDocument:
        return False
    return True


def _other_durations(value: Duration) -> list[Duration]:
    if value.latest is None:
        return [Duration(timedelta(0), timedelta(days=1))]
    if value.latest == timedelta(0):
        return []
    shorter, longer = value.latest - timedelta(seconds=1), value.latest + timedelta(seconds=1)
    return [Duration(value.earliest, shorter), Duration(value.earliest, longer)]


REMOVED = [
    (f"{kind}/{name}", removed(BOOK, kind, name))
    for kind, rows in BOOK.kinds.items()
    for name in rows
]
UNSEEN = {
    "stores/active-directory.max_bytes": "no surface of this era reads AD; the refusal is told",
    "stores/entra-id.max_bytes": "whatever Active Directory takes, Azure AD takes too",
}
ALTERED = [
    (title, book)
    for title, book in altered(BOOK)
    if title.partition("=")[0] not in UNSEEN and is_sound(book)
]


@pytest.mark.parametrize(("title", "book"), REMOVED, ids=[title for title, _ in REMOVED])
def test_no_row_can_be_removed_unnoticed(title: str, book: Rulebook) -> None:
    """Without any one row of the rulebook, at least one hand-written scenario fails."""
    assert not all(holds(file, book) for file in FILES), title


@pytest.mark.parametrize(("title", "book"), ALTERED, ids=[title for title, _ in ALTERED])
def test_no_row_can_be_altered_unnoticed(title: str, book: Rulebook) -> None:
    """With any one deciding key of a row changed, at least one hand-written scenario fails."""
    assert not all(holds(file, book) for file in FILES), title
