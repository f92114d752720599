"""A sync that is killed, whenever it is, and run again ends as if nothing had happened."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from tests.servers.memory_store import face
from tests.sync.killed import PEOPLE, stores
from tests.sync.kit import same

from sameface.vault import Vault

HOUSE = Path(__file__).parent.parent.parent
KILLS = (3, 7, 5, 4, 6)
"""Requests to the mailbox after which each process kills itself: while observing, just before a
write, just after one, and before a read-back."""


def sync(folder: Path, dies_at: int = 0) -> int:
    """Run the process; its exit code, negative where a signal ended it."""
    command = [sys.executable, "-m", "tests.sync.killed", str(folder), str(dies_at)]
    return subprocess.run(command, cwd=HOUSE, check=False, timeout=60).returncode


async def test_killed_at_any_moment_it_ends_in_the_same_state(tmp_path: Path) -> None:
    """Each run takes up what the ones before it left; no write but those in flight is repeated."""
    ends = [sync(tmp_path, dies_at) for dies_at in KILLS]

    assert set(ends) == {-signal.SIGKILL}
    assert sync(tmp_path) == 0
    assert sync(tmp_path) == 0

    mailbox = stores(tmp_path)["exchange"]
    assert all(same(mailbox.shows(upn), face(upn, 1)) for upn in PEOPLE)
    assert mailbox.asked["written"] <= len(PEOPLE) + len(KILLS)
    async with await Vault.open(tmp_path / "vault") as vault:
        assert await vault.in_flight() == ()
        for upn in PEOPLE:
            versions = await vault.versions((await vault.person(upn)).id)
            kept = {await vault.picture(version.digest) for version in versions}
            assert kept == {face(upn, 0), face(upn, 1)}
