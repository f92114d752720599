"""Opening connectors from settings: the right one, paced as its store wants, imported when used."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import httpx2 as httpx
import pytest
from tests.http.kit import VirtualClock

from sameface.connectors.reading import read_many
from sameface.connectors.registry import open_connector
from sameface.errors import BadSettings, Busy, StoreFailed
from sameface.settings import (
    SERVES,
    AppSignIn,
    Bind,
    DirectorySettings,
    Mode,
    StoreSettings,
    TokenSignIn,
)
from sameface.values import YAMMER, Account, Observation, Picture

URL = "https://store.test"


def settings(store: str, connector: str, mode: Mode = Mode.READ, speed: int = 1) -> StoreSettings:
    sign_in = AppSignIn("https://login.test/contoso", "an-id", secret="hush")
    library, path = "User Photos/Profile Pictures", Path("portraits")
    return StoreSettings(
        store,
        connector,
        mode,
        url=URL,
        sign_in=sign_in,
        library=library,
        path=path,
        directory=DirectorySettings(("ldaps://dc.test",), "DC=test", Bind("sameface", "hush")),
        quota_speed=speed,
    )


@pytest.mark.parametrize(("connector", "stores"), SERVES.items())
async def test_every_connector_opens_as_its_stores(connector: str, stores: tuple[str, ...]) -> None:
    """The store has the id it is configured with, and only reads unless told otherwise."""
    for store in stores:
        opened = open_connector(settings(store, connector))
        assert opened.store == store
        assert not opened.capabilities.writes
        assert opened.capabilities.by_hand
        await opened.close()


@pytest.mark.parametrize(
    ("store", "connector"),
    [
        ("exchange", "graph"),
        ("entra-id", "graph"),
        ("sharepoint", "sharepoint"),
        ("active-directory", "active-directory"),
        ("openldap", "openldap"),
    ],
)
@pytest.mark.parametrize("mode", [Mode.WRITE, Mode.BOTH])
def test_writing_is_what_the_settings_allow(store: str, connector: str, mode: Mode) -> None:
    """A store that may be written needs nobody's hand."""
    able = open_connector(settings(store, connector, mode)).capabilities

    assert able.writes
    assert able.removes
    assert able.by_hand is None


def test_a_faster_tenant_has_shorter_windows() -> None:
    """`quota-speed` divides the time that a quota is about: that tenant runs faster than life."""
    usual = open_connector(settings(YAMMER, "yammer")).capabilities.quota
    faster = open_connector(settings(YAMMER, "yammer", speed=50)).capabilities.quota

    assert usual == (10, timedelta(seconds=10))
    assert faster == (10, timedelta(seconds=0.2))


async def test_yammer_is_left_alone_for_ten_seconds(tmp_path: Path) -> None:
    """It promises no Retry-After, so the first wait is long (protocols 4)."""
    clock = VirtualClock()
    token = tmp_path / "token"
    token.write_text("t")

    async def busy(_: httpx.Request) -> httpx.Response:
        return httpx.Response(429)

    store = StoreSettings(YAMMER, "yammer", url=URL, sign_in=TokenSignIn(token))
    yammer = open_connector(store, clock=clock, transport=httpx.MockTransport(busy))
    with pytest.raises(Busy):
        await yammer.check()

    assert clock.slept[0] >= 5.0
    assert sum(clock.slept) <= 120.0
    await yammer.close()


def test_what_cannot_be_opened_is_told() -> None:
    """A connector nobody wrote is wrong settings."""
    with pytest.raises(BadSettings, match='No connector "ldap"'):
        open_connector(settings("active-directory", "ldap"))


@pytest.mark.parametrize("module", ["msal", "pyvips", "sameface.connectors.graph.connector"])
def test_start_up_pays_for_nothing_unused(module: str) -> None:
    """Neither the sign-in library nor a connector is imported before it is needed."""
    code = f"import sys, sameface.connectors.registry; sys.exit({module!r} in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_many_photos_are_read_side_by_side(face: bytes) -> None:
    """A connector without batches is read with as many at once as it allows; failures are apart."""
    picture = Picture(face, "image/jpeg")

    class Shelf:
        """Half a connector: reading only."""

        def __init__(self) -> None:
            self.opened = open_connector(settings("folder", "folder"))
            self.store, self.capabilities = "folder", self.opened.capabilities
            self.check, self.accounts = self.opened.check, self.opened.accounts
            self.observe, self.close = self.opened.observe, self.opened.close
            self.write, self.remove = self.opened.write, self.opened.remove

        async def find(self, names: object, ref: str | None = None) -> Observation | None:
            return None

        async def read(self, account: Account, size_px: int | None = None) -> Picture | None:
            if account.ref == "3":
                raise StoreFailed("folder", "no")
            return picture if account.ref != "4" else None

    people = [Account("folder", str(n)) for n in range(9)]

    got = {account.ref: read async for account, read in read_many(Shelf(), people)}

    assert len(got) == 9
    assert isinstance(got["3"], StoreFailed)
    assert got["4"] is None
    assert got["8"] is picture
