"""A limited number of places, given to those who come in turn, or before all others."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Places:
    """So many at a time. Where one is free, nobody waits."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._first: deque[asyncio.Future[None]] = deque()
        self._then: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def one(self, *, first: bool = False) -> AsyncIterator[None]:
        """Hold a place; `first` comes before all who wait without it, in turn among its own."""
        await self._take(self._first if first else self._then)
        try:
            yield
        finally:
            self._leave()

    async def _take(self, queue: deque[asyncio.Future[None]]) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # the place came when nobody wanted it any more
                self._leave()
            raise

    def _leave(self) -> None:
        """The place goes to whoever is next, so that nobody who comes later can take it."""
        for queue in (self._first, self._then):
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._free += 1
