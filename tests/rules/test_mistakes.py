"""Mistakes in scenarios and rulebooks: each names file, table, key and the nearest valid name."""

from __future__ import annotations

from importlib import resources

import pytest

from sameface.errors import BadDocument, BadUsage
from sameface.rules import load_rulebook, parse_rulebook
from sameface.rules.scenarios import parse_scenario

GOOD = """
title = "a scenario"
rulebook = "office365-2014"
[[people]]
id = "alice"
photo = "A"
[[people]]
id = "bob"
[[steps]]
at = "1m"
do = "change"
person = "alice"
channel = "lync-client"
photo = "B"
[[steps]]
at = "2m"
do = "look"
viewer = "bob"
surface = "lync-client"
person = "alice"
sees = "B"
"""
BOOK = resources.files("sameface.rules").joinpath("books/office365-2014.toml").read_text()


@pytest.mark.parametrize(
    ("wrong", "right", "place", "hint"),
    [
        ('"office365-2014"', '"office365-2041"', "rulebook", 'did you mean "office365-2014"'),
        ('"lync-client"\nphoto', '"lync"\nphoto', "steps[1].channel", 'did you mean "lync-client"'),
        ('surface = "lync-client"', 'surface = "linc"', "steps[2].surface", "did you mean"),
        ('person = "alice"\nsees', 'person = "alise"\nsees', "steps[2].person", '"alice"'),
        ('viewer = "bob"', 'viewer = "bop"', "steps[2].viewer", 'did you mean "bob"'),
        ('do = "look"', 'do = "looks"', "steps[2].do", 'did you mean "look"'),
        ('at = "2m"', 'at = "30s"', "steps[2].at", "before the step above"),
        ('at = "2m"', 'at = "-1m"', "steps[2].at", "1d2h30m"),
        ('at = "2m"', "at = 2", "steps[2].at", "text in quotes"),
        ('at = "2m"', 'after = "2m"', "steps[2].at", "is missing"),
        ('id = "bob"', 'id = "alice"', "people[2].id", "there twice"),
        ('id = "bob"', 'id = "bob"\nmailbox = "no"', "people[2].mailbox", "true or false"),
        ('id = "bob"', 'id = "bob"\nmailbocks = true', "people[2].mailbocks", '"mailbox"'),
        ('photo = "B"', 'photo = "none"', "steps[1].photo", '"none"'),
        ('photo = "B"', 'photo = "B"\nbytes = 0', "steps[1].bytes", "at least 1"),
        ('photo = "B"', 'photo = "B"\nfoto = "C"', "steps[1].foto", 'did you mean "photo"'),
        ('sees = "B"', "sees = []", "steps[2].sees", "empty"),
        ('sees = "B"', "sees = 3", "steps[2].sees", "text in quotes"),
        ('title = "a scenario"', 'title = ""', "title", "is empty"),
        ('title = "a scenario"', "start = 2014-03-03T09:00:00", "title", "is missing"),
        ('title = "a', 'start = 2014-03-03T09:00:00\ntitle = "a', "start", "time zone"),
    ],
)
def test_a_mistake_in_a_scenario_is_named_with_its_remedy(
    wrong: str, right: str, place: str, hint: str
) -> None:
    """The message names the file, the step and the key, and what would be right."""
    assert wrong in GOOD
    with pytest.raises(BadDocument) as told:
        parse_scenario(GOOD.replace(wrong, right, 1), "my.toml")

    assert str(told.value).startswith(f"my.toml: {place} ")
    assert hint in str(told.value)


def test_a_name_in_sees_that_nothing_introduced_is_no_wrong_file() -> None:
    """It is a look that does not hold (design section 4)."""
    parse_scenario(GOOD.replace('sees = "B"', 'sees = "Z"'), "my.toml")


def test_text_that_is_no_toml_is_told_with_its_line() -> None:
    """A syntax error names file and line."""
    with pytest.raises(BadDocument, match=r"my.toml is not valid TOML: .*line 2"):
        parse_scenario('title = "x"\nrulebook = [}\n', "my.toml")


@pytest.mark.parametrize(
    ("wrong", "right", "place", "hint"),
    [
        ('reads = "yammer"', 'reads = "jammer"', "surfaces[11].reads", 'did you mean "yammer"'),
        ('every = "3h"', "", "routes[1].every", "goes with"),
        ('every = "3h"', 'every = "0s"', "routes[1].every", "longer than nothing"),
        ('window = "24h"', 'window = "a day"', "routes[3].window", "1d2h30m"),
        ('assume = { max = "24h" }', 'assume = { max = "1h", min = "2h" }', "max", "shorter"),
        ('assume = { max = "24h" }', 'asume = { max = "24h" }', "assume", "is missing"),
        ("max-bytes = 10240\nonly", "max-bytes = -1\nonly", "routes[2].max-bytes", "at least 1"),
        ('cleared-by = "restart"', 'cleared-by = "restarts"', "cleared-by", '"restart"'),
        ('file = "large"', 'file = "huge"', "surfaces[1].file", "did you mean"),
        ('source = ["A-S1"]', "source = []", "stores[1].source", "is empty"),
        ('from = "exchange"', 'from = "sharepoint"', "routes[3].to", "comes from"),
        ('to = "sharepoint"', 'to = "active-directory"', "routes[1].to", "circle"),
        ('id = "outlook-client"', 'id = "yammer"', "channels[5].id", "there twice"),
        ("\ncertain = false", '\ncertainly = "no"', "certainly", "is not known here"),
    ],
)
def test_a_mistake_in_a_rulebook_is_named_with_its_remedy(
    wrong: str, right: str, place: str, hint: str
) -> None:
    """The message names the file, the row and the key, and what would be right."""
    assert wrong in BOOK
    text = BOOK.replace(wrong, right, 1)
    if "circle" in hint:  # a circle in which nothing is carried only once
        text = text.replace('only-into = "never-had"\n', "")
    with pytest.raises(BadDocument) as told:
        parse_rulebook(text, "book.toml")

    assert str(told.value).startswith("book.toml: ")
    assert place in str(told.value)
    assert hint in str(told.value)


def test_an_unknown_rulebook_is_answered_with_the_nearest() -> None:
    """A slip in the name of a rulebook is answered with the one that was meant."""
    with pytest.raises(BadUsage, match="did you mean"):
        load_rulebook("office365-2015")
