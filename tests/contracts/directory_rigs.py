"""Rigs for directories: real servers, which somebody else changes with OpenLDAP's own tools."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from tests.contracts.rigs import ALICE, BOB, CAROL
from tests.http.kit import VirtualClock
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
        unit = self._server.unit()
        photos = {ALICE: portrait("A", px=96), BOB: portrait("B", px=96), CAROL: None}
        self._dns: dict[str, str] = {}
        for name, photo in photos.items():
            self._dns[name] = self._server.person(unit, name, photo)
            stack.callback(self._server.tools.delete, self._dns[name])  # a UPN is used once only
        self._settings: StoreSettings = self._server.settings(unit)

    def open(self, page: int | None = None, mode: Mode | None = None) -> Connector:
        settings = replace(self._settings, mode=mode or self._settings.mode)
        return open_connector(settings, page=page, clock=self.clock)

    async def change(self, person: str, picture: bytes) -> None:
        (fitting,) = ladder(picture, [Want(96, max_bytes=10_240)])
        self._server.tools.replace(self._dns[person], self._attribute, fitting.data)

    async def clear(self, person: str) -> None:
        self._server.tools.replace(self._dns[person], self._attribute, None)

    async def shows(self, person: str) -> bytes | None:
        return self._server.tools.value(self._dns[person], self._attribute)


SERVED = {ACTIVE_DIRECTORY: "samba", OPENLDAP: "slapd"}
"""Stores whose servers are real ones, and the fixture that starts them."""
