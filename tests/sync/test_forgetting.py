"""Forgetting somebody whom the settings name, or by whose names another account goes."""

from __future__ import annotations

import pytest
from tests.servers.memory_store import MemoryStore, face
from tests.sync.kit import Office, three_stores

from sameface.errors import BadUsage
from sameface.settings import PolicySettings, Wishes
from sameface.values import Key
from sameface.vault.blobs import digest_of

ALICE, BOB = "alice@x.test", "bob@x.test"
MAIL = "a.lee@x.test"


@pytest.fixture
async def exchange(office: Office) -> MemoryStore:
    """Alice and Bob, known to a folder and to Exchange, where both are objects of their own."""
    folder, exchange, _ = three_stores(office)
    for number, upn in enumerate((ALICE, BOB)):
        folder.join(upn, face(upn))
        exchange.join(upn, face(upn), (Key.OBJECT_GUID, f"guid-{number}"))
    await office.sync()
    return exchange


@pytest.mark.parametrize("name", [ALICE, MAIL])
async def test_somebody_pinned_in_the_settings_is_not_forgotten(
    office: Office, exchange: MemoryStore, name: str
) -> None:
    """The pin has to go first, by whatever name; until then nothing is removed."""
    exchange.join(ALICE, face(ALICE), (Key.OBJECT_GUID, "guid-0"), (Key.MAIL, MAIL))
    await office.sync()
    pin = digest_of(face(ALICE))[:8]
    office.policy = PolicySettings(people=((name, Wishes(pin=pin, whose=name)),))

    with pytest.raises(BadUsage, match=f'take pin = "{pin}" out of the .* table of {name}'):
        await office.forget(ALICE)

    assert exchange.shows(ALICE)
    assert await office.vault.person(ALICE)
