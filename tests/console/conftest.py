"""A console that somebody is signed in to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.console.kit import Desk, organised, over
from tests.servers.memory_store import StillClock
from tests.sync.kit import Office

from sameface.vault import Vault


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with await Vault.open(tmp_path / "vault") as vault:
        office = Office(vault, StillClock(), authorities=("sharepoint",))
        organised(office)
        yield office


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Desk]:
    async with over(office) as desk:
        yield desk
