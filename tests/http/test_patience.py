"""The door waits as it is told, asks as often as it may, and no more."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx2 as httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.http.kit import GOOD, Server, VirtualClock, door

from sameface.errors import Busy, Unreachable
from sameface.http import Patience, Quota


async def test_it_waits_as_long_as_the_server_asks(clock: VirtualClock) -> None:
    """Retry-After in seconds is honoured to the letter (protocols 1.9)."""
    server = Server(httpx.Response(429, headers={"retry-after": "17"}), GOOD)

    answer = await door(server, clock).ask("GET", "/users")

    assert answer.json() == {"good": True}
    assert clock.slept == [17.0]


async def test_a_date_to_wait_for_is_read_on_the_servers_own_clock(clock: VirtualClock) -> None:
    """Retry-After as a date is measured against the answer's Date, so that clocks may differ."""
    busy = httpx.Response(
        503,
        headers={
            "date": "Sun, 01 Jan 2017 00:00:00 GMT",
            "retry-after": "Sun, 01 Jan 2017 00:00:30 GMT",
        },
    )

    await door(Server(busy, GOOD), clock).ask("GET", "/users")

    assert clock.slept == [30.0]


async def test_without_a_hint_it_waits_longer_and_longer(clock: VirtualClock) -> None:
    """Each wait is at most twice, and never less than half of, the doubling step."""
    server = Server(*[httpx.Response(500)] * 4, GOOD)

    await door(server, clock).ask("GET", "/users")

    steps = [0.5, 1.0, 2.0, 4.0]
    assert all(s / 2 <= w <= s for s, w in zip(steps, clock.slept, strict=True))


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_patience_ends(clock: VirtualClock, status: int) -> None:
    """A store that stays busy is reported as busy, with what it said and how often."""
    server = Server(httpx.Response(status, json={"error": {"code": "TooMany"}}))

    with pytest.raises(Busy, match=f"{status} TooMany for GET /users, 3 times"):
        await door(server, clock, Patience(tries=3)).ask("GET", "/users")

    assert len(server.asked) == 3


async def test_a_wait_beyond_patience_is_not_begun(clock: VirtualClock) -> None:
    """Being told to come back in an hour is an answer, not a reason to sleep for an hour."""
    server = Server(httpx.Response(429, headers={"retry-after": "3600"}))

    with pytest.raises(Busy, match="wait 3600 s"):
        await door(server, clock).ask("GET", "/users")

    assert clock.slept == []


async def test_a_photo_may_be_put_twice_but_a_post_may_not(clock: VirtualClock) -> None:
    """PUT is idempotent; a POST is repeated only where it says so, or was throttled unheard."""
    refused = httpx.Response(500)

    put = Server(refused, GOOD)
    await door(put, clock).ask("PUT", "/photo", body=b"x")
    post = Server(refused, GOOD)
    with pytest.raises(Busy):
        await door(post, clock).ask("POST", "/photo", body=b"x")
    marked = Server(refused, GOOD)
    await door(marked, clock).ask("POST", "/photo", body=b"x", repeatable=True)
    throttled = Server(httpx.Response(429), GOOD)
    await door(throttled, clock).ask("POST", "/photo", body=b"x")

    assert [len(s.asked) for s in (put, post, marked, throttled)] == [2, 1, 2, 2]


async def test_a_broken_connection_is_tried_again(clock: VirtualClock) -> None:
    """What broke off while reading is asked again; a write that is not repeatable is not."""
    broken = httpx.ReadError("reset")

    got = await door(Server(broken, GOOD), clock).ask("GET", "/users")
    with pytest.raises(Unreachable, match="broke off while answering POST /photo"):
        await door(Server(broken, GOOD), clock).ask("POST", "/photo")

    assert got.status == 200


async def test_others_hold_while_one_is_throttled(clock: VirtualClock) -> None:
    """Throttled calls count too, so nobody else asks before the time is up (protocols 1.9)."""
    times: list[float] = []
    answers = [httpx.Response(429, headers={"retry-after": "20"}), GOOD, GOOD]

    async def server(_: httpx.Request) -> httpx.Response:
        times.append(clock.t)
        return answers.pop(0)

    one = door(server, clock, concurrency=1)
    await asyncio.gather(one.ask("GET", "/a"), one.ask("GET", "/b"))

    assert times == [0.0, 20.0, 20.0]


@settings(max_examples=60, deadline=None)
@given(
    units=st.integers(1, 5),
    takes_s=st.lists(st.floats(0, 4), min_size=1, max_size=20),
)
def test_a_quota_is_never_exceeded(units: int, takes_s: list[float]) -> None:
    """In any window of the period, however one counts it, there are no more than the units."""
    clock, arrived = VirtualClock(), []
    quota = Quota(units, timedelta(seconds=10), clock)

    async def run() -> None:
        for seconds in takes_s:
            async with quota.spend(1):
                arrived.append(clock.t + seconds)  # the server may count at the very end
                clock.t += seconds

    asyncio.run(run())

    for first, later in zip(arrived, arrived[units:], strict=False):
        assert later - first >= 10 - 1e-6


async def test_a_costly_request_uses_several_units(clock: VirtualClock) -> None:
    """SharePoint counts some requests double (protocols 3.7)."""
    asking = door(Server(GOOD), clock, quota=(4, timedelta(seconds=60)))

    for _ in range(3):
        await asking.ask("GET", "/x", cost=2)

    assert clock.t == 60.0


async def test_no_more_run_at_once_than_the_store_allows(clock: VirtualClock) -> None:
    """Concurrency is the store's limit, not ours (protocols 1.9: four per mailbox)."""
    running = most = 0

    async def server(_: httpx.Request) -> httpx.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return httpx.Response(200)

    asking = door(server, clock, concurrency=3)
    await asyncio.gather(*(asking.ask("GET", f"/{n}") for n in range(20)))

    assert most == 3
    assert asking.requests == 20


async def test_what_costs_nothing_waits_for_nobody(clock: VirtualClock) -> None:
    """A picture from a host that counts nothing is fetched while the quota is used up."""
    asking = door(Server(GOOD), clock, quota=(1, timedelta(seconds=60)))
    await asking.ask("GET", "/users")

    await asking.ask("GET", "/mugshot", cost=0)

    assert clock.t == 0.0
