"""Yammer: pages of mugshots, addresses that expire, and no way to write."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
import pytest
from tests.http.kit import URL, Tokens, VirtualClock

from sameface.connectors.yammer.connector import YammerConnector, capabilities
from sameface.errors import ByHand, Garbled, NoSuchAccount
from sameface.http import Door
from sameface.values import YAMMER, Account, Key, Observation, Standing

IMAGES = "https://mugshot0.assets.test/mugshot/images"


class Network:
    """Users by number; every address of a mugshot is signed with `signature`."""

    def __init__(self, face: bytes) -> None:
        self.face = face
        self.users: list[dict[str, Any]] = []
        self.signature = "s1"
        self.asked: list[httpx.Request] = []

    def join(self, number: int, mugshot: str | None, **more: Any) -> None:
        shown = mugshot or "no_photo.png"
        template = f"{IMAGES}/{{width}}x{{height}}/{shown}"
        told = {
            "id": number,
            "full_name": f"User {number}",
            "email": f"u{number}@contoso.test",
            "mugshot_id": mugshot,
            "mugshot_url": template.format(width=48, height=48),
            "mugshot_url_template": template,
        }
        self.users.append(told | more)

    def told(self, user: dict[str, Any]) -> dict[str, Any]:
        signed = {
            key: f"{user[key]}?P4={self.signature}"
            for key in ("mugshot_url", "mugshot_url_template")
            if user.get(key)
        }
        return {**user, **signed}

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        path, params = request.url.path, dict(request.url.params)
        if path == "/api/v1/users.json":
            page, length = int(params["page"]) - 1, int(params["num_per_page"])
            some = self.users[page * length : (page + 1) * length]
            return httpx.Response(200, json=[self.told(u) for u in some])
        if path == "/api/v1/users/by_email.json":
            found = [self.told(u) for u in self.users if u["email"] == params["email"]]
            return httpx.Response(200, json=found) if found else httpx.Response(404)
        if path.startswith("/api/v1/users/"):
            number = path.rpartition("/")[2].removesuffix(".json")
            user = next((u for u in self.users if str(u["id"]) == number), None)
            return httpx.Response(200, json=self.told(user)) if user else httpx.Response(404)
        if params["P4"] != self.signature:
            return httpx.Response(403)
        return httpx.Response(200, content=self.face, headers={"content-type": "image/jpeg"})


@pytest.fixture
def network(face: bytes) -> Network:
    """Users 1 and 2; only 1 has a photo."""
    network = Network(face)
    network.join(1, "abc")
    network.join(2, None)
    return network


def connector(network: Network, clock: VirtualClock, per_page: int = 50) -> YammerConnector:
    door = Door(YAMMER, URL, clock=clock, transport=httpx.MockTransport(network), tokens=Tokens())
    return YammerConnector(YAMMER, door, capabilities(), per_page)


async def observed(network: Network, clock: VirtualClock) -> list[Observation]:
    pages = [page async for page in connector(network, clock).observe()]
    return [seen for page in pages for seen in page.observations]


async def test_the_mugshots_name_is_its_change_key(clock: VirtualClock, network: Network) -> None:
    """`no_photo.png` is none; addresses change with each signature and are no key (protocols 4)."""
    before = await observed(network, clock)
    network.signature = "s2"
    after = await observed(network, clock)

    assert [(s.standing, s.change_key) for s in before] == [
        (Standing.PHOTO, "abc"),
        (Standing.NONE, None),
    ]
    assert [s.change_key for s in after] == ["abc", None]
    assert before[0].account.keys == (
        (Key.OBJECT_GUID, "yammer:1"),
        (Key.MAIL, "u1@contoso.test"),
    )


@pytest.mark.parametrize(("people", "requests"), [(0, 1), (4, 1), (5, 2), (11, 3)])
async def test_pages_end_with_a_short_one(
    clock: VirtualClock, network: Network, people: int, requests: int
) -> None:
    """One request per page; a full last page needs one more to see that nothing follows."""
    network.users = [dict(network.users[0], id=n) for n in range(people)]

    pages = [page async for page in connector(network, clock, per_page=5).observe()]

    assert sum(len(page.observations) for page in pages) == people
    assert len(network.asked) == requests
    assert pages[-1].cursor is None


async def test_a_fresh_address_costs_one_request(
    clock: VirtualClock, network: Network, face: bytes
) -> None:
    """What was just observed is read by its address, at the size asked, without our token."""
    yammer = connector(network, clock)
    accounts = [account async for account in yammer.accounts()]
    network.asked.clear()

    picture = await yammer.read(accounts[0], 96)

    assert picture is not None
    assert picture.data == face
    assert await yammer.read(accounts[1]) is None
    (asked,) = network.asked
    assert str(asked.url) == f"{IMAGES}/96x96/abc?P4=s1"
    assert "authorization" not in asked.headers


async def test_an_expired_address_is_asked_for_anew(clock: VirtualClock, network: Network) -> None:
    """A signed address that no longer works is no failure: the user tells the next one."""
    yammer = connector(network, clock)
    (alice, _) = [account async for account in yammer.accounts()]
    network.signature = "s2"

    picture = await yammer.read(alice)

    assert picture is not None
    assert picture.change_key == "abc"


async def test_reading_without_having_looked(clock: VirtualClock, network: Network) -> None:
    """The user is asked first; a stranger is told; a mugshot that is nowhere is garbled."""
    assert await connector(network, clock).read(Account(YAMMER, "1")) is not None
    assert await connector(network, clock).read(Account(YAMMER, "2")) is None
    with pytest.raises(NoSuchAccount):
        await connector(network, clock).read(Account(YAMMER, "3"))

    async def nowhere(request: httpx.Request) -> httpx.Response:
        if "images" in str(request.url):
            return httpx.Response(404)
        return await network(request)

    door = Door(YAMMER, URL, clock=clock, transport=httpx.MockTransport(nowhere))
    with pytest.raises(Garbled, match="not there"):
        await YammerConnector(YAMMER, door, capabilities()).read(Account(YAMMER, "1"))


async def test_people_are_found_by_mail(clock: VirtualClock, network: Network) -> None:
    """The first address that somebody has; nobody where none is known."""
    found = await connector(network, clock).find(["x@contoso.test", "u1@contoso.test"])

    assert found is not None
    assert found.change_key == "abc"
    assert await connector(network, clock).find(["x@contoso.test"]) is None


async def test_a_known_user_is_found_by_number(clock: VirtualClock, network: Network) -> None:
    """Whatever address they have by now."""
    known = await connector(network, clock).find(["u1@contoso.test"])
    assert known is not None

    found = await connector(network, clock).find(["x@contoso.test"], known.account.ref)

    assert found is not None
    assert found.account == known.account


async def test_the_primary_address_counts(clock: VirtualClock, network: Network) -> None:
    """Where a user has no plain address, the contact's primary one is theirs."""
    addresses = [
        {"type": "alias", "address": "a@c.test"},
        {"type": "primary", "address": "p@c.test"},
    ]
    network.users = []
    network.join(7, None, email=None, contact={"email_addresses": addresses})
    network.join(8, None, email=None)

    accounts = [account async for account in connector(network, clock).accounts()]

    assert [account.key(Key.MAIL) for account in accounts] == ["p@c.test", None]


async def test_it_is_for_the_person_to_change(clock: VirtualClock, network: Network) -> None:
    """Both writes refuse without asking anything, and tell the person what to do."""
    yammer = connector(network, clock)

    with pytest.raises(ByHand, match="the person uploads the photo in Yammer"):
        await yammer.write(Account(YAMMER, "1"), (), None)
    with pytest.raises(ByHand):
        await yammer.remove(Account(YAMMER, "1"), None)

    assert network.asked == []
    assert yammer.capabilities.by_hand
    assert not yammer.capabilities.writes


@pytest.mark.parametrize("body", [{}, "x", [3], [{"id": "7"}]])
async def test_users_that_are_none_are_refused(clock: VirtualClock, body: Any) -> None:
    """Something else than users is not an empty network."""

    async def server(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=body)

    door = Door(YAMMER, URL, clock=clock, transport=httpx.MockTransport(server))
    yammer = YammerConnector(YAMMER, door, capabilities())

    with pytest.raises(Garbled, match="check `url`"):
        await yammer.check()
    with pytest.raises(Garbled, match="begin anew"):
        _ = [page async for page in yammer.observe("yesterday")]
