"""An organisation of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.servers.memory_store import StillClock
from tests.sync.kit import Office

from sameface.vault import Vault


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with await Vault.open(tmp_path / "vault") as vault:
        yield Office(vault, StillClock())
