"""A console that somebody is signed in to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.console.kit import Desk, client, organised
from tests.servers.memory_store import StillClock
from tests.sync.kit import Office

from sameface.console.app import console
from sameface.console.desk import Desk as Organisation
from sameface.rules import load_rulebook
from sameface.vault import Vault


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with await Vault.open(tmp_path / "vault") as vault:
        office = Office(vault, StillClock(), authorities=("sharepoint",))
        organised(office)
        yield office


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Desk]:
    settings = office.settings
    book = load_rulebook(settings.rulebook)
    at_hand = Organisation.of(settings, book, office.vault, dict(office.stores), office.clock)
    async with console(at_hand) as made, client(made) as http:
        await http.get("/enter", params={"token": made.access.token})
        yield Desk(office, made, http)
