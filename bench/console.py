"""The console with 100,000 people: the matrix' first byte, and its weight before pictures."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx2 as httpx
from bench.measuring import table

from sameface.console.app import Console, console
from sameface.console.desk import Desk
from sameface.console.memory import Memory
from sameface.console.standing import NAMED_BY, Field, Stand, Standing
from sameface.http import Clock
from sameface.rules import load_rulebook
from sameface.serving import serve
from sameface.settings import Settings, StopAbove
from sameface.values import Person
from sameface.vault import Vault

PEOPLE = 100_000
_TIMES = 100
_AT_ONCE = 5_000
_MOMENT = datetime(2026, 11, 23, 9, tzinfo=UTC)
_PAGES = {
    "the front page": "/",
    "page 1,000": "/?page=1000",
    "who differs": "/?show=differs",
    "searched for": "/?q=person+77",
    "the front page after a change": "",
}


def run() -> None:
    """Over HTTP on the loopback, signed in."""
    with tempfile.TemporaryDirectory(prefix="sameface-bench-") as name:
        asyncio.run(_measure(Path(name)))


async def _measure(folder: Path) -> None:
    settings = Settings(
        folder / "sameface.toml", "Contoso", "office365-2014", folder, (), StopAbove(), ()
    )
    async with await Vault.open(folder) as vault:
        desk = Desk.of(settings, load_rulebook(settings.rulebook), vault, {}, Clock())
        memory = Memory(folder)
        _fill(memory, desk)
        async with console(desk) as made, serve(made.app, 0) as url:
            await _pages(made, url, memory)
        memory.close()


def _fill(memory: Memory, desk: Desk) -> None:
    for start in range(0, PEOPLE, _AT_ONCE):
        memory.keep([_one(number, desk) for number in range(start, start + _AT_ONCE)])


def _one(number: int, desk: Desk) -> tuple[Person, str, Standing]:
    name = f"Person {number:06}"
    person = Person(f"{number:016x}", name, f"{name.lower().replace(' ', '.')}@contoso.test")
    digest = f"{number:0{NAMED_BY}x}"
    place = "different" if number % 10 == 0 else "same"
    cells = [Field(place, ("A",), "2026-11-01T09:00:00Z", "known", "Tue 24 Nov 10:50")]
    stood = Standing(
        stand=Stand.SYNC if number % 10 == 0 else Stand.EVERYWHERE,
        differs=number % 10 == 0,
        lacks=False,
        overdue=False,
        conflict=False,
        photos=(("A", digest),),
        wanted="A",
        stores=tuple(cells * len(desk.stores)),
        surfaces=tuple(cells * len(desk.surfaces)),
        observed_at=_MOMENT,
        due=None,
        arrives=None,
    )
    return person, "mark", stood


async def _pages(made: Console, url: str, memory: Memory) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        await http.get("/enter", params={"token": made.access.token})
        rows = []
        for what, path in _PAGES.items():
            cpu = time.process_time()
            times = [await _first_byte(http, path, memory) for _ in range(_TIMES)]
            cpu = 1000 * (time.process_time() - cpu) / _TIMES
            weight = len((await http.get(path or "/")).content)
            figures = [statistics.median(times), statistics.quantiles(times, n=100)[98], cpu]
            rows.append((what, *(f"{one:.0f}" for one in figures), f"{weight / 1000:.0f}"))
    table(
        f"the matrix with {PEOPLE:,} people (goals: 150 ms, 200 kB; CPU with the client's)",
        ("page", "first byte, ms", "p99, ms", "CPU, ms", "kB before pictures"),
        rows,
    )


async def _first_byte(http: httpx.AsyncClient, path: str, memory: Memory) -> float:
    if not path:  # whatever is counted for the heading is counted anew
        memory.observed([("0" * 16, datetime.now(UTC))])
    began = time.perf_counter()
    async with http.stream("GET", path or "/") as answer:
        assert answer.status_code == 200
        async for _ in answer.aiter_bytes():
            break
        return 1000 * (time.perf_counter() - began)
