"""Mistakes in scenarios and rulebooks: each names file, table, key and the nearest valid name."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from sameface.errors import BadDocument, BadUsage
from sameface.rules import load_rulebook, parse_rulebook, read_rulebook
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

    assert re.match(rf"my\.toml(, line \d+)?: {re.escape(place)} ", str(told.value))
    assert hint in str(told.value)


def test_a_name_in_sees_that_nothing_introduced_is_no_wrong_file() -> None:
    """It is a look that does not hold (design section 4)."""
    parse_scenario(GOOD.replace('sees = "B"', 'sees = "Z"'), "my.toml")


def test_text_that_is_no_toml_is_told_with_its_line() -> None:
    """A syntax error names file and line."""
    with pytest.raises(BadDocument, match=r"my\.toml is nested too deep"):
        parse_scenario(f"a = {'[' * 100_000}", "my.toml")
    with pytest.raises(BadDocument, match=r"my.toml is not valid TOML: .*line 2"):
        parse_scenario('title = "x"\nrulebook = [}\n', "my.toml")


@pytest.mark.parametrize(
    ("wrong", "right", "place", "hint"),
    [
        ('reads = "yammer"', 'reads = "jammer"', "surfaces[11].reads", 'did you mean "yammer"'),
        ('from = "exchange"', 'from = "exchang"', "routes[3].from", 'did you mean "exchange"'),
        ('to = "entra-id"', 'to = "entra"', "routes[1].to", 'did you mean "entra-id"'),
        ('writes = "yammer"', 'writes = "yamer"', ".writes", 'did you mean "yammer"'),
        ('otherwise = "sharepoint"', 'otherwise = "sharepint"', ".otherwise", '"sharepoint"'),
        ('signs-in = "lync-client"', 'signs-in = "lync"', ".signs-in", '"lync-client"'),
        ('sets = ["picture-shown"]', 'sets = ["picture-shone"]', ".sets", '"picture-shown"'),
        ('cache = "browser"', 'cache = "brouser"', "surfaces[1].cache", 'did you mean "browser"'),
        ('assume = { max = "24h" }', 'assume = { max = "-24h" }', "max", "1d2h30m"),
        (
            'assume = { max = "24h" }',
            'assume = { typical = "2d", max = "24h" }',
            "typical",
            "not between min and max",
        ),
        ('every = "3h"', "", "routes[1].every", "goes with"),
        ('every = "3h"', 'every = "0s"', "routes[1].every", "longer than nothing"),
        ('window = "24h"', 'window = "a day"', "routes[3].window", "1d2h30m"),
        ('assume = { max = "24h" }', 'assume = { max = "1h", min = "2h" }', "max", "shorter"),
        ('assume = { max = "24h" }', 'asume = { max = "24h" }', "assume", "is missing"),
        ("10240\nneeds", "-1\nneeds", "routes[2].max-bytes", "at least 1"),
        ('cleared-by = "restart"', 'cleared-by = "restarts"', "cleared-by", '"restart"'),
        ('file = "large"', 'file = "huge"', "surfaces[1].file", "did you mean"),
        ('source = ["A-S1", "A-R4"]', "source = []", "stores[1].source", "is empty"),
        ('from = "exchange"', 'from = "sharepoint"', "routes[3].to", "comes from"),
        ('to = "sharepoint"', 'to = "active-directory"', "routes[1].to", "circle"),
        ('id = "outlook-client"', 'id = "yammer"', "channels[5].id", "there twice"),
        ("\ncertain = false", '\ncertainly = "no"', "certainly", "is not known here"),
        ('every = "3h"', 'every = "-3h"', "routes[1].every", "1d2h30m"),
        ('needs = ["dirsync-thumbnails"]', 'needs = ["dirsync"]', "needs", '"dirsync-thumbnails"'),
        ('needs = ["mailbox"]', 'needs = ["mailbox=cloud"]', "needs", 'has no "cloud"'),
        ('needs = ["mailbox"]', 'needs = ["lync-version"]', "needs", "never on or off"),
        ('default = "2013"', 'default = "2012"', "options[8].default", "did you mean"),
        (
            '"mailbox=on-premises", "!hybrid',
            '"mailbox=on-prem", "!hybrid',
            "instead[1].when",
            "did",
        ),
        (
            'reads = "entra-id" }',
            'reads = "entra" }',
            "instead[1].reads",
            'did you mean "entra-id"',
        ),
        ('lacking = "the mailbox policy', 'lacking = "" # "', "channels[3].lacking", "is missing"),
        ('on = "owner-views-large"', 'on = "owner-looks"', "routes[3].on", '"owner-views-large"'),
        ('id = "edit-cancel"\ntitle', 'id = "edit-and-cancel"\ntitle', "forced-by", "has no"),
        ('id = "sign-out"', 'id = "log-out"', "actions[6].id", 'did you mean "sign-out"'),
        ('"seed-1" = ', '"seed-3" = ', "unused.seed-3", "is used by options["),
        ('id = "ad-takes-10-kb"', 'id = "azure-ad-takes-10-kb"', "variants[3].id", "there twice"),
        ('[[variants.stores]]\nid = "active-directory"\n', "", "max-bytes", "is not known here"),
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

    assert str(told.value).startswith("book.toml, line ")
    assert place in str(told.value)
    assert hint in str(told.value)


def test_an_unknown_rulebook_is_answered_with_the_nearest() -> None:
    """A slip in the name of a rulebook is answered with the one that was meant."""
    with pytest.raises(BadUsage, match="did you mean"):
        load_rulebook("office365-2015")


def test_two_routes_between_the_same_stores_fight_unless_nobody_has_both() -> None:
    """Conditions that nobody can meet at once keep two routes apart."""
    twin = BOOK[
        BOOK.index('[[routes]]\nid = "ad-to-azure-ad"') : BOOK.index('[[routes]]\nid = "az')
    ]
    twin = twin.replace('"ad-to-azure-ad"', '"another"')
    apart = twin.replace('needs = ["', 'needs = ["!')

    with pytest.raises(BadDocument, match=r'routes\[9\].to fights with the route "ad-to-azure-ad"'):
        parse_rulebook(_with(twin), "book.toml")
    parse_rulebook(_with(apart), "book.toml")


def _with(routes: str) -> str:
    place = BOOK.index("# --- caches")
    return BOOK[:place] + routes + BOOK[place:]


def test_a_mistake_in_a_variant_is_named_with_the_variant() -> None:
    """A variant is checked as the rulebook is; its own file is told with its name."""
    wrong = BOOK.replace('only-into = "anything"', 'only-into = "any"')
    parse_rulebook(wrong, "book.toml")

    with pytest.raises(
        BadDocument, match=r"book.toml, variant aad-.*: routes\[2\].only-into has no"
    ):
        parse_rulebook(wrong, "book.toml", "aad-copies-every-time")


def test_a_variant_that_does_not_settle_is_refused(tmp_path: Path) -> None:
    """A file of one's own is checked with all its variants."""
    file = tmp_path / "book.toml"
    file.write_text(BOOK.replace('needs = ["profile-photos=import", "mailbox!=true"]\n', ""))

    with pytest.raises(BadDocument, match=r"to leads back to .*: a photo would travel in a circle"):
        read_rulebook(file)


def test_a_variant_that_is_not_there_is_answered_with_the_nearest() -> None:
    """For a rulebook that comes with us, and in a scenario."""
    with pytest.raises(BadUsage, match='did you mean "aad-copies-every-time"'):
        load_rulebook("office365-2014", "aad-copies")
    with pytest.raises(
        BadDocument, match=r'my.toml, line 1: variant has no "aad-copies"; did you mean'
    ):
        parse_scenario(f'variant = "aad-copies"\n{GOOD}', "my.toml")
    with pytest.raises(BadDocument, match=r"my.toml, line \d+: rulebook office365-2014 has no"):
        parse_scenario(GOOD, "my.toml", variant="aad-c")


@pytest.mark.parametrize(
    ("option", "value", "hint"),
    [
        ("mailbox", '"on-premise"', 'it is true or false, or "on-premises"'),
        ("lync-version", '"2011"', "did you mean"),
        ("lync-version", "true", "text in quotes"),
        ("dirsync-thumbnails", '"yes"', "true or false"),
    ],
)
def test_an_option_says_only_what_it_can(option: str, value: str, hint: str) -> None:
    """In a person's options and in a `set` step alike."""
    person = GOOD.replace('id = "bob"', f'id = "bob"\n{option} = {value}')
    step = f'{GOOD}[[steps]]\nat = "3m"\ndo = "set"\nperson = "bob"\noption = "{option}"\n'

    for text, place in (
        (person, f"people[2].{option}"),
        (f"{step}value = {value}", "steps[3].value"),
    ):
        with pytest.raises(BadDocument) as told:
            parse_scenario(text, "my.toml")
        assert place in str(told.value)
        assert hint in str(told.value)
