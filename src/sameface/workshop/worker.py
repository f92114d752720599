"""A worker: a process that does one picture after another within limits, until its pipe ends.

Run as `python -m sameface.workshop.worker MEMORY_BYTES CPU_SECONDS`, with messages of `wire` on
standard input and output. It writes no file, and dies of its limits rather than of our patience.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sameface.errors import PictureRefused, TooLarge
from sameface.pictures import Want, fingerprint, inspect, judge, ladder, not_a_photo
from sameface.pictures.decoding import Limits
from sameface.workshop import wire

Answer = tuple[Any, tuple[bytes, ...]]


def _ladder(data: bytes, limits: Limits, told: dict[str, Any]) -> Answer:
    wants = [Want(**want) for want in told["wants"]]
    made = ladder(data, wants, limits, tuple(told["backdrop"]))
    shapes = [(one.width_px, one.height_px, one.media_type) for one in made]
    return shapes, tuple(one.data for one in made)


def _judge(data: bytes, limits: Limits, _: dict[str, Any]) -> Answer:
    verdict = judge(data, limits)
    header = None if verdict.header is None else asdict(verdict.header)
    remarks = [(one.code, one.text) for one in verdict.remarks]
    return {"fitness": str(verdict.fitness), "header": header, "remarks": remarks}, ()


_DO: dict[str, Callable[[bytes, Limits, dict[str, Any]], Answer]] = {
    "inspect": lambda data, limits, _: (asdict(inspect(data, limits)), ()),
    "judge": _judge,
    "ladder": _ladder,
    "fingerprint": lambda data, limits, _: (None, (fingerprint(data, limits).data,)),
    "not_a_photo": lambda data, limits, told: (
        not_a_photo(data, limits, faces=told["faces"]),
        (),
    ),
}


def serve(cpu_seconds: int) -> None:
    """Answer until the pipe ends."""
    while True:
        try:
            told, blobs = wire.receive(sys.stdin.buffer)
        except wire.Broken:
            return
        _allow(cpu_seconds)
        answer, made = _answered(told, blobs[0])
        wire.send(sys.stdout.buffer, answer | {"peak_bytes": _peak_bytes()}, *made)


def _answered(told: dict[str, Any], data: bytes) -> tuple[dict[str, Any], tuple[bytes, ...]]:
    try:
        value, blobs = _DO[told["do"]](data, Limits(**told["limits"]), told)
    except PictureRefused as refused:
        return {"refused": type(refused).__name__, "why": refused.why}, ()
    except MemoryError:
        return {"refused": TooLarge.__name__, "why": TOO_MUCH_MEMORY}, ()
    return {"value": value}, blobs


TOO_MUCH_MEMORY = "This picture takes too much memory to read; save it smaller."


def _confine(memory_bytes: int) -> None:
    """No more memory than that, no file written, no core left behind."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - Windows has none; there only the clock limits a worker

        if sys.platform == "linux":  # macOS knows the limit, and refuses to set it
            resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _allow(cpu_seconds: int) -> None:
    """So much computing from now on: the limit counts from the start of the process."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415

        used = resource.getrusage(resource.RUSAGE_SELF)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        limit = int(used.ru_utime + used.ru_stime) + 1 + cpu_seconds
        resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


def _peak_bytes() -> int:
    """The most memory this process has held; 0 where the system does not tell.

    Not `ru_maxrss`, which on Linux starts with what our parent held when it started us.
    """
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


if __name__ == "__main__":
    _confine(int(sys.argv[1]))
    serve(int(sys.argv[2]))
