"""Keeping the console's memory in line with the vault: who changed or is due is summed up anew."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sameface import __version__
from sameface.console.choices import Choices
from sameface.console.desk import Desk
from sameface.console.memory import Memory
from sameface.console.standing import Standing, standing
from sameface.errors import VaultFailed
from sameface.values import Person
from sameface.vault import Dossier

_PAGE = 200
_NEVER = datetime.min.replace(tzinfo=UTC)
_AT_ONCE = 10  # people summed up between two turns of the loop that answers requests
_LOOK_S = 2.0
_REST = 4  # a sweep is followed by a rest so many times as long, so that runs are not slowed

Stamp = tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Progress:
    """The sweep under way: people looked at so far; `whole` once a sweep has come to its end."""

    people: int = 0
    whole: bool = False


class Sweeper:
    """Goes through the vault whenever it was written to, or somebody is due."""

    def __init__(self, desk: Desk, memory: Memory, choices: Choices) -> None:
        self._desk, self._memory, self._choices = desk, memory, choices
        self._rules = f"{__version__} {desk.book.id} {desk.policy} {desk.settings.options}"
        self._swept: Stamp | None = None
        self._alone = asyncio.Lock()
        self.progress = Progress()

    def stamp(self) -> Stamp:
        """Another one whenever anybody has written to the vault.

        A database elsewhere has no file to look at: it is taken for written to once a minute.
        """
        folder = self._desk.vault.folder
        found = tuple(_written(folder / f"vault.sqlite{end}") for end in ("", "-wal"))
        return (
            found if any(map(any, found)) else ((int(self._desk.clock.now().timestamp()) // 60, 0),)
        )

    def is_due(self) -> bool:
        """True when a sweep may find something."""
        due = self._memory.due()
        return self.stamp() != self._swept or (due is not None and due <= self._desk.clock.now())

    async def sweep(self) -> int:
        """Once through everybody; gives how many were summed up anew."""
        async with self._alone:
            return await self._sweep()

    async def catch_up(self) -> None:
        """When this ends, pages show what the vault held when it began. Error: VaultFailed."""
        async with self._alone:
            if await asyncio.to_thread(self.is_due):
                await self._sweep()

    async def _sweep(self) -> int:
        stamp, now, after, summed = self.stamp(), self._desk.clock.now(), None, 0
        self.progress.people = 0
        while page := await self._desk.vault.dossiers(after.id if after else None, _PAGE):
            who = [dossier.person for dossier in page]
            await asyncio.to_thread(self._memory.only, after, who)
            summed += await self._page(page, now)
            self.progress.people += len(page)
            after = who[-1]
        await asyncio.to_thread(self._memory.only, after, [])
        await asyncio.to_thread(self._forget)
        self._swept, self.progress.whole = stamp, True
        return summed

    def _forget(self) -> None:
        """Who is not in the vault any more has chosen nothing either."""
        chose = self._choices.people()
        self._choices.forget(chose - self._memory.knows(chose))

    async def _page(self, page: Sequence[Dossier], now: datetime) -> int:
        marks = {dossier.person.id: self._mark(dossier) for dossier in page}
        known = await asyncio.to_thread(self._memory.marks, marks, now)
        anew = [d for d in page if known.get(d.person.id) != marks[d.person.id]]
        seen = [(d.person.id, _observed(d)) for d in page]
        await asyncio.to_thread(self._memory.observed, seen)
        for start in range(0, len(anew), _AT_ONCE):
            some = anew[start : start + _AT_ONCE]
            kept = await asyncio.to_thread(self._sum_up, some, now)
            rows = [(person, marks[person.id], stood) for person, stood in kept]
            await asyncio.to_thread(self._memory.keep, rows)
        return len(anew)

    def _mark(self, dossier: Dossier) -> str:
        """All that a person's standing rests on, but for the time and when it was last found so."""
        cells = [replace(cell, observed_at=_NEVER) for cell in dossier.cells]
        told = f"{self._rules}{dossier.person}{cells}{dossier.agreed}{dossier.pin}"
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    def _sum_up(self, page: Sequence[Dossier], now: datetime) -> list[tuple[Person, Standing]]:
        told = []
        for dossier in page:
            view = self._desk.view(dossier, now)
            stood = standing(view.decision, view.row, self._desk.book, dossier.cells, now)
            told.append((dossier.person, stood))
        return told

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Sweep in the background while the context lasts."""
        task = asyncio.create_task(self._watch(), name="console sweeper")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _watch(self) -> None:
        clock = self._desk.clock
        while True:
            rest = _LOOK_S
            if await asyncio.to_thread(self.is_due):
                began = clock.ticks()
                # A vault that cannot be read now is read at the next turn; pages say it meanwhile.
                with suppress(VaultFailed):
                    await self.sweep()
                rest = max(rest, _REST * (clock.ticks() - began))
            await clock.sleep(rest)


def _observed(dossier: Dossier) -> datetime | None:
    return min((cell.observed_at for cell in dossier.cells), default=None)


def _written(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)
