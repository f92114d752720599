"""Serving an application: sockets, ports, and a uvicorn that starts no noise."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Coroutine, Iterator
from pathlib import Path
from typing import Any

import uvicorn

from sameface.errors import NoRoom

HOST = "127.0.0.1"
_PORTS_TRIED = 200


def run(serving: Coroutine[Any, Any, None]) -> None:
    """Run it to its end, on the loop that uvicorn takes by itself: uvloop where there is one, which
    sends the head and the body of an answer together."""
    factory = uvicorn.Config("", log_config=None).get_loop_factory()
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(serving)


def listener(port: int, host: str = HOST) -> socket.socket:
    """A listening socket: a busy port means the next one, 0 any that is free.

    `NoRoom` where none is free.
    """
    for candidate in range(port, min(port + _PORTS_TRIED, 65536)):
        # With the protocol named asyncio turns Nagle's delay off: 40 ms an answer otherwise.
        found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((host, candidate))
            found.listen()
        except OSError:
            found.close()
            continue
        found.setblocking(False)
        return found
    raise NoRoom(f"No port from {port} on is free on {host}; name another with --port.")


class Server(uvicorn.Server):
    """A uvicorn that leaves signals to whoever runs the loop, and says when it listens."""

    def __init__(self, app: Any, **tls: Any) -> None:
        config = uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            access_log=False,
            log_config=None,
            date_header=False,
            server_header=False,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=75,  # longer than clients keep one, or they race our closing it
            **tls,
        )
        super().__init__(config)
        logging.getLogger("uvicorn.error").addFilter(_not_about_idle_clients)
        self._ready = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._ready.set()

    async def open(self, found: socket.socket) -> None:
        """Serve on that socket from now on."""
        self._task = asyncio.create_task(self.serve(sockets=[found]))
        await self._ready.wait()

    async def close(self) -> None:
        """Stop serving, and wait until that is done."""
        self.should_exit = True
        if self._task is not None:
            await self._task


def _not_about_idle_clients(record: logging.LogRecord) -> bool:
    """A client that keeps its line open while we close breaks off nothing: no task is cancelled."""
    return not (record.msg.startswith("Cancel %s running task") and record.args == (0,))


@contextlib.asynccontextmanager
async def serve(
    app: Any,
    port: int,
    *,
    host: str = HOST,
    certificate: Path | None = None,
    key: Path | None = None,
) -> AsyncIterator[str]:
    """The application, served while the context lasts; its address.

    Over plain http on the loopback; with a `certificate` and its `key` (PEM) over https.
    """
    found = listener(port, host)
    server = Server(app, proxy_headers=False, ssl_certfile=certificate, ssl_keyfile=key)
    await server.open(found)
    scheme, name = "https" if certificate else "http", "localhost" if host == HOST else host
    try:
        yield f"{scheme}://{name}:{found.getsockname()[1]}/"
    finally:
        await server.close()
