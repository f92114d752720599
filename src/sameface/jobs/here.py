"""Work in this process: a loop over pages, whatever runs side by side, and being asked to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
)
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Page = TypeVar("Page")
Done = TypeVar("Done")
Item = TypeVar("Item")

_HEARD: ContextVar[asyncio.Event | None] = ContextVar("heard", default=None)
_ASKING = (signal.SIGINT, signal.SIGTERM)


async def run_pages(
    name: str,
    pages: AsyncIterator[Page],
    step: Callable[[Page], Awaitable[None]],
    stop: asyncio.Event,
) -> bool:
    """Run `step` on one page after another; False where it was asked to stop before the last.

    A page that has begun is finished. What `step` or `pages` raise ends the job.
    """
    number = 0
    try:
        if stop.is_set():
            return False
        async for page in pages:
            if stop.is_set():
                return False
            number += 1
            await asyncio.create_task(_run(step, page), name=f"{name}, page {number}")
    finally:
        if isinstance(pages, AsyncGenerator):
            await pages.aclose()
    return True


async def together(coroutines: Iterable[Coroutine[Any, Any, Done]]) -> list[Done]:
    """Their results, run side by side. What one raises is raised when all have ended."""
    ended = await asyncio.gather(*coroutines, return_exceptions=True)
    results: list[Done] = []
    for one in ended:
        if isinstance(one, BaseException):
            raise one
        results.append(one)
    return results


async def ahead(items: AsyncGenerator[Item, None]) -> AsyncGenerator[Item, None]:
    """The same items; while one is worked on, the next is fetched, and no more than that one.

    Close it (`contextlib.aclosing`): that ends a fetch under way, and `items`.
    """
    coming = asyncio.create_task(_next(items))
    try:
        while (found := await coming) is not None:
            coming = asyncio.create_task(_next(items))
            yield found[0]
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await items.aclose()


async def grouped(items: AsyncIterator[Item], size: int) -> AsyncGenerator[list[Item], None]:
    """The items in lists of `size`, the last one shorter."""
    group: list[Item] = []
    async for item in items:
        group.append(item)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group


def _nobody() -> None:
    """For whom nobody waits."""


@contextmanager
def listening(heard: Callable[[], None] = _nobody) -> Iterator[asyncio.Event]:
    """An event that the first Ctrl-C or SIGTERM sets; the second one ends the process as usual.

    Within another `listening` it is the same event: whoever asks, asks all. `heard` is called when
    somebody has asked, so that a person who waits for the end knows that it is coming.
    """
    outer = _HEARD.get()
    if outer is not None:
        yield outer
        return
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    taken: list[signal.Signals] = []

    def asked() -> None:
        stop.set()
        restore()
        heard()

    def restore() -> None:
        while taken:
            loop.remove_signal_handler(taken.pop())

    token = _HEARD.set(stop)
    try:
        for number in _ASKING:
            try:
                loop.add_signal_handler(number, asked)
            except (NotImplementedError, RuntimeError, ValueError):
                continue  # signals go to the main thread only, and not to every loop
            taken.append(number)
        yield stop
    finally:
        _HEARD.reset(token)
        restore()


async def _run(step: Callable[[Page], Awaitable[None]], page: Page) -> None:
    await step(page)


async def _next(items: AsyncGenerator[Item, None]) -> tuple[Item] | None:
    async for item in items:
        return (item,)
    return None
