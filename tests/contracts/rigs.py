"""One rig per connector: starts a store, changes photos behind our back, sees what it shows.

Alice and Bob have a photo there, Carol never had one. Stores on the wire are the local tenant's.
"""

from __future__ import annotations

import base64
import os
import ssl
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import httpx2 as httpx
from tests.http.kit import VirtualClock

from sameface.connectors.base import Connector
from sameface.connectors.registry import open_connector
from sameface.pictures import portrait
from sameface.settings import Mode, StoreSettings, load_settings
from sameface.tenant.server import Tenant
from sameface.values import ENTRA_ID, EXCHANGE, SHAREPOINT, YAMMER

ALICE, BOB, CAROL = "alice", "bob", "carol"
DOMAIN = "contoso.test"
QUICK = 1_000_000
"""How much faster than life the tenant is. Its quotas run on real time and our naps on virtual
time, so no window of a quota may be long enough for two requests."""
STATE = "tenant"
"""The folder, below the one given, where a tenant finds keys that were made before."""


class Rig(Protocol):
    """What the contract needs of a store."""

    store: str
    clock: VirtualClock
    apart: bool  # a change touches nobody else's photo

    async def start(self, stack: AsyncExitStack, folder: Path) -> None:
        """Set the store up with its people; the stack closes it."""

    def open(self, page: int | None = None, mode: Mode | None = None) -> Connector:
        """A connector for it; the mode is as much as the store allows where none is given."""

    async def change(self, person: str, picture: bytes) -> None:
        """Somebody else puts another photo there."""

    async def clear(self, person: str) -> None:
        """Somebody else takes the photo away."""

    async def joins(self, person: str) -> None:
        """Somebody new, with a photo."""

    async def shows(self, person: str) -> bytes | None:
        """The picture as a third party sees it in the store."""


class Remote(Rig, Protocol):
    """A store on the wire, whose server can misbehave."""

    tells_when: bool  # whether a server that is busy says how long

    async def fault(
        self, kind: str, *, times: int | None = None, retry_after: int | None = None
    ) -> None:
        """From now on, or so many times: "401" (signed out), "403", "429", "500", "503", "cut",
        "half" (photos that break off)."""

    async def better(self) -> None:
        """Take every fault back."""

    async def now(self) -> datetime:
        """What the store's own clock says."""


class TenantRig:
    """A store of the local tenant, driven through its own pages."""

    tells_when = True

    def __init__(self, store: str, channel: str, service: str) -> None:
        self.store, self.service = store, service
        self.clock = VirtualClock()
        self.apart = channel != "dirsync"  # a cycle carries everybody's anew
        self._channel = channel

    async def start(self, stack: AsyncExitStack, folder: Path) -> None:
        state = folder / STATE
        tenant = await stack.enter_async_context(
            Tenant(people=0, port=0, speed=QUICK, state=state if state.exists() else None)
        )
        self.trust = ssl.create_default_context(cafile=str(tenant.ca_file))
        self._desk = await stack.enter_async_context(
            httpx.AsyncClient(verify=self.trust, base_url=tenant.https_url, trust_env=False)
        )
        for person, photo in ((ALICE, "A"), (BOB, "B"), (CAROL, None)):
            told = {"id": person, "mailbox": self.mailboxes}
            await self.tell("people", told | ({"photo": photo} if photo else {}))
        if self._channel == "dirsync":
            await self._sync()
        file = folder / "sameface.toml"
        file.write_text(tenant.settings_toml(), "utf-8")
        self._settings = self._configured(file)

    def _configured(self, file: Path) -> StoreSettings:
        """As the tenant's own settings have it, or made out of those of Graph."""
        settings = load_settings(file)
        configured = settings.store(EXCHANGE if self.store == ENTRA_ID else self.store)
        assert configured is not None
        mode = Mode.READ if self.store == ENTRA_ID else configured.mode
        return replace(configured, id=self.store, mode=mode)

    @property
    def mailboxes(self) -> bool:
        """Whether people of this store have one."""
        return self.store != ENTRA_ID

    def open(
        self,
        page: int | None = None,
        mode: Mode | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        quota_speed: int | None = None,
    ) -> Connector:
        """A connector; `transport` and `quota_speed` in the place of the usual ones."""
        settings = replace(
            self._settings,
            mode=mode or self._settings.mode,
            quota_speed=quota_speed or self._settings.quota_speed,
        )
        return open_connector(settings, page=page, clock=self.clock, transport=transport)

    async def change(self, person: str, picture: bytes) -> None:
        told = base64.b64encode(picture).decode()
        await self._event("change", person, picture=told)

    async def clear(self, person: str) -> None:
        await self._event("remove", person)

    async def shows(self, person: str) -> bytes | None:
        file = {"file": "large"} if self.store == SHAREPOINT else {}
        answer = await self._desk.get(f"/_tenant/stores/{self.store}/{person}", params=file)
        return answer.content if answer.status_code == 200 else None

    async def now(self) -> datetime:
        """What the tenant's clock says, which dates its answers."""
        told = (await self._desk.get("/_tenant/clock")).json()["now"]
        return datetime.fromisoformat(told)

    async def fault(
        self,
        kind: str,
        *,
        times: int | None = None,
        retry_after: int | None = None,
        person: str | None = None,
    ) -> None:
        """Order a fault for this store's service."""
        told = {"times": times, "retry-after": retry_after, "person": person}
        order = {name: value for name, value in told.items() if value is not None}
        await self.tell("faults", {"kind": kind, "service": self.service, **order})

    async def joins(self, person: str) -> None:
        await self.tell("people", {"id": person, "photo": "N", "mailbox": self.mailboxes})

    async def better(self) -> None:
        """Take every fault back."""
        (await self._desk.delete("/_tenant/faults")).raise_for_status()

    async def _event(self, do: str, person: str, **told: Any) -> None:
        event = {"do": do, "person": person, "channel": self._channel, **told}
        await self.tell("events", event)
        if self._channel == "dirsync":
            await self._sync()

    async def _sync(self) -> None:
        await self.tell("events", {"do": "sync", "process": "dirsync"})

    def settings_for(self, store: str, mode: Mode) -> StoreSettings:
        """The same settings for another tier of the same service."""
        return replace(self._settings, id=store, mode=mode)

    async def tell(self, page: str, told: dict[str, Any]) -> None:
        """Whatever the tenant's own pages take."""
        answer = await self._desk.post(f"/_tenant/{page}", json=told)
        assert answer.status_code < 300, answer.text


class OwnExchangeRig(TenantRig):
    """The tenant's mailboxes, reached as those of an Exchange of one's own are."""

    def __init__(self) -> None:
        super().__init__(EXCHANGE, "set-userphoto", "exchange")

    def _configured(self, file: Path) -> StoreSettings:
        graph = super()._configured(file)
        return replace(graph, connector="exchange", group=f"everybody@{DOMAIN}")


class FolderRig:
    """A folder on the disk; its keeper changes it."""

    store = "folder"
    apart = True

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self._stamp = 1_400_000_000

    async def start(self, stack: AsyncExitStack, folder: Path) -> None:
        self._folder = folder / "portraits"
        self._folder.mkdir()
        await self.change(ALICE, portrait("A", px=200))
        await self.change(BOB, portrait("B", px=200))

    def open(self, page: int | None = None, mode: Mode | None = None) -> Connector:
        settings = StoreSettings(self.store, "folder", path=self._folder)
        return open_connector(settings, page=page, clock=self.clock)

    async def change(self, person: str, picture: bytes) -> None:
        self._file(person).write_bytes(picture)
        self._stamp += 1
        os.utime(self._file(person), (self._stamp, self._stamp))

    async def clear(self, person: str) -> None:
        self._file(person).unlink()

    async def joins(self, person: str) -> None:
        await self.change(person, portrait("N", px=200))

    async def shows(self, person: str) -> bytes | None:
        file = self._file(person)
        return file.read_bytes() if file.exists() else None

    def _file(self, person: str) -> Path:
        return self._folder / f"{person}@{DOMAIN}.jpg"


Making = Callable[[], Rig]


WRITTEN: dict[str, Callable[[], TenantRig]] = {
    "exchange": lambda: TenantRig(EXCHANGE, "set-userphoto", "graph"),
    "sharepoint": lambda: TenantRig(SHAREPOINT, "sharepoint-my-site", "sharepoint"),
    "own-exchange": OwnExchangeRig,
}
"""Stores that Sameface may write."""

WIRED: dict[str, Callable[[], TenantRig]] = {
    **WRITTEN,
    "entra-id": lambda: TenantRig(ENTRA_ID, "dirsync", "graph"),
    "yammer": lambda: TenantRig(YAMMER, "yammer", "yammer"),
}
"""Stores behind HTTP, which can be slow, wrong and cut off."""

ALL: dict[str, Making] = {**WIRED, "folder": FolderRig}
READ = {name: rig for name, rig in ALL.items() if name not in WRITTEN}
