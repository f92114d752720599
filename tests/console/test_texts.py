"""What pages say is in one file: no message is missing, none is left over, no page has its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sameface import console
from sameface.console.standing import Stand
from sameface.console.texts import texts

ROOM = Path(console.__file__).parent
TEMPLATES = sorted((ROOM / "templates").glob("*.html"))
SOURCES = [*TEMPLATES, *sorted(ROOM.glob("*.py"))]
KEY = re.compile(r"""\b(?:t|n|say|say_many)\(\s*f?["']([a-z.-]+?)["']""")
BUILT = re.compile(
    r"""(?:\b(?:t|n|say|say_many)\(\s*f?["']|["'])([a-z]+(?:\.[a-z]+)*[.-])(?:\{|["']\s*~)"""
)
WORD = re.compile(r"[A-Za-z]{2,}")


def used() -> tuple[set[str], set[str]]:
    """Names of messages in templates and code, and beginnings of names that are put together."""
    found = "\n".join(file.read_text("utf-8") for file in SOURCES)
    return set(KEY.findall(found)), set(BUILT.findall(found))


def test_no_message_is_missing() -> None:
    """Every message that a page or the code names is in the file."""
    plain, _ = used()
    known = texts().keys
    forms = {key.rpartition(".")[0] for key in known}

    assert {
        key for key in plain if key not in known | forms and not key.endswith((".", "-"))
    } == set()


def test_no_message_is_left_over() -> None:
    """Every message in the file is said somewhere."""
    plain, begun = used()
    said = "\n".join(file.read_text("utf-8") for file in ROOM.glob("*.py"))

    left = {
        key
        for key in texts().keys
        if key not in plain
        and key.rpartition(".")[0] not in plain
        and not any(key.startswith(beginning) for beginning in begun)
        and f'"{key}"' not in said
    }
    assert left == set()


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.stem)
def test_no_page_has_words_of_its_own(file: Path) -> None:
    """Without tags, expressions and marks nothing is left of a template to be read."""
    text = re.sub(r"\{[{%#].*?[}%#]\}", " ", file.read_text("utf-8"), flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", " ", text)
    text = re.sub(r"&[a-z]+;", " ", text)

    assert WORD.findall(text) == []


def test_every_way_to_stand_has_its_words() -> None:
    """A sentence after the name, and a word beside the bar."""
    for stand in Stand:
        assert f"stands.{stand}" in texts().keys
        assert f"matrix.stand.{stand}" in texts().keys
