"""The map: nothing overlaps, nothing is left out, and the drawn files are current."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sameface.rules import Rulebook, load_rulebook, rulebook_names
from sameface.views.chapters import inserted
from sameface.views.map import draw, layout, text
from sameface.views.map.geometry import SMALL_PX, TITLE_PX, Box, text_width

MAPS = Path(__file__).parent.parent.parent / "docs" / "maps"
BOOKS = [load_rulebook(name) for name in rulebook_names()]
each = pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.id)


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.right
        and other.x < one.right
        and one.y < other.bottom
        and other.y < one.bottom
    )


def crosses(box: Box, a: tuple[float, float], b: tuple[float, float]) -> bool:
    """Whether a level or upright line runs through the inside of the box."""
    left, right = sorted((a[0], b[0]))
    top, bottom = sorted((a[1], b[1]))
    return left < box.right and box.x < right + 0.01 and top < box.bottom and box.y < bottom + 0.01


def inside(box: Box) -> Box:
    return Box(box.kind, box.id, box.x + 1, box.y + 1, box.w - 2, box.h - 2, ())


@each
def test_no_two_boxes_overlap(book: Rulebook) -> None:
    """Channels, stores, caches, surfaces and the labels of routes each have their own place."""
    pairs = combinations(layout(book).boxes, 2)

    assert [(a.id, b.id) for a, b in pairs if overlap(a, b)] == []


@each
def test_no_line_runs_through_a_box(book: Rulebook) -> None:
    """Lines end at the edges of what they connect, and pass everything else by."""
    drawn = layout(book)
    hits = [
        (path.kind, box.kind, box.id)
        for path in drawn.paths
        for a, b in zip(path.points, path.points[1:], strict=False)
        for box in drawn.boxes
        if crosses(inside(box), a, b)
    ]

    assert hits == []


@each
def test_text_stays_in_its_box_and_boxes_on_the_map(book: Rulebook) -> None:
    """By a generous estimate of how wide letters are."""
    drawn = layout(book)
    for box in drawn.boxes:
        assert all(text_width(t, TITLE_PX, bold=True) <= box.w - 14 for t in box.title), box
        assert all(text_width(t, SMALL_PX) <= box.w - 14 for t in box.small), box
        assert box.text_height() <= box.h + 0.01, box
        assert box.x >= 0
        assert box.y >= 0
        assert box.right <= drawn.width
        assert box.bottom <= drawn.height


@each
def test_every_row_is_on_the_map(book: Rulebook) -> None:
    """Channels, stores, routes, surfaces, and every cache that some surface uses."""
    ids = {box.id for box in layout(book).boxes}
    used = {surface.cache for surface in book.surfaces.values() if surface.cache}

    assert {*book.channels, *book.stores, *book.routes, *book.surfaces, *used} <= ids


@each
def test_the_map_is_an_svg_for_light_and_dark(book: Rulebook) -> None:
    """Well-formed, with a title for who cannot see it, and colours for either scheme."""
    svg = draw(book)
    root = ElementTree.fromstring(svg)

    assert root.attrib["role"] == "img"
    assert book.title in root.attrib["aria-label"]
    assert "prefers-color-scheme: dark" in svg
    assert "<script" not in svg


@each
def test_the_drawn_files_are_current(book: Rulebook) -> None:
    """docs/maps holds what `scripts/draw-maps` draws."""
    assert (MAPS / f"{book.id}.svg").read_text(encoding="utf-8") == draw(book)


@each
def test_the_page_about_rulebooks_shows_the_map(book: Rulebook) -> None:
    """docs/rulebooks.md has the picture and the terminal's version, as `make maps` writes them."""
    page = (MAPS.parent / "rulebooks.md").read_text(encoding="utf-8")

    assert f"](maps/{book.id}.svg)" in page
    assert f"$ sameface rulebook draw {book.id}" in page
    assert inserted(book, page) == page


def test_no_map_is_left_of_a_rulebook_that_is_gone() -> None:
    """One file for each rulebook."""
    assert {file.stem for file in MAPS.glob("*.svg")} == set(rulebook_names())


@each
def test_in_a_terminal_it_fits_100_columns_and_plain_is_ascii(book: Rulebook) -> None:
    """Nothing is wider than 100 columns; without a terminal it needs no signs and no colour."""
    lines = [line.plain for line in text(book)]
    plain = [line.plain for line in text(book, plain=True)]

    assert max(map(len, lines)) <= 100
    assert all(row.title in "\n".join(lines) for row in book.stores.values())
    titles = "".join(row.title for rows in book.kinds.values() for row in rows.values())
    if titles.isascii():
        assert all(line.isascii() for line in plain)
