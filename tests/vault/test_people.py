"""The vault's people: joined, found by any of their names, listed in pages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.vault.kit import NOON, account, adopted

from sameface.connectors.keys import handle_key
from sameface.errors import UnknownPerson
from sameface.values import Account, Key
from sameface.vault import Vault


async def test_somebody_is_found_by_any_of_their_names(vault: Vault) -> None:
    """UPN, mail, account name, display name and id all lead to the same person."""
    keys = ((Key.UPN, "Alice@x.test"), (Key.MAIL, "a.adams@x.test"), (Key.ACCOUNT_NAME, "aadams"))
    await adopted(vault, Account("exchange", "1", "Alice Adams", keys))

    alice = await vault.person("ALICE@x.test")

    assert (alice.name, alice.upn) == ("Alice Adams", "alice@x.test")
    for name in ("a.adams@x.test", "aadams", "alice adams", alice.id):
        assert await vault.person(name) == alice


async def test_nobody_is_answered_with_names_that_are_near(vault: Vault) -> None:
    """A misspelt name is refused, and says who may have been meant."""
    await adopted(vault, account("exchange", "alice@x.test", "Alice Adams"))

    with pytest.raises(UnknownPerson) as refused:
        await vault.person("Alise Adams")

    assert refused.value.near == ("alice@x.test",)


async def test_a_name_of_two_people_names_both(vault: Vault) -> None:
    """Two Bobs: neither is guessed."""
    await adopted(
        vault,
        account("exchange", "bob1@x.test", "Bob"),
        account("exchange", "bob2@x.test", "Bob"),
    )

    with pytest.raises(UnknownPerson) as refused:
        await vault.person("Bob")

    assert set(refused.value.near) == {"Bob (bob1@x.test)", "Bob (bob2@x.test)"}


async def test_everybody_comes_in_pages_by_name(vault: Vault) -> None:
    """Pages follow one another without gap or repetition, whatever their size."""
    upns = [f"p{number}@x.test" for number in range(7)]
    await adopted(vault, *(account("exchange", upn, f"Name {upn[1]}") for upn in upns))

    listed: list[str] = []
    page = await vault.people(limit=3)
    while page:
        listed += [person.upn for person in page]
        page = await vault.people(page[-1], limit=3)

    assert listed == upns


@pytest.mark.parametrize("happens", ["renamed", "forgotten"])
async def test_pages_go_on_whatever_becomes_of_the_last_one(vault: Vault, happens: str) -> None:
    """Everybody else comes once, though the last of a page is called otherwise or gone by now."""
    upns = [f"p{number}@x.test" for number in range(7)]
    ids = await adopted(vault, *(account("exchange", upn, f"Name {upn[1]}") for upn in upns))
    last = upns[2]

    first = await vault.people(limit=3)
    if happens == "renamed":
        await adopted(vault, account("exchange", last, "Zoe"))
    else:
        await vault.erase(ids[last], "r1", NOON)
    rest = await vault.people(first[-1], limit=7)

    assert [person.upn for person in first] == upns[:3]
    assert [person.upn for person in rest if person.upn != last] == upns[3:]


async def test_what_workers_record_of_people_goes_on_whatever_becomes_of_the_last_one(
    vault: Vault,
) -> None:
    """Their ids come in pages, too; the id at which a page ended need not be there any more."""
    upns = [f"p{number}@x.test" for number in range(7)]
    ids = await adopted(vault, *(account("exchange", upn) for upn in upns))

    first = await vault.workers.people(None, 3)
    await vault.erase(first[-1], "r1", NOON)
    rest = await vault.workers.people(first[-1], 7)

    assert sorted((*first, *rest)) == sorted(ids.values())


async def test_accounts_of_several_stores_are_one_person(vault: Vault) -> None:
    """Each page of accounts joins those that are there already."""
    await adopted(
        vault, account("exchange", "alice@x.test"), account("yammer", "alice@x.test", "Ali")
    )

    alice = await vault.person("alice@x.test")

    assert [a.store for a in alice.accounts] == ["exchange", "yammer"]
    assert (await vault.counts()).people == 1


async def test_a_better_store_gives_a_better_name(vault: Vault) -> None:
    """A person first met in a folder is called as their directory calls them."""
    await adopted(
        vault,
        account("folder", "alice@x.test", "alice@x.test"),
        account("exchange", "alice@x.test", "Alice Adams"),
        account("yammer", "alice@x.test", "Ali"),
    )

    assert (await vault.person("alice@x.test")).name == "Alice Adams"


async def test_who_is_listed_no_more_is_gone_after_a_whole_pass(vault: Vault) -> None:
    """Only a pass that came to its end knows who is missing; who comes back is there again."""
    alice, bob = account("exchange", "alice@x.test"), account("exchange", "bob@x.test")
    await adopted(vault, alice, bob)

    look = await vault.begin_look("exchange", NOON)
    await vault.adopt([alice], look, NOON)
    assert (await vault.person("bob@x.test")).accounts == (bob,)

    await vault.end_look(look, NOON)
    assert (await vault.person("bob@x.test")).accounts == ()
    assert (await vault.person("alice@x.test")).accounts == (alice,)

    await adopted(vault, alice, bob)
    assert (await vault.person("bob@x.test")).accounts == (bob,)


async def test_a_doubtful_account_is_nobodys_and_listed(vault: Vault) -> None:
    """It belongs to no person until somebody has looked, and stays doubtful meanwhile."""
    both = Account("yammer", "7", "Ali", ((Key.UPN, "alice@x.test"), (Key.MAIL, "bob@x.test")))
    stores = account("exchange", "alice@x.test"), account("exchange", "bob@x.test")
    await adopted(vault, *stores, both)
    await adopted(vault, both)

    (doubt,) = await vault.doubts()

    assert doubt.account == both
    assert "several people" in doubt.why
    assert (await vault.person("alice@x.test")).account("yammer") is None
    assert await vault.doubts(("yammer", "7")) == ()


async def test_an_account_made_anew_stays_doubtful(vault: Vault) -> None:
    """However often it is listed, another object does not inherit the face of its name."""
    old = Account("exchange", "al", "Al", ((Key.UPN, "al@x.test"), (Key.OBJECT_GUID, "aa")))
    new = Account("exchange", "al", "Al", ((Key.UPN, "al@x.test"), (Key.OBJECT_GUID, "bb")))
    await adopted(vault, old)

    for _ in range(2):
        assert await adopted(vault, new) == {"al": ""}

    assert (await vault.person("al@x.test")).accounts == ()
    assert (await vault.counts()).doubts == 1


async def test_who_signs_in_by_a_name_is_meant_by_it(vault: Vault) -> None:
    """Whoever gets that person's mail since answers to their own name."""
    took_over = ((Key.UPN, "bob@x.test"), (Key.MAIL, "bob@x.test"), (Key.MAIL, "al@x.test"))
    await adopted(vault, account("active-directory", "al@x.test", "Al"))
    await adopted(vault, Account("exchange", "2", "Bob", took_over))

    assert (await vault.person("al@x.test")).name == "Al"
    assert (await vault.person("bob@x.test")).name == "Bob"


async def test_somebody_is_called_by_their_primary_address(vault: Vault) -> None:
    """An alias finds them, and is not their name, wherever it stands in the alphabet."""
    mails = ((Key.MAIL, "zoe@x.test"), (Key.MAIL, "a.zoe@x.test"))
    await adopted(vault, Account("openldap", "1", "Zoe", mails))

    assert (await vault.person("a.zoe@x.test")).upn == "zoe@x.test"


@pytest.mark.parametrize("store", ["openldap", "yammer"])
async def test_an_entry_made_anew_with_an_old_address_is_nobodys(vault: Vault, store: str) -> None:
    """Another handle of the store's own, and the same address: perhaps another Al."""
    old, new = (
        Account(store, ref, "Al", (handle_key(store, ref), (Key.MAIL, "al@x.test")))
        for ref in ("1", "2")
    )
    await adopted(vault, account("exchange", "al@x.test"), old)

    first, second = await adopted(vault, new), await adopted(vault, new)

    assert first == second == {"2": ""}
    assert "created anew" in (await vault.doubts())[0].why
    assert [a.store for a in (await vault.person("al@x.test")).accounts] == ["exchange"]


async def test_a_vault_without_handles_stays_as_it_is(vault: Vault) -> None:
    """An account that was known before its store's handles were keys is not taken for another."""
    before = Account("yammer", "7", "Al", ((Key.MAIL, "al@x.test"),))
    now = replace(before, keys=(handle_key("yammer", "7"), *before.keys))
    people = await adopted(vault, before)

    assert await adopted(vault, now) == people
    assert await vault.doubts() == ()
    assert (await vault.person("al@x.test")).accounts == (now,)
