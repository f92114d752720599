"""A wire between Sameface and the tenant that can end a process at a moment of its choosing.

It knows nothing of our code: requests tell what phase a sync is in, and the vault's files when
something is being remembered.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

OBSERVE, VAULT, WRITE, READ_BACK = "observe", "vault", "write", "read-back"
PHASES = (OBSERVE, VAULT, WRITE, READ_BACK)

_LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)
_LOOK_S = 0.0005


def writes(method: str, path: str) -> bool:
    """Whether such a request changes a photo, or a property that shows one."""
    low = path.lower()
    return ("/files/add(" in low or "setsinglevalue" in low) or (
        low.endswith("/photo/$value") and method in ("PUT", "PATCH", "DELETE")
    )


@dataclass
class Doom:
    """The nth moment of a phase at which a process is killed; `late`: its request is answered,
    and the answer does not come through."""

    phase: str
    nth: int
    late: bool
    process: subprocess.Popen[bytes] | None = None
    seen: int = 0
    written: bool = False  # whether this process has written anything yet

    def moment(self, phase: str | None) -> None:
        """One such moment has come."""
        if phase != self.phase or self.process is None:
            return
        self.seen += 1
        if self.seen == self.nth:
            os.kill(self.process.pid, signal.SIGKILL)

    def of(self, method: str, path: str) -> str | None:
        """The phase that a request belongs to, None for what comes in between."""
        if writes(method, path):
            self.written = True
            return WRITE
        if not self.written:
            return OBSERVE
        return READ_BACK if method == "GET" and "$value" in path else None


@dataclass
class Wire:
    """Plain http to the tenant's port, passed on byte by byte; `doom` is the present process's."""

    target: int
    port: int = 0
    doom: Doom | None = None
    _stop: Callable[[], object] = lambda: None
    _clients: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, ready: threading.Event) -> None:
        """Until `stop` is called, from whatever thread."""
        done, loop = asyncio.Event(), asyncio.get_running_loop()
        self._stop = lambda: loop.call_soon_threadsafe(done.set)
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=2**20)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            await done.wait()

    def stop(self) -> None:
        """Let go of every connection."""
        self._stop()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Whoever calls is served by a task that is held until it ends."""
        task = asyncio.create_task(self._client(reader, writer))
        self._clients.add(task)
        task.add_done_callback(self._clients.discard)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        beyond, onward = await asyncio.open_connection("127.0.0.1", self.target, limit=2**20)
        try:
            while True:
                await self._exchange(reader, writer, beyond, onward)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # either side has gone
        finally:
            for one in (writer, onward):
                one.close()

    async def _exchange(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        beyond: asyncio.StreamReader,
        onward: asyncio.StreamWriter,
    ) -> None:
        """One request and its answer."""
        head, body = await _message(reader)
        doom = self.doom
        method, path, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
        phase = None if doom is None else doom.of(method, path.partition("?")[0])
        if doom is not None and not doom.late:
            doom.moment(phase)
            if doom.process is not None and doom.seen >= doom.nth:
                await asyncio.to_thread(doom.process.wait)
                raise ConnectionError
        onward.write(head + body)
        head, body = await _message(beyond, bare=method == "HEAD")
        if doom is not None and doom.late:
            doom.moment(phase)
        writer.write(head + body)
        await writer.drain()


async def _message(reader: asyncio.StreamReader, *, bare: bool = False) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return head, b"" if bare or length is None else await reader.readexactly(int(length[1]))


@contextmanager
def wire(target: int) -> Iterator[Wire]:
    """A wire to that port of this machine, in a thread of its own."""
    through, ready = Wire(target), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(through.serve(ready)))
    thread.start()
    ready.wait()
    try:
        yield through
    finally:
        through.stop()
        thread.join()


def watch_vault(folder: Path, doom: Doom) -> None:
    """Count each change of the vault's files as a moment, until the process has ended."""
    assert doom.process is not None
    files = [folder / name for name in ("vault.sqlite", "vault.sqlite-wal")]
    before = _state(files)
    ended = threading.Event()
    while doom.process.poll() is None:
        now = _state(files)
        if now != before:
            before = now
            doom.moment(VAULT)
        ended.wait(_LOOK_S)


def _state(files: list[Path]) -> list[tuple[int, int]]:
    state = []
    for file in files:
        try:
            told = file.stat()
        except FileNotFoundError:
            state.append((0, 0))
        else:
            state.append((told.st_size, told.st_mtime_ns))
    return state
