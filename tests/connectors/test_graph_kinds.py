"""Graph: users who are no people of the organisation's own, each named for what it is."""

from __future__ import annotations

from typing import Any

import pytest
from tests.connectors.graph_kit import (
    NO_PHOTO,
    STRANGER,
    Graph,
    account,
    connector,
    metadata,
    observed,
    user,
)
from tests.http.kit import VirtualClock

from sameface.errors import NoSuchAccount
from sameface.values import ENTRA_ID, Rendition, Standing

ELSEWHERE = {"error": {"code": "MailboxNotEnabledForRESTAPI", "message": "…"}}

GUEST = user("eve", mailbox=False, userType="Guest", accountEnabled=False)
INFO = user("info", mailbox=False, accountEnabled=False)
ROOM = user("room", mailbox=False, accountEnabled=False)
LEFT = user("left", mailbox=False, accountEnabled=False)
USERS = [user("alice", accountEnabled=True, userType="Member"), GUEST, INFO, ROOM, LEFT]
PURPOSES = {"info": "shared", "room": "room"}


def part(path: str) -> tuple[int, Any]:
    """Photos for all; a purpose for the two mailboxes that nobody signs in to."""
    name = path.split("/")[2].removeprefix("id-")
    if path.endswith("/userPurpose"):
        purpose = PURPOSES.get(name)
        return (200, {"value": purpose}) if purpose else (404, ELSEWHERE)
    return metadata(f'"{name}"')


async def test_everybody_is_where_their_photo_is_and_named(clock: VirtualClock) -> None:
    """Guests are in Entra ID; shared mailboxes and rooms have a mailbox, though no plan."""
    graph = Graph(part, USERS)
    in_exchange = await observed(graph, clock)
    in_entra = await observed(graph, clock, ENTRA_ID)

    assert {o.account.name: o.fact("kind") for o in in_exchange} == {
        "Alice": None,
        "Info": "shared mailbox",
        "Room": "room",
    }
    assert {o.account.name: o.fact("kind") for o in in_entra} == {"Eve": "guest", "Left": None}
    assert {o.standing for o in [*in_exchange, *in_entra]} == {Standing.PHOTO}


async def test_only_who_may_be_shared_is_asked_about(clock: VirtualClock) -> None:
    """People with a plan, and guests, cost no question; the others share one batch."""
    graph = Graph(part, USERS)
    await observed(graph, clock)

    asked = [url for batch in graph.batches for url in batch if url.endswith("/userPurpose")]
    assert asked == [
        f"/users/id-{name}/mailboxSettings/userPurpose" for name in ("info", "room", "left")
    ]


async def test_without_the_right_they_are_not_told_apart(clock: VirtualClock) -> None:
    """MailboxSettings.Read is asked for once, not needed, and named by check."""

    def denying(path: str) -> tuple[int, Any]:
        return (403, {"error": {"code": "ErrorAccessDenied"}}) if "Purpose" in path else part(path)

    graph = Graph(denying, USERS)
    exchange = connector(graph, clock)
    checked = await exchange.check()
    looked = [o.account.name async for page in exchange.observe() for o in page.observations]

    assert looked == ["Alice"]
    assert "MailboxSettings.Read" in checked.says
    asked = [url for batch in graph.batches for url in batch if url.endswith("/userPurpose")]
    assert len(asked) == 3


async def test_check_counts_them(clock: VirtualClock) -> None:
    """How many of whom a page holds is told before anything is done."""
    exchange = await connector(Graph(part, USERS), clock).check()
    entra = await connector(Graph(part, USERS), clock, ENTRA_ID).check()

    assert "of the first 3: 1 room, 1 shared mailbox" in exchange.says
    assert "of the first 2: 1 guest" in entra.says


async def test_a_guest_is_written_like_others(clock: VirtualClock) -> None:
    """Their photo in our Entra ID is ours to keep; at home they may show another."""

    def empty(path: str) -> tuple[int, Any]:
        return (200, b"") if path.endswith("$value") else (404, NO_PHOTO)

    graph = Graph(empty, USERS)
    photo = Rendition(b"\xff", 648, 648, "image/jpeg")
    await connector(graph, clock, ENTRA_ID).write(account("eve"), (photo,), None)

    assert [request.method for request in graph.alone] == ["GET", "PUT", "GET"]


async def test_a_mailbox_on_premises_is_refused_by_name(clock: VirtualClock) -> None:
    """A plan alone is no mailbox in Exchange Online: who, Graph's code, and what to connect."""

    def hybrid(path: str) -> tuple[int, Any]:
        return (404, ELSEWHERE) if "alice" in path else metadata('"b"')

    graph = Graph(hybrid)
    alice, bob = await observed(graph, clock)
    photo = Rendition(b"\xff", 648, 648, "image/jpeg")
    with pytest.raises(NoSuchAccount, match=r"alice@contoso\.test.*MailboxNotEnabled") as refused:
        await connector(graph, clock).write(alice.account, (photo,), None)

    assert alice.standing is Standing.UNKNOWN
    assert 'connector = "exchange"' in str(alice.error)
    assert 'connector = "exchange"' in refused.value.sentence()
    assert bob.standing is Standing.PHOTO


async def test_a_group_is_refused_by_name(clock: VirtualClock) -> None:
    """Its picture is nobody's face; who asks for it is told whose it is to change."""

    class Filtering(Graph):
        def __init__(self) -> None:
            super().__init__(lambda _: (404, STRANGER), [])
            self.users = []
            self.groups = [{"mail": "sales@contoso.test", "displayName": "Sales"}]

    exchange = connector(Filtering(), clock)
    with pytest.raises(NoSuchAccount, match=r'sales@contoso\.test.*the group "Sales".*owners'):
        await exchange.find(["sales@contoso.test"])

    assert await exchange.find(["nobody@contoso.test"]) is None
