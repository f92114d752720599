"""The mapping CSV: a person's word about whose an account is, and what is wrong with a line."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.people.test_correlation import account, ids

from sameface.errors import BadDocument
from sameface.people import Known, Match, correlate, parse_mapping
from sameface.people.keys import keys_of
from sameface.values import Account, Key

STORES = ("exchange", "folder", "yammer")
ALICE = account("exchange", "1", upn="alice@x.test", account_name="alice")


def said(*lines: str, head: str = "person,account,store") -> tuple[str, str, tuple[str, ...]]:
    """A CSV of these lines, ready to be parsed."""
    return "\n".join((head, *lines)), "people.csv", STORES


def joined(text: tuple[str, str, tuple[str, ...]], *accounts: Account) -> tuple[Match, ...]:
    """Whose each account is, the CSV being taken into account."""
    mapping = parse_mapping(*text)
    return correlate(map(mapping.of, accounts), (), ids())


@pytest.mark.parametrize(
    "line",
    [
        "alice@x.test,DSC_0815,folder",
        "ALICE@x.test , dsc_0815 ,",
        "alice@x.test,DSC_0815.JPG,folder",
    ],
)
def test_an_account_is_named_by_its_handle_or_by_a_key(line: str) -> None:
    """In one store or in all, however it is spelt."""
    portrait = account("folder", "dsc_0815.jpg", account_name="DSC_0815")

    matches = joined(said(line), ALICE, portrait)

    assert [match.person for match in matches] == ["p1", "p1"]


def test_it_decides_where_the_keys_cannot() -> None:
    """A UPN of Alice's and a mail address of Bob's: doubtful, until somebody has said whose."""
    bob = account("exchange", "2", upn="bob@x.test", mail="bob@x.test")
    both = account("yammer", "3", upn="alice@x.test", mail="bob@x.test")

    doubtful = joined(said(), ALICE, bob, both)[2]
    decided = joined(said("bob@x.test,3,yammer"), ALICE, bob, both)[2]

    assert (doubtful.person, decided.person, decided.doubt) == (None, "p2", None)


def test_an_address_is_first_of_all_whose_own_it_is() -> None:
    """Bob gets Alice's mail: a line that gives something to Alice means her, and one about an
    account of that name is not about his mailbox."""
    bob = account("exchange", "2", upn="bob@x.test", mail="bob@x.test alice@x.test")
    portrait = account("folder", "7", account_name="7")
    carols = account("yammer", "3", mail="carol@x.test")

    matches = joined(said("alice@x.test,7", "carol@x.test,alice@x.test"), bob, carols)
    assert [match.person for match in matches] == ["p1", "p2"]
    matches = joined(said("alice@x.test,7"), ALICE, bob, portrait)
    assert [match.person for match in matches] == ["p1", "p2", "p1"]


def test_it_outweighs_whose_the_account_has_been() -> None:
    """A file that its name led to the wrong person is moved to the right one."""
    bob = account("exchange", "2", upn="bob@x.test")
    portrait = account("folder", "alice", account_name="alice")
    known = [
        Known("p1", set(keys_of(ALICE)), [(ALICE, True), (portrait, True)]),
        Known("p2", set(keys_of(bob)), [(bob, True)]),
    ]
    mapping = parse_mapping(*said("bob@x.test,alice,folder"))

    (match,) = correlate([mapping.of(portrait)], known, ids())

    assert (match.person, match.newcomer) == ("p2", False)


def test_an_account_created_anew_is_whose_somebody_says() -> None:
    """Another object under an old name is doubtful; a line is the answer to the doubt."""
    old = account("exchange", "1", object_guid="aa", upn="alice@x.test")
    new = account("exchange", "2", object_guid="bb", upn="alice@x.test")
    known = Known("p1", set(keys_of(old)), [(old, False)])
    mapping = parse_mapping(*said("alice@x.test,bb,exchange"))

    (doubtful,) = correlate([new], [known], ids())
    (decided,) = correlate([mapping.of(new)], [known], ids())

    assert (doubtful.person, decided.person) == (None, "p1")


def test_nobody_has_two_accounts_in_a_store_whatever_is_said() -> None:
    """The second stays doubtful: which of the two shows the face, a line cannot say."""
    other = account("exchange", "2", upn="ali@x.test")

    match = joined(said("alice@x.test,ali@x.test"), ALICE, other)[1]

    assert match.person is None
    assert "second account" in (match.doubt or "")


def test_whom_no_store_has_shown_yet_is_doubtful() -> None:
    """Said of nobody, as a misspelt line is: nobody new is made of it, and it joins who comes."""
    portrait = account("folder", "dsc_0815", account_name="dsc_0815")

    matches = joined(said("alice@x.test,dsc_0815"), portrait, ALICE, portrait)

    assert [match.person for match in matches] == [None, "p1", "p1"]
    assert "is mapped to alice@x.test, whom no store has shown yet" in str(matches[0].doubt)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (said(",alice"), "people.csv: line 2 has no person"),
        (said("alice@x.test,"), "people.csv: line 2 has no account"),
        (said("", "Alice,alice"), 'line 3 gives the account to "alice", which is no UPN or mail'),
        (said("a@x.test,a,foldr"), 'line 2 names the store "foldr".*did you mean "folder"'),
        (said("a@x.test,a,folder,b"), "line 2 has 4 values for 3 columns"),
        (said("a@x.test,a,", "b@x.test,A,"), "line 3 gives a to b@x.test, and line 2 to a@x.test"),
        (said('a@x.test,"a'), "line 2 cannot be read"),
        (said(head="person,login"), 'line 1 has the column "login", which is not known'),
        (said(head="person,store"), "line 1 should name the columns person, account, store"),
        (said(head=""), "line 1 should name the columns"),
    ],
)
def test_a_line_that_cannot_hold_is_refused_by_file_and_line(
    text: tuple[str, str, tuple[str, ...]], told: str
) -> None:
    """Nothing of such a file is believed, and the remedy is named."""
    with pytest.raises(BadDocument, match=told):
        parse_mapping(*text)


def test_semicolons_and_empty_lines_are_fine() -> None:
    """As a spreadsheet saves it, with empty lines and without a column of stores."""
    text = "Person;Account\r\nalice@x.test;DSC_0815\r\n\r\n;\r\n"
    mapping = parse_mapping(text, "people.csv", STORES)

    assert mapping.of(account("folder", "DSC_0815")).key(Key.MAPPED) == "alice@x.test"
    assert mapping.of(ALICE) == ALICE


@given(st.text())
def test_any_text_is_a_mapping_or_refused(text: str) -> None:
    """Whatever the file holds, there is a sentence for it."""
    with contextlib.suppress(BadDocument):
        assert all(parse_mapping(text, "people.csv", STORES).people.values())
