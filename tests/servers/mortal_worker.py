"""A worker in a process of its own that may kill itself in a given phase: see the tests of workers.

Called with SETTINGS PAGE FOLDER. Where the folder has a file `fate` that says "PHASE NTH", whoever
comes first to the nth moment of that phase takes the file away and is gone; the others live on.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sameface.cli.session import open_session
from sameface.connectors.base import Connector
from sameface.jobs import listening, working
from sameface.sync import shared
from sameface.values import Account, Page, Picture, Rendition, Written
from sameface.vault import Vault

SOON = timedelta(seconds=0.5)
PHASES = ("observe", "vault", "write", "read-back")


class Fate:
    """When this process dies."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "fate"
        self._seen: Counter[str] = Counter()

    def reach(self, phase: str) -> None:
        """A moment of that phase."""
        with contextlib.suppress(FileNotFoundError):
            told = self._file.read_text()
            self._seen[told] += told.startswith(f"{phase} ")
            if self._seen[told] == int(told.rpartition(" ")[2]):
                self._file.unlink()
                os.kill(os.getpid(), signal.SIGKILL)


class Mortal:
    """A connector whose process may die just before or just after it asks its store."""

    def __init__(self, inner: Connector, fate: Fate) -> None:
        self._inner, self._fate = inner, fate
        self._written: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def observe(self, cursor: str | None = None) -> AsyncIterator[Page]:
        self._fate.reach("observe")
        async for page in self._inner.observe(cursor):
            yield page
            self._fate.reach("observe")

    async def read(self, account: Account, size_px: int | None = None) -> Picture | None:
        back = account.ref in self._written
        if back:
            self._fate.reach("read-back")
        shown = await self._inner.read(account, size_px)
        if back:
            self._fate.reach("read-back")
        return shown

    async def write(
        self, account: Account, renditions: tuple[Rendition, ...], expected: str | None
    ) -> Written:
        self._fate.reach("write")
        written = await self._inner.write(account, renditions, expected)
        self._fate.reach("write")
        self._written.add(account.ref)
        return written


def make_mortal(vault: Vault, fate: Fate) -> None:
    """The vault's process may die just before, or just after, it remembers something."""
    for name in ("record", "keep", "intend", "settle"):
        setattr(vault, name, _mortal(getattr(vault, name), fate))


def _mortal(remember: Any, fate: Fate) -> Any:
    async def remembered(*args: Any, **kwargs: Any) -> Any:
        fate.reach("vault")
        result = await remember(*args, **kwargs)
        fate.reach("vault")
        return result

    return remembered


async def main(settings: Path, page: int, fate: Fate) -> None:
    async with open_session(settings) as session:
        make_mortal(session.vault, fate)
        stores: dict[str, Any] = {
            name: Mortal(one, fate) for name, one in session.connectors.items()
        }
        works = shared.works(session.settings, stores, session.vault, session.clock, page=page)
        with listening() as stop:
            async with working(session.settings, session.vault, works, notice=SOON) as name:
                sys.stdout.write(f"{name}\n")
                sys.stdout.flush()
                await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), Fate(Path(sys.argv[3]))))
