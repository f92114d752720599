"""Directories that change, tire or break off while they are read: nobody is missed or told twice.

Both servers are real; what they will not do by themselves is done by somebody in between.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.servers.conftest import Unit
from tests.servers.directory_kit import face, look, opened, rendition, who
from tests.servers.middleman import BUSY, CUT, ENDED, MODIFY, UNAVAILABLE, Middleman
from tests.servers.slapd import PASSWORD, Slapd

from sameface.connectors.ldap.connector import DirectoryConnector
from sameface.connectors.reading import read_many
from sameface.errors import Busy, Garbled, NotAllowed, StoreFailed, Unreachable
from sameface.settings import Bind, StoreSettings
from sameface.values import Picture

pytestmark = pytest.mark.servers

NAMES = ["alice", "bob", "carol", "dave"]
TIME_LIMIT = 3


@dataclass
class Place:
    """A unit with four people in it, and who stands between it and us."""

    unit: Unit
    dns: dict[str, str]
    between: Middleman
    settings: StoreSettings
    direct: StoreSettings


@pytest.fixture(params=["samba", "slapd"])
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    """In Active Directory, and in OpenLDAP."""
    unit: Unit = request.getfixturevalue({"samba": "domain", "slapd": "tree"}[request.param])
    server = unit.server
    trust = ssl.create_default_context(cafile=str(server.ca_file))
    dns = {name: unit.person(name, face(name)) for name in NAMES}
    async with Middleman(server.url, trust) as between:
        told = server.settings(unit.dn, between.url)
        yield Place(unit, dns, between, told, server.settings(unit.dn))


async def looked(connector: DirectoryConnector, place: Place, kind: str | int) -> list[str]:
    """Whom a look tells of, that order being given after its first page."""
    seen: list[str] = []
    async for page in connector.observe():
        if not seen:
            place.between.order(kind, times=1)
        seen += [who(o) for o in page.observations]
    return seen


@pytest.mark.parametrize("kind", [CUT, ENDED, BUSY, UNAVAILABLE, 2, 12, 53])
async def test_between_two_pages(place: Place, kind: str | int) -> None:
    """A line that breaks, a session that ends, a server that tires or forgets which page was next
    (2, 12, 53: its three ways to refuse the cookie): the look begins anew, and tells each once."""
    async with opened(place.settings, page=1) as connector:
        seen = await looked(connector, place, kind)

    assert sorted(seen) == NAMES


async def test_a_server_that_forgets_every_page_is_left(place: Place) -> None:
    """A look does not begin anew for ever: it ends with what the server said."""
    async with opened(place.settings, page=1) as connector:
        pages = connector.observe()
        await anext(pages)
        place.between.order(12)
        with pytest.raises(Garbled, match="result 12"):
            await anext(pages)

    assert place.between.lines < 10


async def test_a_look_given_up_in_the_middle_costs_nothing(place: Place) -> None:
    """The page asked for in advance is let go, and the next look tells everybody."""
    async with opened(place.settings, page=1) as connector:
        async for page in connector.observe():
            if who(page.observations[0]) != NAMES[0]:
                break
        seen, _ = await look(connector)

    assert sorted(seen) == NAMES


async def test_who_leaves_in_mid_look_disturbs_nobody(place: Place) -> None:
    """One is deleted and one moved away while others are told: the next look knows neither."""
    seen: list[str] = []
    async with opened(place.settings, page=1) as connector:
        everybody, _ = await look(connector)
        *staying, deleted, moved = everybody
        async for page in connector.observe():
            if not seen:
                place.unit.delete(place.dns[deleted])
                place.unit.move(place.dns[moved], place.unit.dn.partition(",")[2])
            seen += [who(o) for o in page.observations]
            end = page
        changed, news = await look(connector, end.since)
        after, _ = await look(connector)

    assert [name for name in seen if name in staying] == staying
    assert len(seen) == len(set(seen))
    assert not {deleted, moved} & set(changed)
    assert everybody[moved].account.ref in news.gone
    assert list(after) == staying


async def test_a_busy_server_is_asked_again_later(place: Place) -> None:
    """Reading and writing alike, for what is refused as busy was not carried out."""
    async with opened(place.settings) as connector:
        place.between.order(BUSY, times=3)
        seen, _ = await look(connector)
        alice = seen["alice"]
        place.between.order(UNAVAILABLE, times=2, at=MODIFY)
        told = await connector.write(alice.account, (rendition("A2"),), alice.change_key)
        after, _ = await look(connector)

    assert sorted(seen) == NAMES
    assert after["alice"].change_key == told.change_key


async def test_our_patience_ends(place: Place) -> None:
    """A server that stays busy is told of, with its code and what to do."""
    settings = replace(place.settings, patience=place.settings.patience / 60)
    async with opened(settings) as connector:
        place.between.order(BUSY)
        with pytest.raises(Busy, match=r"result 51.*try again later"):
            await look(connector)


async def test_a_write_that_may_have_been_done_is_not_repeated(place: Place) -> None:
    """Where the line breaks in the middle of one, that is told; a look shows what came of it."""
    async with opened(place.settings) as connector:
        seen, _ = await look(connector)
        alice = seen["alice"]
        place.between.order(CUT, times=1, at=MODIFY)
        with pytest.raises(Unreachable) as failed:
            await connector.write(alice.account, (rendition("A2"),), alice.change_key)
        after, _ = await look(connector)

    assert failed.value.account == "alice@contoso.test"
    assert after["alice"].change_key == alice.change_key


async def test_while_one_server_is_busy_the_next_is_asked(place: Place) -> None:
    """Of several servers nobody is waited for as long as another one may answer."""
    direct = place.direct.directory
    assert direct is not None
    both = replace(direct, urls=(place.between.url, *direct.urls))
    async with opened(replace(place.direct, directory=both)) as connector:
        place.between.order(BUSY)
        seen, _ = await look(connector)

    assert sorted(seen) == NAMES
    assert place.between.lines


async def test_a_search_that_takes_too_long(place: Place) -> None:
    """The server's own time limit is told as such."""
    async with opened(place.settings) as connector:
        place.between.order(TIME_LIMIT)
        with pytest.raises(Busy, match=r"result 3.*try again later"):
            await look(connector)


async def test_one_photo_that_breaks_off_is_one_persons(place: Place) -> None:
    """In a page with others it is refused with its person's name; theirs are read."""
    server, attribute = place.unit.server, "thumbnailPhoto"
    if isinstance(server, Slapd):
        attribute = "jpegPhoto"
    server.tools.replace(place.dns["alice"], attribute, face("alice")[:500])
    async with opened(place.settings) as connector:
        seen, page = await look(connector)
        accounts = [o.account for o in seen.values()]
        brought = [one async for one in read_many(connector, accounts, brought=page.brought)]
        asked = [one async for one in read_many(connector, accounts)]

    for reads in (brought, asked):
        broken = [read for _, read in reads if isinstance(read, StoreFailed)]
        assert [type(one) for one in broken] == [Garbled]
        assert broken[0].account == "alice@contoso.test"
        assert sum(isinstance(read, Picture) for _, read in reads) == 3


async def test_a_session_that_ends_while_we_listen_is_taken_up(place: Place) -> None:
    """Domain controllers end sessions with their tickets; what changed meanwhile is told."""
    async with opened(place.settings) as connector:
        seen, last = await look(connector)
        place.between.order(ENDED, times=1)
        heard = connector.watch(last.since)
        waiting = asyncio.ensure_future(anext(heard))
        carol = seen["carol"]
        async with opened(place.direct) as other:
            await other.write(carol.account, (rendition("C2"),), carol.change_key)
        page = await asyncio.wait_for(waiting, 20)
        await heard.aclose()

    assert [who(o) for o in page.observations] == ["carol"]


LIMITS = [
    ("sizelimit 2", NotAllowed, "result 4", "raise the size limit"),
    ("sizelimit size.unchecked=1", Busy, "result 11", "raise what the server grants"),
]


@pytest.mark.parametrize(("limit", "error", "result", "remedy"), LIMITS)
async def test_limits_of_an_account(
    tmp_path: Path, limit: str, error: type[StoreFailed], result: str, remedy: str
) -> None:
    """A real server that lets this account read only so much: its code, and what to raise."""
    server = Slapd(tmp_path)
    server.start(more=limit)
    try:
        unit = server.unit()
        dns = [server.person(unit, name, face(name)) for name in NAMES]
        server.tools.replace(dns[0], "userPassword", PASSWORD)
        settings = server.settings(unit)
        assert settings.directory is not None
        plain = replace(settings.directory, bind=Bind(dns[0], PASSWORD))
        async with opened(replace(settings, directory=plain)) as connector:
            with pytest.raises(error) as failed:
                await look(connector)
    finally:
        server.stop()

    told = failed.value.sentence()
    assert result in told
    assert remedy in told
    assert PASSWORD not in told
