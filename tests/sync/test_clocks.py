"""Clocks that jump, either way, between looks and in the middle of one: nothing old wins by it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.servers.memory_store import MemoryStore, StillClock, broken, face
from tests.sync.kit import Office, same

from sameface.settings import Conflict, PolicySettings, Wins, Wishes
from sameface.vault import Vault

ALICE = "alice@x.test"
STORES = ("exchange", "sharepoint")
DAY = timedelta(days=1)
NEWEST = PolicySettings(Wishes(wins=Wins.NEWEST, conflict=Conflict.ASK))

jumps = st.sampled_from([timedelta(0), DAY, -DAY, timedelta(minutes=-5), 4000 * DAY, -4000 * DAY])
turns = st.lists(
    st.tuples(st.sampled_from([None, *STORES]), jumps, st.sampled_from([None, *STORES])),
    min_size=2,
    max_size=6,
)


class JumpingClock(StillClock):
    """Jumps once, at the time it is asked for the `at`-th time."""

    def __init__(self, at: int, by: timedelta) -> None:
        super().__init__()
        self._left, self._by = at, by

    def now(self) -> Any:
        self._left -= 1
        if self._left == 0:
            self.advance(self._by)
        return super().now()


async def opened(folder: Path, clock: StillClock) -> Office:
    """Alice shows the same photo in two stores, either of which may have the newest."""
    office = Office(await Vault.open(folder), clock, authorities=("exchange",), policy=NEWEST)
    for name in STORES:
        office.store(name, writes=True).join(ALICE, face(ALICE, 0))
    return office


async def played(folder: Path, told: list[tuple[str | None, timedelta, str | None]]) -> None:
    """Somebody uploads somewhere, the clock jumps, and a sync runs while one store takes nothing.

    What a sync writes is never older than what it writes over.
    """
    office = await opened(folder, StillClock())
    await office.sync()
    uploads = dict.fromkeys(STORES, 0)  # store -> which upload its photo is, by its truth
    for number, (uploader, jump, failing) in enumerate(told, 1):
        if uploader is not None:
            office.stores[uploader].put(ALICE, face(ALICE, number))
            uploads[uploader] = number
        office.clock.advance(jump)
        if failing is not None:
            office.stores[failing].faults["write"] = [broken(failing)]
        await office.sync()
        for name in STORES:
            office.stores[name].faults.clear()
            shown = shows(office.stores[name], number)
            assert shown >= uploads[name], (name, shown, uploads)
            uploads[name] = shown
    await office.vault.close()


def shows(store: MemoryStore, latest: int) -> int:
    """Which of the uploads a store shows."""
    return next(n for n in range(latest, -1, -1) if same(store.shows(ALICE), face(ALICE, n)))


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


@settings(max_examples=8, deadline=None)
@given(turns)
@example([("exchange", DAY, "sharepoint"), ("sharepoint", -DAY, "exchange")])
@example([("exchange", DAY, "sharepoint"), ("sharepoint", -3 * DAY, None), (None, DAY, None)])
@example([("sharepoint", -DAY, "exchange"), ("exchange", 2 * DAY, None)])
@example([("sharepoint", -4000 * DAY, "exchange"), ("exchange", timedelta(0), None)])
def test_an_older_photo_never_wins_by_a_jump(
    told: list[tuple[str | None, timedelta, str | None]],
) -> None:
    """Whatever the clock does between looks, the newest change wins or somebody is asked."""
    with tempfile.TemporaryDirectory() as folder:
        run(played(Path(folder), told))


@pytest.mark.parametrize("by", [DAY, -DAY, 4000 * DAY, -4000 * DAY], ids=str)
@pytest.mark.parametrize("at", [3, 6, 9, 14])
async def test_a_jump_in_the_middle_changes_nothing(tmp_path: Path, at: int, by: timedelta) -> None:
    """The run ends as ever, every write is settled, and the next one finds nothing to do."""
    office = await opened(tmp_path, JumpingClock(at, by))
    await office.sync()
    office.stores["sharepoint"].put(ALICE, face(ALICE, 1))

    outcome = await office.sync()
    again = await office.sync()

    assert (outcome.exit_code, again.exit_code, again.results) == (0, 0, {})
    assert same(office.stores["exchange"].shows(ALICE), face(ALICE, 1))
    assert (await office.vault.verify()).broken is None
    await office.vault.close()
