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
    """An account with keys by name, such as `upn="..."`; `mail` may hold aliases after blanks."""
    pairs = tuple(
        (Key(kind.replace("_", "-")), one) for kind, value in keys.items() for one in value.split()
    )
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


def doubt(*accounts: Account) -> str:
    """Why the last of these is nobody's; empty where it is somebody's."""
    return correlate(accounts, (), ids())[-1].doubt or ""


def test_an_alias_leads_to_whose_it_is() -> None:
    """Whichever of the two has the address as its own, and whichever comes first."""
    mailbox = account("exchange", "1", upn="alice@x.test", mail="alice@x.test a.old@x.test")
    elsewhere = account("yammer", "2", mail="a.old@x.test")
    profile = account("sharepoint", "3", account_name="i:0#.w|x\\aold", mail="a.old@x.test")

    assert joined(mailbox, elsewhere, profile) == ["p1", "p1", "p1"]
    assert joined(elsewhere, mailbox, profile) == ["p1", "p1", "p1"]


def test_an_alias_of_two_people_is_nobodys() -> None:
    """Two accounts of one store share an alias: both stay, and who is known by it is doubtful."""
    stores = {
        "exchange": [
            account("exchange", "1", upn="alice@x.test", mail="alice@x.test team@x.test"),
            account("exchange", "2", upn="bob@x.test", mail="bob@x.test team@x.test"),
        ],
        "openldap": [
            account("openldap", "1", mail="alice@x.test team@x.test"),
            account("openldap", "2", mail="team@x.test bob@x.test"),
        ],
        "active-directory": [
            account("active-directory", "1", mail="alice@x.test team@x.test"),
            account("active-directory", "2", mail="team@x.test"),
        ],
    }
    known_by_it = account("yammer", "3", mail="team@x.test")
    for two in stores.values():
        for one, other in (two, two[::-1]):
            assert joined(one, other, known_by_it) == ["p1", "p2", None]
            assert "several people: by mail team@x.test" in doubt(one, other, known_by_it)


def test_nobody_is_left_over_for_an_alias_of_two() -> None:
    """That one of the two has an account in that store already says nothing of the other."""
    alice = account("exchange", "1", upn="alice@x.test", mail="alice@x.test team@x.test")
    bob = account("exchange", "2", upn="bob@x.test", mail="bob@x.test team@x.test")
    bobs, known_by_it = (account("yammer", who, mail=f"{who}@x.test") for who in ("bob", "team"))

    assert joined(alice, bob, bobs, known_by_it) == ["p1", "p2", "p2", None]


def test_who_signs_in_by_an_alias_of_another_name_is_nobodys() -> None:
    """Somebody renamed, of whom one store does not know yet; or who left, and whose mail somebody
    else gets."""
    mailbox = account("exchange", "1", upn="bob@x.test", mail="bob@x.test al@x.test")
    profile = account("sharepoint", "2", account_name="i:0#.f|membership|al@x.test")

    assert joined(mailbox, profile) == ["p1", None]
    assert "no more than an alias: al@x.test" in doubt(mailbox, profile)


def test_an_alias_makes_nobody_of_who_signs_in_by_another_name() -> None:
    """Bob gets the mail of Al, who is without a mailbox now: two people, as they always were."""
    al = account("entra-id", "1", upn="al@x.test", mail="al@x.test team@x.test")
    bob = account("exchange", "2", upn="bob@x.test", mail="bob@x.test al@x.test team@x.test")

    assert joined(al, bob) == ["p1", "p2"]


def test_an_alias_on_both_sides_is_no_proof() -> None:
    """Both are called otherwise: a person must look."""
    mailbox = account("exchange", "1", upn="alice@x.test", mail="alice@x.test team@x.test")
    entry = account("openldap", "2", mail="bob@x.test team@x.test")

    assert joined(mailbox, entry) == ["p1", None]
    assert "no more than an alias: team@x.test" in doubt(mailbox, entry)


def test_an_alias_on_both_sides_and_a_number_join() -> None:
    """The employee id says what the alias does not."""
    mailbox = account("exchange", "1", mail="alice@x.test team@x.test", employee_id="7")
    entry = account("openldap", "2", mail="a@x.test team@x.test", employee_id="7")

    assert joined(mailbox, entry) == ["p1", "p1"]


def test_who_took_over_an_address_stays_who_they_are() -> None:
    """Alice left and Bob gets her mail: what signs in by a name is its owner's, and an account that
    is known by Alice's address alone is nobody's until somebody says whose."""
    alice = account("active-directory", "1", upn="alice@x.test", mail="alice@x.test")
    bob = account("active-directory", "2", upn="bob@x.test", mail="bob@x.test")
    mailbox = account("exchange", "3", upn="bob@x.test", mail="bob@x.test alice@x.test")
    profile = account("sharepoint", "4", upn="alice@x.test", mail="alice@x.test")
    yammer = account("yammer", "5", mail="alice@x.test")

    assert joined(alice, bob, mailbox, profile, yammer) == ["p1", "p2", "p2", "p1", None]


def test_an_own_address_outweighs_an_own_alias() -> None:
    """Where nobody tells sign-in names: Bob's mailbox is Bob's, though it gets Alice's mail too."""
    alice = account("openldap", "1", mail="alice@x.test")
    bob = account("openldap", "2", mail="bob@x.test")
    mailbox = account("exchange", "3", mail="bob@x.test alice@x.test")

    assert joined(alice, bob, mailbox) == ["p1", "p2", "p2"]


def test_the_object_outweighs_an_own_alias() -> None:
    """Entra's Bob is the directory's Bob by his GUID, though he gets Alice's mail too."""
    alice = account("active-directory", "1", object_guid="aa", mail="alice@x.test")
    bob = account("active-directory", "2", object_guid="bb", mail="b@corp.test")
    mailbox = account("exchange", "3", object_guid="bb", mail="bob@x.test alice@x.test")

    assert joined(alice, bob, mailbox) == ["p1", "p2", "p2"]


def test_aliases_count_from_the_look_that_first_tells_them() -> None:
    """A mailbox that was known without them is the same, and they are no addresses of its own."""
    old = account("exchange", "1", upn="alice@x.test", mail="alice@x.test")
    known = Known("p1", set(keys_of(old)), [(old, True)])
    now = account("exchange", "1", upn="alice@x.test", mail="alice@x.test team@x.test")
    entry = account("openldap", "2", mail="bob@x.test team@x.test")

    assert [m.person for m in correlate((now, entry), (known,), ids())] == ["p1", None]


def test_an_account_made_anew_under_an_alias_is_nobodys() -> None:
    """The old object is gone, and another one is called as it was before."""
    old = account("yammer", "1", object_guid="yammer:1", mail="alice@x.test")
    mailbox = account("exchange", "2", mail="alice@x.test a.old@x.test")
    keys = set(keys_of(old)) | set(keys_of(mailbox))
    new = account("yammer", "3", object_guid="yammer:3", mail="a.old@x.test")

    known = Known("p1", keys, [(old, False), (mailbox, True)])
    match = correlate((new,), (known,), ids())[0]

    assert match.person is None
    assert "created anew" in (match.doubt or "")


def test_who_first_tells_which_object_it_is_is_not_created_anew() -> None:
    """An account known before without a handle keeps its person when it first has one."""
    old = account("yammer", "1", mail="alice@x.test")
    known = Known("p1", set(keys_of(old)), [(old, True)])
    now = account("yammer", "1", object_guid="yammer:1", mail="alice@x.test")

    assert correlate((now,), (known,), ids())[0].person == "p1"


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
_mails = st.lists(_names, max_size=3, unique=True).map(" ".join)
_accounts = st.lists(
    st.builds(
        account,
        st.sampled_from(["exchange", "sharepoint", "yammer"]),
        st.sampled_from(["1", "2", "3", "4"]),
        upn=_names | st.just(""),
        mail=_mails,
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


@given(_accounts)
def test_nobody_is_joined_by_an_address_that_is_several_peoples(accounts: list[Account]) -> None:
    """Whoever is known by one address alone is whose it is, or nobody's; never one of several."""
    first = correlate(accounts, (), ids())
    for name in ("a", "b", "c"):
        single = account("folder", "9", mail=name)
        (match,) = correlate([single], _known(first), lambda: "new")

        having = {p.person for p in _known(first) if {(Key.UPN, name), (Key.MAIL, name)} & p.keys}
        assert match.person in ({None} if len(having) > 1 else having or {"new"})


def _known(matches: tuple[Match, ...]) -> list[Known]:
    people: dict[str, Known] = {}
    for match in matches:
        if match.person is not None:
            person = people.setdefault(match.person, Known(match.person))
            person.keys |= set(keys_of(match.account))
            person.accounts.append((match.account, True))
    return list(people.values())
