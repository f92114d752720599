"""A name that changed hands takes along no account that is somebody's by more than that name."""

from __future__ import annotations

from tests.people.test_correlation import account, ids

from sameface.people import Known, correlate
from sameface.people.keys import keys_of
from sameface.values import Account, Key


def _two_swapped(*others: Account) -> tuple[Known, Known]:
    """p1 was called a and signs in as b by now, p2 the reverse; p1 has these others."""
    one = account("active-directory", "1", object_guid="aa", upn="b@x.test")
    other = account("active-directory", "2", object_guid="bb", upn="a@x.test")
    both = {(Key.UPN, "a@x.test"), (Key.UPN, "b@x.test")}
    return (
        Known("p1", set(keys_of(one)) | both, [(one, True), *((a, True) for a in others)]),
        Known("p2", set(keys_of(other)) | both, [(other, True)]),
    )


def test_an_account_that_is_but_a_name_goes_with_it() -> None:
    """The name is somebody else's by now: nobody's, and both people are named."""
    profile = account("sharepoint", "3", upn="a@x.test")

    (match,) = correlate((profile,), _two_swapped(profile), ids())

    assert match.person is None
    assert match.doubt == (
        "sharepoint account 3 (3) was 1 (b@x.test)'s, and a@x.test is a name of active-directory "
        "account 2 (2) now; say in the mapping CSV whose it is"
    )


def test_a_name_kept_in_another_directory_is_still_in_dispute() -> None:
    """One directory knows of the rename and one does not yet: who signs in by it cannot be told."""
    entra = account("entra-id", "4", object_guid="ee", upn="a@x.test")
    profile = account("sharepoint", "3", upn="a@x.test")

    (match,) = correlate((profile,), _two_swapped(profile, entra), ids())

    assert match.person is None


def test_who_signs_in_by_a_name_keeps_it_from_who_gets_mail_by_it() -> None:
    """An address that is the mail of somebody else takes no profile away."""
    alice = account("active-directory", "1", object_guid="aa", upn="a@x.test")
    bob = account("active-directory", "2", object_guid="bb", upn="b@x.test", mail="a@x.test")
    profile = account("sharepoint", "3", upn="a@x.test")
    known = (
        Known("p1", set(keys_of(alice)), [(alice, True), (profile, True)]),
        Known("p2", set(keys_of(bob)), [(bob, True)]),
    )

    assert correlate((profile,), known, ids())[0].person == "p1"


def test_an_account_that_comes_back_is_no_second_one() -> None:
    """Meanwhile its person has got another one there."""
    old, new = account("folder", "1", upn="a@x.test"), account("folder", "2", upn="a@x.test")
    known = Known("p1", set(keys_of(old)), [(old, False), (new, True)])

    (match,) = correlate((old,), (known,), ids())

    assert "second account" in (match.doubt or "")
