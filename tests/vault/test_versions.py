"""Versions: kept once, bit-exact, and found wanting where their bytes are."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.vault.conftest import Damage
from tests.vault.kit import HOUR, NOON, account, adopted, finding, took, version

from sameface.errors import BlobLost
from sameface.values import Likeness
from sameface.vault import Agreement, Fresh, Pin, Vault
from sameface.vault.blobs import Blobs, digest_of


@pytest.fixture
async def alice(vault: Vault) -> str:
    return (await adopted(vault, account("exchange", "alice@x.test")))["alice@x.test"]


async def test_versions_come_oldest_first(vault: Vault, alice: str) -> None:
    """What was kept is what is listed, in the order in which it was first seen."""
    late, early = version(alice, b"late", at=NOON + HOUR), version(alice, b"early")
    await took(vault, late, b"late", known=0)
    await took(vault, early, b"early", known=1)

    assert await vault.versions(alice) == (early, late)
    assert await vault.picture(early.digest) == b"early"


async def test_a_version_found_new_too_late_is_not_kept(vault: Vault, alice: str) -> None:
    """Somebody else kept one meanwhile: compare with that one first."""
    await took(vault, version(alice, b"one"), b"one", known=0)

    assert not await took(vault, version(alice, b"two"), b"two", known=0)
    assert [v.digest for v in await vault.versions(alice)] == [digest_of(b"one")]
    assert not await vault.holds(digest_of(b"two"))


async def test_many_are_kept_at_once_and_one_of_each_person(vault: Vault) -> None:
    """Of two that were found new side by side the second may show what the first does."""
    people = await adopted(vault, account("exchange", "a@x.test"), account("exchange", "b@x.test"))
    a, b = people["a@x.test"], people["b@x.test"]
    found = [(a, b"first"), (a, b"second"), (b, b"first")]

    kept = await vault.keep([Fresh(version(who, data), data, 0) for who, data in found])

    assert kept == (True, False, True)
    theirs = await vault.versions_of([a, b])
    assert [[v.digest for v in theirs[who]] for who in (a, b)] == [[digest_of(b"first")]] * 2
    assert [e.person for _, e in await vault.history() if e.what == "kept"] == [a, b]
    assert not await vault.holds(digest_of(b"second"))


async def test_a_better_copy_stands_for_the_photo(vault: Vault, alice: str) -> None:
    """Cells that show the small copy name the large one, which is what would be written."""
    small, large = version(alice, b"small", 48), version(alice, b"large", 648)
    await took(vault, small, b"small", known=0)
    await vault.record([finding(account("exchange", "alice@x.test"), small.digest)])
    await took(vault, large, b"large", known=1, better_than=small.digest)

    (cell,) = await vault.cells(alice)

    assert cell.photo == large.digest
    assert {v.photo for v in await vault.versions(alice)} == {large.digest}


async def test_a_cell_that_cannot_be_told_names_no_photo(vault: Vault, alice: str) -> None:
    """ "Cannot tell" is an answer of its own."""
    flat = version(alice, b"flat")
    await took(vault, flat, b"flat", known=0)
    blurred = finding(
        account("exchange", "alice@x.test"), flat.digest, likeness=Likeness.CANNOT_TELL
    )
    await vault.record([blurred])

    (cell,) = await vault.cells(alice)

    assert (cell.photo, cell.likeness) == (None, Likeness.CANNOT_TELL)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(data=st.binary(max_size=2000))
async def test_what_is_kept_comes_back_bit_by_bit(tmp_path: Path, data: bytes) -> None:
    """Any bytes, kept once or twice, are read as they were."""
    blobs = Blobs.of(tmp_path / "pictures")
    digest = await blobs.keep(data)

    assert await blobs.keep(data) == digest
    assert await blobs.read(digest) == data


async def test_a_missing_picture_is_named(vault: Vault, alice: str, damage: Damage) -> None:
    """Bytes that are gone are not there, and are never made up."""
    lost = version(alice, b"face")
    await took(vault, lost, b"face", known=0)
    damage(lost.digest, None)

    with pytest.raises(BlobLost, match=f"{lost.digest[:12]} is missing"):
        await vault.picture(lost.digest)
    assert not await vault.holds(lost.digest)


async def test_an_altered_picture_is_not_served_and_can_be_mended(
    vault: Vault, alice: str, damage: Damage
) -> None:
    """The digest is checked whenever bytes are read; the right ones put it right."""
    kept = version(alice, b"face")
    await took(vault, kept, b"face", known=0)
    damage(kept.digest, b"fake")

    with pytest.raises(BlobLost, match="altered"):
        await vault.picture(kept.digest)

    await vault.mend(b"face")
    assert await vault.picture(kept.digest) == b"face"


async def test_what_is_agreed_and_pinned_goes_over_to_a_better_copy(vault: Vault) -> None:
    """A larger copy is the same photo: nobody has changed what was agreed, or the pin's ground."""
    ids = await adopted(vault, account("exchange", "a@x.test"), account("exchange", "b@x.test"))
    alice, bob = ids["a@x.test"], ids["b@x.test"]
    small, large = version(alice, b"small", 100), version(alice, b"large", 648)
    await took(vault, small, b"small", known=0)
    await took(vault, version(bob, b"small", 100), b"small", known=0)
    for person in (alice, bob):
        await vault.agree([Agreement(person, "exchange", small.digest, "k1", NOON)])
        await vault.pin(Pin(person, small.digest, small.digest, NOON, "asked for"), "r1")

    await took(vault, large, b"large", known=1, better_than=small.digest)

    for person, best in ((alice, large.digest), (bob, small.digest)):
        (dossier,) = await vault.dossiers_of([person])
        assert [one.photo for one in dossier.agreed] == [best]
        assert dossier.pin is not None
        assert (dossier.pin.photo, dossier.pin.mark) == (best, best)
