"""Workers for async code: the same verbs, awaited, so that who serves others can go on."""

from __future__ import annotations

import asyncio
import atexit
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Self, TypeVar

from sameface.pictures import Frame, Header, Limits, Unfit, Verdict, Want
from sameface.pictures.decoding import LIMITS, WHITE
from sameface.values import Fingerprint, Rendition
from sameface.workshop.lanes import Workers
from sameface.workshop.processes import Allowance

T = TypeVar("T")


class Workshop:
    """`Workers` behind await. Use it with `async with`.

    A thread per process waits for its pipe, HEIC's apart from the rest, so that no slow lane ever
    takes the threads of the other.
    """

    def __init__(self, count: int = 2, allowance: Allowance | None = None) -> None:
        self.workers = Workers(count, allowance)
        self._threads = {
            "common": ThreadPoolExecutor(max(1, count), "workshop"),
            "heic": ThreadPoolExecutor(1, "workshop-heic"),
        }

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End all processes; jobs still waiting are cancelled."""
        for pool in self._threads.values():
            pool.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self.workers.close)

    async def inspect(self, data: bytes, limits: Limits = LIMITS) -> Header:
        """What the file says of itself."""
        return await self._in_lane(data, partial(self.workers.inspect, data, limits))

    async def judge(self, data: bytes, limits: Limits = LIMITS) -> Verdict:
        """Whether it is fit, and why; raises nothing."""
        return await self._in_lane(data, partial(self.workers.judge, data, limits))

    async def unfit(self, data: bytes, limits: Limits = LIMITS) -> Unfit | None:
        """What it is instead of a photo of one person, or None."""
        return await self._in_lane(data, partial(self.workers.unfit, data, limits))

    async def measure(self, data: bytes, limits: Limits = LIMITS) -> tuple[Header, Fingerprint]:
        """What the file says of itself, and what its picture looks like."""
        return await self._in_lane(data, partial(self.workers.measure, data, limits))

    async def examine(
        self, data: bytes, limits: Limits = LIMITS
    ) -> tuple[Header, Fingerprint, Unfit | None]:
        """`measure` and `unfit` in one."""
        return await self._in_lane(data, partial(self.workers.examine, data, limits))

    async def fingerprint(self, data: bytes, limits: Limits = LIMITS) -> Fingerprint:
        """What its picture looks like."""
        return await self._in_lane(data, partial(self.workers.fingerprint, data, limits))

    async def render(
        self,
        data: bytes,
        want: Want,
        limits: Limits = LIMITS,
        backdrop: tuple[int, int, int] = WHITE,
    ) -> Rendition:
        """One square."""
        return (await self.ladder(data, (want,), limits, backdrop))[0]

    async def ladder(
        self,
        data: bytes,
        wants: Sequence[Want],
        limits: Limits = LIMITS,
        backdrop: tuple[int, int, int] = WHITE,
    ) -> tuple[Rendition, ...]:
        """A square for each want."""
        call = partial(self.workers.ladder, data, tuple(wants), limits, backdrop)
        return await self._in_lane(data, call)

    async def upright(
        self, data: bytes, px: int, limits: Limits = LIMITS
    ) -> tuple[Rendition, Frame]:
        """The whole picture, and where the face's square is."""
        return await self._in_lane(data, partial(self.workers.upright, data, px, limits))

    async def cropped(
        self, data: bytes, frame: Frame, px: int, limits: Limits = LIMITS
    ) -> Rendition:
        """The square of that frame."""
        return await self._in_lane(data, partial(self.workers.cropped, data, frame, px, limits))

    async def _in_lane(self, data: bytes, call: Callable[[], T]) -> T:
        threads = self._threads[self.workers.lane(data)]
        return await asyncio.get_running_loop().run_in_executor(threads, call)


AT_ONCE = max(2, os.cpu_count() or 2)
"""Pictures that the workshop of this process works on at a time."""


@cache
def workshop() -> Workshop:
    """The one of this process, for everybody in it who meets pictures.

    Its processes start with the first picture, and end with this one.
    """
    shop = Workshop(AT_ONCE)
    atexit.register(shop.workers.close)
    return shop
