"""Workers for plain code: a lane for what libvips reads, and one of its own for HEIC."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Self

from sameface.errors import Damaged, PictureRefused, TooLarge
from sameface.pictures import Fitness, Header, Limits, Remark, Verdict, Want
from sameface.pictures.decoding import LIMITS, WHITE, media_type
from sameface.values import Fingerprint, Rendition
from sameface.workshop import wire
from sameface.workshop.worker import TOO_MUCH_MEMORY

_JOBS_PER_LIFE = 1000
"""Then a worker is replaced, so that whatever a decoder leaks stays bounded."""

_KNOWN = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")
"""What a worker may see of our environment: no secret of ours is any business of a decoder."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one worker may use: memory (its address space), computing and time for one picture."""

    memory_bytes: int = 1_500_000_000
    cpu_seconds: int = 10
    seconds: float = 30


class Workers:
    """Processes that work on pictures, for any number of threads. Use it with `with`.

    Every method answers and raises like the function of its name in `sameface.pictures`; a picture
    that kills its worker is refused too, as TooLarge (time or memory) or Damaged.
    """

    def __init__(self, count: int = 2, allowance: Allowance | None = None) -> None:
        """`count` processes for most formats, and one for HEIC; each starts when first needed."""
        self.allowance = allowance or Allowance()
        self._common, self._heic = _Lane(count, self.allowance), _Lane(1, self.allowance)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all processes; a job still running is refused."""
        self._common.close()
        self._heic.close()

    @property
    def deaths(self) -> int:
        """How many workers a picture has killed so far."""
        return self._common.deaths + self._heic.deaths

    @property
    def busy(self) -> tuple[int, ...]:
        """The ids of the processes that have a picture in hand."""
        return self._common.busy + self._heic.busy

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The ids of all processes there are."""
        return self._common.process_ids + self._heic.process_ids

    @property
    def peak_bytes(self) -> int:
        """The most memory that any worker has held so far."""
        return max(self._common.peak_bytes, self._heic.peak_bytes)

    def inspect(self, data: bytes, limits: Limits = LIMITS) -> Header:
        """What the file says of itself."""
        value, _ = self._do("inspect", data, limits)
        return Header(**value)

    def judge(self, data: bytes, limits: Limits = LIMITS) -> Verdict:
        """Whether it is fit, and why; raises nothing."""
        try:
            value, _ = self._do("judge", data, limits)
        except PictureRefused as refused:
            return Verdict(Fitness.REFUSED, None, (Remark(refused.code, refused.sentence()),))
        header = None if value["header"] is None else Header(**value["header"])
        remarks = tuple(Remark(code, text) for code, text in value["remarks"])
        return Verdict(Fitness(value["fitness"]), header, remarks)

    def not_a_photo(
        self, data: bytes, limits: Limits = LIMITS, *, faces: bool = False
    ) -> str | None:
        """What it is instead of a photo, or None."""
        value, _ = self._do("not_a_photo", data, limits, faces=faces)
        return None if value is None else str(value)

    def fingerprint(self, data: bytes, limits: Limits = LIMITS) -> Fingerprint:
        """What its picture looks like."""
        _, blobs = self._do("fingerprint", data, limits)
        return Fingerprint(blobs[0])

    def render(
        self,
        data: bytes,
        want: Want,
        limits: Limits = LIMITS,
        backdrop: tuple[int, int, int] = WHITE,
    ) -> Rendition:
        """One square."""
        return self.ladder(data, (want,), limits, backdrop)[0]

    def ladder(
        self,
        data: bytes,
        wants: Sequence[Want],
        limits: Limits = LIMITS,
        backdrop: tuple[int, int, int] = WHITE,
    ) -> tuple[Rendition, ...]:
        """A square for each want."""
        told = [asdict(want) for want in wants]
        value, blobs = self._do("ladder", data, limits, wants=told, backdrop=backdrop)
        shapes = zip(value, blobs, strict=True)
        return tuple(Rendition(blob, *shape) for shape, blob in shapes)

    def lane(self, data: bytes) -> str:
        """Which processes a file goes to: `heic`, or `common` for all else."""
        return "heic" if media_type(data) == "image/heic" else "common"

    def _do(self, verb: str, data: bytes, limits: Limits, **more: Any) -> tuple[Any, list[bytes]]:
        lane = self._heic if self.lane(data) == "heic" else self._common
        return lane.do({"do": verb, "limits": asdict(limits), **more}, data)


class _Lane:
    """Some workers that do the same kind of work; whoever comes waits for an idle one."""

    def __init__(self, count: int, allowance: Allowance) -> None:
        self.deaths = self.peak_bytes = 0
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()
        self._all = [_Worker(allowance) for _ in range(max(1, count))]
        for worker in self._all:
            self._idle.put(worker)

    def do(self, told: dict[str, Any], data: bytes) -> tuple[Any, list[bytes]]:
        worker = self._idle.get()
        try:
            try:
                answer, blobs = worker.do(told, data)
            except _Died as died:
                if died.code <= 0:  # a signal: the picture did it
                    raise
                answer, blobs = worker.do(told, data)  # it failed by itself: perhaps at its start
        except _Died as died:
            self.deaths += 1
            raise died.refusal from None
        finally:
            self._idle.put(worker)
        self.peak_bytes = max(self.peak_bytes, answer["peak_bytes"])
        if "refused" in answer:
            raise _refusal(answer)
        return answer["value"], blobs

    @property
    def busy(self) -> tuple[int, ...]:
        return tuple(one.process_id for one in self._all if one.is_busy and one.process_id)

    @property
    def process_ids(self) -> tuple[int, ...]:
        return tuple(one.process_id for one in self._all if one.process_id)

    def close(self) -> None:
        for worker in self._all:
            worker.end()


class _Died(Exception):
    """A worker is gone; `refusal` is what that means for its picture, `code` how it ended."""

    def __init__(self, refusal: PictureRefused, code: int) -> None:
        self.refusal, self.code = refusal, code


class _Worker:
    """One process at a time, started when there is something to do."""

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
        """Error: _Died. Whatever happens, the next job finds a living process."""
        process, late = self._living(), threading.Event()
        clock = threading.Timer(self._allowance.seconds, _stop, (process, late))
        clock.start()
        self._jobs, self.is_busy = self._jobs + 1, True
        try:
            wire.send(_pipe(process.stdin), told, data)
            answer, blobs = wire.receive(_pipe(process.stdout))
            if not {"value", "refused"} & answer.keys() or "peak_bytes" not in answer:
                raise wire.Broken
        except wire.Broken:
            code = self.end()
            raise _Died(self._what_happened(code, is_late=late.is_set()), code) from None
        finally:
            clock.cancel()
            self.is_busy = False
        return answer, blobs

    def _living(self) -> subprocess.Popen[bytes]:
        """A process that can take a picture; one that died while idle is nobody's fault."""
        if self._process and (self._jobs >= _JOBS_PER_LIFE or self._process.poll() is not None):
            self.end()
        if self._process is None:
            self._process = self._started()
        return self._process

    def end(self) -> int:
        """Stop the process; the exit code it had, or now has."""
        process, self._process, self._jobs = self._process, None, 0
        if process is None:
            return 0
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                _pipe(pipe).close()
        try:
            return process.wait(0.2)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        known = {name: os.environ[name] for name in _KNOWN if name in os.environ}
        one = dict.fromkeys(("VIPS_CONCURRENCY", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
        limits = (str(self._allowance.memory_bytes), str(self._allowance.cpu_seconds))
        return subprocess.Popen(  # noqa: S603 - our own module, with two numbers
            [sys.executable, "-m", "sameface.workshop.worker", *limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=known | one | {"MALLOC_ARENA_MAX": "2"},
        )

    def _what_happened(self, code: int, *, is_late: bool) -> PictureRefused:
        slow = -code == getattr(signal, "SIGXCPU", None)
        if slow or is_late:
            seconds = self._allowance.cpu_seconds
            return TooLarge(
                f"This picture takes more than {seconds} s of computing to read; save it smaller."
            )
        if -code == getattr(signal, "SIGKILL", None):  # the system ran out of memory
            return TooLarge(TOO_MUCH_MEMORY)
        return Damaged(
            "This picture broke the process that read it, so it is refused; save it anew from its "
            "source."
        )


def _stop(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


def _pipe(pipe: Any) -> BinaryIO:
    assert pipe is not None
    return pipe  # type: ignore[no-any-return]


def _refusal(answer: dict[str, Any]) -> PictureRefused:
    """The error that the worker named, if it is one of ours."""
    kinds = {kind.__name__: kind for kind in PictureRefused.__subclasses__()}
    return kinds.get(str(answer["refused"]), Damaged)(str(answer["why"]))
