"""How fast and how often a store is asked: the clock, the patience, the quota."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sameface.http.places import Places


class Clock:
    """The machine's time. Tests pass another, so that no test ever waits."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def ticks(self) -> float:
        """Seconds that only ever grow."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one request may be repeated: so many tries, waiting so long in all."""

    tries: int = 6
    waiting: timedelta = timedelta(minutes=2)
    first: timedelta = timedelta(seconds=0.5)  # doubles from try to try


class Waiting:
    """The patience spent on one request so far."""

    def __init__(self, patience: Patience, clock: Clock) -> None:
        self._patience, self._clock = patience, clock
        self._left_s = patience.waiting.total_seconds()
        self.tries = 1

    async def again(self, retry_after_s: float | None = None, tries: int | None = None) -> bool:
        """Wait and return True, or return False at once where patience would end first."""
        wait_s = self.next_wait_s(retry_after_s)
        if self.tries >= (tries or self._patience.tries) or not self.allows(wait_s):
            return False
        self.tries += 1
        self._left_s -= wait_s
        await self._clock.sleep(wait_s)
        return True

    def allows(self, seconds: float) -> bool:
        """True while so long a wait is still within our patience."""
        return seconds <= self._left_s

    def next_wait_s(self, retry_after_s: float | None) -> float:
        """What the server asks for, and never less than our own doubling, jittered step."""
        step_s = self._patience.first.total_seconds() * 2.0 ** (self.tries - 1)
        return max(retry_after_s or 0.0, step_s * random.uniform(0.5, 1.0))  # noqa: S311


class Quota:
    """So many units per period, counted from when an answer came: safe for any way to count.

    A server counts a request when it arrives, which is before its answer reaches us; a unit that
    is free again only a period after the answer can therefore never be one too many.
    """

    def __init__(self, units: int, period: timedelta, clock: Clock) -> None:
        self.units, self._period_s, self._clock = units, period.total_seconds(), clock
        self._free_at = deque([float("-inf")] * units)
        self._unused = asyncio.Semaphore(units)
        self._turn = Places(1)

    @asynccontextmanager
    async def spend(self, cost: int, *, first: bool = False) -> AsyncIterator[None]:
        """Wait until `cost` units are free (never more than there are), and use them.

        What costs nothing waits for nobody; what is `first`, for none that is not.
        """
        if not cost:
            yield
            return
        cost = min(cost, self.units)
        # One after another, or two could each hold half of what both need.
        async with self._turn.one(first=first):
            for _ in range(cost):
                await self._unused.acquire()
        free_at = [self._free_at.popleft() for _ in range(cost)]
        try:
            wait_s = max(free_at, default=0.0) - self._clock.ticks()
            if wait_s > 0:
                await self._clock.sleep(wait_s)
            yield
        finally:
            for _ in range(cost):
                self._free_at.append(self._clock.ticks() + self._period_s)
                self._unused.release()


class Pool(Protocol):
    """Units that several processes share: the vault's `workers`."""

    async def take(
        self, quota: str, most: int, period: timedelta, wanted: tuple[int, int]
    ) -> tuple[int, int] | timedelta:
        """(lease, units) of at least and at most so many, or how long to wait for them."""

    async def give_back(self, lease: int, used: int, period: timedelta) -> None:
        """So many units of that lease were used, and are free again a period from now."""


@dataclass(slots=True)
class _Lease:
    """Units taken from the pool: `left` unused, `out` requests under way with some of them."""

    id: int
    left: int
    used: int = 0
    out: int = 0


_HANDFUL = 25
"""Units taken at once, at most: what a process that is killed leaves uncounted, or counted."""


class SharedQuota:
    """A quota that all processes with the same pool keep together, by name: those that run side
    by side, and those that follow one another within a period.

    Units are taken by the handful, so that most requests cost the pool nothing, and given back as
    soon as none of them is under way. They count as used until a period after that.
    """

    def __init__(self, name: str, units: int, period: timedelta, clock: Clock, pool: Pool) -> None:
        self.units, self._period, self._clock = units, period, clock
        self._name, self._pool = name, pool
        self._handful = max(1, min(_HANDFUL, units // 50))
        self._lease: _Lease | None = None
        self._turn = Places(1)

    @asynccontextmanager
    async def spend(self, cost: int, *, first: bool = False) -> AsyncIterator[None]:
        """As `Quota.spend`."""
        if not cost:
            yield
            return
        cost = min(cost, self.units)
        async with self._turn.one(first=first):
            lease = await self._with(cost)
            lease.left -= cost
            lease.used += cost
            lease.out += 1
        try:
            yield
        finally:
            lease.out -= 1
            await self._end_unless_needed(lease)

    async def _with(self, cost: int) -> _Lease:
        """A lease that has so many units left."""
        if self._lease is not None and self._lease.left >= cost:
            return self._lease
        wanted = (cost, max(cost, self._handful))
        while not isinstance(
            taken := await self._pool.take(self._name, self.units, self._period, wanted), tuple
        ):
            await self._clock.sleep(taken.total_seconds())
        before, self._lease = self._lease, _Lease(*taken)
        if before is not None:
            await self._end_unless_needed(before)
        return self._lease

    async def _end_unless_needed(self, lease: _Lease) -> None:
        if lease.out:
            return
        if self._lease is lease:
            self._lease = None
        await self._pool.give_back(lease.id, lease.used, self._period)
