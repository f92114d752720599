"""Hostile files through the real upload form, over HTTP: each a picture, or refused in words."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import groupby
from operator import itemgetter

import httpx2 as httpx
import pytest
from tests.console.hostile import Hostile, everything, made, odd_files
from tests.console.kit import BOB, CAROL, Desk

from sameface.console.roles import Role, Who
from sameface.serving import serve
from sameface.workshop.service import workshop

RESPONSIVE_S = 5.0
_BETWEEN = timedelta(seconds=12)  # one upload in so long is never too often
_AT_ONCE = 3
_OF_A_KIND = 2


def some(files: Iterable[Hostile]) -> list[Hostile]:
    """A few of each kind, the same ones each time, spread over all of them."""
    found = list[Hostile]()
    for _, them in groupby(sorted(files, key=itemgetter(0)), key=itemgetter(0)):
        kind = list(them)
        found += kind[:: max(1, len(kind) // _OF_A_KIND)][:_OF_A_KIND]
    return found


@asynccontextmanager
async def browsing(desk: Desk, url: str, who: Who) -> AsyncIterator[httpx.AsyncClient]:
    """A browser over a real connection, signed in."""
    port = url.rstrip("/").rpartition(":")[2]
    cookies = {f"sameface-{port}": desk.console.sessions.begin(who)}
    async with httpx.AsyncClient(base_url=url, cookies=cookies, timeout=60) as http:
        yield http


async def what_becomes(desk: Desk, http: httpx.AsyncClient, csrf: str, one: Hostile) -> str:
    """How the form answers one file: what is shown of it, or the sentence that refuses it."""
    _, name, data = one
    desk.office.clock.advance(_BETWEEN)
    files = {"file": (name, data, "image/jpeg")}
    answer = await http.post("/mine/photo", data={"csrf": csrf}, files=files)
    if answer.status_code == 303:
        preview = f"{answer.headers['location']}.jpg?turn=0&left=0&top=0&side=1&s=96"
        picture = await http.get(preview)
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
        assert picture.headers["x-content-type-options"] == "nosniff"
        return "a picture"
    assert answer.status_code in (400, 422), f"{one[:2]}: {answer.status_code}"
    said = re.search(r'role="alert"><h2>[^<]+</h2><p>([^<]+\.)</p>', answer.text)
    nothing = "No picture came with that; choose a file first." in answer.text
    assert said or nothing, f"{one[:2]}: {answer.text}"
    assert not re.search(r"Traceback|/site-packages/|<script>fetch|onerror=", answer.text)
    return "refused"


async def all_of(desk: Desk, files: list[Hostile]) -> tuple[Counter[str], float]:
    """What became of them all, and the longest that a colleague waited for a page meanwhile."""
    await desk.observe()
    rest = iter(files)
    found = Counter[str]()
    async with serve(desk.console.app, 0) as url:
        carol, bob = Who("Carol", Role.PERSON, CAROL), Who("Bob", Role.PERSON, BOB)
        async with browsing(desk, url, carol) as http, browsing(desk, url, bob) as other:
            page = (await http.get("/mine")).text
            csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]

            async def send() -> None:
                for one in rest:
                    found[await what_becomes(desk, http, csrf, one)] += 1

            over = asyncio.Event()
            waiting = asyncio.create_task(_longest(other, over.is_set))
            await asyncio.gather(*(send() for _ in range(_AT_ONCE)))
            over.set()
            return found, await waiting


async def _longest(http: httpx.AsyncClient, over: Callable[[], bool]) -> float:
    """Somebody looks at their own page again and again."""
    longest = 0.0
    while not over():
        began = time.perf_counter()
        assert (await http.get("/mine")).status_code == 200
        longest = max(longest, time.perf_counter() - began)
    return longest


async def _prove(desk: Desk, files: list[Hostile]) -> Counter[str]:
    before = workshop().workers.deaths
    found, longest = await all_of(desk, files)

    assert found.total() == len(files)
    assert workshop().workers.deaths == before
    assert longest < RESPONSIVE_S
    carol = await desk.office.vault.person(CAROL)
    assert await desk.office.vault.versions(carol.id) == ()
    return found


async def test_some_of_every_kind_are_pictures_or_refused(desk: Desk) -> None:
    """No crash, no trace, nothing kept; whoever looks at a page meanwhile is answered."""
    found = await _prove(desk, [*some(odd_files()), *some(made())])

    assert found["a picture"] > 4
    assert found["refused"] > 20


@pytest.mark.long
async def test_all_of_them_are_pictures_or_refused(desk: Desk) -> None:
    """The whole set, more than twelve hundred files, through the same form."""
    found = await _prove(desk, list(everything()))

    assert found.total() > 1200
    assert min(found["a picture"], found["refused"]) > 100
