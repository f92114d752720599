"""Whatever a picture does to the process that reads it, everybody else goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from tests.photographs import photograph

from sameface.errors import Damaged, NotAPicture, TooLarge, WorkshopFailed
from sameface.pictures import (
    SLOTS,
    Fitness,
    Limits,
    Verdict,
    Want,
    examine,
    fingerprint,
    inspect,
    judge,
    ladder,
    measure,
    person_placeholder,
    portrait,
    render,
    unfit,
)
from sameface.workshop import wire
from sameface.workshop.lanes import Workers
from sameface.workshop.processes import Allowance
from sameface.workshop.service import Workshop

EVERYTHING = Limits(size_bytes=10**9, pixels=10**10, heif_pixels=10**10, ratio=10**6, pages=10**6)


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(1) as some:
        yield some


@pytest.fixture(scope="module")
def photo() -> bytes:
    return photograph("astronaut").read_bytes()


def process_of(workers: Workers, data: bytes) -> int:
    """The id of the process that will do the next common picture."""
    workers.inspect(data)
    (process,) = workers.process_ids
    return process


def killed_at_work(workers: Workers, data: bytes, by: signal.Signals) -> Verdict:
    """What is said of a picture whose process gets that signal while it has it in hand."""
    process = process_of(workers, data)
    os.kill(process, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as threads:
        verdict = threads.submit(workers.judge, data)
        while process not in workers.busy:
            os.sched_yield()
        os.kill(process, by)
        with suppress(ProcessLookupError):  # SIGKILL waits for nothing
            os.kill(process, signal.SIGCONT)
        return verdict.result()


def test_a_worker_answers_like_the_function_of_its_name(workers: Workers, photo: bytes) -> None:
    """Another process changes nothing about an answer."""
    wants = [slot.want for slot in SLOTS["exchange"]]

    assert workers.inspect(photo) == inspect(photo)
    assert workers.ladder(photo, wants) == ladder(photo, wants)
    assert workers.render(photo, Want(96, 10_240)) == render(photo, Want(96, 10_240))
    assert workers.fingerprint(photo) == fingerprint(photo)
    assert workers.judge(photo) == judge(photo)
    assert workers.measure(photo) == measure(photo)
    assert workers.unfit(photo) is None
    assert workers.unfit(person_placeholder(96)) == unfit(person_placeholder(96))
    assert workers.examine(photo) == examine(photo)
    assert workers.examine(person_placeholder(96)) == examine(person_placeholder(96))


def test_a_refusal_comes_through_as_itself(workers: Workers, photo: bytes) -> None:
    """Its class, so its code, and its sentence."""
    with pytest.raises(NotAPicture, match="web page"):
        workers.inspect(b"<html>")
    with pytest.raises(TooLarge, match="megapixels"):
        workers.fingerprint(photo, Limits(pixels=1000))
    with pytest.raises(Damaged, match="PNG"):
        workers.render(photo[:-5000], Want(96))
    assert workers.judge(b"").remarks[0].code == "SF-201"
    assert workers.deaths == 0


def test_a_worker_that_dies_is_replaced(photo: bytes) -> None:
    """The picture that killed it is refused in words, and the next one is served."""
    with Workers(1) as some:
        broken = killed_at_work(some, photo, signal.SIGSEGV)
        assert (broken.fitness, broken.remarks[0].code) == (Fitness.REFUSED, "SF-202")
        assert some.inspect(photo) == inspect(photo)

        starved = killed_at_work(some, photo, signal.SIGKILL)
        assert (starved.fitness, starved.remarks[0].code) == (Fitness.REFUSED, "SF-203")
        assert some.inspect(photo) == inspect(photo)
        assert some.deaths == 2


def test_a_worker_that_dies_idle_costs_no_picture(photo: bytes) -> None:
    """Nobody's photo is refused for what the system did to a process that had none in hand."""
    with Workers(1) as some:
        process = process_of(some, photo)
        os.kill(process, signal.SIGKILL)
        os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)
        assert some.inspect(photo) == inspect(photo)
        assert some.deaths == 0


def test_a_process_that_cannot_start_is_no_picture_s_fault(photo: bytes) -> None:
    """The picture is not refused: whoever sent it can do nothing about it."""
    with Workers(1, Allowance(memory_bytes=20_000_000)) as some:
        with pytest.raises(WorkshopFailed, match="does not start"):
            some.inspect(photo)
        assert some.deaths == 0


def test_every_process_is_ready_before_its_first_picture(photo: bytes) -> None:
    """However many start at once on however busy a machine, no picture pays for a slow start."""
    shops = [Workers(1, Allowance(seconds=20)) for _ in range(10)]
    with ThreadPoolExecutor(len(shops)) as threads:
        made = list(threads.map(lambda some: some.render(photo, Want(48)), shops))
    assert made == [render(photo, Want(48))] * len(shops)
    assert sum(some.deaths for some in shops) == 0
    for some in shops:
        some.close()


def test_what_lies_in_our_folder_is_no_part_of_a_worker(
    photo: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file called like a module of ours is nobody's program."""
    (tmp_path / "numpy.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    with Workers(1) as some:
        assert some.fingerprint(photo) == fingerprint(photo)


def test_who_stops_us_in_a_terminal_kills_no_picture(photo: bytes) -> None:
    """Ctrl-C goes to a terminal's whole group of processes; workers are in one of their own."""
    with Workers(1) as some:
        process = process_of(some, photo)
        assert os.getpgid(process) != os.getpgid(0)
        assert os.getsid(process) != os.getsid(0)


def test_computing_is_limited(bomb: bytes) -> None:
    """A picture that would take minutes takes its seconds."""
    with Workers(1, Allowance(cpu_seconds=0)) as some, pytest.raises(TooLarge, match="computing"):
        some.fingerprint(bomb, EVERYTHING)


def test_waiting_is_limited(photo: bytes) -> None:
    """A worker that neither answers nor computes is ended by the clock."""
    with Workers(1, Allowance(seconds=1.5)) as some:
        os.kill(process_of(some, photo), signal.SIGSTOP)
        with pytest.raises(TooLarge, match="computing"):
            some.inspect(photo)
        assert some.inspect(photo) == inspect(photo)


def test_memory_is_limited(wide: bytes) -> None:
    """What would not fit is refused for it, and no worker ever held more than its limit."""
    with Workers(1, Allowance(memory_bytes=600_000_000)) as some:
        with pytest.raises((TooLarge, Damaged)):
            some.render(wide, Want(20_000), EVERYTHING)
        assert some.peak_bytes < 600_000_000


def test_a_heic_goes_a_lane_of_its_own(photo: bytes, heic: bytes) -> None:
    """While its lane is held up, all other pictures pass."""
    with Workers(1) as some, ThreadPoolExecutor(3) as threads:
        assert (some.lane(heic), some.lane(photo)) == ("heic", "common")
        slow = [threads.submit(some.render, heic, Want(648)) for _ in range(3)]
        assert some.inspect(photo) == inspect(photo)
        assert not all(one.done() for one in slow)
        assert {one.result().width_px for one in slow} == {648}


async def test_whoever_serves_others_stays_responsive(bomb: bytes, photo: bytes) -> None:
    """While workers are at their limits, the loop turns as if nothing were: it never stands still
    for a quarter of the time that they take."""
    began = last = time.perf_counter()
    longest = 0.0
    async with Workshop(2, Allowance(cpu_seconds=0)) as shop:
        hard = [asyncio.create_task(shop.fingerprint(bomb, EVERYTHING)) for _ in range(3)]
        while not all(one.done() for one in hard):
            await asyncio.sleep(0)
            now = time.perf_counter()
            longest, last = max(longest, now - last), now
        assert all(isinstance(one.exception(), TooLarge) for one in hard)
    assert longest < (last - began) / 4


async def test_the_workshop_answers_like_the_functions(photo: bytes) -> None:
    """Awaited, and any number at once."""
    async with Workshop(2) as shop:
        made = await asyncio.gather(*(shop.render(photo, Want(px)) for px in (48, 96, 240)))
        assert made == [render(photo, Want(px)) for px in (48, 96, 240)]
        assert await shop.inspect(photo) == inspect(photo)
        assert await shop.fingerprint(photo) == fingerprint(photo)
        assert await shop.unfit(photo) is None
        assert await shop.measure(photo) == measure(photo)
        assert (await shop.judge(photo)).fitness is Fitness.FIT


def test_a_worker_sees_none_of_our_secrets(photo: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder that was taken over finds no token in its environment."""
    monkeypatch.setenv("SAMEFACE_CLIENT_SECRET", "hush")
    with Workers(1) as some:
        environment = Path(f"/proc/{process_of(some, photo)}/environ").read_bytes()
    assert b"hush" not in environment


@pytest.mark.parametrize(
    "said", [b"", b"\0", b"\xff" * 40, b"\0\0\0\2\0\0\0\0[]", b"\0\0\0\1\0\0\0\0x"]
)
def test_garbage_in_the_pipe_is_a_broken_pipe(said: bytes) -> None:
    """Nothing that a worker writes can make us do more than refuse its picture."""
    with pytest.raises(wire.Broken):
        wire.receive(BytesIO(said))


def test_a_process_is_only_started_for_work() -> None:
    """Workers cost nothing until the first picture comes."""
    with Workers(4) as some:
        assert some.peak_bytes == 0
        assert some.deaths == 0


def test_a_portrait_leaves_a_worker_small(workers: Workers) -> None:
    """The limit is for the worst; the usual takes a tenth of it."""
    workers.ladder(portrait("small"), [Want(648), Want(96, 10_240)])
    assert 0 < workers.peak_bytes < workers.allowance.memory_bytes / 5
    assert sys.platform != "win32"
