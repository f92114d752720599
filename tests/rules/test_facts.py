"""Facts and rows: every fact is used or set aside with a reason, every failure has its scenario."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.rules.kit import BOOKS, FILES

from sameface.rules import Rulebook, load_rulebook

DOCS = Path(__file__).parent.parent.parent / "docs"
ROW = re.compile(
    r"^\| ([ABC]-[SCRKV]\d+[a-z]?|F\d+) \||^- \*\*((?:seed|post)-\d+|[XU]\d+)\*\*", re.MULTILINE
)
FACTS = tuple(a or b for a, b in ROW.findall((DOCS / "facts.md").read_text()))
ERAS = {
    "office365-2014": ("seed-", "post-", "A-"),
    "office365-2018": ("B-",),
    "microsoft365-2024": ("C-",),
}
NOT_OF_RULES = {
    "F5": "a session opened without the RPS proxy: the tool's matter",
    "F12": "a full import that compares addresses: the tool's matter",
    "F13": "stored addresses of an old host: a server's repair, no rule",
    "F14": "the library's name in another language: the connector's matter",
    "F17": "EWS or Autodiscover cannot be reached: the network's matter",
    "F22": "throttling: the door's matter, and a fault of the tenant",
    "F23": "the wrong version of an API: the connector writes v1.0",
    "F24": "an address that runs out: the tenant's and the connector's matter",
}
"""Failures that are about a protocol or a tool, not about where photos go."""


def rests_on(book: Rulebook) -> set[str]:
    """Every fact that a row or a variant of the rulebook cites."""
    rows = [row for rows in book.kinds.values() for row in rows.values()]
    changed = [load_rulebook(book.id, variant) for variant in book.variants]
    rows += [row for other in changed for rows_ in other.kinds.values() for row in rows_.values()]
    cited = {fact for row in rows for fact in row.source}
    return cited | {fact for variant in book.variants.values() for fact in variant.source}


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.id)
def test_every_fact_of_an_era_is_used_or_set_aside_with_a_reason(book: Rulebook) -> None:
    """No fact row of an era's section is overlooked by its rulebook."""
    own = {fact for fact in FACTS if fact.startswith(ERAS[book.id])}

    assert own - rests_on(book) - set(book.unused) == set()


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.id)
def test_every_fact_that_a_rulebook_names_is_there(book: Rulebook) -> None:
    """Rows, variants and the table of unused facts name ids of docs/facts.md."""
    assert (rests_on(book) | set(book.unused)) - set(FACTS) == set()


def test_every_contradiction_and_every_unknown_is_dealt_with() -> None:
    """Each is what a variant or a row rests on, or is set aside with a reason, in some era."""
    dealt_with = {fact for book in BOOKS for fact in (*rests_on(book), *book.unused)}

    assert {fact for fact in FACTS if fact[0] in "XU"} - dealt_with == set()


def test_every_failure_has_a_scenario_or_is_no_matter_of_rules() -> None:
    """Each symptom is reproduced and its remedy works, in a scenario named after it."""
    failures = {fact for fact in FACTS if fact.startswith("F")}
    told = {f"F{int(file.stem[1:3])}" for file in FILES if file.parent.name == "failures"}

    assert told | set(NOT_OF_RULES) == failures
    assert told & set(NOT_OF_RULES) == set()


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact.startswith("seed-")])
def test_every_row_of_the_seed_is_told_in_a_scenario(fact: str) -> None:
    """A scenario names the row in its title, or the rulebook of 2014 sets it aside."""
    titles = [file.read_text().splitlines()[0] for file in FILES]
    named = any(re.search(rf"\b{fact}\b", title) for title in titles)

    assert named or fact in load_rulebook("office365-2014").unused


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.id)
def test_the_page_about_rulebooks_spells_out_every_name(book: Rulebook) -> None:
    """Options, verbs and variants are told in the era's sentences; other names in its tables."""
    page = (DOCS / "rulebooks.md").read_text()
    era = page[page.index(f"\n## {book.id}\n") :].partition("\n## ")[2].partition("\n## ")[0]
    sentences, _, tables = era.partition(f"<!-- generated: names {book.id} -->")
    further = {*book.stores, *book.channels, *book.surfaces}

    assert {*book.options, *book.variants, *book.actions, *book.processes} - named(
        sentences
    ) == set()
    assert further - named(tables) == set()


def named(text: str) -> set[str]:
    """Every name in backticks or quotes, without what it is set to."""
    return set(re.findall(r"[`\"]([a-z0-9-]+)(?:=[a-z-]+|=\d+)?[`\"]", text))
