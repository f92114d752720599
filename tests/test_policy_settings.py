"""[policy]: what it says becomes values, and wishes that contradict each other are refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sameface.errors import BadDocument
from sameface.settings import (
    Conflict,
    OwnChoice,
    PolicySettings,
    Removal,
    Wins,
    Withholding,
    load_settings,
)

STORES = """
[[stores]]
id = "folder"
connector = "folder"
path = "portraits"
[[stores]]
id = "yammer"
connector = "yammer"
url = "https://www.yammer.com"
token-file = "token"
[[stores]]
id = "exchange"
connector = "graph"
url = "https://graph.microsoft.com"
token-file = "token"
mode = "both"
"""


def settings(folder: Path, policy: str, stores: str = STORES) -> PolicySettings:
    """[policy] of a file that says this."""
    (folder / "token").write_text("token")
    (folder / "board.txt").write_text("Ann@X.test   # the chair\n\nben@x.test\n")
    (folder / "others.txt").write_text("ben@x.test\n")
    (folder / "chair.txt").write_text("Ann@X.test   # the chair\n")
    (folder / "odd.txt").write_text("Ann Adams\n")
    (folder / "joined.txt").write_text("ann@x.test\n\ufeffben@x.test\n")
    (folder / "windows.txt").write_bytes(b"\xef\xbb\xbfben@x.test\r\ncyd@x.test\r\n")
    file = folder / "sameface.toml"
    head = '[organisation]\nname = "Contoso"\n[policy]\nauthorities = ["folder"]\n'
    file.write_text(head + policy + stores)
    return load_settings(file).policy


def test_everything_it_says_is_a_value(tmp_path: Path) -> None:
    """The organisation's wishes, a group's by its list, a person's."""
    policy = settings(
        tmp_path,
        """
        wins = "authority"
        conflict = "newest"
        removal = "propagate"
        own-choice = "keep"
        withholding = "ignore"
        empty-store = "30%"
        exclude-stores = ["yammer"]
        exclude-people = "others.txt"
        [[policy.groups]]
        name = "board"
        people = "chair.txt"
        authorities = ["exchange", "folder"]
        removal = "ask"
        [[policy.people]]
        person = "Cyd@x.test"
        pin = "0123abcd"
        """,
    )

    everybody = policy.everybody
    assert (everybody.wins, everybody.conflict) == (Wins.AUTHORITY, Conflict.NEWEST)
    assert (everybody.removal, everybody.own_choice) == (Removal.PROPAGATE, OwnChoice.KEEP)
    assert everybody.withholding is Withholding.IGNORE
    assert everybody.exclude_stores == ("yammer",)
    assert policy.empty_store.percent == 30
    (left_out, without), (board, group) = policy.groups
    assert left_out == frozenset({"ben@x.test"})
    assert without.exclude
    assert board == frozenset({"ann@x.test"})
    assert group.authorities == ("exchange", "folder")
    assert (group.removal, group.whose) == (Removal.ASK, "group board")
    assert [(name, wish.pin) for name, wish in policy.people] == [("cyd@x.test", "0123abcd")]


def test_what_it_does_not_say_is_as_it_always_was(tmp_path: Path) -> None:
    """Nothing new happens to an organisation that asked for nothing new."""
    policy = settings(tmp_path, "")

    assert (policy.groups, policy.people, policy.empty_store.percent) == ((), (), 50)
    assert policy.everybody.wins is None
    assert policy.everybody.removal is None


def test_a_list_made_with_an_editor_of_windows_names_its_first_person(tmp_path: Path) -> None:
    """The byte order mark before a list is no part of the first name in it."""
    ((names, _),) = settings(tmp_path, 'exclude-people = "windows.txt"\n').groups

    assert names == frozenset({"ben@x.test", "cyd@x.test"})


OWN = 'authorities = ["exchange"]'
BEN = '[[policy.people]]\nperson = "Ben@x.test"\n'
GROUP = '[[policy.groups]]\nname = "board"\n'


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ('wins = "newst"', 'policy.wins has no "newst"; did you mean "newest"?'),
        ('removel = "ask"', 'policy.removel is not known here; did you mean "removal"?'),
        ('wins = "newest"\nconflict = "newest"', 'policy.conflict is "newest", and so is wins'),
        ('wins = "newest"\nown-choice = "keep"', 'policy.own-choice is "keep", but wins'),
        ('removal = "propagate"\nempty-store = "100%"', "needs the stop that empty-store"),
        (
            'exclude-stores = ["folder"]',
            'names "folder", which is among authorities; take it',
        ),
        ('exclude-stores = ["teams"]', 'names "teams", which no [[stores]] has'),
        ('exclude-people = "lost.txt"', "exclude-people names lost.txt, which is not there"),
        ('exclude-people = "odd.txt"', 'lists "ann adams", which is no UPN or mail address'),
        (
            'exclude-people = "joined.txt"',
            "ufeffben@x.test', which holds what nobody sees",
        ),
        ('empty-store = "half"', 'empty-store should be like "50%"'),
        (f"{GROUP}", "policy.groups[1].people is missing"),
        (f'{GROUP}people = "board.txt"\npin = "0123abcd"', "policy.groups[1].pin is not known"),
        (
            f'{GROUP}people = "board.txt"\n{GROUP}people = "others.txt"',
            "policy.groups[2].people lists ben@x.test, who is in group board too",
        ),
        (
            f'wins = "newest"\n{GROUP}people = "board.txt"\nconflict = "newest"',
            'policy.groups[1].conflict is "newest", and so is wins',
        ),
        (
            f'exclude-stores = ["exchange"]\n{GROUP}people = "board.txt"\n{OWN}',
            'policy.groups[1].authorities names "exchange", which exclude-stores of [policy]',
        ),
        ("[[policy.people]]\nexclude = true", "policy.people[1].person is missing"),
        (
            '[[policy.people]]\nperson = "a@x"\n[[policy.people]]\nperson = "A@x"',
            'policy.people[2].person names "a@x" a second time',
        ),
        (
            '[[policy.people]]\nperson = "a@x"\npin = "A"',
            "policy.people[1].pin should be 8 or more digits of a version",
        ),
        (
            '[[policy.people]]\nperson = "a@x"\npin = "0123abcd"\nexclude = true',
            "policy.people[1].pin and exclude contradict each other",
        ),
        (
            f'exclude-people = "others.txt"\n{BEN}pin = "0123abcd"',
            "pin is for ben@x.test, whom exclude-people leaves alone; take the pin out, or say ",
        ),
        ('[[policy.people]]\nperson = "ben"', 'person is "ben", which is no UPN or mail address'),
    ],
)
def test_what_cannot_hold_is_refused_with_key_and_remedy(
    tmp_path: Path, policy: str, told: str
) -> None:
    """Misspelt, contradictory, or about a file or store that is not there."""
    with pytest.raises(BadDocument) as refused:
        settings(tmp_path, policy + "\n")

    assert told in str(refused.value)
    assert re.match(r"sameface\.toml, line \d+: ", str(refused.value))


@pytest.mark.parametrize(
    ("group", "person", "told"),
    [
        (
            f'{OWN}\nexclude-stores = ["yammer"]',
            'authorities = ["yammer"]',
            'authorities names "yammer", which exclude-stores of group board leaves out; say',
        ),
        (
            OWN,
            'exclude-stores = ["exchange"]',
            'exclude-stores names "exchange", which is among authorities of group board; take',
        ),
        (
            'wins = "newest"',
            'conflict = "newest"',
            'conflict is "newest", and so is wins of group board',
        ),
        (
            'conflict = "newest"',
            'wins = "newest"',
            'wins is "newest", and so is conflict of group board',
        ),
        (
            'wins = "newest"',
            'own-choice = "keep"',
            'own-choice is "keep", but wins of group board = "newest" spreads every change',
        ),
        (
            'own-choice = "keep"',
            'wins = "newest"',
            'which spreads every change, but own-choice of group board is "keep"; leave one',
        ),
    ],
)
def test_what_cannot_hold_for_a_member_is_refused(
    tmp_path: Path, group: str, person: str, told: str
) -> None:
    """What a group and one of its people say is fine by itself, and not together."""
    board = f'{GROUP}people = "others.txt"\n{group}\n'
    settings(tmp_path, board)
    settings(tmp_path, f"{BEN}{person}\n")

    with pytest.raises(BadDocument, match=re.escape(told)) as refused:
        settings(tmp_path, f"{board}{BEN}{person}\n")

    assert "policy.people[1]" in str(refused.value)


def test_the_special_case_prevails(tmp_path: Path) -> None:
    """What a group takes back of the organisation's wishes, or a person of a list's, holds."""
    policy = settings(
        tmp_path,
        """
        exclude-stores = ["exchange"]
        exclude-people = "others.txt"
        [[policy.groups]]
        name = "chair"
        people = "chair.txt"
        exclude-stores = []
        authorities = ["exchange"]
        [[policy.people]]
        person = "ben@x.test"
        exclude = false
        pin = "0123abcd"
        """,
    )

    (_, without), (_, group) = policy.groups
    assert (without.exclude, group.exclude, policy.people[0][1].exclude) == (True, None, False)
    assert (group.exclude_stores, group.authorities) == ((), ("exchange",))


@pytest.mark.parametrize(
    ("policy", "line", "key"),
    [
        ('removal = "ask"\nwins = "newest"\nconflict = "newest"', 7, "policy.conflict"),
        ('# both:\nremoval = "propagate"\nempty-store = "100%"', 6, "policy.removal"),
        (f'{GROUP}people = "board.txt"\n\n{GROUP}', 9, "policy.groups[2].people"),
        ('[[policy.people]]\nperson = "a@x"\nexclude = true\npin = "0123abcd"', 8, "policy.people"),
    ],
)
def test_what_cannot_hold_is_refused_with_its_line(
    tmp_path: Path, policy: str, line: int, key: str
) -> None:
    """Where the key stands; for one that is missing, where its table begins."""
    with pytest.raises(BadDocument) as refused:
        settings(tmp_path, policy + "\n")

    assert str(refused.value).startswith(f"sameface.toml, line {line}: {key}")


def test_a_store_that_is_only_read_cannot_be_seeded(tmp_path: Path) -> None:
    """How it is written says something only where it is."""
    stores = STORES.replace('mode = "both"', 'writes = "seed-once"')

    with pytest.raises(BadDocument, match=r"stores\[3\]\.writes says how Sameface writes"):
        settings(tmp_path, "", stores)


def test_a_mapping_is_read_and_its_mistakes_are_named(tmp_path: Path) -> None:
    """[people] names a CSV; what is wrong in it is told with its file and line."""
    (tmp_path / "people.csv").write_text("person,account,store\nann@x.test,DSC_1,folder\n")
    (tmp_path / "odd.csv").write_text("person,account\nann@x.test,a\n,b\n")
    (tmp_path / "token").write_text("token")
    file = tmp_path / "sameface.toml"
    head = '[organisation]\nname = "Contoso"\n[policy]\nauthorities = ["folder"]\n[people]\n'

    file.write_text(f'{head}mapping = "people.csv"\n{STORES}')
    assert load_settings(file).mapping.people == {("folder", "dsc_1"): "ann@x.test"}
    for name, told in (
        ("odd.csv", "odd.csv: line 3 has no person"),
        ("none.csv", "people.mapping names none.csv, which is not there"),
    ):
        file.write_text(f'{head}mapping = "{name}"\n{STORES}')
        with pytest.raises(BadDocument, match=told):
            load_settings(file)
