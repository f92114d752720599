"""A process of its own in which a vault meets trouble: see test_trouble. Prints what it says.

Called with FOLDER TROUBLE: `full` limits how large files may grow, `full-pictures` the same for
pictures alone, `read-only` takes the right to write away, also from root.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from pathlib import Path

from tests.vault.kit import NOON

import sameface.vault.sqlite  # noqa: F401  what is loaded late must be there before rights are gone
from sameface.errors import VaultFailed
from sameface.vault import Vault

NOBODY = 65534


async def full(folder: Path) -> None:
    async with await Vault.open(folder) as vault:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**18, 2**18))
        for number in range(10_000):
            await vault.begin_run(f"r{number}", "sync" * 100, NOON)


async def full_pictures(folder: Path) -> None:
    async with await Vault.open(folder) as vault:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**18, 2**18))
        await vault.mend(b"x" * 2**19)


def lose_rights(folder: Path) -> None:
    """Nobody may write there, and this process is nobody."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    if os.geteuid() == 0:
        os.setuid(NOBODY)


async def read_only(folder: Path) -> None:
    async with await Vault.open(folder):
        pass
    lose_rights(folder)
    async with await Vault.open(folder) as vault:
        await vault.begin_run("r1", "sync", NOON)


def main(folder: Path, trouble: str) -> None:
    does = {"full": full, "full-pictures": full_pictures, "read-only": read_only}
    try:
        asyncio.run(does[trouble](folder))
    except VaultFailed as failed:
        sys.stdout.write(f"{failed}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
