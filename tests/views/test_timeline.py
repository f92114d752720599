"""Bars over time: as wide as asked for, letters in every bar, ASCII where that is wanted."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.rules.kit import FILES

from sameface.rules.scenarios import parse_scenario
from sameface.rules.timeline import Timeline, timeline
from sameface.views.timeline import bars

BROWSER = next(file for file in FILES if file.stem == "11-browser-keeps-search-results")
ONCE = next(file for file in FILES if file.stem == "30-dirsync-once")


def told(file: Path = BROWSER) -> Timeline:
    return timeline(parse_scenario(file.read_text(), "x.toml"))


@pytest.mark.parametrize("width", [80, 100, 140])
def test_no_line_is_wider_than_asked_for(width: int) -> None:
    """Bars and axis fit; the title may be wrapped by the terminal."""
    lines = [line.plain for line in bars(told(), width=width)]

    assert max(len(line) for line in lines[2:]) <= width


def test_a_copy_in_a_browser_is_a_longer_bar() -> None:
    """Bob goes on seeing A, until he clears his browser's cache; each look is marked."""
    lines = [line.plain for line in bars(told(), plain=True)]
    at = next(n for n, line in enumerate(lines) if line.startswith("  people search"))
    colleague, bob = lines[at], lines[at + 1]

    assert "as Bob sees it" in bob
    assert colleague.index("B=") < bob.index("B=", 38)
    assert bob.count("o", 38) == 3


def test_what_is_uncertain_is_hatched() -> None:
    """Exchange takes it from Azure AD within a day: until then, it or nothing."""
    text = "\n".join(line.plain for line in bars(told(ONCE)))

    assert "D/none╱" in text


def test_plain_keeps_to_ascii_and_needs_no_colour() -> None:
    """Everything is in the letters."""
    for line in bars(told(ONCE), plain=True):
        assert line.plain.isascii()


def test_every_step_is_marked_and_told() -> None:
    """A number above the moment, and the same number below with what happened."""
    lines = [line.plain for line in bars(told(), plain=True)]

    assert lines[3].split() == ["1", "2"]
    assert any(line.startswith("2  31d") and "clears their browser" in line for line in lines)
