"""docs/facts.md: the ground on which the rulebooks stand."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

FACTS = Path(__file__).parent.parent / "docs" / "facts.md"
BOOKS = sorted(
    (book for book in files("sameface.rules").joinpath("books").iterdir() if book.is_file()),
    key=lambda book: book.name,
)

_ID = re.compile(
    r"^(?:- \*\*((?:seed|post)-\d+|[XU]\d+)\*\*|\| ([ABC]-[SCRKV]\d+[a-z]?|F\d+) \|)", re.MULTILINE
)


def ids() -> list[str]:
    """Every id that docs/facts.md gives to a fact, in its order."""
    return [a or b for a, b in _ID.findall(FACTS.read_text(encoding="utf-8"))]


def cited(document: Any) -> Iterator[str]:
    """The ids in every `source = [...]` of a rulebook, however deep."""
    if isinstance(document, dict):
        for key, value in document.items():
            if key == "source":
                yield from value
            else:
                yield from cited(value)
    elif isinstance(document, list):
        for item in document:
            yield from cited(item)


def test_an_id_means_one_fact() -> None:
    """No two facts share an id."""
    assert [name for name, times in Counter(ids()).items() if times > 1] == []


def test_no_fact_was_left_out() -> None:
    """The numbered families have no gaps: seed 1-16, post 17-26, F 1-24, X 1-22, U 1-8."""
    families = {"seed-": (1, 16), "post-": (17, 26), "F": (1, 24), "X": (1, 22), "U": (1, 8)}
    wanted = {f"{name}{n}" for name, (a, z) in families.items() for n in range(a, z + 1)}

    assert {name for name in ids() if not re.match("[ABC]-", name)} == wanted


@pytest.mark.parametrize("era", "ABC")
@pytest.mark.parametrize("kind", "SCRKV")
def test_every_era_tells_of_everything_a_photo_passes(era: str, kind: str) -> None:
    """Each era has stores, channels, routes, caches and surfaces, counted from 1 without gap."""
    found = re.findall(rf"\b{era}-{kind}(\d+)\b", " ".join(ids()))

    assert sorted(map(int, found)) == list(range(1, len(found) + 1))
    assert found


def test_every_source_is_linked() -> None:
    """Each number in brackets has its address, and each address is used."""
    text = FACTS.read_text(encoding="utf-8")
    addresses = re.findall(r"^\[(\d+)\]: https?://\S+$", text, re.MULTILINE)
    used = re.findall(r"\[(\d+)\](?!:)", text)

    assert set(used) == set(addresses)
    assert len(addresses) == len(set(addresses))


def test_facts_refer_to_facts_that_are_there() -> None:
    """An id mentioned in passing is the id of a fact."""
    text = FACTS.read_text(encoding="utf-8").partition("## 1. ")[2]
    mentioned = re.findall(r"\b(?:seed-\d+|post-\d+|[ABC]-[SCRKV]\d+[a-z]?|[FX]\d+)\b", text)

    assert set(mentioned) - set(ids()) == set()


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.name)
def test_a_rulebook_rests_on_facts(book: Any) -> None:
    """Every id that a rulebook cites as its source is in docs/facts.md."""
    sources = set(cited(tomllib.loads(book.read_text(encoding="utf-8"))))

    assert sources
    assert sources - set(ids()) == set()
