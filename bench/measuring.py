"""How all here is measured: a command in a process of its own, its seconds and its memory."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

SAMEFACE = (sys.executable, "-m", "sameface")


@dataclass(frozen=True, slots=True)
class Measured:
    """One command: wall-clock seconds, CPU seconds, the most memory it held, its exit code."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    code: int


def measured(
    command: Sequence[str], cwd: Path, *, one_core: bool = False, output: Path | None = None
) -> Measured:
    """Run it to its end; its output goes into a file or nowhere, `one_core` keeps it on one."""
    pinned = ("taskset", "-c", str(min(os.sched_getaffinity(0)))) if one_core else ()
    with (output or Path(os.devnull)).open("wb") as out:
        began = time.perf_counter()
        process = subprocess.Popen([*pinned, *command], cwd=cwd, stdout=out, env=environment())
        _, status, used = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    return Measured(wall_s, used.ru_utime + used.ru_stime, _mb(used), process.returncode)


def _mb(used: resource.struct_rusage) -> float:
    """Peak resident memory in megabytes: Linux tells kilobytes, macOS bytes."""
    return used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def environment() -> dict[str, str]:
    """With compiled modules, as an installation has, and with `bench` itself at hand."""
    told = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return told | {"PYTHONPATH": str(Path(__file__).parents[1])}


def machine() -> str:
    """What the figures below are figures of."""
    load = os.getloadavg()[0]
    return (
        f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores, "
        f"load {load:.1f} at the start (measure on a quiet machine)"
    )


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table: text to the left in the first column, figures to the right."""
    drawn = Table(title=title, box=SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for number, heading in enumerate(headings):
        drawn.add_column(heading, justify="right" if number else "left")
    for row in rows:
        drawn.add_row(*row)
    _console().print(drawn)


def say(text: str) -> None:
    """A sentence between tables."""
    _console().print(text)


def _console() -> Console:
    return Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else 110)
