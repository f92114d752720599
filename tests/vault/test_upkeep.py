"""Old versions go, and nothing that anybody shows or wants; harmed pictures are found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.vault.conftest import Damage
from tests.vault.kit import NOON, account, adopted, finding, took, version

from sameface.errors import BlobLost
from sameface.vault import Agreement, Pin, Vault
from sameface.vault.blobs import digest_of

ALICE, BOB = account("exchange", "alice@x.test"), account("exchange", "bob@x.test")
YEAR = timedelta(days=365)


@pytest.fixture
async def people(vault: Vault) -> dict[str, str]:
    return await adopted(vault, ALICE, BOB)


async def kept(vault: Vault, person: str, data: bytes, years_ago: int = 3) -> str:
    """A version of somebody's that was first seen so long ago."""
    known = len(await vault.versions(person))
    await took(vault, version(person, data, at=NOON - years_ago * YEAR), data, known=known)
    return digest_of(data)


async def left(vault: Vault, person: str) -> set[str]:
    return {found.digest for found in await vault.versions(person)}


async def test_what_nobody_has_shown_for_long_goes_and_its_hash_stays(
    vault: Vault, people: dict[str, str]
) -> None:
    """Bytes and row are gone; the journal proves that they were, and is whole."""
    alice = people[ALICE.ref]
    old = await kept(vault, alice, b"old")

    assert await vault.upkeep.retire(NOON - 2 * YEAR, (), "r1", NOON) == 1

    assert await left(vault, alice) == set()
    with pytest.raises(BlobLost):
        await vault.picture(old)
    (*_, (_, entry)) = await vault.history(alice)
    assert (entry.what, entry.before, entry.run) == ("retired", old, "r1")
    assert (await vault.verify()).broken is None


async def test_what_is_shown_agreed_pinned_or_spared_stays(
    vault: Vault, people: dict[str, str]
) -> None:
    """Age alone takes nothing that somebody sees or has asked for."""
    alice = people[ALICE.ref]
    names = (b"shown", b"agreed", b"pinned", b"spared")
    shown, agreed, pinned, spared = [await kept(vault, alice, name) for name in names]
    await vault.record([finding(ALICE, shown)])
    await vault.agree([Agreement(alice, "exchange", agreed, "k1", NOON)])
    await vault.pin(Pin(alice, pinned, "mark", NOON, "asked for"), "r1")

    assert await vault.upkeep.retire(NOON, {spared}, "r1", NOON) == 0
    assert await left(vault, alice) == {shown, agreed, pinned, spared}


async def test_age_counts_from_when_it_was_last_shown(vault: Vault, people: dict[str, str]) -> None:
    """A photo of three years ago that was replaced yesterday can be restored for two more years."""
    alice = people[ALICE.ref]
    old, new = await kept(vault, alice, b"old"), await kept(vault, alice, b"new", 0)
    await vault.record([finding(ALICE, old)])
    await vault.record([finding(ALICE, new)])

    assert await vault.upkeep.retire(NOON - 2 * YEAR, (), None, NOON) == 0
    assert await vault.upkeep.retire(NOON + timedelta(seconds=1), (), None, NOON) == 1
    assert await left(vault, alice) == {new}


async def test_a_clock_that_went_back_makes_no_photo_old(
    vault: Vault, people: dict[str, str]
) -> None:
    """Of two looks that saw it the later one counts, whichever wrote last."""
    alice = people[ALICE.ref]
    old, new = await kept(vault, alice, b"old"), await kept(vault, alice, b"new", 0)
    await vault.record([finding(ALICE, old)])
    await vault.record([finding(ALICE, old, at=NOON - 20 * YEAR)])
    await vault.record([finding(ALICE, new, at=NOON - 20 * YEAR)])

    assert await vault.upkeep.retire(NOON - 2 * YEAR, (), None, NOON) == 0
    assert await vault.upkeep.retire(NOON + timedelta(seconds=1), (), None, NOON) == 1
    assert await left(vault, alice) == {new}


async def test_what_a_clock_that_was_behind_has_dated_is_kept(
    vault: Vault, people: dict[str, str]
) -> None:
    """First seen and replaced while it was behind: nobody knows how old it is, until the looks
    before that are as old as what goes. What is dated before any of it goes as ever."""
    alice = people[ALICE.ref]
    older = await kept(vault, alice, b"older", 30)
    await vault.begin_look("exchange", NOON - 20 * YEAR)
    young = await kept(vault, alice, b"young", 20)

    assert await vault.upkeep.retire(NOON - 2 * YEAR, (), None, NOON) == 1
    assert await left(vault, alice) == {young} != {older}
    later = NOON + 3 * YEAR
    await vault.begin_look("exchange", later)
    assert await vault.upkeep.retire(later - 2 * YEAR, (), None, later) == 1


async def test_the_best_copy_of_what_is_shown_stays(vault: Vault, people: dict[str, str]) -> None:
    """The small copy that a store shows is the large one's photo."""
    alice = people[ALICE.ref]
    small = await kept(vault, alice, b"small")
    large = version(alice, b"large", 648, NOON - 3 * YEAR)
    await took(vault, large, b"large", known=1, better_than=small)
    await vault.record([finding(ALICE, small)])

    assert await vault.upkeep.retire(NOON, (), None, NOON) == 0
    assert await left(vault, alice) == {small, large.digest}


async def test_what_two_people_have_stays_for_the_other(
    vault: Vault, people: dict[str, str]
) -> None:
    """One file for both: it goes with the last of them."""
    alice, bob = people[ALICE.ref], people[BOB.ref]
    both = await kept(vault, alice, b"both")
    await kept(vault, bob, b"both")
    await vault.agree([Agreement(bob, "exchange", both, "k1", NOON)])

    assert await vault.upkeep.retire(NOON, (), None, NOON) == 1

    assert (await left(vault, alice), await left(vault, bob)) == (set(), {both})
    assert await vault.picture(both) == b"both"


async def test_many_old_versions_go_a_page_at_a_time(vault: Vault, people: dict[str, str]) -> None:
    """More than fit one page: none is left over, and none that must stay is taken."""
    alice = people[ALICE.ref]
    for number in range(55):
        await kept(vault, alice, b"%d" % number)
    new = await kept(vault, alice, b"new", 0)

    assert await vault.upkeep.retire(NOON - YEAR, (), None, NOON) == 55
    assert await left(vault, alice) == {new}


async def test_harmed_pictures_are_named_with_who_shows_them(
    vault: Vault, people: dict[str, str], damage: Damage
) -> None:
    """Missing and altered ones, each with the accounts from which it may be read again."""
    alice = people[ALICE.ref]
    gone, fake, whole = [await kept(vault, alice, name) for name in (b"gone", b"fake", b"whole")]
    await vault.record([finding(ALICE, gone)])
    damage(gone, None)
    damage(fake, b"something else")

    found = {harm.digest: harm async for harm in vault.upkeep.harmed()}

    assert set(found) == {gone, fake}
    assert "missing" in found[gone].what
    assert "altered" in found[fake].what
    assert found[gone].accounts == (ALICE,)
    assert found[fake].accounts == ()
    assert whole not in found
