"""How rulebooks differ: every row that was added, removed or changed, and only those."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

import pytest
from tests.rules.kit import BOOKS

from sameface.rules import Rulebook
from sameface.rules.differences import ADDED, CHANGED, REMOVED, differences

BOOK = BOOKS[-1]


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.id)
def test_a_rulebook_does_not_differ_from_itself(book: Rulebook) -> None:
    """No row, no key."""
    assert differences(book, book) == ()


def test_a_change_is_told_key_by_key_with_its_facts() -> None:
    """The key as the file spells it, before and after, and the sources on both sides."""
    route = next(r for r in BOOK.routes.values() if r.every)
    assert route.every
    other = dataclasses.replace(route, every=timedelta(hours=5), target="yammer")
    changed = dataclasses.replace(BOOK, routes={**BOOK.routes, route.id: other})

    (found,) = differences(BOOK, changed)

    told = found.as_json()
    assert (told["rule"], told["is"]) == (f"routes/{route.id}", CHANGED)
    assert {key["key"] for key in told["keys"]} == {"to", "every"}
    assert {"key": "to", "before": route.target, "after": "yammer"} in told["keys"]
    assert "5 hours" in {key["after"] for key in told["keys"]}
    assert told["facts"] == {"before": list(route.source), "after": list(route.source)}


@pytest.mark.parametrize("one", BOOKS, ids=lambda book: book.id)
@pytest.mark.parametrize("other", BOOKS, ids=lambda book: book.id)
def test_rows_are_added_one_way_and_removed_the_other(one: Rulebook, other: Rulebook) -> None:
    """Comparing the other way round exchanges added and removed; all of it goes into JSON."""
    there = {(d.rule, d.what) for d in differences(one, other)}
    back = {(d.rule, d.what) for d in differences(other, one)}

    opposite = {ADDED: REMOVED, REMOVED: ADDED, CHANGED: CHANGED}
    assert there == {(rule, opposite[what]) for rule, what in back}
    assert json.dumps([row.as_json() for row in differences(one, other)])
