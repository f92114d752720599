"""Avatars as Libravatar and Gravatar ask for them, and as their real client finds us."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import cast

import dns.message
import dns.resolver
import dns.rrset
import httpx2 as httpx
import pytest
from libravatar import libravatar_url
from tests.console.kit import ALICE, BOB, CAROL, Desk, client
from tests.servers.memory_store import face
from tests.sync.kit import same

from sameface.console.app import console
from sameface.console.desk import Desk as Organisation
from sameface.pictures import inspect, person_placeholder
from sameface.rules import load_rulebook
from sameface.serving import serve
from sameface.values import Key


def hashed(mail: str, algorithm: str = "md5") -> str:
    """A mail address as the protocol names it."""
    return hashlib.new(algorithm, mail.strip().lower().encode()).hexdigest()


class NameServer(asyncio.DatagramProtocol):
    """A name server that knows where `contoso.test` keeps its avatars, and nothing else."""

    def __init__(self, port: int) -> None:
        self._port = port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        asked = query.question[0]
        if str(asked.name) == "_avatars._tcp.contoso.test.":
            where = f"0 0 {self._port} localhost."
            answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", "SRV", where))
        self._transport.sendto(answer.to_wire(), addr)


@pytest.fixture
async def listening(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """The console on a port, avatars open, found through a name server; its address."""
    office = desk.office
    book = load_rulebook(office.settings.rulebook)
    at_hand = Organisation.of(
        office.settings, book, office.vault, dict(office.stores), office.clock
    )
    await desk.observe()
    async with console(at_hand, open_avatars=True) as made, serve(made.app, 0) as url:
        port = httpx.URL(url).port or 0
        loop = asyncio.get_running_loop()
        server, _ = await loop.create_datagram_endpoint(
            lambda: NameServer(port), local_addr=("127.0.0.1", 0)
        )
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = server.get_extra_info("sockname")[1]
        monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
        yield url
        server.close()


async def fetched(address: str) -> httpx.Response:
    """What a browser gets there, without any session."""
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.get(address)


async def test_the_real_client_finds_the_photo(listening: str) -> None:
    """pylibravatar asks the domain's name server, comes to us, and gets the person's photo."""
    address = await asyncio.to_thread(libravatar_url, email=ALICE.title(), size=64)

    assert address.startswith(listening)
    answer = await fetched(address)
    assert answer.status_code == 200
    assert inspect(answer.content).width_px == 64
    assert same(answer.content, face("alice"))


async def test_the_real_clients_defaults_are_kept(listening: str) -> None:
    """Its `default` says what who is not known gets: 404, a figure, or another address."""
    nobody = "zoe@contoso.test"
    asked = ["404", "mm", "https://contoso.test/logo.png"]
    missing, figure, elsewhere = [
        await fetched(await asyncio.to_thread(libravatar_url, email=nobody, default=default))
        for default in asked
    ]

    assert missing.status_code == 404
    assert same(figure.content, person_placeholder(80))
    assert elsewhere.status_code == 302
    assert elsewhere.headers["location"] == "https://contoso.test/logo.png"


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
async def test_either_hash_of_any_address_will_do(desk: Desk, algorithm: str) -> None:
    """MD5 and SHA-256, of the UPN and of the mail address, whatever its case, with an ending."""
    desk.office.stores["exchange"].join(
        "eve@contoso.test", None, (Key.MAIL, "Eve.Lee@contoso.test")
    )
    desk.office.stores["exchange"].put("eve@contoso.test", face("eve"))
    desk.office.stores["sharepoint"].join("eve@contoso.test", face("eve"))
    await desk.observe()

    for mail in ("eve@contoso.test", "eve.lee@contoso.test"):
        for spelt in (hashed(mail, algorithm), hashed(mail, algorithm).upper()):
            for ending in ("", ".jpg", ".png"):
                answer = await desk.get(f"/avatar/{spelt}{ending}")
                assert same(answer.content, face("eve"))


async def test_an_alias_shows_whose_it_is(desk: Desk) -> None:
    """An alias of one person leads to them; one of two to nobody; and Bob's own stays Bob's."""
    aliases = [(Key.MAIL, mail) for mail in ("eve@contoso.test", "e.l@contoso.test", BOB)]
    shared = (Key.MAIL, "team@contoso.test")
    exchange = desk.office.stores["exchange"]
    exchange.join("eve@contoso.test", face("eve"), *aliases, shared)
    exchange.join("dan@contoso.test", face("dan"), (Key.MAIL, "dan@contoso.test"), shared)
    await desk.observe()

    assert same((await desk.get(f"/avatar/{hashed('e.l@contoso.test')}")).content, face("eve"))
    assert same((await desk.get(f"/avatar/{hashed(BOB)}")).content, face("bob"))
    await desk.get(f"/avatar/{hashed('team@contoso.test')}?d=404", 404)


async def test_defaults_are_for_who_has_no_photo(desk: Desk) -> None:
    """Who has one gets it whatever `d` says, unless it is forced; who has none, what `d` says."""
    await desk.observe()

    assert same((await desk.get(f"/avatar/{hashed(BOB)}?d=404")).content, face("bob"))
    await desk.get(f"/avatar/{hashed(BOB)}?d=404&f=y", 404)
    await desk.get(f"/avatar/{hashed(CAROL)}?d=404", 404)
    initials = await desk.get(f"/avatar/{hashed(CAROL)}")
    assert initials.content == (await desk.get(f"/photo/{CAROL}?s=80")).content


@pytest.mark.parametrize(
    "default", ["", "mp", "identicon", "javascript:alert(1)", "//x", "file:///x"]
)
async def test_nobody_is_a_grey_figure(desk: Desk, default: str) -> None:
    """A default we do not draw, or an address that is none, is a figure: never a redirection."""
    await desk.observe()

    answer = await desk.get(f"/avatar/{hashed('zoe@contoso.test')}?d={default}")

    assert same(answer.content, person_placeholder(80))


async def test_sizes_keep_within_the_protocol(desk: Desk) -> None:
    """80 without `s`, 512 at most; `size` means the same."""
    await desk.observe()
    for asked, px in (
        ("", 80),
        ("?s=48", 48),
        ("?size=48", 48),
        ("?s=4000&f=y", 512),
        ("?s=x", 80),
    ):
        answer = await desk.get(f"/avatar/{hashed(BOB)}{asked}")
        assert inspect(answer.content).width_px == px


async def test_what_is_no_hash_is_refused(desk: Desk) -> None:
    """Neither an address in clear nor a hash of another length is an avatar's name."""
    for name in (BOB, "abc", "g" * 32, "0" * 40):
        await desk.get(f"/avatar/{name}", 400)


async def test_avatars_are_open_only_where_told(desk: Desk) -> None:
    """Without --open-avatars who has no session learns nothing of who is known."""
    await desk.observe()
    async with client(desk.console) as stranger:
        known = await stranger.get(f"/avatar/{hashed(BOB)}")
        unknown = await stranger.get(f"/avatar/{hashed('zoe@contoso.test')}")

    assert known.status_code == unknown.status_code == 401
    assert known.content == unknown.content
