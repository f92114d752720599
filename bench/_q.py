"""The photo service beside nginx with the same files and a bare Starlette with the same bytes.

The server has one core, the load (`wrk`) the other; all of them are measured by turns in one run.
It takes Debian's `nginx` and `wrk` (apt-get install nginx wrk), and two cores.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2 as httpx
from bench.measuring import environment, say, table
from tests.servers.nginx import Nginx
from tests.servers.slapd import free_port

SECONDS = 2
ROUNDS = 3
AT_ONCE = 32
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
_PLAIN = """
server {{
    listen {port};
    root {folder};
}}
"""


@dataclass(frozen=True, slots=True)
class Way:
    """One server: where it listens, its process, and what each request carries."""

    url: str
    pid: int
    cookies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """What wrk found, and the CPU that the server used meanwhile."""

    per_s: float
    median_ms: float
    p99_ms: float
    cpu_us: float  # of each request
    busy: float  # share of its core


def run() -> None:
    """A table of ways, and how they stand to each other."""
    missing = [name for name in ("nginx", "wrk", "taskset") if _found(name) is None]
    if missing or (os.cpu_count() or 1) < 2:
        what = ", ".join(missing) or "a second core"
        say(f"The photo service was not measured: {what} is missing.\n")
        return
    with tempfile.TemporaryDirectory(prefix="sameface-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        ours = stack.enter_context(_served("sameface", _made(folder / "ours")))
        files = _fetched(ours, folder / "files")
        bare = stack.enter_context(_served("starlette", files))
        plain = stack.enter_context(_nginx(_made(folder / "plain"), *_plain(files)))
        front = stack.enter_context(_nginx(_made(folder / "front"), ours["nginx"], ours["front"]))
        ways = {
            "nginx, plain files": plain,
            "nginx as shipped, signed addresses": front,
            "Starlette, bytes from memory": Way(bare["url"], bare["pid"], tuple(ours["cookies"])),
            "Sameface, session and permission": Way(
                ours["url"], ours["pid"], tuple(ours["cookies"])
            ),
        }
        _tell(_measured(ways, ours["paths"], folder))


def _measured(ways: Mapping[str, Way], paths: list[str], folder: Path) -> dict[str, list[Loaded]]:
    """By turns, so that what else the machine does meets all of them."""
    found: dict[str, list[Loaded]] = {what: [] for what in ways}
    for number in range(ROUNDS + 1):
        for what, way in ways.items():
            loaded = _load(way, paths, folder, SECONDS if number else 1)
            if number:  # the first is for warming up
                found[what].append(loaded)
    return found


def _tell(found: dict[str, list[Loaded]]) -> None:
    rows = []
    for what, rounds in found.items():
        best = max(one.per_s for one in rounds)
        rows.append(
            (
                what,
                f"{statistics.median(one.per_s for one in rounds):,.0f}",
                f"{best:,.0f}",
                f"{statistics.median(one.median_ms for one in rounds):.2f}",
                f"{statistics.median(one.p99_ms for one in rounds):.2f}",
                f"{statistics.median(one.cpu_us for one in rounds):.1f}",
                f"{statistics.median(one.busy for one in rounds):.0%}",
            )
        )
    headings = (
        "96 px, 32 connections",
        "requests/s",
        "best",
        "median, ms",
        "p99, ms",
        "CPU, µs",
        "busy",
    )
    table(f"one core for the server, one for wrk; {ROUNDS} rounds of {SECONDS} s", headings, rows)
    plain, front, bare, ours = found.values()
    say(
        f"Sameface reaches {_ratio(ours, bare)} of bare Starlette (goal: 1; p99 under 10 ms), "
        f"the shipped nginx {_ratio(front, plain)} of plain nginx (goal: 0.8); by the CPU of each "
        f"request {_ratio(bare, ours, 'cpu_us')} and {_ratio(plain, front, 'cpu_us')}.\n"
    )


def _ratio(one: list[Loaded], other: list[Loaded], by: str = "per_s") -> str:
    """The median of what neighbours in one round were to each other."""
    pairs = zip(one, other, strict=True)
    return f"{statistics.median(getattr(a, by) / getattr(b, by) for a, b in pairs):.2f}"


def _load(way: Way, paths: list[str], folder: Path, seconds: int) -> Loaded:
    script = folder / "load.lua"
    script.write_text(_script(way, paths))
    before, began = _cpu_s(way.pid), time.perf_counter()
    command = ("taskset", "-c", "1", str(_found("wrk")), "-t1", f"-c{AT_ONCE}", f"-d{seconds}s")
    said = subprocess.run(
        [*command, "--latency", "-s", str(script), way.url.replace("localhost", "127.0.0.1")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    cpu_s, wall_s = _cpu_s(way.pid) - before, time.perf_counter() - began
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(f"{way.url} refused: {said}")
    told = re.search(r"(\d+) requests in", said)
    assert told
    return Loaded(
        per_s=float(re.findall(r"Requests/sec:\s+([\d.]+)", said)[0]),
        median_ms=_ms(said, "50%"),
        p99_ms=_ms(said, "99%"),
        cpu_us=1e6 * cpu_s / int(told[1]),
        busy=cpu_s / wall_s,
    )


def _script(way: Way, paths: list[str]) -> str:
    """Requests made beforehand, so that wrk has little to do but to send them."""
    requests = []
    for number, path in enumerate(paths):
        cookie = f"Cookie: {way.cookies[number]}\\r\\n" if way.cookies else ""
        requests.append(f'"GET {path} HTTP/1.1\\r\\nHost: localhost\\r\\n{cookie}\\r\\n"')
    return (
        f"local all = {{{', '.join(requests)}}}\nlocal at = 0\n"
        "request = function()\n  at = at % #all + 1\n  return all[at]\nend\n"
    )


def _ms(said: str, share: str) -> float:
    number, unit = re.findall(rf"^\s+{share}\s+([\d.]+)(us|ms|s)$", said, re.MULTILINE)[0]
    return float(number) * _UNITS[unit]


def _cpu_s(pid: int) -> float:
    """CPU seconds of a process and its children that still are."""
    pids = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    ticks = 0
    for one in pids:
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


# --- the servers ---------------------------------------------------------------------------------


@contextmanager
def _served(way: str, folder: Path) -> Iterator[dict[str, Any]]:
    """One of `bench.photo_servers`, and what it tells of itself."""
    process = subprocess.Popen(
        ["taskset", "-c", "0", sys.executable, "-m", "bench.photo_servers", way, str(folder)],
        stdout=subprocess.PIPE,
        env=environment(),
    )
    try:
        assert process.stdout is not None
        yield {"pid": process.pid, **json.loads(process.stdout.readline())}
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def _nginx(folder: Path, site: str, port: int) -> Iterator[Way]:
    server = Nginx(folder)
    server.start(site, port, "taskset", "-c", "0")
    try:
        yield Way(f"http://127.0.0.1:{port}", int((folder / "nginx.pid").read_text()))
    finally:
        server.stop()


def _plain(files: Path) -> tuple[str, int]:
    port = free_port()
    return _PLAIN.format(port=port, folder=files), port


def _fetched(ours: dict[str, Any], folder: Path) -> Path:
    """Everybody's photo as Sameface serves it, which puts it where its nginx finds it, too."""
    with httpx.Client(base_url=ours["url"], trust_env=False) as http:
        for number, path in enumerate(ours["paths"]):
            answer = http.get(path, headers={"Cookie": ours["cookies"][number]})
            answer.raise_for_status()
            file = folder / path.partition("?")[0].lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(answer.content)
    return folder


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _found(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


if __name__ == "__main__":
    run()
