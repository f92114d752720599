"""Users of the cloud who are no people of its own: each named, and handled or refused by name."""

from __future__ import annotations

import itertools
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2 as httpx
import pytest
from tests.contracts.conftest import started
from tests.contracts.rigs import ALICE, DOMAIN, TenantRig
from tests.contracts.test_reading import same, seen
from tests.contracts.test_writing import fitting
from tests.http.kit import VirtualClock

from sameface.connectors.registry import open_connector
from sameface.errors import NoSuchAccount
from sameface.people import correlate
from sameface.settings import FOLDER, OWN_EXCHANGE, Mode, PasswordSignIn, StoreSettings
from sameface.tenant.server import Tenant
from sameface.values import ENTRA_ID, EXCHANGE, Key, Standing


@pytest.fixture
async def cloud(tmp_path: Path, keys: Path) -> AsyncIterator[TenantRig]:
    """Alice, Bob and Carol; a guest, a shared mailbox, and Dave whose mailbox is on premises."""

    def graph() -> TenantRig:
        return TenantRig(EXCHANGE, "set-userphoto", "graph")

    async with started(graph, tmp_path, keys) as rig:
        await rig.tell("people", {"id": "eve", "kind": "guest"})
        await rig.tell("people", {"id": "info", "kind": "shared", "photo": "I"})
        await rig.tell("people", {"id": "dave", "photo": "D", "mailbox": "on-premises"})
        yield rig


async def test_everybody_is_in_one_of_the_two_tiers_and_named(cloud: TenantRig) -> None:
    """Guests in Entra ID, shared mailboxes in Exchange, each with its kind as a fact."""
    exchange = cloud.open()
    entra = open_connector(cloud.settings_for(ENTRA_ID, Mode.READ), clock=cloud.clock)
    in_exchange, in_entra = await seen(exchange), await seen(entra)
    checked = await exchange.check()
    await exchange.close()
    await entra.close()

    assert in_exchange["info"].fact("kind") == "shared mailbox"
    assert in_exchange["info"].standing is Standing.PHOTO
    assert in_exchange[ALICE].fact("kind") is None
    kinds = {o.account.name: o.fact("kind") for o in in_entra.values()}
    assert kinds == {"Eve": "guest", "Dave": None}
    assert not in_exchange.keys() & in_entra.keys()
    assert "1 shared mailbox" in checked.says


async def test_an_alias_joins_what_is_known_by_it(
    cloud: TenantRig, tmp_path: Path, new_face: bytes
) -> None:
    """Fay's portrait is listed under the address of before; her mailbox still gets mail by it."""
    old = f"fay.adams@{DOMAIN}"
    await cloud.tell("people", {"id": "fay", "mail": f"fay.lee@{DOMAIN}", "aliases": [old]})
    (tmp_path / "portrait.jpg").write_bytes(new_face)
    listing = tmp_path / "people.csv"
    listing.write_text(f"file,mail\nportrait.jpg,{old}\n")
    portraits = StoreSettings(FOLDER, "folder", Mode.READ, path=tmp_path, csv=listing)
    exchange, folder = cloud.open(), open_connector(portraits, clock=cloud.clock)
    accounts = [account async for account in exchange.accounts()]
    accounts += [account async for account in folder.accounts()]
    await exchange.close()
    await folder.close()

    ids = itertools.count()
    *mailboxes, portrait = correlate(accounts, (), lambda: str(next(ids)))

    (fay,) = (match for match in mailboxes if match.person == portrait.person)
    assert fay.account.name == "Fay"
    assert [value for kind, value in fay.account.keys if kind is Key.MAIL] == [
        f"fay.lee@{DOMAIN}",
        old,
        f"fay@{DOMAIN}",
    ]


async def test_a_shared_mailbox_is_written_like_others(cloud: TenantRig, new_face: bytes) -> None:
    """It has a mailbox, though nobody signs in to it and it has no licence."""
    exchange = cloud.open()
    info = (await seen(exchange))["info"]
    await exchange.write(info.account, fitting(new_face, exchange.capabilities), info.change_key)
    await exchange.close()

    shown = await cloud.shows("info")
    assert shown is not None
    assert same(shown, new_face)


async def test_a_mailbox_on_premises_is_refused_by_name(cloud: TenantRig, new_face: bytes) -> None:
    """Graph's refusal names Dave, the code, and the connector that serves him."""
    entra = open_connector(cloud.settings_for(ENTRA_ID, Mode.BOTH), clock=cloud.clock)
    dave = (await seen(entra))["dave"]
    renditions = fitting(new_face, entra.capabilities)
    with pytest.raises(NoSuchAccount, match="MailboxNotEnabledForRESTAPI"):
        await entra.write(dave.account, renditions, None)
    await entra.close()

    assert dave.standing is Standing.UNKNOWN
    assert f"dave@{DOMAIN}" in str(dave.error)
    assert 'connector = "exchange"' in str(dave.error)


async def test_an_exchange_of_ones_own_serves_its_mailboxes(new_face: bytes) -> None:
    """By name and password, as it is on premises: read, written, and shown to others."""
    async with Tenant(people=3, port=0, speed=1000) as tenant:
        trust = ssl.create_default_context(cafile=str(tenant.ca_file))
        async with httpx.AsyncClient(
            verify=trust, base_url=f"{tenant.https_url}/_tenant", trust_env=False
        ) as desk:
            told = {"id": "dave", "photo": "D", "mailbox": "on-premises"}
            (await desk.post("/people", json=told)).raise_for_status()
            people = (await desk.get("/people", headers={"accept": "application/json"})).json()
            admin = people["people"][0]  # the first of the cast administers everything
            settings = StoreSettings(
                OWN_EXCHANGE,
                "exchange",
                Mode.BOTH,
                url=tenant.https_url,
                sign_in=PasswordSignIn(admin["upn"], tenant.password),
                ca_file=tenant.ca_file,
                group=f"everybody@{DOMAIN}",
            )
            connector = open_connector(settings, clock=VirtualClock())
            dave = (await seen(connector))["dave"]
            renditions = fitting(new_face, connector.capabilities)
            written = await connector.write(dave.account, renditions, dave.change_key)
            after = (await seen(connector))["dave"]
            checked = await connector.check()
            await connector.close()
            shown = (await desk.get("/stores/exchange/dave")).content

    assert dave.standing is Standing.PHOTO
    assert after.change_key == written.change_key != dave.change_key
    assert checked.may == ("read", "write")
    assert same(shown, new_face)


async def test_a_group_has_a_picture_and_no_face(cloud: TenantRig) -> None:
    """Asked for by its address it is refused by name; a stranger is simply nobody."""
    exchange = cloud.open()
    with pytest.raises(NoSuchAccount, match='the group "Everybody"'):
        await exchange.find([f"everybody@{DOMAIN}"])
    assert await exchange.find([f"stranger@{DOMAIN}"]) is None
    await exchange.close()
