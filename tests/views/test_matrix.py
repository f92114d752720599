"""The matrix as a terminal shows it."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from sameface.rules import load_rulebook
from sameface.views.matrix import Column, Line, Mark, headings, matrix

BOOK = load_rulebook("office365-2014")
STORES = [Column(s.id, s.short, s.title) for s in BOOK.stores.values()]
SURFACES = [Column(s.id, s.short, s.title) for s in BOOK.surfaces.values()]
LINE = Line(
    "Wilhelmina Featherstonehaugh-Cholmondeley",
    [Mark("A/B", "either")] * len(STORES),
    [Mark("A/B", "either")] * len(SURFACES),
)


@pytest.mark.parametrize(
    ("stores", "surfaces", "width"),
    [(STORES, SURFACES, 100), (STORES, [], 80), ([], SURFACES, 80)],
    ids=["both", "stores", "surfaces"],
)
def test_no_column_is_lost(stores: list[Column], surfaces: list[Column], width: int) -> None:
    """Both halves fit into 100 characters and either of them into 80, whatever somebody's name."""
    screen = io.StringIO()

    Console(file=screen, width=width).print(matrix(stores, surfaces, [LINE]))

    head = next(line for line in screen.getvalue().splitlines() if line.strip())
    assert [c.short for c in (*stores, *surfaces)] == head.split()[1:]
    assert screen.getvalue().count("A/B") == len(stores) + len(surfaces)
    assert all(len(line) <= width for line in screen.getvalue().splitlines())


def test_headings_are_explained_without_their_articles() -> None:
    """A title that stands in sentences as "the newsfeed" is "newsfeed" in a list."""
    told = [heading.plain for heading in headings(SURFACES)]

    assert "News newsfeed" in told
    assert not any(f" {article} " in one[:9] for one in told for article in ("the", "a", "an"))
