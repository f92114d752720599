"""A sync on a disk that fills up: told in one sentence, and nothing is lost or done unannounced.

A disk that is really full takes a mount. Here no file of the process may grow beyond a size, which
the system refuses by the same calls: to the database, its log and the pictures alike.
"""

from __future__ import annotations

import re
import resource
import subprocess
from collections import Counter
from pathlib import Path

from tests.end_to_end.kit import SAMEFACE, Tenant, environment, same, tenant, told
from tests.end_to_end.wire import writes

from sameface.vault import Vault

STEP = 16 * 1024

ENDS = ("written", "not proven", "failed", "cut off")
"""Of writes that may have come through."""

Photos = dict[str, bytes]
"""UPN -> what SharePoint shows."""


def confined(folder: Path, most_bytes: int) -> subprocess.CompletedProcess[str]:
    """`sameface sync`, none of whose files may grow beyond that."""
    return subprocess.run(
        [*SAMEFACE, "sync", "--json"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        env=environment(),
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes)),
    )


def size_of(file: Path) -> int:
    """In bytes."""
    return file.stat().st_size


def photos(world: Tenant) -> Photos:
    """What SharePoint shows of whom."""
    shown = {p["upn"]: world.picture(f"stores/sharepoint/{p['upn']}") for p in world.people()}
    return {upn: photo for upn, photo in shown.items() if photo is not None}


async def lost(folder: Path, before: Photos) -> list[str]:
    """Whose photo the vault has not, after all."""
    found = []
    async with await Vault.open(folder / "sameface-vault") as vault:
        assert await vault.in_flight() == ()
        assert (await vault.verify()).broken is None
        for upn, photo in before.items():
            versions = await vault.versions((await vault.person(upn)).id)
            kept = [await vault.picture(version.digest) for version in versions]
            if not any(same(photo, one) for one in kept):
                found.append(upn)
    return found


async def told_of(folder: Path) -> Counter[str]:
    """Person (as SharePoint's files are named) -> how many writes the journal tells the end of."""
    async with await Vault.open(folder / "sameface-vault") as vault:
        names = {p.id: re.sub("[@.]", "_", p.upn.lower()) for p in await vault.people()}
        ends = [e for _, e, _ in await vault.export(limit=100_000) if e.what in ENDS]
        return Counter(names[entry.person or ""] for entry in ends)


async def test_a_disk_that_fills_up_in_the_middle_of_a_sync_costs_nothing(tmp_path: Path) -> None:
    """Exit code 4 wherever it is, until there is room: then all ends well, every photo that was
    overwritten is in the vault, and no write is unknown to the journal."""
    with tenant(tmp_path, people=12) as world:
        told("status", cwd=tmp_path)
        before, size = photos(world), size_of(tmp_path / "sameface-vault" / "vault.sqlite")
        world.clear_requests()
        halfway, room = 0, size - size % STEP
        while (done := confined(tmp_path, room)).returncode == 4:
            assert re.fullmatch(r"sameface: .*no room left.*\[SF-401\]\n", done.stderr)
            halfway += world.writes() > 0
            room += STEP
        code, _ = told("sync", cwd=tmp_path)
        log = world.get("requests")["requests"]
        after = photos(world)

    assert halfway >= 1
    assert (done.returncode, code) == (5, 5)
    overwritten = {upn: photo for upn, photo in before.items() if after[upn] != photo}
    assert overwritten
    assert await lost(tmp_path, overwritten) == []
    ends = await told_of(tmp_path)
    large = [r["path"].lower() for r in log if writes(r["method"], r["path"])]
    made = Counter(name for name in ends for path in large if f"'{name}_l" in path)
    assert made
    assert made <= ends
