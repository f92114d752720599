"""A domain controller that sends DirSync in several rounds, which Samba never does.

It knows three things: its naming context, people by their GUID, and rounds; each round's cookie is
its number. Over plain LDAP on the loopback, one request at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sameface.connectors.ldap import ber
from sameface.connectors.ldap.controls import DIRSYNC
from sameface.settings import Bind, DirectorySettings, PhotoAttribute, StoreSettings
from sameface.values import ACTIVE_DIRECTORY

ROOT = "DC=rounds,DC=test"

_BIND, _SEARCH, _UNBIND = 0x60, 0x63, 0x42
_BOUND, _ENTRY, _DONE = 0x61, 0x64, 0x65
_CONTROLS = 0xA0


@dataclass
class Rounds:
    """What is told by DirSync, round by round: GUIDs of people who all have that photo.

    `endless`: it says every time that there is more, and gives the same cookie. `refuses`: it does
    not know cookies any more, as a domain controller that was away, or one after too long a time.
    """

    told: Sequence[Sequence[UUID]]
    photo: bytes
    endless: bool = False
    refuses: tuple[int, str] | None = None  # result and words for a cookie of the past
    asked: list[bytes] = field(default_factory=list)  # the cookies, in order

    async def __aenter__(self) -> Rounds:
        self._lines: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        directory = DirectorySettings(
            (f"ldap://127.0.0.1:{port}",),
            ROOT,
            Bind("sameface", "hush-hush"),
            photo_attribute=PhotoAttribute.THUMBNAIL,
        )
        self.settings = StoreSettings(ACTIVE_DIRECTORY, "active-directory", directory=directory)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await asyncio.gather(*self._lines)

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines.add(asyncio.ensure_future(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        waiting = b""
        while data := await reader.read(65536):
            waiting += data
            try:
                messages = ber.parts(waiting)
            except ber.NotBer:  # the rest of it is still to come
                continue
            waiting = b""
            for _, message in messages:
                writer.write(self._answer(message))
            await writer.drain()
        writer.close()

    def _answer(self, message: bytes) -> bytes:
        (_, number), (kind, request), *controls = ber.parts(message)
        if kind == _UNBIND:
            return b""
        if kind == _BIND:
            return _message(number, _result(_BOUND))
        assert kind == _SEARCH
        base = ber.parts(request)[0][1]
        if not base:
            return _entry(number, "", defaultNamingContext=ROOT.encode()) + _end(number)
        for _, some in controls:
            for _, control in ber.parts(some):
                oid, *_, value = (body for _, body in ber.parts(control))
                if oid == DIRSYNC.encode():
                    return self._round(number, ber.inside(value)[2][1])
        everybody = dict.fromkeys(one for some in self.told for one in some)
        named = [one for one in everybody if one.bytes_le in request] or list(everybody)
        found = (
            _entry(number, _dn(one), objectGUID=one.bytes_le, thumbnailPhoto=self.photo)
            for one in named
        )
        return b"".join(found) + _end(number)

    def _round(self, number: bytes, cookie: bytes) -> bytes:
        self.asked.append(cookie)
        if self.refuses is not None and cookie:
            return _message(number, _result(_DONE, *self.refuses))
        at = int(cookie or b"0")
        some = self.told[at] if at < len(self.told) else ()
        following = str(at if self.endless else at + 1).encode()
        more = self.endless or at + 1 < len(self.told)
        value = ber.sequence(ber.integer(int(more)), ber.integer(0), ber.octets(following))
        control = ber.sequence(ber.octets(DIRSYNC.encode()), ber.octets(value))
        entries = (_entry(number, _dn(one), objectGUID=one.bytes_le) for one in some)
        done = _message(number, _result(_DONE), ber.wrapped(_CONTROLS, control))
        return b"".join(entries) + done


def _dn(one: UUID) -> str:
    return f"CN={one},{ROOT}"


def _entry(number: bytes, dn: str, **values: bytes) -> bytes:
    held = (
        ber.sequence(ber.octets(name.encode()), ber.wrapped(0x31, ber.octets(value)))
        for name, value in values.items()
    )
    body = ber.octets(dn.encode()) + ber.sequence(*held)
    return _message(number, ber.wrapped(_ENTRY, body))


def _end(number: bytes) -> bytes:
    return _message(number, _result(_DONE))


def _result(kind: int, code: int = 0, words: str = "") -> bytes:
    said = ber.integer(code, ber.ENUMERATED) + ber.octets(b"") + ber.octets(words.encode())
    return ber.wrapped(kind, said)


def _message(number: bytes, *parts: bytes) -> bytes:
    return ber.sequence(ber.wrapped(ber.INTEGER, number), *parts)
