"""Microsoft's hosts as far as a proxy goes: every CONNECT ends at the tenant.

Some clients have their hosts built in. Through this proxy they run as they are: they ask for
graph.microsoft.com, see a certificate for it, and talk to the tenant.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import trustme

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Internet(NamedTuple):
    """The proxy's address, the authority that vouches for its hosts, and the hosts asked for."""

    proxy: str
    ca: Path
    asked: list[str]


@contextlib.contextmanager
def internet(tenant_url: str, tenant_ca: Path, folder: Path) -> Iterator[Internet]:
    """A proxy in a thread of its own while the context lasts."""
    proxy = _Proxy(tenant_url, tenant_ca)
    ca = folder / "internet.pem"
    proxy.authority.cert_pem.write_to_path(str(ca))
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(proxy.serve, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield Internet(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", ca, proxy.asked)
    finally:
        asyncio.run_coroutine_threadsafe(_close(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _close(server: asyncio.Server) -> None:
    server.close()
    others = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class _Proxy:
    def __init__(self, tenant_url: str, tenant_ca: Path) -> None:
        self.authority = trustme.CA()
        self.asked: list[str] = []
        self._port = urlsplit(tenant_url).port
        self._trust = ssl.create_default_context(cafile=str(tenant_ca))
        self._contexts: dict[str, ssl.SSLContext] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One tunnel, until either end hangs up."""
        with contextlib.suppress(OSError, IndexError, asyncio.CancelledError):
            host = (await reader.readline()).decode("latin-1").split()[1].rsplit(":", 1)[0]
            while (await reader.readline()).strip():
                pass
            self.asked.append(host)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await writer.drain()
            await writer.start_tls(self._context(host))
            there = await asyncio.open_connection(
                "localhost", self._port, ssl=self._trust, family=2
            )
            await asyncio.gather(_pump(reader, there[1]), _pump(there[0], writer))

    def _context(self, host: str) -> ssl.SSLContext:
        if host not in self._contexts:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self.authority.issue_cert(host).configure_cert(context)
            self._contexts[host] = context
        return self._contexts[host]


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    finally:
        sink.close()
