"""A console over a small organisation, and a browser that has its session."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx2 as httpx
from tests.servers.memory_store import face
from tests.sync.kit import Office

from sameface.console.app import Console

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


def client(console: Console, base_url: str = LOCAL) -> httpx.AsyncClient:
    """A browser that was never here."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(console.app), base_url=base_url)


def plain(html: str) -> str:
    """What a page says, on one line."""
    text = re.sub(r"<[^>]+>", " ", html.partition("<body>")[2])
    return re.sub(r"\s+", " ", text).replace("&#39;", "'").replace("&#34;", '"')
