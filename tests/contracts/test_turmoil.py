"""What every connector owes while the world changes under it."""

from __future__ import annotations

from datetime import timedelta

import httpx2 as httpx
import pytest
from tests.contracts.rigs import ALICE, BOB, Remote, Rig, TenantRig
from tests.contracts.test_reading import NO_PHOTO, name, seen
from tests.contracts.test_writing import fitting

from sameface.connectors.reading import read_many
from sameface.values import Observation, Picture, Standing


async def test_a_sign_in_that_ends_in_mid_run_is_renewed(remote: Remote) -> None:
    """Refused once between two pages, and once while photos are read: nobody is missing."""
    connector = remote.open(page=1)
    expected = await seen(connector)
    looked: list[Observation] = []
    async for page in connector.observe():
        if not looked:
            await remote.fault("401", times=1)
        looked += page.observations
    await remote.fault("401", times=1)
    got = {name(a): r async for a, r in read_many(connector, [o.account for o in looked])}
    await connector.close()

    assert [name(o.account) for o in looked] == list(expected)
    assert isinstance(got[ALICE], Picture)
    assert isinstance(got[BOB], Picture)


async def test_a_part_that_fails_for_a_moment_is_asked_again(wired: TenantRig) -> None:
    """One person throttled once, in a batch or by themselves, is read with all the others."""
    connector = wired.open()
    accounts = [o.account for o in (await seen(connector)).values()]
    await wired.fault("429", person=ALICE, times=1, retry_after=30)

    got = {name(account): read async for account, read in read_many(connector, accounts)}

    await connector.close()
    assert isinstance(got[ALICE], Picture)
    assert isinstance(got[BOB], Picture)
    assert max(wired.clock.slept) >= 30.0


async def test_somebody_who_joins_in_mid_look_disturbs_nobody(rig: Rig) -> None:
    """Whoever was there all the time is told of once; the newcomer now, or by the next look."""
    connector = rig.open(page=1)
    before = await seen(connector)
    told: list[str] = []
    joined = False
    async for page in connector.observe():
        told += [name(o.account) for o in page.observations]
        if told and not joined:
            joined = True
            await rig.joins("aaron")
    after = await seen(connector)
    await connector.close()

    assert [who for who in told if who != "aaron"] == list(before)
    assert "aaron" in after
    assert set(after) == {*before, "aaron"}


@pytest.mark.parametrize("by", [timedelta(days=400), timedelta(hours=-26)])
async def test_no_two_clocks_are_compared(remote: Remote, new_face: bytes, by: timedelta) -> None:
    """The store's clock is days ahead of ours, or behind it: tokens, waits and times still hold.

    What was seen is dated by the store; a wait told as a date is measured on its clock.
    """
    remote.clock.t = (await remote.now() - by - remote.clock.now()).total_seconds()
    connector = remote.open()
    observed = await seen(connector)
    await remote.fault("429", times=1, retry_after=20)
    again = await seen(connector)
    alice = again[ALICE]
    if connector.capabilities.writes:
        renditions = fitting(new_face, connector.capabilities)
        told = await connector.write(alice.account, renditions, alice.change_key)
        alice = (await seen(connector))[ALICE]
        assert alice.change_key == told.change_key
    photo = await connector.read(alice.account)
    await connector.close()

    assert photo is not None
    assert observed.keys() == again.keys()
    assert (20.0 if remote.tells_when else 0.1) <= max(remote.clock.slept) < 60.0
    assert observed[ALICE].standing is Standing.PHOTO
    for one in again.values():
        assert one.changed_by is None or one.changed_by <= one.observed_at + timedelta(seconds=2)
        assert one.standing is Standing.PHOTO or one.standing in NO_PHOTO


async def test_no_more_is_asked_than_the_store_grants(wired: TenantRig) -> None:
    """However fast people are read, no stretch of the quota's length holds more than it grants."""
    sent: list[float] = []

    class Counting(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            sent.append(wired.clock.ticks())
            return await super().handle_async_request(request)

    connector = wired.open(page=1, transport=Counting(verify=wired.trust), quota_speed=1)
    quota = connector.capabilities.quota
    looks = 12 if quota is not None and quota[0] <= 100 else 3
    for _ in range(looks):
        observed = await seen(connector)
        assert {ALICE, BOB} <= observed.keys()
    await connector.close()

    if quota is not None:
        most, length = quota[0], quota[1].total_seconds()
        for start in sent:
            assert sum(start <= at < start + length for at in sent) <= most
        assert len(sent) <= most or sent[-1] - sent[0] >= length
