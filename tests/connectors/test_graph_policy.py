"""Graph: the organisation's own policy on photos is asked for before the first write."""

from __future__ import annotations

from typing import Any

import pytest
from tests.connectors.graph_kit import NO_PHOTO, Graph, account, connector, metadata, telling, user
from tests.http.kit import VirtualClock

from sameface.errors import NotAllowed
from sameface.values import Rendition

SQUARE = (Rendition(b"\xff", 648, 648, "image/jpeg"),)
ADMIN = "fe930be7-5e62-47db-91af-98c3a49a38b1"


def part(path: str) -> tuple[int, Any]:
    if "?$select" in path:
        return 200, user("alice")
    return (200, b"") if path.endswith("$value") else (404, NO_PHOTO)


async def test_photos_from_on_premises_are_not_written(clock: VirtualClock) -> None:
    """The reason and the way out are told, for a write and a removal; nothing was tried."""
    graph = Graph(part)
    graph.policy = {"source": "onPremises", "allowedRoles": []}
    exchange = connector(graph, clock)

    with pytest.raises(NotAllowed, match=r"alice@contoso\.test.*onPremises.*active-directory"):
        await exchange.write(account("alice"), SQUARE, None)
    with pytest.raises(NotAllowed, match="photoUpdateSettings"):
        await exchange.remove(account("alice"), None)
    checked = await exchange.check()

    assert {request.method for request in graph.alone} <= {"GET"}
    assert checked.may == ("read",)
    assert "onPremises" in checked.may_not[0]


@pytest.mark.parametrize(
    ("claims", "writes"),
    [
        ({"scp": "ProfilePhoto.ReadWrite.All", "wids": [ADMIN]}, True),
        ({"scp": "ProfilePhoto.ReadWrite.All", "wids": ["another"]}, False),
        ({"roles": ["ProfilePhoto.ReadWrite.All"]}, True),
    ],
)
async def test_roles_are_asked_of_people(
    clock: VirtualClock, claims: dict[str, Any], writes: bool
) -> None:
    """`allowedRoles` are admin roles: a person's token tells theirs, an application has none."""
    graph = Graph(part)
    graph.policy = {"source": "cloud", "allowedRoles": [ADMIN]}
    exchange = connector(graph, clock, tokens=telling(**claims))

    if writes:
        await exchange.write(account("alice"), SQUARE, None)
    else:
        with pytest.raises(NotAllowed, match="allowedRoles"):
            await exchange.write(account("alice"), SQUARE, None)

    assert any(request.method == "PUT" for request in graph.alone) is writes


@pytest.mark.parametrize("policy", [None, {}, {"source": None, "allowedRoles": None}])
async def test_a_policy_that_is_not_told_forbids_nothing(
    clock: VirtualClock, policy: dict[str, Any] | None
) -> None:
    """The permission may be lacking, and nobody may ever have set it."""
    graph = Graph(part)
    graph.policy = policy
    await connector(graph, clock).write(account("alice"), SQUARE, None)

    assert [request.method for request in graph.alone] == ["GET", "PUT", "GET"]


async def test_it_is_asked_for_once_an_hour(clock: VirtualClock) -> None:
    """A change of it takes up to a day to have effect (protocols 1.12); reading needs it never."""
    graph = Graph(part)
    exchange = connector(graph, clock)
    await exchange.find(["alice@contoso.test"])
    assert graph.asked_policy == 0
    for _ in range(3):
        await exchange.write(account("alice"), SQUARE, None)
    assert graph.asked_policy == 1
    clock.t += 3601
    await exchange.write(account("alice"), SQUARE, None)
    assert graph.asked_policy == 2


async def test_check_says_when_the_policy_is_not_told(clock: VirtualClock) -> None:
    """With the permission that would tell it, by its exact name."""
    graph = Graph(lambda _: metadata('"a"'))
    unknown = await connector(graph, clock).check()
    graph.policy = {"source": "cloud", "allowedRoles": []}
    known = await connector(graph, clock).check()

    assert "PeopleSettings.Read.All" in unknown.says
    assert "PeopleSettings.Read.All" not in known.says
    assert unknown.may == known.may == ("read", "write", "remove")
