"""How many photos a second the local tenant hands out on one core, so that it never is what slows
down a measurement."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from bench.measuring import SAMEFACE, environment, say, table

_PEOPLE, _CONNECTIONS, _SECONDS = 400, 32, 5.0
_PARTS = 20


@dataclass(frozen=True, slots=True)
class _Stage:
    """A tenant at work on one core: where it is, and what opens its Graph."""

    https: str
    http: str
    ca: Path
    token: str
    upns: tuple[str, ...]
    pid: int

    def cpu_s(self) -> float:
        """Seconds of computing that it has used so far."""
        told = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")

    def ask(self, path: str) -> bytes:
        lines = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}"
        return f"{lines}\r\n\r\n".encode()

    def batch(self, size: str, upns: tuple[str, ...]) -> bytes:
        parts = [
            {"id": str(n), "method": "GET", "url": f"/users/{upn}/photos/{size}/$value"}
            for n, upn in enumerate(upns)
        ]
        body = json.dumps({"requests": parts}).encode()
        lines = (
            f"POST /v1.0/$batch HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}"
            f"\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return lines.encode() + body


def run() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory(prefix="sameface-bench-") as folder:
        process = _start(Path(folder))
        try:
            stage = _stage(Path(folder), process.pid)
            rows = asyncio.run(_measure(stage))
        finally:
            process.terminate()
            process.wait()
    table(
        f"The tenant on one core: {_CONNECTIONS} connections, {_PEOPLE} people, quotas published",
        ("what is read", "photos per CPU second", "photos/s", "bytes each", "p50 ms", "p99 ms"),
        rows,
    )
    say(
        "Goal: at least 2,000 photo reads a second and core. A CPU second is one of the tenant's "
        "own computing: on a machine with other work to do, photos/s is what was left for it.\n"
    )


def _start(folder: Path) -> subprocess.Popen[bytes]:
    """The tenant in a process of its own, on the last core; we stay on the others."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(0, cores[:-1])
    pinned = ("taskset", "-c", str(cores[-1]))
    tenant = ("tenant", "--port", "0", "--people", str(_PEOPLE), "--settings", "sameface.toml")
    return subprocess.Popen(
        [*pinned, *SAMEFACE, *tenant],
        cwd=folder,
        stdout=(folder / "told").open("wb"),
        env=environment(),
    )


def _stage(folder: Path, pid: int) -> _Stage:
    told = folder / "told"
    while b"Ctrl-C" not in told.read_bytes():
        time.sleep(0.1)
    https, http = (line.split()[1] for line in told.read_text().splitlines()[1:3])
    store = tomllib.loads((folder / "sameface.toml").read_text())["stores"][0]
    ca = Path(store["ca-file"])
    secret = Path(store["client-secret-file"]).read_text().strip()
    opener = build_opener(ProxyHandler({}))
    form = {
        "grant_type": "client_credentials",
        "client_id": store["client-id"],
        "client_secret": secret,
        "scope": "https://graph.microsoft.com/.default",
    }
    there = f"{http}/common/oauth2/v2.0/token"
    with opener.open(Request(there, urlencode(form).encode())) as answer:
        token = json.load(answer)["access_token"]
    return _Stage(https, http, ca, token, _upns(opener, http), pid)


def _upns(opener: Any, http: str) -> tuple[str, ...]:
    """Whose mailbox has a photo."""
    with opener.open(f"{http}/_tenant/people") as answer:
        people = json.load(answer)["people"]
    return tuple(p["upn"] for p in people if p["stores"]["exchange"]["photo"])


async def _measure(stage: _Stage) -> list[tuple[str, ...]]:
    trust = ssl.create_default_context(cafile=str(stage.ca))
    rows = []
    for title, size in (("96 px", "photos/96x96"), ("648 px", "photo")):
        asks = [stage.ask(f"/v1.0/users/{upn}/{size}/$value") for upn in stage.upns]
        await _load(stage.http, asks, None, seconds=0.0)  # drawn once, then remembered
        for name, place, tls in (("http", stage.http, None), ("https", stage.https, trust)):
            rows.append(await _row(stage, f"{title}, {name}", place, asks, tls))
    metadata = [stage.ask(f"/v1.0/users/{upn}/photo") for upn in stage.upns]
    rows.append(await _row(stage, "change keys, http", stage.http, metadata))
    batches = [
        stage.batch("96x96", stage.upns[n : n + _PARTS])
        for n in range(0, len(stage.upns) - _PARTS, _PARTS)
    ]
    title = f"96 px, http, {_PARTS} in a batch"
    rows.append(await _row(stage, title, stage.http, batches, photos=_PARTS))
    return rows


async def _row(
    stage: _Stage,
    title: str,
    place: str,
    asks: list[bytes],
    tls: ssl.SSLContext | None = None,
    *,
    photos: int = 1,
) -> tuple[str, ...]:
    before_s = stage.cpu_s()
    read = await _load(place, asks, tls, seconds=_SECONDS)
    return (title, *read.row(photos, stage.cpu_s() - before_s))


class _Load:
    """What was read: how many answers, how many bytes, and how long each took."""

    def __init__(self, asks: list[bytes], ends: float) -> None:
        self.asks: Iterator[bytes] = cycle(asks)
        self.left = len(asks)  # a first round is always finished
        self.ends, self.began = ends, time.perf_counter()
        self.took_s: list[float] = []
        self.bytes = 0

    @property
    def is_over(self) -> bool:
        return self.left <= 0 and time.perf_counter() >= self.ends

    def row(self, photos: int, cpu_s: float) -> tuple[str, ...]:
        passed, took = time.perf_counter() - self.began, sorted(self.took_s)
        p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
        return (
            f"{len(took) * photos / cpu_s:,.0f}",
            f"{len(took) * photos / passed:,.0f}",
            f"{self.bytes / len(took) / photos:,.0f}",
            f"{p50 * 1000:.1f}",
            f"{p99 * 1000:.1f}",
        )


class _Client(asyncio.Protocol):
    """One connection that asks again as soon as it has its answer."""

    def __init__(self, load: _Load, done: asyncio.Future[None]) -> None:
        self._load, self._done = load, done
        self._missing, self._head, self._began = 0, b"", 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        if self._missing == 0:
            self._head += data
            head, mark, body = self._head.partition(b"\r\n\r\n")
            if not mark:
                return
            if not head.startswith(b"HTTP/1.1 200"):
                self._finish(RuntimeError(head.decode()))
                return
            length = next(
                int(line[15:])
                for line in head.lower().split(b"\r\n")
                if line.startswith(b"content-length:")
            )
            self._load.bytes += length
            self._missing, self._head = length, b""
            data = body
        self._missing -= len(data)
        if self._missing == 0:
            self._load.took_s.append(time.perf_counter() - self._began)
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self._finish(exc)

    def _ask(self) -> None:
        if self._load.is_over:
            self._finish(None)
            return
        self._load.left -= 1
        self._began = time.perf_counter()
        self._transport.write(next(self._load.asks))

    def _finish(self, wrong: Exception | None) -> None:
        self._transport.close()
        if not self._done.done():
            self._done.set_exception(wrong) if wrong else self._done.set_result(None)


async def _load(
    place: str, asks: list[bytes], tls: ssl.SSLContext | None, *, seconds: float
) -> _Load:
    """So many connections at once, for so long."""
    loop = asyncio.get_running_loop()
    load = _Load(asks, time.perf_counter() + seconds)
    ends = []
    for _ in range(_CONNECTIONS):
        done = loop.create_future()
        ends.append(done)
        host = "localhost" if tls else None
        await loop.create_connection(
            lambda done=done: _Client(load, done),
            "127.0.0.1",
            urlsplit(place).port or 0,
            ssl=tls,
            server_hostname=host,
        )
    await asyncio.gather(*ends)
    return load
