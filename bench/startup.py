"""How soon a command answers, and how soon `explain` is on the wire."""

from __future__ import annotations

import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from bench.measuring import SAMEFACE, environment, measured, say, table

_TIMES = 9
_SETTINGS = """
[organisation]
name = "Contoso"
rulebook = "office365-2014"
[vault]
folder = "vault"
[policy]
authorities = ["exchange"]
[[stores]]
id = "exchange"
connector = "graph"
url = "https://localhost:{port}"
authority = "https://localhost:{port}/contoso"
client-id = "11111111-2222-3333-4444-555555555555"
client-secret-file = "secret"
"""


def run() -> None:
    """Median and worst of several, each a new process; the first of each is thrown away."""
    with tempfile.TemporaryDirectory(prefix="sameface-bench-") as name:
        folder = Path(name)
        rows = [
            ("sameface --help, to its end", _whole(("--help",), folder), "300"),
            ("sameface explain --help, to its end", _whole(("explain", "--help"), folder), "300"),
            ("sameface explain PERSON, to its first connection", _first(folder), "300"),
        ]
    table(
        f"start-up, milliseconds (of {_TIMES})",
        ("command", "median", "worst", "CPU", "goal"),
        [(what, *figures, goal) for what, figures, goal in rows],
    )
    say(
        "The first connection is where explain has read its arguments, settings and rulebook, has "
        "opened the vault and asks Microsoft's sign-in for a token. CPU is what the process had "
        "used by then: wall clock on a machine that does nothing else.\n"
    )


def _whole(arguments: tuple[str, ...], folder: Path) -> tuple[str, str, str]:
    runs = [measured((*SAMEFACE, *arguments), folder) for _ in range(_TIMES + 1)][1:]
    return _told([r.wall_s for r in runs], [r.cpu_s for r in runs])


def _first(folder: Path) -> tuple[str, str, str]:
    """From the start of the process to the moment its first connection comes in."""
    (folder / "secret").write_text("not a secret")
    with socket.create_server(("localhost", 0)) as door:
        door.settimeout(30)
        (folder / "sameface.toml").write_text(_SETTINGS.format(port=door.getsockname()[1]))
        waits = [_knock(door, folder) for _ in range(_TIMES + 1)][1:]
    return _told([wall for wall, _ in waits], [cpu for _, cpu in waits])


def _knock(door: socket.socket, folder: Path) -> tuple[float, float]:
    began = time.perf_counter()
    process = subprocess.Popen(
        [*SAMEFACE, "explain", "alice@contoso.test"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        caller, _ = door.accept()
        wall_s, cpu_s = time.perf_counter() - began, _cpu_s(process.pid)
        caller.close()
        return wall_s, cpu_s
    finally:
        process.kill()
        process.wait()


def _cpu_s(pid: int) -> float:
    """CPU seconds a running process has used, from /proc; nan where there is none."""
    try:
        fields = Path(f"/proc/{pid}/schedstat").read_text().split()
        return int(fields[0]) / 1e9
    except (OSError, ValueError):
        return float("nan")


def _told(walls: list[float], cpus: list[float]) -> tuple[str, str, str]:
    figures = statistics.median(walls), max(walls), statistics.median(cpus)
    return tuple(f"{figure * 1000:,.0f}" for figure in figures)  # type: ignore[return-value]
