"""Looking at some people only: asking each store for just them, where it can."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.servers.memory_store import broken, face
from tests.sync.kit import UPLOAD, Office, three_stores

from sameface.errors import UnknownPerson
from sameface.sync import Call
from sameface.values import Key

ALICE, BOB = "alice@x.test", "bob@x.test"


@pytest.fixture
def office_of_two(office: Office) -> Office:
    for store in three_stores(office):
        for upn in (ALICE, BOB):
            store.join(upn, face(upn, 1 if store.store == "folder" else 0))
    return office


async def test_one_person_costs_one_look_per_store(office_of_two: Office) -> None:
    """Nobody else is asked about, listed or told."""
    outcome = await office_of_two.status(ALICE)

    assert outcome.exit_code == 3
    assert office_of_two.told.keys() == {ALICE}
    assert office_of_two.asked == {"folder": 2, "exchange": 2, "yammer": 2}
    assert (await office_of_two.vault.counts()).people == 1


async def test_a_store_that_cannot_find_is_listed(office: Office) -> None:
    """Where one account cannot be asked for, all are looked at, and one is told."""
    folder = office.store("folder", finds=False)
    for upn in (ALICE, BOB):
        folder.join(upn, face(upn))

    await office.status(ALICE)

    assert office.told.keys() == {ALICE}
    assert folder.asked["observe"] == 1


async def test_names_learnt_in_one_store_find_the_person_in_the_next(office: Office) -> None:
    """Yammer knows an address that only the directory could tell."""
    exchange = office.store("exchange", writes=True)
    yammer = office.store("yammer", by_hand=UPLOAD)
    exchange.join(ALICE, face(ALICE, 0), (Key.MAIL, "a.adams@x.test"))
    yammer.join("a.adams@x.test", face(ALICE, 0))

    await office.status(ALICE)

    assert [a.store for a in office.told[ALICE].person.accounts] == ["exchange", "yammer"]


async def test_a_store_is_asked_for_aliases_last(office: Office) -> None:
    """Alice gets Bob's mail too: in Yammer he is found by it, and she by what SharePoint knows."""
    exchange = office.store("exchange", writes=True)
    sharepoint = office.store("sharepoint", writes=True)
    yammer = office.store("yammer", by_hand=UPLOAD)
    exchange.join(ALICE, face(ALICE, 0), (Key.MAIL, ALICE), (Key.MAIL, BOB))
    exchange.join(BOB, face(BOB, 0))
    sharepoint.join(ALICE, None, (Key.MAIL, "a.adams@x.test"))
    for upn in (BOB, "a.adams@x.test"):
        yammer.join(upn, face(upn))
    await office.status()
    whole = office.told[ALICE].person.accounts

    await office.status(ALICE)

    assert [a.ref for a in whole] == [ALICE, ALICE, "a.adams@x.test"]
    assert office.told[ALICE].person.accounts == whole


async def test_a_known_account_is_asked_for_by_its_handle(office: Office) -> None:
    """Bob's directory entry goes by Alice's address, too: hers is not gone for that, and forgetting
    her empties it."""
    openldap = office.store("openldap", writes=True)
    openldap.join("al@x.test", face(ALICE), (Key.MAIL, ALICE), ref="entry-1")
    openldap.join(BOB, face(BOB), (Key.MAIL, BOB), (Key.MAIL, "al@x.test"), ref="al@x.test")
    await office.status()

    proposal, outcome = await office.forget("al@x.test")

    assert [action.store for action in proposal.plan.actions] == ["openldap"]
    assert outcome.exit_code == 0
    assert openldap.shows("entry-1") is None
    assert openldap.shows("al@x.test") is not None


async def test_a_known_person_is_found_by_display_name(office_of_two: Office) -> None:
    """Once somebody is known, any of their names will do."""
    await office_of_two.status()

    await office_of_two.status("Alice")

    assert office_of_two.told.keys() == {ALICE}


async def test_what_is_doubtful_elsewhere_is_not_about_this_person(office: Office) -> None:
    """Accounts that are nobody's count for the organisation, not for everyone in it."""
    exchange = office.store("exchange", writes=True)
    sharepoint = office.store("sharepoint", writes=True)
    for upn in (ALICE, BOB):
        exchange.join(upn, face(upn))
    sharepoint.join(ALICE, None, (Key.MAIL, BOB))

    assert (await office.status()).exit_code == 5
    assert (await office.status(BOB)).exit_code == 0


async def test_a_stranger_is_refused(office_of_two: Office) -> None:
    """Nobody is made up; names that are near are told."""
    with pytest.raises(UnknownPerson):
        await office_of_two.status("carol@x.test")
    with pytest.raises(UnknownPerson) as refused:
        await office_of_two.status("Alise")

    assert refused.value.near == (ALICE,)


async def test_who_is_not_found_any_more_is_gone_there(office_of_two: Office) -> None:
    """A store asked for just one account says that it has none."""
    await office_of_two.status()
    office_of_two.stores["yammer"].leave(ALICE)

    await office_of_two.status(ALICE)

    assert [a.store for a in office_of_two.told[ALICE].person.accounts] == ["exchange", "folder"]


async def test_a_store_that_cannot_be_asked_leaves_its_cell_unknown(office_of_two: Office) -> None:
    """The person's other stores are told as ever."""
    await office_of_two.status()
    office_of_two.stores["exchange"].faults["find"].append(broken("exchange"))

    outcome = await office_of_two.status(ALICE)

    assert outcome.exit_code == 4
    assert office_of_two.reasons(ALICE, Call.UNKNOWN).keys() == {"exchange"}


async def test_several_people_are_one_look(office_of_two: Office) -> None:
    """A store that finds nobody by name is listed once for all of them; others ask for each."""
    folder = office_of_two.stores["folder"]
    folder.capabilities = replace(folder.capabilities, finds=False)
    await office_of_two.status()
    before = {name: store.asked.copy() for name, store in office_of_two.stores.items()}

    await office_of_two.status(ALICE, BOB)

    asked = {name: s.asked - before[name] for name, s in office_of_two.stores.items()}
    assert asked["folder"] == {"observe": 1}
    assert asked["exchange"] == {"find": 2}


async def test_a_store_that_failed_is_not_asked_for_the_next(office_of_two: Office) -> None:
    """Its people are unknown, each; patience is spent once and not on everybody."""
    await office_of_two.status()
    exchange = office_of_two.stores["exchange"]
    before = exchange.asked["find"]
    exchange.faults["find"].append(broken("exchange"))

    await office_of_two.status(ALICE, BOB)

    assert exchange.asked["find"] == before + 1
    for upn in (ALICE, BOB):
        assert office_of_two.reasons(upn, Call.UNKNOWN).keys() == {"exchange"}
