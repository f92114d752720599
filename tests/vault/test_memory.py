"""What the vault remembers of accounts, agreements and runs."""

from __future__ import annotations

from dataclasses import replace

from tests.vault.kit import HOUR, NOON, account, adopted, finding, took, version

from sameface.values import Observation, Standing
from sameface.vault import Agreement, Entry, Finding, Intent, Vault

ALICE = account("exchange", "alice@x.test")


async def test_the_latest_look_is_what_is_remembered(vault: Vault) -> None:
    """One observation per account: the last one, whole."""
    alice = (await adopted(vault, ALICE))[ALICE.ref]
    await vault.record([finding(ALICE, None, key="k1")])
    seen = Observation(
        ALICE, Standing.DELETED, NOON + HOUR, "k2", changed_after=NOON, changed_by=NOON + HOUR
    )
    await vault.record([Finding(seen)])

    (cell,) = await vault.cells(alice)
    known = (await vault.remembered("exchange", [ALICE.ref]))[ALICE.ref]

    assert (cell.standing, cell.change_key) == (Standing.DELETED, "k2")
    assert (cell.changed_after, cell.changed_by) == (NOON, NOON + HOUR)
    assert cell.observed_at == known.observed_at == NOON + HOUR


async def test_facts_of_a_store_come_back(vault: Vault) -> None:
    """What rules care about beside the photo is kept with it."""
    alice = (await adopted(vault, ALICE))[ALICE.ref]
    await vault.record([finding(ALICE)])

    assert (await vault.cells(alice))[0].fact("SPS-PictureTimestamp") == "7"


async def test_a_pass_that_breaks_off_leaves_the_rest_unknown(vault: Vault) -> None:
    """What was read before stays known by its key, but nobody may act on it."""
    bob = account("exchange", "bob@x.test")
    people = await adopted(vault, ALICE, bob)
    await vault.record([finding(ALICE, "a"), finding(bob, "b")])

    look = await vault.begin_look("exchange", NOON)
    await vault.adopt([ALICE], look, NOON)
    await vault.break_look(look, "exchange: it broke off")

    (here,) = await vault.cells(people[ALICE.ref])
    (there,) = await vault.cells(people[bob.ref])
    known = (await vault.remembered("exchange", [bob.ref]))[bob.ref]
    assert here.standing is Standing.PHOTO
    assert (there.standing, there.error) == (Standing.UNKNOWN, "exchange: it broke off")
    assert (known.picture, known.change_key) == ("b", "k1")


async def test_agreements_are_renewed(vault: Vault) -> None:
    """One agreement per person and store: the last one."""
    alice = (await adopted(vault, ALICE))[ALICE.ref]
    first = Agreement(alice, "exchange", "photo", "k1", NOON)
    later = replace(first, photo=None, change_key=None, at=NOON + HOUR)
    await vault.agree([first])
    await vault.agree([later])

    (dossier,) = await vault.dossiers()

    assert dossier.agreed == (later,)


async def test_a_write_leaves_an_intent_and_a_receipt(vault: Vault) -> None:
    """Between the two it is in flight; afterwards cell, agreement and journal tell of it."""
    alice = (await adopted(vault, ALICE))[ALICE.ref]
    new = version(alice, b"new")
    await took(vault, new, b"new", known=0)
    await vault.begin_run("r1", "sync", NOON)
    entry = Entry(NOON, "write", "folder is the authority", "r1", alice, "exchange", "old", "new")

    intent = await vault.intend(entry, "k0")
    assert await vault.in_flight() == (Intent(intent, "r1", alice, "exchange", "old", "new"),)

    await vault.settle(
        intent,
        replace(entry, what="written"),
        finding=finding(ALICE, new.digest, key="k1"),
        agreement=Agreement(alice, "exchange", new.digest, "k1", NOON),
    )
    await vault.end_run("r1", 0, NOON)

    assert await vault.in_flight() == ()
    assert (await vault.cells(alice))[0].photo == new.digest
    told = [entry.what for _, entry in await vault.history(alice)]
    assert told == ["kept", "written"]


async def test_history_comes_in_pages(vault: Vault) -> None:
    """Lines are numbered and follow one another."""
    for number in range(3):
        await vault.begin_run(f"r{number}", "sync", NOON)

    first = await vault.history(limit=2)
    rest = await vault.history(after=first[-1][0])

    assert [entry.run for _, entry in (*first, *rest)] == ["r0", "r1", "r2"]
