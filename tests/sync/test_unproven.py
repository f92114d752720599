"""A write that was not proven: what came there with it is nobody's choice, and goes nowhere."""

from __future__ import annotations

import pytest
from tests.servers.memory_store import MemoryStore, face
from tests.sync.kit import Office, same

from sameface.settings import Conflict, OwnChoice, PolicySettings, Wins, Wishes
from sameface.sync import Call, Result

ALICE = "alice@x.test"
STRANGER = face("stranger@x.test", 5)
STORES = ("active-directory", "exchange", "sharepoint")


@pytest.fixture
async def stores(office: Office) -> list[MemoryStore]:
    """Alice shows one face everywhere, and lost it in Exchange; the directory decides."""
    office.authorities = ("active-directory",)
    stores = [office.store(name, writes=True) for name in STORES]
    for store in stores:
        store.join(ALICE, face(ALICE, 0))
    await office.sync()
    stores[1].take_away(ALICE)
    return stores


def hands_back(store: MemoryStore, picture: bytes) -> None:
    """From now on it shows that picture whatever is put there."""
    store.witness = lambda _: store.put(ALICE, picture)


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(own_choice=OwnChoice.SPREAD),
        Wishes(own_choice=OwnChoice.SPREAD, conflict=Conflict.NEWEST),
        Wishes(wins=Wins.NEWEST, own_choice=OwnChoice.SPREAD),
    ],
    ids=["spread", "newest of a conflict", "the newest wins"],
)
async def test_it_is_not_taken_for_somebody_s_choice(
    office: Office, stores: list[MemoryStore], wishes: Wishes
) -> None:
    """A store that hands back somebody else's face: it stays there, and a person is asked."""
    office.policy = PolicySettings(everybody=wishes)
    directory, exchange, sharepoint = stores
    hands_back(exchange, STRANGER)
    if wishes.wins is Wins.NEWEST:
        directory.put(ALICE, face(ALICE, 1))
    assert (await office.sync()).results[Result.UNPROVEN] == 1
    exchange.witness = lambda _: None

    for _ in range(2):
        outcome = await office.sync()
        assert outcome.exit_code == 5
        assert "exchange" in office.reasons(ALICE, Call.ASK)
    assert not same(directory.shows(ALICE), STRANGER)
    assert not same(sharepoint.shows(ALICE), STRANGER)


async def test_where_the_authority_decides_alone_it_is_written_again(
    office: Office, stores: list[MemoryStore]
) -> None:
    """As long as the store does not show what it was given, no sync calls it done."""
    directory, exchange, _ = stores
    hands_back(exchange, STRANGER)
    for _ in range(2):
        outcome = await office.sync()
        assert (outcome.results, outcome.exit_code) == ({Result.UNPROVEN: 1}, 4)
    exchange.witness = lambda _: None

    assert (await office.sync()).results == {Result.WRITTEN: 1}
    assert same(exchange.shows(ALICE), face(ALICE, 0))
    assert same(directory.shows(ALICE), face(ALICE, 0))


async def test_what_comes_after_that_is_a_choice_again(
    office: Office, stores: list[MemoryStore]
) -> None:
    """Somebody looks, and puts another photo there."""
    office.policy = PolicySettings(everybody=Wishes(own_choice=OwnChoice.SPREAD))
    directory, exchange, _ = stores
    hands_back(exchange, STRANGER)
    await office.sync()
    exchange.witness = lambda _: None
    await office.sync()
    exchange.put(ALICE, face(ALICE, 2))

    assert (await office.sync()).results == {Result.WRITTEN: 2}
    assert same(directory.shows(ALICE), face(ALICE, 2))
