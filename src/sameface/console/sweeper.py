"""Keeping the console's memory in line with the vault: who changed or is due is summed up anew."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sameface import __version__
from sameface.console.choices import Choices
from sameface.console.desk import Desk
from sameface.console.memory import Memory
from sameface.console.shelf import Shelf
from sameface.console.standing import Standing, standing
from sameface.errors import NoRoom, VaultFailed
from sameface.values import Person
from sameface.vault import Dossier

_PAGE = 200
_NEVER = datetime.min.replace(tzinfo=UTC)
_AT_ONCE = 10  # people summed up between two turns of the loop that answers requests
_LOOK_S = 2.0
_GLANCE_S = 0.02
_REST = 4  # a sweep is followed by a rest so many times as long, so that runs are not slowed

Stamp = tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Progress:
    """The sweep under way: people looked at so far; `whole` once a sweep has come to its end."""

    people: int = 0
    whole: bool = False


class Sweeper:
    """Goes through the vault whenever it was written to, or somebody is due."""

    def __init__(
        self, desk: Desk, memory: Memory, choices: Choices, shelf: Shelf | None = None
    ) -> None:
        self._desk, self._memory, self._choices, self._shelf = desk, memory, choices, shelf
        self._rules = f"{__version__} {desk.book.id} {desk.policy} {desk.settings.options}"
        vault = desk.vault.folder / "vault.sqlite"
        self._files = [str(vault), f"{vault}-wal"]
        self._swept: Stamp | None = None
        self._stamp: Stamp = ()
        self._glance_at = 0.0  # ticks
        self._told = 0
        self._alone = asyncio.Lock()
        self.progress = Progress()

    def stamp(self) -> Stamp:
        """Another one whenever anybody has written to the vault: this console at once, another
        program within 20 ms, since every picture asks.

        A database elsewhere has no file to look at: it is taken for written to once a minute, and
        whenever this console has (`touched`).
        """
        now = self._desk.clock.ticks()
        if now >= self._glance_at:
            self._stamp, self._glance_at = self._look(), now + _GLANCE_S
        return self._stamp

    def _look(self) -> Stamp:
        found = tuple(map(_written, self._files))
        if any(map(any, found)):
            return found
        return ((int(self._desk.clock.now().timestamp()) // 60, self._told),)

    def touched(self) -> None:
        """This console has written to the vault."""
        self._told += 1
        self._glance_at = 0.0

    async def chosen(self, person: str) -> None:
        """That person (an id) chose where to be shown: from now on it is so. Error: NoRoom."""
        self.touched()
        if self._shelf is not None:
            await asyncio.to_thread(self._shelf.drop, [person])

    def is_due(self) -> bool:
        """True when a sweep may find something."""
        due = self._memory.due()
        return self._look() != self._swept or (due is not None and due <= self._desk.clock.now())

    async def sweep(self) -> int:
        """Once through everybody; gives how many were summed up anew."""
        async with self._alone:
            return await self._sweep()

    async def catch_up(self) -> None:
        """When this ends, pages show what the vault held when it began. Error: VaultFailed."""
        self.touched()
        async with self._alone:
            if await asyncio.to_thread(self.is_due):
                await self._sweep()

    async def _sweep(self) -> int:
        stamp, now, after, summed = self._look(), self._desk.clock.now(), None, 0
        self._glance_at = 0.0
        self.progress.people = 0
        while page := await self._desk.vault.dossiers(after, _PAGE):
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
        if self._shelf is not None:
            shown = self._shelf.people()
            self._shelf.drop(shown - self._memory.knows(shown))

    async def _page(self, page: Sequence[Dossier], now: datetime) -> int:
        marks = {dossier.person.id: self._mark(dossier) for dossier in page}
        known = await asyncio.to_thread(self._memory.marks, marks, now)
        anew = [d for d in page if known.get(d.person.id) != marks[d.person.id]]
        seen = [(d.person.id, _observed(d)) for d in page]
        await asyncio.to_thread(self._memory.observed, seen)
        for start in range(0, len(anew), _AT_ONCE):
            some = anew[start : start + _AT_ONCE]
            kept = await asyncio.to_thread(self._sum_up, some, now)
            if self._shelf is not None:
                await asyncio.to_thread(self._shelf.drop, [person.id for person, _ in kept])
            rows = [(person, marks[person.id], stood) for person, stood in kept]
            await asyncio.to_thread(self._memory.keep, rows)
        return len(anew)

    def _mark(self, dossier: Dossier) -> str:
        """All that a person's standing rests on, but for the time and when it was last found so."""
        cells = [replace(cell, observed_at=_NEVER) for cell in dossier.cells]
        chosen = f"{dossier.agreed}{dossier.pin}{sorted(dossier.withheld)}"
        told = f"{self._rules}{dossier.person}{cells}{chosen}"
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
                # A vault that cannot be read now, or a folder that cannot be cleared, is at the
                # next turn; pages say it meanwhile.
                with suppress(VaultFailed, NoRoom):
                    await self.sweep()
                rest = max(rest, _REST * (clock.ticks() - began))
            await clock.sleep(rest)


def _observed(dossier: Dossier) -> datetime | None:
    return min((cell.observed_at for cell in dossier.cells), default=None)


def _written(file: str) -> tuple[int, int]:
    try:
        found = os.stat(file)  # noqa: PTH116  asked at every picture, and a Path takes longer
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)
