"""Graph: whose photos are where, in batches that cannot be trusted to be in order."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import httpx2 as httpx
import pytest
from tests.connectors.graph_kit import (
    NO_PHOTO,
    ONE_PIXEL,
    STRANGER,
    Graph,
    connector,
    metadata,
    observed,
    user,
)
from tests.http.kit import URL, VirtualClock

from sameface.connectors.graph.connector import GraphConnector, capabilities
from sameface.errors import Garbled
from sameface.http import Door
from sameface.values import ENTRA_ID, Key, Standing


async def test_an_answer_belongs_to_the_part_that_names_it(clock: VirtualClock) -> None:
    """The order of a batch's answers means nothing (protocols 1.8)."""
    alice, bob = await observed(Graph(lambda path: metadata(f'"{path}"')), clock)

    assert alice.change_key == '"/users/id-alice/photo"'
    assert bob.change_key == '"/users/id-bob/photo"'


async def test_twenty_people_cost_one_request(clock: VirtualClock) -> None:
    """A batch takes twenty parts at most, and is filled (protocols 1.8)."""
    graph = Graph(lambda _: metadata('"1"'), [user(f"p{n}") for n in range(45)])

    assert len(await observed(graph, clock)) == 45
    assert [len(batch) for batch in graph.batches] == [20, 20, 5]


@pytest.mark.parametrize(
    ("status", "body", "standing"),
    [
        (200, metadata('"a"')[1], Standing.PHOTO),
        (200, ONE_PIXEL, Standing.NONE),
        (404, NO_PHOTO, Standing.NONE),
        (404, {"error": {"code": "ErrorItemNotFound"}}, Standing.NONE),
        (404, {"error": {"code": "ErrorEntityNotFound"}}, Standing.NONE),
        (404, STRANGER, Standing.UNKNOWN),
        (
            404,
            {"error": {"code": "UnknownError", "message": "ErrorUserResolutionFailedX"}},
            "unknown",
        ),
        (404, {}, Standing.UNKNOWN),
        (403, {"error": {"code": "ErrorAccessDenied"}}, Standing.UNKNOWN),
        (500, {"error": {"code": "ErrorInternalServerError"}}, Standing.UNKNOWN),
        (200, {"id": "648x648", "width": 648, "height": 648}, Standing.UNKNOWN),
        (200, [], Standing.UNKNOWN),
    ],
)
async def test_every_spelling_of_no_photo_and_of_failure(
    clock: VirtualClock, status: int, body: Any, standing: Standing
) -> None:
    """Both forms of "none" are none; what is neither is unknown to one person only, and told."""

    def part(path: str) -> tuple[int, Any]:
        return (status, body) if "alice" in path else metadata('"b"')

    alice, bob = await observed(Graph(part), clock)

    assert alice.standing == standing
    assert (alice.error is not None) == (standing == Standing.UNKNOWN)
    assert "alice@contoso.test" in (alice.error or "alice@contoso.test")
    assert (bob.standing, bob.change_key) == (Standing.PHOTO, '"b"')


async def test_only_the_parts_that_failed_are_asked_again(clock: VirtualClock) -> None:
    """A throttled part waits its own Retry-After; what was answered is not asked twice (1.8)."""
    refusals = [429]

    def part(path: str) -> tuple[int, Any]:
        if "bob" in path and refusals:
            return refusals.pop(), {"error": {"code": "TooManyRequests"}}
        return metadata('"1"')

    graph = Graph(part)
    seen = await observed(graph, clock)

    assert [s.standing for s in seen] == [Standing.PHOTO] * 2
    assert graph.batches[1:] == [["/users/id-bob/photo"]]
    assert 7.0 in clock.slept


@pytest.mark.parametrize(
    "spoil",
    [
        lambda answers: answers[:-1],
        lambda answers: [*answers[:-1], answers[0]],
        lambda answers: [*answers, {"id": "id-eve", "status": 200, "body": None}],
        lambda answers: [{**a, "status": "200"} for a in answers],
        lambda answers: ["alice", "bob"],
        lambda answers: None,
    ],
    ids=["one missing", "one twice", "one too many", "no status", "no parts", "no list"],
)
async def test_a_batch_that_makes_no_sense_is_nobodys_photo(
    clock: VirtualClock, spoil: Callable[[list[Any]], Any]
) -> None:
    """Answers that cannot be matched one to one are thrown away: no face may go astray."""

    class Confused(Graph):
        def batch(self, parts: list[dict[str, Any]]) -> httpx.Response:
            answers = [self.answer(part) for part in parts]
            return httpx.Response(200, json={"responses": spoil(answers)})

    seen = await observed(Confused(lambda _: metadata('"1"')), clock)

    assert [s.standing for s in seen] == [Standing.UNKNOWN] * 2
    assert all((s.error and "try again" in s.error) or "check `url`" in str(s.error) for s in seen)


async def test_two_tiers_are_two_stores(clock: VirtualClock) -> None:
    """People with a mailbox are in exchange, people without one in entra-id (protocols 1.6)."""
    ended = {"service": "exchange", "capabilityStatus": "Deleted"}
    users = [
        user("alice"),
        user("bob", mailbox=False),
        user("carol", mailbox=False, assignedPlans=[ended]),
        user("dave", mailbox=False, assignedPlans=None),
    ]
    graph = Graph(lambda _: metadata('"1"'), users)

    in_exchange = await observed(graph, clock)
    in_entra = await observed(graph, clock, ENTRA_ID)

    assert [s.account.name for s in in_exchange] == ["Alice"]
    assert [s.account.name for s in in_entra] == ["Bob", "Carol", "Dave"]
    assert {s.account.store for s in in_entra} == {ENTRA_ID}


async def test_an_account_carries_every_key_it_has(clock: VirtualClock) -> None:
    """Entra's id, the on-premises GUID in Microsoft's byte order, UPN, addresses, number, name."""
    guid = "00112233-4455-6677-8899-aabbccddeeff"
    octets = bytes.fromhex("33221100554477668899aabbccddeeff")
    row = user(
        "alice",
        employeeId="7",
        onPremisesSamAccountName="alice.a",
        onPremisesImmutableId=base64.b64encode(octets).decode(),
        proxyAddresses=[
            "smtp:a.l@contoso.test",
            "SMTP:alice@contoso.test",
            "SIP:x@contoso.test",
            7,
        ],
    )

    (seen,) = await observed(Graph(lambda _: metadata('"1"'), [row]), clock)

    assert seen.account.keys == (
        (Key.OBJECT_GUID, "id-alice"),
        (Key.OBJECT_GUID, guid),
        (Key.UPN, "alice@contoso.test"),
        (Key.MAIL, "alice@contoso.test"),
        (Key.MAIL, "a.l@contoso.test"),
        (Key.EMPLOYEE_ID, "7"),
        (Key.ACCOUNT_NAME, "alice.a"),
    )


@pytest.mark.parametrize("body", [{}, {"value": 3}, {"value": ["x"]}, {"value": [{}]}, []])
async def test_users_that_are_none_are_refused(clock: VirtualClock, body: Any) -> None:
    """A page without users in it is not "nobody is there"."""

    async def server(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=body)

    door = Door(ENTRA_ID, URL, clock=clock, transport=httpx.MockTransport(server))
    graph = GraphConnector(ENTRA_ID, door, capabilities(ENTRA_ID, writes=False))

    with pytest.raises(Garbled):
        _ = [a async for a in graph.accounts()]


async def test_one_person_is_found_with_one_request(clock: VirtualClock) -> None:
    """User and photo come in one batch, by UPN; guests' names are escaped."""

    def part(path: str) -> tuple[int, Any]:
        return metadata('"1"') if path.endswith("/photo") else (200, user("alice"))

    graph = Graph(part)
    seen = await connector(graph, clock).find(["ali#EXT#@contoso.test"])

    assert seen is not None
    assert seen.account.name == "Alice"
    assert graph.batches[0][1] == "/users/ali%23EXT%23@contoso.test/photo"


async def test_a_mail_address_finds_too(clock: VirtualClock) -> None:
    """Where no UPN fits, the mail address is searched for."""

    def part(path: str) -> tuple[int, Any]:
        if path == "/users":
            return 200, {"value": [{"id": "id-alice"}]}
        if "id-alice" in path:
            return metadata('"1"') if path.endswith("/photo") else (200, user("alice"))
        return 404, STRANGER

    class Filtering(Graph):
        async def __call__(self, request: httpx.Request) -> httpx.Response:
            if "$filter" in str(request.url.query):
                self.users = [{"id": "id-alice"}]
            return await super().__call__(request)

    seen = await connector(Filtering(part), clock).find(["a.liddell@contoso.test"])

    assert seen is not None
    assert seen.account.ref == "id-alice"


async def test_a_stranger_and_the_other_tier_are_nobody(clock: VirtualClock) -> None:
    """Somebody without a mailbox is not in exchange, and a stranger is in neither."""

    def part(path: str) -> tuple[int, Any]:
        if "bob" in path:
            return (404, NO_PHOTO) if path.endswith("/photo") else (200, user("bob", mailbox=False))
        return 404, STRANGER

    graph = Graph(part)
    graph.users = []

    assert await connector(graph, clock).find(["bob@contoso.test"]) is None
    assert await connector(graph, clock).find(["nobody@contoso.test"]) is None
