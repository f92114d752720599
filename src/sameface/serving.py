"""Serving an application on the loopback: sockets, ports, and a uvicorn that starts no noise."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn

from sameface.errors import NoRoom

HOST = "127.0.0.1"
_PORTS_TRIED = 200


def listener(port: int) -> socket.socket:
    """A listening socket on the loopback: a busy port means the next one, 0 any that is free.

    `NoRoom` where none is free.
    """
    for candidate in range(port, min(port + _PORTS_TRIED, 65536)):
        # With the protocol named asyncio turns Nagle's delay off: 40 ms an answer otherwise.
        found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((HOST, candidate))
            found.listen()
        except OSError:
            found.close()
            continue
        found.setblocking(False)
        return found
    raise NoRoom(f"No port from {port} on is free on {HOST}; name another with --port.")


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
    """A client that keeps its line open while we close breaks off nothing: no task was cancelled."""
    return not (record.msg.startswith("Cancel %s running task") and record.args == (0,))


@contextlib.asynccontextmanager
async def serve(app: Any, port: int) -> AsyncIterator[str]:
    """The application, served over plain http while the context lasts; its address."""
    found = listener(port)
    server = Server(app)
    await server.open(found)
    try:
        yield f"http://localhost:{found.getsockname()[1]}/"
    finally:
        await server.close()
