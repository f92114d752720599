"""One worker's process: started when there is something to do, confined, and replaced."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

from sameface.errors import Damaged, PictureRefused, TooLarge, WorkshopFailed
from sameface.workshop import wire

_JOBS_PER_LIFE = 1000
"""Then a worker is replaced, so that whatever a decoder leaks stays bounded."""

_KNOWN = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")
"""What a worker may see of our environment: no secret of ours is any business of a decoder."""

_START_S = 120
"""How long a process may take to be ready; a second is usual, on a busy machine ten."""

_END_S = 10
"""How long the system may take to clear away a process whose pipe has ended."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one worker may use: memory (its address space), computing and time for one picture."""

    memory_bytes: int = 1_500_000_000
    cpu_seconds: int = 10
    seconds: float = 120


class Died(Exception):
    """A process is gone; `refusal` is what that means for the picture it had in hand."""

    def __init__(self, refusal: PictureRefused) -> None:
        self.refusal = refusal


class Worker:
    """One process at a time."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._process: subprocess.Popen[bytes] | None = None
        self._jobs = 0
        self.is_busy = False

    @property
    def process_id(self) -> int | None:
        process = self._process
        return None if process is None else process.pid

    def do(self, told: dict[str, Any], data: bytes) -> tuple[dict[str, Any], list[bytes]]:
        """Errors: Died, and WorkshopFailed. Whatever happens, the next job finds a new process."""
        process = self._living()
        self._jobs, self.is_busy = self._jobs + 1, True
        try:
            with _clock(process, self._allowance.seconds) as late:
                try:
                    wire.send(_pipe(process.stdin), told, data)
                    return _answer(process)
                except wire.Broken:
                    code = self._buried()
                    raise Died(self._what_happened(code, is_late=late.is_set())) from None
        finally:
            self.is_busy = False

    def end(self) -> None:
        """Stop the process, whatever it is doing: it holds nothing worth keeping."""
        if self._process is not None:
            self._process.kill()
            self._buried()

    def _living(self) -> subprocess.Popen[bytes]:
        """A process that can take a picture; one that died while idle is nobody's fault."""
        if self._process and (self._jobs >= _JOBS_PER_LIFE or self._process.poll() is not None):
            self.end()
        if self._process is None:
            self._process, self._jobs = _started(self._allowance), 0
        return self._process

    def _buried(self) -> int:
        """The exit code of a process that is gone, or must go."""
        process, self._process = self._process, None
        return 0 if process is None else _buried(process)

    def _what_happened(self, code: int, *, is_late: bool) -> PictureRefused:
        if is_late or -code == getattr(signal, "SIGXCPU", None):
            seconds = self._allowance.cpu_seconds
            return TooLarge(
                f"This picture takes more than {seconds} s of computing to read; save it smaller."
            )
        if -code == getattr(signal, "SIGKILL", None):  # the system ran out of memory
            return TooLarge(wire.TOO_MUCH_MEMORY)
        return Damaged(wire.BROKE)


def _started(allowance: Allowance) -> subprocess.Popen[bytes]:
    """A process that has said it is ready, no picture having come near it. Error: WorkshopFailed.

    In a session of its own, so that Ctrl-C in a terminal asks us to stop and kills no picture; and
    without our working directory in its path of modules.
    """
    known = {name: os.environ[name] for name in _KNOWN if name in os.environ}
    one = dict.fromkeys(("VIPS_CONCURRENCY", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    limits = (str(allowance.memory_bytes), str(allowance.cpu_seconds))
    try:
        process = subprocess.Popen(  # noqa: S603 - our own module, with two numbers
            [sys.executable, "-P", "-m", "sameface.workshop.worker", *limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=known | one | {"MALLOC_ARENA_MAX": "2"},
            start_new_session=True,
        )
    except OSError as wrong:
        raise _failed(str(wrong.strerror)) from wrong
    try:
        with _clock(process, _START_S):
            told, _ = wire.receive(_pipe(process.stdout))
    except wire.Broken:
        process.kill()
        complaints = _pipe(process.stderr).read().decode(errors="replace").strip().splitlines()
        code = _buried(process)
        raise _failed(complaints[-1] if complaints else f"exit code {code}") from None
    _pipe(process.stderr).close()
    if told != {"ready": True}:
        _buried(process)
        raise _failed("it does not speak as this version does")
    return process


def _failed(why: str) -> WorkshopFailed:
    return WorkshopFailed(
        f"The process that reads pictures does not start ({why}); free some memory, or install "
        "Sameface anew."
    )


def _answer(process: subprocess.Popen[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """What it says of its picture. Error: wire.Broken."""
    answer, blobs = wire.receive(_pipe(process.stdout))
    if not {"value", "refused"} & answer.keys() or "peak_bytes" not in answer:
        raise wire.Broken
    return answer, blobs


def _buried(process: subprocess.Popen[bytes]) -> int:
    """Clear away a process that has ended, or says what nobody can read; its exit code."""
    for pipe in (process.stdin, process.stdout, process.stderr):
        with suppress(OSError):
            _pipe(pipe).close()
    try:
        return process.wait(_END_S)  # without its pipe it ends by itself, if it has not
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


@contextmanager
def _clock(process: subprocess.Popen[bytes], seconds: float) -> Iterator[threading.Event]:
    """Kill the process when the time is over; the event tells that this was so."""
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    clock = threading.Timer(seconds, stop)
    clock.start()
    try:
        yield late
    finally:
        clock.cancel()


def _pipe(pipe: Any) -> BinaryIO:
    assert pipe is not None
    return pipe  # type: ignore[no-any-return]
