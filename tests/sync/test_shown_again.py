"""A photo withheld and shown again: nothing was removed, and what people chose still counts."""

from __future__ import annotations

import pytest
from tests.servers.memory_store import face
from tests.sync.kit import Office, same
from tests.sync.test_withholding import ALICE, A, B, office_of_alice, withhold

from sameface.settings import (
    Conflict,
    OwnChoice,
    PolicySettings,
    Removal,
    StoreSettings,
    Wins,
    Wishes,
)

C = face(ALICE, 2)
either = pytest.mark.parametrize("store", ["", "sharepoint"], ids=["never", "withheld for a while"])


async def and_again(office: Office, store: str) -> None:
    """She withholds her photo there, and then she does not."""
    if store:
        await withhold(office, store)
        await withhold(office)


@either
async def test_an_own_choice_is_kept(office: Office, store: str) -> None:
    """own-choice = "keep": it was hers before, and still is."""
    office.policy = PolicySettings(Wishes(own_choice=OwnChoice.KEEP))
    await office_of_alice(office)
    office.stores["sharepoint"].put(ALICE, B)
    await office.sync()
    await and_again(office, store)

    await office.sync()

    assert same(office.stores["sharepoint"].shows(ALICE), B)


@either
async def test_an_own_choice_is_spread(office: Office, store: str) -> None:
    """own-choice = "spread": from there to all the others."""
    office.policy = PolicySettings(Wishes(own_choice=OwnChoice.SPREAD))
    await office_of_alice(office)
    office.stores["sharepoint"].put(ALICE, B)
    await and_again(office, store)

    await office.sync()

    for name in ("sharepoint", "exchange"):
        assert same(office.stores[name].shows(ALICE), B)


@either
async def test_a_conflict_is_asked_about(office: Office, store: str) -> None:
    """conflict = "ask": two changed, and nobody is overwritten."""
    office.policy = PolicySettings(Wishes(conflict=Conflict.ASK))
    await office_of_alice(office)
    office.stores["folder"].put(ALICE, B)
    office.stores["sharepoint"].put(ALICE, C)
    await and_again(office, store)

    await office.sync()

    assert same(office.stores["sharepoint"].shows(ALICE), C)


@either
async def test_a_removal_elsewhere_is_the_newest_change(office: Office, store: str) -> None:
    """wins = "newest": where she was shown again nothing has changed."""
    office.policy = PolicySettings(Wishes(wins=Wins.NEWEST, removal=Removal.PROPAGATE))
    await office_of_alice(office)
    await and_again(office, store)
    office.stores["exchange"].take_away(ALICE)

    await office.sync()

    assert office.stores["exchange"].shows(ALICE) is None


@either
async def test_a_store_seeded_once_is_not_seeded_again(office: Office, store: str) -> None:
    """It had its photo."""
    office.configured = (StoreSettings("sharepoint", "sharepoint", seed_once=True),)
    await office_of_alice(office)
    office.stores["sharepoint"].take_away(ALICE)
    await office.sync()
    await and_again(office, store)

    await office.sync()

    assert office.stores["sharepoint"].shows(ALICE) is None


async def test_an_own_choice_survives_where_nothing_can_be_removed(office: Office) -> None:
    """An Exchange of one's own keeps the photo while it is withheld, and it is still hers after."""
    office.policy = PolicySettings(Wishes(own_choice=OwnChoice.KEEP))
    exchange = office.store("exchange", writes=True, removes=False)
    for store in (office.store("folder", by_hand=None), exchange):
        store.join(ALICE, A)
    await office.sync()
    exchange.put(ALICE, B)
    for places in ((), ("exchange",), ()):
        await withhold(office, *places)
        await office.sync()

    assert same(exchange.shows(ALICE), B)


async def test_from_the_only_authority_it_comes_back(office: Office) -> None:
    """Nobody has another photo, so the one that all others show is the one of today."""
    office.authorities = ("exchange",)
    exchange, sharepoint = (office.store(s, writes=True) for s in ("exchange", "sharepoint"))
    for store in (exchange, sharepoint):
        store.join(ALICE, A)
    await office.sync()
    await withhold(office, "exchange")
    await office.sync()
    assert exchange.shows(ALICE) is None
    await withhold(office)

    assert (await office.sync()).exit_code == 0

    assert same(exchange.shows(ALICE), A)
