"""A process that forks syncs which kill themselves in a given phase: see test_killed_anywhere.

It reads lines "FOLDER PHASE NTH" and answers each with how that sync ended, negative where a signal
ended it. Forked from here, a sync needs no new interpreter.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

from tests.servers.lasting_store import LastingStore
from tests.servers.memory_store import StillClock, face, may_write
from tests.sync.kit import Office

from sameface.settings import StopAbove
from sameface.vault import Vault

PHASES = ("observe", "vault", "write", "read-back")
PEOPLE = tuple(f"p{number:02}@x.test" for number in range(12))

_seen: Counter[str] = Counter()
_dies_in: list[tuple[str, int]] = []


def reach(phase: str) -> None:
    """Count a moment of that phase; at the one that was named, this process is gone."""
    _seen[phase] += 1
    if (phase, _seen[phase]) in _dies_in:
        os.kill(os.getpid(), signal.SIGKILL)


class MortalVault(Vault):
    """A vault whose process may die just before, or just after, it remembers something."""

    async def record(self, *args: Any) -> None:
        reach("vault")
        await super().record(*args)

    async def keep(self, *args: Any) -> tuple[bool, ...]:
        reach("vault")
        kept = await super().keep(*args)
        reach("vault")
        return kept

    async def intend(self, *args: Any) -> int:
        reach("vault")
        return await super().intend(*args)

    async def settle(self, *args: Any, **kwargs: Any) -> None:
        reach("vault")
        await super().settle(*args, **kwargs)


class MortalStore(LastingStore):
    """A store whose asker may die at any request."""

    def _ask(self, verb: str) -> None:
        if verb in ("write", "written"):
            reach("write")
        elif verb == "read" and _seen["write"]:
            reach("read-back")
        else:
            reach("observe")
        super()._ask(verb)


def stores(folder: Path) -> dict[str, MortalStore]:
    """The two stores of that folder, everybody having an account in both."""
    there = (folder / "exchange").exists()
    held = MortalStore("folder", may_write("folder", writes=False), folder / "folder")
    mailbox = MortalStore("exchange", may_write("exchange", writes=True), folder / "exchange")
    for upn in () if there else PEOPLE:
        held.join(upn, face(upn, 1))
        mailbox.join(upn, face(upn, 0))
    return {"folder": held, "exchange": mailbox}


async def sync(folder: Path) -> int:
    """One sync; the exit code is its own."""
    async with await MortalVault.open(folder / "vault") as vault:
        office = Office(vault, StillClock(), stop_above=StopAbove(percent=100))
        office.stores.update(stores(folder))
        return (await office.sync()).exit_code


def forked(folder: Path, phase: str, nth: int) -> int:
    """The exit code of a sync in a process of its own."""
    child = os.fork()
    if child == 0:
        _dies_in.append((phase, nth))
        code = 70
        try:
            code = asyncio.run(sync(folder))
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    for line in sys.stdin:
        folder, phase, nth = line.split()
        sys.stdout.write(f"{forked(Path(folder), phase, int(nth))}\n")
        sys.stdout.flush()
