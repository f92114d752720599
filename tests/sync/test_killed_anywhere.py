"""Killed just before or after any step of its own, a sync is finished by the next one.

The real process against the real tenant is killed in tests/end_to_end/test_killed.py; here it is
stores in files, so that the moment can be named exactly.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.servers.memory_store import face
from tests.sync.mortal import PEOPLE, PHASES, stores

from sameface.vault import Vault
from sameface.vault.blobs import digest_of

HOUSE = Path(__file__).parent.parent.parent
AT_ONCE = 8
"""Writes in flight at a time: so many may be repeated after a kill."""

Sync = Callable[[Path, str, int], int]


@pytest.fixture
def sync() -> Iterator[Sync]:
    """Run one sync, which kills itself at the nth moment of a phase; gives how it ended."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.sync.mortal"],
        cwd=HOUSE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def one(folder: Path, phase: str = "-", nth: int = 0) -> int:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{folder} {phase} {nth}\n")
        process.stdin.flush()
        return int(process.stdout.readline())

    yield one
    process.stdin.close()
    process.wait(timeout=30)
    process.stdout.close()


def change(folder: Path, number: int) -> None:
    """Everybody's portrait in the folder is another one."""
    held = stores(folder)["folder"]
    for upn in PEOPLE:
        held.put(upn, face(upn, number % 4))


async def proven(sync: Sync, folder: Path, kills: int, of_each: int) -> None:
    """That many kills, at least `of_each` in each phase; then all is as if there had been none."""
    chance = random.Random(7)
    disturbed, quiet = folder / "disturbed", folder / "quiet"
    for one in (disturbed, quiet):
        one.mkdir()
        stores(one)
    hit: Counter[str] = Counter()
    rounds = 1
    while hit.total() < kills or min(hit[phase] for phase in PHASES) < of_each:
        phase = min(PHASES, key=lambda name: hit[name])
        ended = sync(disturbed, phase, chance.randint(1, 6))
        if ended == -signal.SIGKILL:
            hit[phase] += 1
            continue
        assert ended == 0
        assert sync(quiet, "-", 0) == 0
        rounds += 1
        change(disturbed, rounds)
        change(quiet, rounds)
    assert [sync(disturbed, "-", 0), sync(disturbed, "-", 0), sync(quiet, "-", 0)] == [0, 0, 0]

    after, undisturbed = stores(disturbed)["exchange"], stores(quiet)["exchange"]
    assert all(after.shows(upn) == undisturbed.shows(upn) for upn in PEOPLE)
    written = len(undisturbed.overwritten)
    assert written <= len(after.overwritten) <= written + AT_ONCE * hit.total()
    assert await kept(disturbed) == await kept(quiet)


async def kept(folder: Path) -> set[tuple[str, str]]:
    """Every person's versions; whatever was overwritten is among them, and the journal is whole."""
    mailbox = stores(folder)["exchange"]
    found = set()
    async with await Vault.open(folder / "vault") as vault:
        assert await vault.in_flight() == ()
        assert (await vault.verify()).broken is None
        for upn in PEOPLE:
            versions = await vault.versions((await vault.person(upn)).id)
            found |= {(upn, v.digest) for v in versions if v.origin == "folder"}
            seen = {photo for owner, photo in mailbox.overwritten if owner == upn}
            first = face(upn, 0)
            assert first not in seen or digest_of(first) in {v.digest for v in versions}
            assert all([await vault.holds(v.digest) for v in versions])
    return found


async def test_each_phase_survives_being_killed(sync: Sync, tmp_path: Path) -> None:
    """Some kills in each phase: while observing, remembering, writing and reading back."""
    await proven(sync, tmp_path, kills=16, of_each=3)
