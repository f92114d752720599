"""A store's places: so many at a time, and what changes something before what only reads."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sameface.http import Clock
from sameface.http.pacing import Quota
from sameface.http.places import Places


async def settle() -> None:
    """Everybody who can go on has done so."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_who_is_first_goes_before_all_who_wait() -> None:
    """In turn among their own kind, and none is forgotten."""
    places, came = Places(1), list[str]()

    async def come(name: str, *, first: bool) -> None:
        async with places.one(first=first):
            came.append(name)

    async with asyncio.TaskGroup() as group, places.one():
        for name in ("read 1", "read 2", "write 1", "write 2"):
            group.create_task(come(name, first=name.startswith("write")))
        await settle()
        assert came == []

    assert came == ["write 1", "write 2", "read 1", "read 2"]


@given(
    st.integers(1, 3),
    st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 3)), max_size=20),
)
def test_no_place_is_lost_and_none_given_twice(
    count: int, comers: list[tuple[bool, bool, int]]
) -> None:
    """Whoever gives up, waiting or with the place just given, leaves as many as there were."""

    async def live() -> None:
        places, inside = Places(count), set[int]()

        async def come(number: int, first: bool, steps: int) -> None:
            async with places.one(first=first):
                inside.add(number)
                assert len(inside) <= count
                try:
                    for _ in range(steps):
                        await asyncio.sleep(0)
                finally:
                    inside.remove(number)

        tasks = []
        for number, (first, gives_up, steps) in enumerate(comers):
            tasks.append(asyncio.create_task(come(number, first, steps)))
            if steps % 2:
                await asyncio.sleep(0)
            if gives_up:
                tasks[number // 2].cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
        async with asyncio.timeout(5):
            for _ in range(2):
                await asyncio.gather(*(come(-n, False, 1) for n in range(1, count + 1)))

    asyncio.run(live())


@pytest.mark.parametrize("units", [1, 3])
async def test_units_too_go_to_changes_first(units: int) -> None:
    """Where the quota is what everybody waits for, a write waits for no read."""
    quota, spent = Quota(units, timedelta(seconds=0.01), Clock()), list[str]()

    async def ask(name: str, *, first: bool) -> None:
        async with quota.spend(units, first=first):
            spent.append(name)

    async with asyncio.TaskGroup() as group, quota.spend(units):
        for name in ("read", "read", "write"):
            group.create_task(ask(name, first=name == "write"))
        await settle()

    # The first read was waiting for its units already, and keeps its turn.
    assert spent == ["read", "write", "read"]
