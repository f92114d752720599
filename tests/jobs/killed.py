"""A worker in a process of its own that kills itself before the deed that it is told."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.jobs.kit import settings, works

from sameface.jobs import working
from sameface.vault import Vault


async def main(folder: Path, name: str, dies_at: str) -> None:
    ended = asyncio.Event()

    async def heard(what: str) -> None:
        if what == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if what.startswith("last"):
            ended.set()

    wishes = settings(folder)
    does = works(folder / "done", heard)
    async with await Vault.open(wishes.vault) as vault, working(wishes, vault, does, name=name):
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
