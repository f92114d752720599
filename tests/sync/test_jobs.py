"""Jobs: pages one after another, ended politely when asked, and never halfway through a page."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest
from tests.servers.memory_store import face
from tests.sync.kit import Office, same, three_stores

from sameface.jobs import ahead, listening, run_pages, together
from sameface.sync import Progress


class Pages:
    """Numbered pages; knows whether it was closed."""

    def __init__(self, count: int) -> None:
        self.count, self.closed = count, False

    async def all(self) -> AsyncGenerator[int, None]:
        try:
            for number in range(self.count):
                yield number
        finally:
            self.closed = True


async def test_every_page_is_done_in_order() -> None:
    """All of them, one after another, and True at the end."""
    done: list[int] = []

    async def step(page: int) -> None:
        await asyncio.sleep(0)
        done.append(page)

    assert await run_pages("count", Pages(3).all(), step, asyncio.Event())
    assert done == [0, 1, 2]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_asked_to_stop_it_finishes_the_page(number: signal.Signals) -> None:
    """The page in hand is finished, the next one not begun, and the pages are let go."""
    pages, done = Pages(5), list[int]()

    with listening() as stop:

        async def step(page: int) -> None:
            if page == 1:
                os.kill(os.getpid(), number)
                await stop.wait()
            done.append(page)

        assert not await run_pages("count", pages.all(), step, stop)

    assert done == [0, 1]
    assert pages.closed


async def test_after_listening_signals_are_as_before() -> None:
    """Ctrl-C is the program's own again."""
    before = signal.getsignal(signal.SIGTERM)
    with listening():
        pass

    assert signal.getsignal(signal.SIGTERM) is before


async def test_a_failing_step_ends_the_job() -> None:
    """What the step raises comes out, and the pages are let go."""
    pages = Pages(2)

    async def step(_: int) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await run_pages("count", pages.all(), step, asyncio.Event())

    assert pages.closed


async def test_nothing_goes_on_behind_a_failure() -> None:
    """What runs side by side has all ended when the first failure is raised."""
    ended: list[str] = []

    async def fails() -> None:
        raise ValueError("no")

    async def goes_on() -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        ended.append("here")

    with pytest.raises(ValueError, match="no"):
        await together((fails(), goes_on()))

    assert ended == ["here"]


async def test_ahead_is_one_item_and_no_more() -> None:
    """While one item is worked on the next is fetched, in order, and none further is begun."""
    begun: list[int] = []

    async def items() -> AsyncGenerator[int, None]:
        for number in range(3):
            begun.append(number)
            await asyncio.sleep(0)
            yield number

    had: list[tuple[int, list[int]]] = []
    async with aclosing(ahead(items())) as fetched:
        async for item in fetched:
            for _ in range(20):
                await asyncio.sleep(0)
            had.append((item, list(begun)))

    assert had == [(0, [0, 1]), (1, [0, 1, 2]), (2, [0, 1, 2])]


async def test_who_breaks_off_leaves_nothing_fetching() -> None:
    """A fetch under way is ended, and the items are let go."""
    ended: list[str] = []

    async def items() -> AsyncGenerator[int, None]:
        try:
            yield 0
            await asyncio.Event().wait()
        finally:
            ended.append("items")

    async with aclosing(ahead(items())) as fetched:
        assert await anext(fetched) == 0

    assert ended == ["items"]
    assert len(asyncio.all_tasks()) == 1


async def test_what_a_fetch_raises_comes_after_what_it_gave() -> None:
    """No item is lost to a failure behind it."""

    async def items() -> AsyncGenerator[int, None]:
        yield 0
        raise ValueError("no")

    async with aclosing(ahead(items())) as fetched:
        assert await anext(fetched) == 0
        with pytest.raises(ValueError, match="no"):
            await anext(fetched)


async def test_a_stopped_sync_says_so_and_the_next_one_ends_it(office: Office) -> None:
    """Asked to stop while it observes, it writes nothing; run again, it does all."""
    folder, exchange, _ = three_stores(office)
    folder.join("alice@x.test", face("alice", 1))
    exchange.join("alice@x.test", face("alice", 0))

    def interrupt(step: Progress) -> None:
        if step.verb == "observe":
            os.kill(os.getpid(), signal.SIGTERM)

    outcome = await office.sync(interrupt)

    assert (outcome.stopped, outcome.exit_code) == (True, 130)
    assert exchange.asked["write"] == 0

    assert (await office.sync()).exit_code == 0
    assert same(exchange.shows("alice@x.test"), face("alice", 1))
