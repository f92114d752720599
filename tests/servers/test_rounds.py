"""DirSync in several rounds, as a large Active Directory sends it."""

from __future__ import annotations

from uuid import UUID

import pytest
from tests.servers.directory_kit import face, look, opened
from tests.servers.rounds import Rounds

from sameface.errors import Garbled, NotAllowed

pytestmark = pytest.mark.servers

PEOPLE = [UUID(int=n) for n in range(1, 126)]
SINCE = '{"since": "MA=="}'  # the cookie of the first round


async def test_rounds_are_asked_for_until_there_is_no_more() -> None:
    """Each with the cookie of the one before, and everybody in them is told."""
    async with (
        Rounds([PEOPLE[:60], [], PEOPLE[60:]], face("A")) as server,
        opened(server.settings) as connector,
    ):
        pages = [page async for page in connector.observe(SINCE)]
        later, _ = await look(connector, pages[-1].since)

    assert server.asked == [b"0", b"1", b"2", b"3"]
    refs = [o.account.ref for page in pages for o in page.observations]
    assert sorted(refs) == sorted(map(str, PEOPLE))
    assert pages[-1].delta
    assert later == {}


async def test_one_object_in_two_rounds_is_told_once() -> None:
    """An object may change again while the rounds go on."""
    async with (
        Rounds([PEOPLE[:2], PEOPLE[1:3]], face("A")) as server,
        opened(server.settings) as connector,
    ):
        pages = [page async for page in connector.observe(SINCE)]

    refs = [o.account.ref for page in pages for o in page.observations]
    assert sorted(refs) == sorted(map(str, PEOPLE[:3]))


async def test_rounds_without_an_end_are_left() -> None:
    """A server that repeats itself is told of, with the way around."""
    async with (
        Rounds([PEOPLE[:1]], face("A"), endless=True) as server,
        opened(server.settings) as connector,
    ):
        with pytest.raises(Garbled, match='dirsync = "off"'):
            await look(connector, SINCE)


@pytest.mark.parametrize(
    "refuses",
    [
        (2, "0000203D: LdapErr: DSID-0C0909A2, comment: Error processing control, data 0, v4563"),
        (53, "000020E7: SvcErr: unwilling to perform"),
        (80, "the cookie is too old"),
    ],
)
async def test_a_cookie_that_expired_is_a_whole_look(refuses: tuple[int, str]) -> None:
    """However a domain controller says that it does not know the cookie any more (5.2)."""
    async with (
        Rounds([PEOPLE[:3]], face("A"), refuses=refuses) as server,
        opened(server.settings) as connector,
    ):
        pages = [page async for page in connector.observe(SINCE)]

    assert server.asked[:2] == [b"0", b""]
    refs = [o.account.ref for page in pages for o in page.observations]
    assert sorted(refs) == sorted(map(str, PEOPLE[:3]))
    assert not any(page.delta for page in pages)
    assert pages[-1].since


async def test_a_right_that_was_taken_away_is_no_old_cookie() -> None:
    """What only looks like it is told: reading everything anew would not help."""
    refusal = (50, "00002105: insufficient access rights")
    async with (
        Rounds([PEOPLE[:1]], face("A"), refuses=refusal) as server,
        opened(server.settings) as connector,
    ):
        with pytest.raises(NotAllowed, match="result 50"):
            await look(connector, SINCE)
