"""What tests of directories share: opening, looking, faces, and a line that can be cut."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from tests.http.kit import VirtualClock

from sameface.connectors.base import Connector
from sameface.connectors.ldap.connector import DirectoryConnector
from sameface.connectors.registry import open_connector
from sameface.pictures import Want, ladder, portrait
from sameface.settings import StoreSettings
from sameface.values import Key, Observation, Page, Rendition


def face(name: str, px: int = 96) -> bytes:
    """A photo that fits a directory."""
    return rendition(name, px).data


def rendition(name: str, px: int = 96, max_bytes: int = 10_240) -> Rendition:
    (fitting,) = ladder(portrait(name, px=px), [Want(px, max_bytes=max_bytes)])
    return fitting


@asynccontextmanager
async def opened(
    settings: StoreSettings, page: int | None = None
) -> AsyncIterator[DirectoryConnector]:
    """The connector, closed in the end."""
    connector = open_connector(settings, page=page, clock=VirtualClock())
    assert isinstance(connector, DirectoryConnector)
    try:
        yield connector
    finally:
        await connector.close()


async def look(
    connector: Connector, cursor: str | None = None
) -> tuple[dict[str, Observation], Page]:
    """Everything a look shows, by the person's short name, and its last page."""
    pages = [page async for page in connector.observe(cursor)]
    return {who(o): o for page in pages for o in page.observations}, pages[-1]


def who(observation: Observation) -> str:
    return (observation.account.key(Key.MAIL) or observation.account.name).partition("@")[0]


class Wire:
    """A line to a server that lets itself be cut."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname, parts.port or 636
        self._open: list[asyncio.StreamWriter] = []
        self.opened = 0
        self._news = asyncio.Event()
        self.url = ""

    async def __aenter__(self) -> Wire:
        self._lines: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.url = f"ldaps://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut()

    async def carried(self, count: int) -> None:
        """Returns when so many connections were made."""
        while self.opened < count:
            self._news.clear()
            await self._news.wait()

    async def cut(self) -> None:
        """Everything that is open breaks off, and nothing new is taken."""
        self._server.close()
        self.hang_up()
        await asyncio.gather(*self._lines, return_exceptions=True)

    def hang_up(self) -> None:
        """Everything that is open breaks off; new connections are taken."""
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()

    def _take(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        self._lines.add(asyncio.ensure_future(self._carry(near, back)))

    async def _carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        far, onward = await asyncio.open_connection(self._host, self._port)
        self._open += [back, onward]
        self.opened += 1
        self._news.set()
        async with asyncio.TaskGroup() as both:
            both.create_task(_pump(near, onward))
            both.create_task(_pump(far, back))


async def _pump(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65536):
            to.write(data)
            await to.drain()
    to.close()
