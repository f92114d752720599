"""A console over a small organisation, and a browser that has its session."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2 as httpx
from tests.servers.memory_store import face
from tests.sync.kit import Office

from sameface.console.app import Console, console
from sameface.console.desk import Desk as Organisation
from sameface.console.roles import Role, Who
from sameface.rules import load_rulebook

LOCAL = "http://localhost:8370"
ALICE, BOB, CAROL, DORA = (f"{name}@contoso.test" for name in ("alice", "bob", "carol", "dora"))


@dataclass
class Desk:
    """The organisation, its console, and a client that is signed in."""

    office: Office
    console: Console
    http: httpx.AsyncClient

    async def observe(self) -> None:
        """Look at the stores, as `sameface status` does, and let the console take note."""
        await self.office.status()
        await self.console.sweeper.sweep()

    def sign_in(self, role: Role, person: str = "", name: str = "somebody") -> httpx.AsyncClient:
        """A browser of somebody with that role; their next requests go through it."""
        self.http = client(self.console)
        cookie = self.console.sessions.begin(Who(name, role, person))
        self.http.cookies.set("sameface-8370", cookie)
        return self.http

    async def csrf(self) -> str:
        """What pages of this session send along."""
        page = (await self.http.get("/mine", params={"person": BOB})).text
        found = re.search(r'name="csrf" (?:content|value)="([^"]+)"', page)
        assert found, page
        return found[1]

    async def post(self, path: str, status: int = 303, /, **form: str) -> httpx.Response:
        """A form sent from one of the console's own pages."""
        told = {"csrf": await self.csrf(), **form}
        answer = await self.http.post(path, data=told)
        assert answer.status_code == status, answer.text
        return answer

    async def told(self, path: str, status: int, /, **body: object) -> Any:
        """A change asked for as JSON; what was answered."""
        headers = {"X-CSRF-Token": await self.csrf()}
        answer = await self.http.post(path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def ended(self, job: str) -> Any:
        """Wait for a job by its own events; how it ended."""
        last = ""
        async with self.http.stream("GET", f"/api/jobs/{job}/events") as events:
            async for line in events.aiter_lines():
                last = line.removeprefix("data: ") or last
        return json.loads(last)

    async def page(self, path: str) -> str:
        """A page, read without its tags."""
        return plain((await self.get(path)).text)

    async def get(
        self, path: str, status: int = 200, *, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """An answer, which must have that status."""
        answer = await self.http.get(path, headers=headers or {})
        assert answer.status_code == status, answer.text
        return answer


def organised(office: Office) -> None:
    """Alice differs in Yammer, Bob shows one face, Carol has no photo, Dora's Exchange lags."""
    sharepoint = office.store("sharepoint", writes=True)
    exchange = office.store("exchange", writes=True)
    yammer = office.store("yammer", by_hand="the person uploads the photo in Yammer")
    for store in (sharepoint, exchange, yammer):
        store.join(ALICE, face("alice", 1 if store is yammer else 0))
        store.join(BOB, face("bob"))
        store.join(CAROL)
    sharepoint.join(DORA, face("dora"))
    exchange.join(DORA, face("dora", 1))


@asynccontextmanager
async def over(office: Office) -> AsyncIterator[Desk]:
    """A console over that organisation as it is now."""
    settings = office.settings
    book = load_rulebook(settings.rulebook)
    at_hand = Organisation.of(settings, book, office.vault, dict(office.stores), office.clock)
    async with console(at_hand) as made, client(made) as http:
        await http.get("/enter", params={"token": made.access.token})
        yield Desk(office, made, http)


def client(console: Console, base_url: str = LOCAL) -> httpx.AsyncClient:
    """A browser that was never here."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(console.app), base_url=base_url)


def plain(html: str) -> str:
    """What a page says, on one line."""
    text = re.sub(r"<[^>]+>", " ", html.partition("<body>")[2])
    return re.sub(r"\s+", " ", text).replace("&#39;", "'").replace("&#34;", '"')
