"""A man in the middle: plain LDAP on the loopback, a real server behind it, and faults by order.

What is ordered happens to the next searches below somebody's base, or to the next changes; the
questions a connector asks of the server itself, and everything else, pass.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from sameface.connectors.ldap import ber

CUT, ENDED = "cut", "ended"
"""Kinds that are no result: the line breaks off; or the server ends the session as it is allowed
to (RFC 4511, 4.4.1), and takes no sign-in as long as the order stands."""

BUSY, UNAVAILABLE, NOT_ALLOWED = 51, 52, 50

SEARCH, MODIFY = 0x63, 0x66
"""Which requests an order is for."""

_BIND, _BOUND, _EXTENDED = 0x60, 0x61, 0x78
_DONE = {SEARCH: 0x65, MODIFY: 0x67}
_OID = 0x8A
_DISCONNECTS = b"1.3.6.1.4.1.1466.20036"
_REFUSED_SIGN_IN, _STRONGER = 49, 8


@dataclass(slots=True)
class _Order:
    kind: str | int  # one of the above, or a result's number
    left: int | None  # so many times, None for as long as it stands
    passing: int  # so many requests are let through first
    at: int
    begun: bool = False

    def falls_due(self, kind: int, request: bytes) -> bool:
        """Whether this request is one; those that could be are counted."""
        if kind != self.at or not ber.parts(request)[0][1]:
            return False
        if self.passing > 0:
            self.passing -= 1
            return False
        if self.left is not None:
            self.left -= 1
        self.begun = True
        return True

    @property
    def stands(self) -> bool:
        return self.left is None or self.left > 0


class Middleman:
    """`url` is where to ask for what the server at that other url has."""

    def __init__(self, server_url: str, trust: ssl.SSLContext) -> None:
        parts = urlsplit(server_url)
        self._there = parts.hostname, parts.port or 636
        self._trust = trust
        self._order: _Order | None = None
        self.lines = 0
        self.url = ""

    async def __aenter__(self) -> Middleman:
        self._at_work: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.url = f"ldap://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._at_work:
            task.cancel()
        await asyncio.gather(*self._at_work, return_exceptions=True)

    def order(
        self, kind: str | int, *, times: int | None = None, passing: int = 0, at: int = SEARCH
    ) -> None:
        """From now on, in the place of any order before."""
        self._order = _Order(kind, times, passing, at)

    def better(self) -> None:
        """Take the order back."""
        self._order = None

    def _take(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        self._at_work.add(asyncio.ensure_future(self._carry(near, back)))

    async def _carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        self.lines += 1
        far, onward = await asyncio.open_connection(*self._there, ssl=self._trust)
        answers = asyncio.ensure_future(_pump(far, back))
        try:
            while await self._pass(await _message(near), onward, back):
                pass
        except (asyncio.IncompleteReadError, OSError):  # somebody hung up
            pass
        finally:
            answers.cancel()
            back.close()
            onward.transport.abort()

    async def _pass(
        self, message: bytes, onward: asyncio.StreamWriter, back: asyncio.StreamWriter
    ) -> bool:
        """Carries a message on, or answers it as ordered; False where the line ends with it."""
        (_, number), (kind, request), *_ = ber.parts(message)
        order = self._order
        if order is not None and not order.stands:
            order = None
        if order is not None and order.begun and order.kind == ENDED and kind == _BIND:
            back.write(_answer(number, _BOUND, _REFUSED_SIGN_IN))
        elif order is not None and order.falls_due(kind, request):
            if order.kind == CUT:
                return False
            if order.kind == ENDED:
                back.write(_answer(b"\x00", _EXTENDED, _STRONGER, ber.wrapped(_OID, _DISCONNECTS)))
                await back.drain()
                return False
            back.write(_answer(number, _DONE[kind], int(order.kind)))
        else:
            onward.write(ber.sequence(message))
            await onward.drain()
            return True
        await back.drain()
        return True


async def _message(near: asyncio.StreamReader) -> bytes:
    """What the next message holds."""
    _, size = await near.readexactly(2)
    if size & 0x80:
        size = int.from_bytes(await near.readexactly(size & 0x7F), "big")
    return await near.readexactly(size)


def _answer(number: bytes, kind: int, code: int, more: bytes = b"") -> bytes:
    said = ber.integer(code, ber.ENUMERATED) + ber.octets(b"") + ber.octets(b"by order")
    return ber.sequence(ber.wrapped(ber.INTEGER, number), ber.wrapped(kind, said + more))


async def _pump(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65536):
            to.write(data)
            await to.drain()
    to.close()
