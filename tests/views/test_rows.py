"""A rulebook as tables: every row, what other sources say, and what no row rests on."""

from __future__ import annotations

import json

import pytest
from tests.rules.kit import BOOKS

from sameface.cli import main
from sameface.rules import Rulebook, load_rulebook
from sameface.views.rows import says

each = pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.id)


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What `sameface rulebook show` prints, its lines joined: a terminal may break them."""
    assert main(["rulebook", "show", *arguments]) == 0
    return " ".join(capsys.readouterr().out.split())


@each
def test_nothing_is_left_out(book: Rulebook, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows of every kind, variants and unused facts are all there, as table and as data."""
    text = shown(capsys, book.id)
    told = json.loads(shown(capsys, book.id, "--json"))
    rows = {row.id for rows in book.kinds.values() for row in rows.values()}

    assert [name for name in {*rows, *book.variants, *book.unused} if name not in text] == []
    assert {row["id"] for row in told["variants"]} == set(book.variants)
    assert told["unused"] == dict(book.unused)


def test_an_option_tells_all_it_can_say() -> None:
    """One that is on for some, says a word, or takes time, is told as it is."""
    book = load_rulebook("microsoft365-2024")
    words, some = (
        says(book.options["photo-source"], book),
        says(book.options["picture-shown"], book),
    )

    assert words.endswith(
        "undefined, cloud, on-premises; usually undefined; takes effect within a day"
    )
    assert some.endswith("on, off; usually on for who has a photo")


def test_a_variant_can_be_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """The rows are as the other source has them (X20)."""
    text = shown(capsys, "office365-2014", "--variant", "dirsync-every-two-hours")

    assert "variant dirsync-every-two-hours" in text
    assert "every 2 hours" in text
