"""A worker: a process that does one picture after another within limits, until its pipe ends.

Run as `python -P -m sameface.workshop.worker MEMORY_BYTES CPU_SECONDS`, with messages of `wire` on
standard input and output. It says when it is ready, writes no file, and dies of its limits rather
than of our patience.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sameface.errors import Damaged, PictureRefused, TooLarge
from sameface.pictures import (
    Frame,
    Want,
    cropped,
    examine,
    fingerprint,
    inspect,
    judge,
    ladder,
    measure,
    unfit,
    upright,
)
from sameface.pictures.decoding import Limits, libvips
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


def _measure(data: bytes, limits: Limits, _: dict[str, Any]) -> Answer:
    header, mark = measure(data, limits)
    return asdict(header), (mark.data,)


def _upright(data: bytes, limits: Limits, told: dict[str, Any]) -> Answer:
    made, frame = upright(data, told["px"], limits)
    return {"shape": (made.width_px, made.height_px), "frame": asdict(frame)}, (made.data,)


def _cropped(data: bytes, limits: Limits, told: dict[str, Any]) -> Answer:
    made = cropped(data, Frame(**told["frame"]), told["px"], limits)
    return (made.width_px, made.height_px), (made.data,)


def _examine(data: bytes, limits: Limits, _: dict[str, Any]) -> Answer:
    header, mark, found = examine(data, limits)
    return {"header": asdict(header), "unfit": found and asdict(found)}, (mark.data,)


def _unfit(data: bytes, limits: Limits, _: dict[str, Any]) -> Answer:
    found = unfit(data, limits)
    return None if found is None else asdict(found), ()


_DO: dict[str, Callable[[bytes, Limits, dict[str, Any]], Answer]] = {
    "inspect": lambda data, limits, _: (asdict(inspect(data, limits)), ()),
    "judge": _judge,
    "ladder": _ladder,
    "upright": _upright,
    "cropped": _cropped,
    "measure": _measure,
    "examine": _examine,
    "fingerprint": lambda data, limits, _: (None, (fingerprint(data, limits).data,)),
    "unfit": _unfit,
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
        return {"refused": TooLarge.__name__, "why": wire.TOO_MUCH_MEMORY}, ()
    except Exception as wrong:  # whatever a library raises, this picture made it
        spent = "out of memory" in str(wrong).lower()
        if spent:
            return {"refused": TooLarge.__name__, "why": wire.TOO_MUCH_MEMORY}, ()
        return {"refused": Damaged.__name__, "why": wire.BROKE}, ()
    return {"value": value}, blobs


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


def _ready() -> None:
    """Everything that every picture needs is there; from now on, what goes wrong is a picture's.

    Complaints went to our parent until here; decoders' own would only fill the pipe.
    """
    import numpy  # noqa: F401, PLC0415 - loaded before the first picture, not for it

    libvips()
    wire.send(sys.stdout.buffer, {"ready": True})
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, sys.stderr.fileno())
    os.close(silence)


if __name__ == "__main__":
    _confine(int(sys.argv[1]))
    _ready()
    serve(int(sys.argv[2]))
