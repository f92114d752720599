"""Accounts as the connectors tell them are joined, by each kind of key alone."""

from __future__ import annotations

import base64
import itertools
from typing import Any
from uuid import UUID

import httpx2 as httpx
import pytest
from tests.http.kit import URL, Tokens, VirtualClock

from sameface.connectors.active_directory.people import Users
from sameface.connectors.graph.accounts import account_of
from sameface.connectors.ldap.entries import Entry
from sameface.connectors.openldap.people import People
from sameface.connectors.yammer.connector import YammerConnector, capabilities
from sameface.http import Door
from sameface.people import correlate
from sameface.values import ACTIVE_DIRECTORY, EXCHANGE, YAMMER, Account, Key

OWN = UUID("a25f65ad-44ca-40ca-b62a-1140c21e8864")
ANCHOR = UUID("01234567-89ab-cdef-0123-456789abcdef")


def in_graph(**values: Any) -> Account:
    return account_of({"id": "e1", "displayName": "Alice", **values}, EXCHANGE)


def in_active_directory(**values: bytes) -> Account:
    held = {"objectGUID": OWN.bytes_le, "sAMAccountName": b"al", **values}
    entry = Entry("CN=al", {name.lower(): [value] for name, value in held.items()})
    account = Users("thumbnailPhoto").account(ACTIVE_DIRECTORY, entry)
    assert account is not None
    return account


def in_openldap(uuid: str, **values: list[bytes]) -> Account:
    held = {"entryUUID": [uuid.encode()], "cn": [b"Alice"], **values}
    account = People().account("openldap", Entry("uid=a", {k.lower(): v for k, v in held.items()}))
    assert account is not None
    return account


async def in_yammer(clock: VirtualClock, number: int, mail: str) -> Account:
    async def network(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=[{"id": number, "full_name": "Alice", "email": mail}])

    door = Door(YAMMER, URL, clock=clock, transport=httpx.MockTransport(network), tokens=Tokens())
    (account,) = [one async for one in YammerConnector(YAMMER, door, capabilities()).accounts()]
    return account


def joined(*accounts: Account) -> list[str | None]:
    """Whose each account is, p1, p2, …; None is nobody's."""
    count = itertools.count(1)
    return [match.person for match in correlate(accounts, (), lambda: f"p{next(count)}")]


@pytest.mark.parametrize("anchor", [None, ANCHOR])
def test_active_directory_and_entra_meet_by_the_anchor_alone(anchor: UUID | None) -> None:
    """Entra's immutable id is the objectGUID, or mS-DS-ConsistencyGuid where that is set: the same
    person, though no name and no address is the same."""
    told = {} if anchor is None else {"mS-DS-ConsistencyGuid": anchor.bytes_le}
    immutable = base64.b64encode((anchor or OWN).bytes_le).decode()

    here = in_active_directory(userPrincipalName=b"al@corp.test", **told)
    there = in_graph(userPrincipalName="alice@x.test", onPremisesImmutableId=immutable)
    other = in_graph(userPrincipalName="alice@x.test")

    assert joined(here, there) == joined(there, here) == ["p1", "p1"]
    assert joined(here, other) == ["p1", "p2"]


def test_an_employee_id_alone_joins() -> None:
    """A directory without UPNs, and with other addresses, knows the same number."""
    here = in_openldap("u1", employeeNumber=[b"4711"], uid=[b"aadams"], mail=[b"a@old.test"])
    there = in_graph(userPrincipalName="alice@x.test", mail="alice@x.test", employeeId="4711")
    other = in_graph(userPrincipalName="alice@x.test", mail="alice@x.test", employeeId="4712")

    assert joined(there, here) == ["p1", "p1"]
    assert joined(other, here) == ["p1", "p2"]


async def test_an_alias_of_a_mailbox_joins_what_is_known_by_it(clock: VirtualClock) -> None:
    """Yammer and SharePoint kept the address of before the wedding."""
    old = "alice.adams@x.test"
    proxies = ["SMTP:alice.brown@x.test", f"smtp:{old}"]
    mailbox = in_graph(userPrincipalName="alice.brown@x.test", proxyAddresses=proxies)
    local = in_active_directory(proxyAddresses=f"smtp:{old}".encode())
    yammer = await in_yammer(clock, 7, old)
    login = (Key.ACCOUNT_NAME, "i:0#.w|contoso\\aadams")
    sharepoint = Account("sharepoint", login[1], keys=(login, (Key.MAIL, old)))

    assert joined(mailbox, yammer, sharepoint) == ["p1", "p1", "p1"]
    assert joined(local, yammer) == ["p1", "p1"]


def test_a_further_address_in_openldap_joins() -> None:
    """`mail` and `mailLocalAddress` hold several; the first is what the person is called by."""
    mailbox = in_graph(userPrincipalName="alice@x.test")
    here = in_openldap("u1", mail=[b"a.adams@x.test", b"alice@x.test"])
    there = in_openldap("u1", mail=[b"a.adams@x.test"], mailLocalAddress=[b"alice@x.test"])

    assert joined(mailbox, here) == joined(mailbox, there) == ["p1", "p1"]
    assert here.key(Key.MAIL) == there.key(Key.MAIL) == "a.adams@x.test"


async def test_stores_of_numbers_of_their_own_are_joined_by_address(clock: VirtualClock) -> None:
    """The handles of Yammer and OpenLDAP say which object it is, and keep nobody apart."""
    mail = "alice@x.test"
    here, there = in_openldap("u1", mail=[mail.encode()]), await in_yammer(clock, 7, mail)

    assert (here.key(Key.OBJECT_GUID), there.key(Key.OBJECT_GUID)) == ("openldap:u1", "yammer:7")
    assert joined(in_graph(userPrincipalName=mail), here, there) == ["p1", "p1", "p1"]
