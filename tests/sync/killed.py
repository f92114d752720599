"""A process of its own that syncs, and kills itself at the request it is told: see test_killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.servers.lasting_store import LastingStore
from tests.servers.memory_store import StillClock, face, may_write
from tests.sync.kit import Office

from sameface.vault import Vault

PEOPLE = tuple(f"p{number}@x.test" for number in range(4))


def stores(folder: Path) -> dict[str, LastingStore]:
    """The two stores of that folder; every mailbox shows another photo than the folder does."""
    there = (folder / "exchange").exists()
    held = LastingStore("folder", may_write("folder", writes=False), folder / "folder")
    mailbox = LastingStore("exchange", may_write("exchange", writes=True), folder / "exchange")
    for upn in () if there else PEOPLE:
        held.join(upn, face(upn, 1))
        mailbox.join(upn, face(upn, 0))
    return {"folder": held, "exchange": mailbox}


async def main(folder: Path, dies_at: int) -> int:
    """One sync; the exit code is its own."""
    async with await Vault.open(folder / "vault") as vault:
        office = Office(vault, StillClock())
        office.stores.update(stores(folder))
        mailbox = office.stores["exchange"]
        mailbox.dies_at = mailbox.asked.total() + dies_at if dies_at else None
        return (await office.sync()).exit_code


if __name__ == "__main__":
    sys.exit(asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]))))
