"""Workers embedded on SQLite: what is handed over or due is done, recorded, followed, taken up."""

from __future__ import annotations

import asyncio
import logging
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.jobs.kit import done, never, settings, works
from tests.servers.memory_store import StillClock, face
from tests.sync.kit import Office, same, three_stores

from sameface.errors import BadUsage, VaultFailed
from sameface.http import Clock
from sameface.jobs import Works, hand_over, progress, working
from sameface.sync import shared
from sameface.vault import Advance, Vault

HOUSE = Path(__file__).parent.parent.parent
PEOPLE = tuple(f"p{number}@x.test" for number in range(5))


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Everybody's mailbox shows another photo than the folder."""
    async with await Vault.open(tmp_path / "vault") as vault:
        office = Office(vault, StillClock())
        folder, mailbox, _ = three_stores(office)
        for upn in PEOPLE:
            folder.join(upn, face(upn, 1))
            mailbox.join(upn, face(upn, 0))
        yield office


class LeftOut(logging.Handler):
    """Hears which runs a worker says that it left out."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[str] = []
        self._heard = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def emit(self, record: logging.LogRecord) -> None:
        if "is left out" in record.msg:
            self.runs.append(record.getMessage().split()[-4])
            self._loop.call_soon_threadsafe(self._heard.set)

    async def twice(self) -> None:
        """Until two more have been."""
        enough = len(self.runs) + 2
        while len(self.runs) < enough:
            self._heard.clear()
            await self._heard.wait()


@pytest.fixture
async def left_out() -> AsyncIterator[LeftOut]:
    """What is left out while a test goes on."""
    hears, log = LeftOut(), logging.getLogger("sameface.jobs")
    before = log.level
    log.addHandler(hears)
    log.setLevel(logging.INFO)
    yield hears
    log.removeHandler(hears)
    log.setLevel(before)


def able(office: Office) -> Works:
    return shared.works(office.settings, office.stores, office.vault, office.clock, page=2)


async def followed(vault: Vault, run: str) -> list[Advance]:
    """All that is told of that run, to its end."""
    while await vault.run(run) is None:
        await Clock().sleep(0.05)
    return [advance async for advance in progress(vault, run, Clock())]


async def test_a_sync_is_handed_over_done_and_followed(office: Office) -> None:
    """Whoever follows it hears of its looks, its writes and its end; a second one finds no work."""
    async with working(office.settings, office.vault, able(office)):
        await hand_over(office.settings, able(office), "r1")
        heard = await followed(office.vault, "r1")
        await hand_over(office.settings, able(office), "r2")
        again = await followed(office.vault, "r2")

    last, looks = heard[-1].run, {look.store: look.seen for look in heard[-1].looks}
    assert (last.exit, last.results, last.expected) == (0, {"written": len(PEOPLE)}, len(PEOPLE))
    assert looks == {"exchange": 5, "folder": 5, "yammer": 0}
    assert all(same(office.stores["exchange"].shows(upn), face(upn, 1)) for upn in PEOPLE)
    assert (again[-1].run.exit, again[-1].run.results) == (0, {})


async def test_a_sync_that_would_change_too_much_ends_so(office: Office) -> None:
    """As in one process: nothing is written, and the run has that exit code."""
    office.stop_above = type(office.stop_above)(people=1)
    async with working(office.settings, office.vault, able(office)):
        await hand_over(office.settings, able(office), "r1")
        heard = await followed(office.vault, "r1")

    assert (heard[-1].run.exit, heard[-1].run.results) == (5, {})
    assert office.stores["exchange"].asked["write"] == 0


async def test_a_run_of_one_process_keeps_the_workers_out(office: Office) -> None:
    """They wait, and where it does not end, their run says so by its exit code."""
    async with office.vault.alone(), working(office.settings, office.vault, able(office)):
        await hand_over(office.settings, able(office), "r1")
        heard = await followed(office.vault, "r1")

    assert (heard[-1].run.exit, heard[-1].looks) == (4, ())


async def test_a_killed_worker_comes_back_and_goes_on(tmp_path: Path) -> None:
    """What was recorded is not done again; only the deed in hand is."""
    wishes, file = settings(tmp_path), tmp_path / "done"
    async with (
        await Vault.open(wishes.vault) as vault,
        working(wishes, vault, works(file, never), name="other"),
    ):
        pass
    await hand_over(wishes, works(file, never), "r1")

    assert worker(tmp_path, "host-1", "left") == -signal.SIGKILL
    assert done(file) == ["first of r1"]
    assert worker(tmp_path, "host-1", "nothing") == 0
    assert done(file) == ["first of r1", "left", "right", "last after first of r1, left, right"]


async def test_what_a_dead_worker_left_another_takes_up(tmp_path: Path) -> None:
    """Under another name, and without anybody's help."""
    wishes, file = settings(tmp_path), tmp_path / "done"
    async with (
        await Vault.open(wishes.vault) as vault,
        working(wishes, vault, works(file, never), name="other"),
    ):
        pass
    await hand_over(wishes, works(file, never), "r1")

    assert worker(tmp_path, "host-1", "right") == -signal.SIGKILL
    assert worker(tmp_path, "host-2", "nothing") == 0
    assert done(file) == ["first of r1", "left", "right", "last after first of r1, left, right"]


async def test_asked_to_leave_it_finishes_the_deed_in_hand(tmp_path: Path) -> None:
    """And begins no other: the rest is there for the next."""
    wishes, file = settings(tmp_path), tmp_path / "done"
    begun, go_on, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def heard(_: str) -> None:
        begun.set()
        await go_on.wait()

    async def last(what: str) -> None:
        if what.startswith("last"):
            ended.set()

    async with await Vault.open(wishes.vault) as vault:
        async with working(wishes, vault, works(file, heard)):
            await hand_over(wishes, works(file, heard), "r1")
            await begun.wait()
            asyncio.get_running_loop().call_later(0.2, go_on.set)
        assert done(file) == ["first of r1"]

        async with working(wishes, vault, works(file, last)):
            await asyncio.wait_for(ended.wait(), 60)
    assert done(file).count("first of r1") == 1  # it was recorded, too


async def test_one_that_breaks_off_leaves_nothing_running(tmp_path: Path) -> None:
    """The deed in hand and the flow that waits for it end with the worker; the next begins them."""
    wishes, file = settings(tmp_path), tmp_path / "done"
    begun, ended = asyncio.Event(), asyncio.Event()

    async def waits(_: str) -> None:
        begun.set()
        await asyncio.Event().wait()

    async def last(what: str) -> None:
        if what.startswith("last"):
            ended.set()

    async with await Vault.open(wishes.vault) as vault:
        before = asyncio.all_tasks()

        async def work() -> None:
            async with working(wishes, vault, works(file, waits)):
                await hand_over(wishes, works(file, waits), "r1")
                await begun.wait()
                raise VaultFailed("It has lost its place.")

        with pytest.raises(VaultFailed, match="its place"):
            await work()
        assert asyncio.all_tasks() == before

        async with working(wishes, vault, works(file, last)):
            await asyncio.wait_for(ended.wait(), 60)
    assert done(file) == ["first of r1", "left", "right", "last after first of r1, left, right"]


async def test_a_schedule_begins_the_job(tmp_path: Path) -> None:
    """As often as it says (here with a field for seconds), each time as a run of its own."""
    wishes, file = settings(tmp_path, "* * * * * *"), tmp_path / "done"
    ended = asyncio.Event()

    async def heard(what: str) -> None:
        if what.startswith("last"):
            ended.set()

    async with await Vault.open(wishes.vault) as vault, working(wishes, vault, works(file, heard)):
        await asyncio.wait_for(ended.wait(), 60)

    assert done(file)[0].startswith("first of 20")
    assert done(file)[0].endswith("-due")


async def test_a_schedule_that_comes_round_during_a_run_leaves_it_out(
    tmp_path: Path, left_out: LeftOut
) -> None:
    """The last run goes on alone; what came round meanwhile is never made up for."""
    wishes, file = settings(tmp_path, "* * * * * *"), tmp_path / "done"
    ended = asyncio.Event()

    async def heard(what: str) -> None:
        if what.startswith("first"):
            await left_out.twice()
        if what.startswith("last") and len(done(file)) > 4:
            ended.set()

    async with await Vault.open(wishes.vault) as vault, working(wishes, vault, works(file, heard)):
        await asyncio.wait_for(ended.wait(), 120)

    begun = [line.removeprefix("first of ") for line in done(file) if line.startswith("first")]
    assert done(file)[:4] == [
        f"first of {begun[0]}",
        "left",
        "right",
        f"last after first of {begun[0]}, left, right",
    ]
    assert not set(begun) & set(left_out.runs)


async def test_one_job_at_a_time(tmp_path: Path) -> None:
    """A second one handed over while the first is waited for is refused in one sentence."""
    wishes, file = settings(tmp_path), tmp_path / "done"
    async with await Vault.open(wishes.vault) as vault, working(wishes, vault, works(file, never)):
        pass
    await hand_over(wishes, works(file, never), "r1")

    with pytest.raises(VaultFailed, match="in hand already"):
        await hand_over(wishes, works(file, never), "r2")


async def test_where_no_worker_was_ever_nothing_is_handed_over(tmp_path: Path) -> None:
    """Nobody would come for it."""
    with pytest.raises(BadUsage, match="start `sameface worker` first"):
        await hand_over(settings(tmp_path), works(tmp_path / "done", never), "r1")


async def test_two_workers_have_two_names(tmp_path: Path) -> None:
    """The second of a host has the next number; a name that is taken is refused."""
    wishes = settings(tmp_path)
    async with (
        await Vault.open(wishes.vault) as vault,
        working(wishes, vault, works(tmp_path / "done", never)) as name,
    ):
        assert name.endswith("-1")
        with pytest.raises(VaultFailed, match=f'called "{name}" is at work already'):
            async with working(wishes, vault, works(tmp_path / "done", never), name=name):
                pass


def worker(folder: Path, name: str, dies_at: str) -> int:
    """The exit code of one in a process of its own, which ends when the job has."""
    command = [sys.executable, "-m", "tests.jobs.killed", str(folder), name, dies_at]
    return subprocess.run(command, cwd=HOUSE, check=False, timeout=120).returncode
