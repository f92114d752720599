"""What workers share: places, and units of a quota that all processes keep together."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.vault.kit import NOON

from sameface.http import Clock, SharedQuota
from sameface.vault import Vault

SECOND = timedelta(seconds=1)


async def test_a_place_is_one_workers_while_it_lives(vault: Vault) -> None:
    """Whoever finds it free has it; whoever leaves it leaves it to the next."""
    seat = vault.workers.seat
    async with seat("host-1") as first, seat("host-1") as second, seat("host-2") as other:
        assert (first, second, other) == (True, False, True)
    async with vault.workers.seat("host-1") as again:
        assert again


async def test_several_may_share_the_place_of_a_run(vault: Vault) -> None:
    """Workers of one run hold it together."""
    async with vault.alone(shared=True), vault.alone(shared=True):
        pass


async def test_units_are_taken_until_there_are_none(vault: Vault) -> None:
    """At least and at most so many; then the answer is how long to wait."""
    take = vault.workers.take
    lease = await take("exchange", 10, SECOND, (1, 8))
    rest = await take("exchange", 10, SECOND, (1, 8))
    none = await take("exchange", 10, SECOND, (1, 8))
    other = await take("yammer", 10, SECOND, (1, 8))

    assert isinstance(lease, tuple)
    assert isinstance(rest, tuple)
    assert isinstance(other, tuple)
    assert isinstance(none, timedelta)
    assert (lease[1], rest[1], other[1]) == (8, 2, 8)
    assert none > SECOND


async def test_what_was_not_used_is_free_at_once_and_the_rest_a_period_later(vault: Vault) -> None:
    """Given back with its use told, a lease counts for that many units, as long as they count."""
    take, give_back = vault.workers.take, vault.workers.give_back
    lease = await take("exchange", 10, timedelta(hours=1), (1, 10))
    assert isinstance(lease, tuple)
    await give_back(lease[0], 4, timedelta(hours=1))
    rest = await take("exchange", 10, timedelta(hours=1), (1, 10))
    wait = await take("exchange", 10, timedelta(hours=1), (1, 10))

    assert isinstance(rest, tuple)
    assert rest[1] == 6
    assert isinstance(wait, timedelta)
    assert timedelta(minutes=59) < wait <= timedelta(hours=1)


async def test_two_who_share_a_quota_keep_it_together(vault: Vault) -> None:
    """Never more in a period than there are, however many ask at a time."""
    clock, period, units = Clock(), timedelta(seconds=0.5), 5
    crew = [SharedQuota("yammer", units, period, clock, vault.workers) for _ in range(3)]
    times: list[float] = []

    async def ask(quota: SharedQuota) -> None:
        async with quota.spend(1):
            times.append(clock.ticks())

    await asyncio.gather(*(ask(quota) for quota in crew for _ in range(4)))

    times.sort()
    spans = [late - early for early, late in zip(times, times[units:], strict=False)]
    assert len(times) == 12
    assert min(spans) >= period.total_seconds()


async def test_a_run_tells_how_far_it_is(vault: Vault) -> None:
    """What it foresees, the stores it looks at, and its end; nothing of a run there is not."""
    await vault.begin_run("r1", "sync", NOON)
    look = await vault.begin_look("exchange", NOON)
    await vault.workers.expect("r1", 7)
    during = await vault.workers.advance("r1")
    await vault.end_look(look, NOON)
    await vault.end_run("r1", 0, NOON)
    after = await vault.workers.advance("r1")

    assert during is not None
    assert after is not None
    assert (during.run.expected, during.run.exit) == (7, None)
    assert [(one.store, one.ended) for one in during.looks] == [("exchange", False)]
    assert [(one.store, one.ended) for one in after.looks] == [("exchange", True)]
    assert after.run.exit == 0
    assert await vault.workers.advance("r2") is None


async def test_who_comes_after_keeps_the_quota_with_who_went(vault: Vault) -> None:
    """A command begun right after another one waits until what that one used is free again."""
    clock, period, units = Clock(), timedelta(seconds=0.4), 5
    times: list[float] = []
    for _ in range(2):
        quota = SharedQuota("yammer", units, period, clock, vault.workers)
        for _ in range(units):
            async with quota.spend(1):
                times.append(clock.ticks())

    assert times[units] - times[0] >= period.total_seconds()


async def test_who_died_with_a_lease_holds_it_for_two_periods_at_most(vault: Vault) -> None:
    """What it may have used is counted once, and not until somebody gives it back."""
    lease = await vault.workers.take("yammer", 10, SECOND, (1, 10))
    wait = await vault.workers.take("yammer", 10, SECOND, (1, 1))

    assert isinstance(lease, tuple)
    assert isinstance(wait, timedelta)
    assert wait <= 2 * SECOND
