"""Rigs for directories: real servers, which somebody else changes with OpenLDAP's own tools."""

from __future__ import annotations

import ssl
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tests.contracts.rigs import ALICE, BOB, CAROL
from tests.http.kit import VirtualClock
from tests.servers.middleman import BUSY, CUT, ENDED, NOT_ALLOWED, UNAVAILABLE, Middleman
from tests.servers.samba import Samba
from tests.servers.slapd import Slapd

from sameface.connectors.base import Connector
from sameface.connectors.registry import open_connector
from sameface.pictures import Want, ladder, portrait
from sameface.settings import OPENLDAP, Mode, StoreSettings
from sameface.values import ACTIVE_DIRECTORY


class DirectoryRig:
    """An organisational unit of a server of that kind."""

    apart = True

    def __init__(self, server: Samba | Slapd) -> None:
        self.clock = VirtualClock()
        self._server = server
        is_ad = isinstance(server, Samba)
        self.store = ACTIVE_DIRECTORY if is_ad else OPENLDAP
        self._attribute = "thumbnailPhoto" if is_ad else "jpegPhoto"

    async def start(self, stack: AsyncExitStack, folder: Path) -> None:
        unit, self._stack = self._server.unit(), stack
        photos = {ALICE: portrait("A", px=96), BOB: portrait("B", px=96), CAROL: None}
        self._dns: dict[str, str] = {}
        for name, photo in photos.items():
            self._dns[name] = self._server.person(unit, name, photo)
            stack.callback(self._server.tools.delete, self._dns[name])  # a UPN is used once only
        self._unit = unit
        self._settings: StoreSettings = self._server.settings(unit)

    def open(self, page: int | None = None, mode: Mode | None = None) -> Connector:
        settings = replace(self._settings, mode=mode or self._settings.mode)
        return open_connector(settings, page=page, clock=self.clock)

    async def change(self, person: str, picture: bytes) -> None:
        (fitting,) = ladder(picture, [Want(96, max_bytes=10_240)])
        self._server.tools.replace(self._dns[person], self._attribute, fitting.data)

    async def clear(self, person: str) -> None:
        self._server.tools.replace(self._dns[person], self._attribute, None)

    async def joins(self, person: str) -> None:
        dn = self._server.person(self._unit, person, portrait("N", px=96))
        self._stack.callback(self._server.tools.delete, dn)

    async def shows(self, person: str) -> bytes | None:
        return self._server.tools.value(self._dns[person], self._attribute)


class RemoteDirectoryRig(DirectoryRig):
    """The same with somebody in between, by whom the server misbehaves."""

    tells_when = False

    async def start(self, stack: AsyncExitStack, folder: Path) -> None:
        await super().start(stack, folder)
        trust = ssl.create_default_context(cafile=str(self._server.ca_file))
        self._between = await stack.enter_async_context(Middleman(self._server.url, trust))
        self._settings = self._server.settings(self._unit, self._between.url)
        self._whole: dict[str, bytes] = {}

    async def fault(
        self, kind: str, *, times: int | None = None, retry_after: int | None = None
    ) -> None:
        """LDAP's word for what HTTP calls so; it has none for when to come back."""
        if kind != "half":
            self._between.order(_KINDS[kind], times=times)
            return
        for name in (ALICE, BOB):
            photo = await self.shows(name)
            assert photo is not None
            self._whole[name] = photo
            self._put(name, photo[: len(photo) // 2])

    async def better(self) -> None:
        self._between.better()
        while self._whole:
            self._put(*self._whole.popitem())

    async def now(self) -> datetime:
        """The server runs on this machine."""
        return datetime.now(UTC)

    def _put(self, person: str, photo: bytes) -> None:
        self._server.tools.replace(self._dns[person], self._attribute, photo)


_KINDS: dict[str, str | int] = {
    "401": ENDED,
    "403": NOT_ALLOWED,
    "429": BUSY,
    "500": UNAVAILABLE,
    "503": UNAVAILABLE,
    "cut": CUT,
}

SERVED = {ACTIVE_DIRECTORY: "samba", OPENLDAP: "slapd"}
"""Stores whose servers are real ones, and the fixture that starts them."""
