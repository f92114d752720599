"""Accounts become people: by their strongest key, and never two people by one account."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from sameface.people import Known, Match, correlate
from sameface.people.correlation import meeting
from sameface.people.keys import keys_of
from sameface.values import Account, Key


def account(store: str, ref: str, **keys: str) -> Account:
    """An account with keys by name, such as `upn="..."`."""
    pairs = tuple((Key(kind.replace("_", "-")), value) for kind, value in keys.items())
    return Account(store, ref, ref, pairs)


def ids() -> Callable[[], str]:
    """p1, p2, …"""
    count = itertools.count(1)
    return lambda: f"p{next(count)}"


def joined(*accounts: Account) -> list[str | None]:
    """Whose each account is."""
    return [match.person for match in correlate(accounts, (), ids())]


def test_stores_that_share_a_key_share_a_person() -> None:
    """The UPN, the mail address and the account name each lead to the same person."""
    assert joined(
        account("exchange", "1", upn="alice@x.test", mail="alice.a@x.test", account_name="alice"),
        account("sharepoint", "2", account_name="i:0#.f|membership|Alice@x.test"),
        account("yammer", "3", mail="ALICE.A@x.test"),
        account("folder", "alice", account_name="Alice"),
        account("exchange", "4", upn="bob@x.test"),
    ) == ["p1", "p1", "p1", "p1", "p2"]


def test_a_mail_address_may_be_somebodys_upn() -> None:
    """Yammer knows people by an address; it may be the one they sign in with."""
    assert joined(
        account("exchange", "1", upn="alice@x.test", mail="alice.a@x.test"),
        account("yammer", "2", mail="alice@x.test"),
    ) == ["p1", "p1"]


def test_an_account_that_leads_to_two_people_is_nobodys() -> None:
    """Its UPN is Alice's and its mail is Bob's: a person must look."""
    alice = account("exchange", "1", upn="alice@x.test")
    bob = account("exchange", "2", upn="bob@x.test", mail="bob@x.test")
    both = account("yammer", "3", upn="alice@x.test", mail="bob@x.test")

    match = correlate((alice, bob, both), (), ids())[2]

    assert match.person is None
    assert match.doubt is not None
    assert "mail bob@x.test" in match.doubt
    assert "upn alice@x.test" in match.doubt


def test_two_people_may_share_an_account_name() -> None:
    """Domains repeat account names; who signs in by another UPN is somebody else."""
    assert joined(
        account("active-directory", "1", upn="bob@eu.test", account_name="bob"),
        account("active-directory", "2", upn="bob@us.test", account_name="bob"),
    ) == ["p1", "p2"]


def test_a_file_may_be_named_by_mail() -> None:
    """A folder cannot know whether an address is a UPN; it meets the mail address as well."""
    assert joined(
        account("exchange", "1", upn="alice@x.test", mail="alice.a@x.test"),
        account("folder", "alice.a@x.test", upn="alice.a@x.test"),
    ) == ["p1", "p1"]


def test_two_upns_in_one_store_are_two_people() -> None:
    """Whoever signs in by another name there is somebody else, in whatever order they come."""
    alice = account("exchange", "1", upn="alice@x.test")
    other = account("exchange", "2", upn="ali@x.test", mail="alice@x.test")

    assert joined(alice, other) == ["p1", "p2"]
    assert joined(other, alice) == ["p1", "p2"]


def test_a_shared_account_name_decides_nothing() -> None:
    """A file called bob.jpg is neither Bob's while there are two of them."""
    match = correlate(
        (
            account("active-directory", "1", upn="bob@eu.test", account_name="bob"),
            account("active-directory", "2", upn="bob@us.test", account_name="bob"),
            account("folder", "bob.jpg", account_name="bob"),
        ),
        (),
        ids(),
    )[2]

    assert match.person is None
    assert match.doubt is not None
    assert "several people" in match.doubt


def test_nobody_has_two_accounts_in_one_store() -> None:
    """A second account of the same keys is doubtful, however well it fits."""
    match = correlate(
        (
            account("exchange", "1", upn="alice@x.test"),
            account("exchange", "2", mail="alice@x.test"),
        ),
        (),
        ids(),
    )[1]

    assert match.person is None
    assert "second account" in (match.doubt or "")


def test_an_account_made_anew_under_an_old_name_is_nobodys() -> None:
    """The old object is gone and another one has its UPN: perhaps another Alice."""
    old = account("exchange", "1", object_guid="aa", upn="alice@x.test")
    known = Known("p1", set(keys_of(old)), [(old, False)])
    new = account("exchange", "2", object_guid="bb", upn="alice@x.test")

    match = correlate((new,), (known,), ids())[0]

    assert match.person is None
    assert "created anew" in (match.doubt or "")


def test_an_account_that_became_another_object_is_nobodys() -> None:
    """The same handle with another object GUID does not keep the face."""
    old = account("sharepoint", "alice@x.test", object_guid="aa", upn="alice@x.test")
    known = Known("p1", set(keys_of(old)), [(old, True)])
    new = account("sharepoint", "alice@x.test", object_guid="bb", upn="alice@x.test")

    assert correlate((new,), (known,), ids())[0].person is None


def test_a_renamed_person_stays_the_same_person() -> None:
    """The object GUID outlives the UPN."""
    old = account("exchange", "1", object_guid="aa", upn="alice.a@x.test")
    known = Known("p1", set(keys_of(old)), [(old, True)])
    new = account("exchange", "1", object_guid="aa", upn="alice.b@x.test")
    elsewhere = account("yammer", "7", mail="alice.b@x.test")

    assert [m.person for m in correlate((new, elsewhere), (known,), ids())] == ["p1", "p1"]


def test_what_is_looked_up_covers_what_joins() -> None:
    """An address is looked up as UPN, as mail and as mapped, or a person would be missed."""
    pairs = meeting(account("yammer", "1", mail="alice@x.test"))

    assert set(pairs) == {(kind, "alice@x.test") for kind in (Key.MAIL, Key.UPN, Key.MAPPED)}


_names = st.sampled_from(["a", "b", "c"])
_accounts = st.lists(
    st.builds(
        account,
        st.sampled_from(["exchange", "sharepoint", "yammer"]),
        st.sampled_from(["1", "2", "3", "4"]),
        upn=_names,
        mail=_names,
        account_name=_names,
    ),
    max_size=8,
    unique_by=lambda a: (a.store, a.ref),
)


@given(_accounts)
def test_one_account_has_one_person_and_one_person_one_account_per_store(
    accounts: list[Account],
) -> None:
    """Whatever keys there are, each account has one answer, and nobody two accounts in a store."""
    matches = correlate(accounts, (), ids())

    assert [match.account for match in matches] == accounts
    assert all((match.person is None) == (match.doubt is not None) for match in matches)
    owned = [(m.person, m.account.store) for m in matches if m.person is not None]
    assert len(owned) == len(set(owned))


@given(_accounts)
def test_who_has_joined_stays(accounts: list[Account]) -> None:
    """A second look at the same accounts parts nobody; it may settle what was doubtful."""
    first = correlate(accounts, (), ids())
    again = correlate(accounts, _known(first), lambda: "new")

    for before, after in zip(first, again, strict=True):
        assert before.doubt or (after.person, after.doubt) == (before.person, None)


def _known(matches: tuple[Match, ...]) -> list[Known]:
    people: dict[str, Known] = {}
    for match in matches:
        if match.person is not None:
            person = people.setdefault(match.person, Known(match.person))
            person.keys |= set(keys_of(match.account))
            person.accounts.append((match.account, True))
    return list(people.values())
