"""Facts as scenarios, run by the interpreter; and no row of a rulebook without a witness."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.rules.kit import BOOKS, FILES, all_hold, altered, files_of, holds, removed, undone

from sameface.rules import Rulebook, load_rulebook
from sameface.rules.scenarios import parse_scenario, run_scenario

UNSEEN = {
    "office365-2014/stores/entra-id.max_bytes": "whatever AD takes, Azure AD takes too",
    "office365-2018/stores/active-directory.max_bytes": "no surface shows what it refuses",
    "office365-2018/routes/on-premises-exchange-to-ad.resizes": "no ceiling stands in its way",
    "microsoft365-2024/routes/on-premises-exchange-to-ad.resizes": "no ceiling stands in its way",
}
"""What no look can tell, with the reason."""

REMOVED = [one for book in BOOKS for one in removed(book)]
ALTERED = [one for book in BOOKS for one in altered(book) if one[0].partition("=")[0] not in UNSEEN]
UNDONE = [one for book in BOOKS for one in undone(book)]
VARIANTS = [(book.id, variant) for book in BOOKS for variant in book.variants]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_scenario_holds(file: Path) -> None:
    """Each look of each scenario shows exactly the photos that the file expects."""
    report = run_scenario(parse_scenario(file.read_text(), file.name))

    assert [(one.step, one.sees) for one in report.looks if not one.ok] == []
    assert all(sorted(one.sees) == sorted(one.expected or ()) for one in report.looks)
    assert report.looks


@pytest.mark.parametrize(("title", "row", "book"), REMOVED, ids=[title for title, _, _ in REMOVED])
def test_no_row_can_be_removed_unnoticed(title: str, row: str, book: Rulebook) -> None:
    """Without any one row of its rulebook, at least one hand-written scenario fails."""
    assert not all_hold(book, files_of(book.id), row), title


@pytest.mark.parametrize(("title", "row", "book"), ALTERED, ids=[title for title, _, _ in ALTERED])
def test_no_row_can_be_altered_unnoticed(title: str, row: str, book: Rulebook) -> None:
    """With any one deciding key of a row changed, at least one hand-written scenario fails."""
    assert not all_hold(book, files_of(book.id), row), title


@pytest.mark.parametrize(("name", "variant"), VARIANTS)
def test_every_variant_makes_a_difference(name: str, variant: str) -> None:
    """A variant has scenarios that hold by it, and would not hold by the rulebook itself."""
    files, book = files_of(name, variant), load_rulebook(name)

    assert files
    assert all(holds(file) for file in files)
    assert not all(holds(file, book) for file in files)


@pytest.mark.parametrize(
    ("title", "variant", "book"), UNDONE, ids=[title for title, _, _ in UNDONE]
)
def test_no_change_of_a_variant_can_be_left_out(title: str, variant: str, book: Rulebook) -> None:
    """Without any one key or row that it changes, at least one of its scenarios fails."""
    assert not all(holds(file, book) for file in files_of(book.id, variant)), title
