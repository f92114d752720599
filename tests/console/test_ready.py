"""A photo given a second time takes a shorter way, and the same leave."""

from __future__ import annotations

from datetime import timedelta

import httpx2 as httpx
from tests.console.kit import ALICE, BOB, CAROL, Desk, client
from tests.servers.memory_store import face
from tests.sync.kit import same

from sameface.console.roles import Role


async def address(desk: Desk) -> str:
    """Of the version of Bob's photo that colleagues see."""
    told = (await desk.get(f"/api/people/{BOB}")).json()
    return f"/photo/{told['id']}/{told['wanted'][:16]}.webp?s=96"


async def asked(http: httpx.AsyncClient, path: str, times: int = 3, known: str = "") -> list[int]:
    """The statuses of so many answers, to somebody who has what is `known`."""
    headers = {"If-None-Match": known} if known else {}
    return [(await http.get(path, headers=headers)).status_code for _ in range(times)]


async def test_every_answer_is_the_first_one(desk: Desk) -> None:
    """However often it is asked for: the same bytes and headers; 304 to who has it."""
    await desk.observe()
    for path in (await address(desk), f"/photo/{BOB}?s=96"):
        first, *others = [await desk.get(path) for _ in range(4)]
        assert {(one.content, str(one.headers)) for one in others} == {
            (first.content, str(first.headers))
        }
        tag = first.headers["etag"]
        for known in (tag, f'W/{tag}, "x"', "*"):
            headers = {"If-None-Match": known}
            assert (await desk.get(path, 304, headers=headers)).headers["etag"] == tag
        assert await asked(desk.http, path, known='"x"') == [200] * 3


async def test_whoever_asks_is_asked(desk: Desk) -> None:
    """That it was given to one of a role gives it to nobody without a session, and to nobody whose
    session is over."""
    await desk.observe()
    path = await address(desk)
    desk.sign_in(Role.PERSON, ALICE)
    assert await asked(desk.http, path) == [200] * 3

    async with client(desk.console) as stranger:
        assert await asked(stranger, path) == [401] * 3
    desk.office.clock.advance(timedelta(hours=2, minutes=1))
    assert await asked(desk.http, path) == [401] * 3


async def test_what_is_withheld_is_not_given_again(desk: Desk) -> None:
    """From the moment Bob withholds it, colleagues do not get what they got before; he does."""
    await desk.observe()
    path = await address(desk)
    colleague = desk.sign_in(Role.PERSON, ALICE)
    assert await asked(colleague, path) == [200] * 3

    bob = desk.sign_in(Role.PERSON, BOB)
    await desk.post("/mine/places", offered="photo")

    assert await asked(colleague, path) == [404] * 3
    assert await asked(bob, path) == [200] * 3


async def test_the_photo_of_yesterday_is_not_given_again(desk: Desk) -> None:
    """When Bob shows another one, the old version is for him and for staff, and the address of the
    person leads to the new one."""
    await desk.observe()
    path = await address(desk)
    colleague = desk.sign_in(Role.PERSON, CAROL)
    assert await asked(colleague, path) == [200] * 3
    assert await asked(colleague, f"/photo/{BOB}") == [200] * 3

    desk.office.stores["sharepoint"].put(BOB, face("bob", 1))
    desk.office.clock.advance(timedelta(minutes=5))
    await desk.observe()

    assert await asked(colleague, path) == [404] * 3
    assert same((await colleague.get(f"/photo/{BOB}")).content, face("bob", 1))


async def test_it_is_counted_like_the_first(desk: Desk) -> None:
    """Six thousand pictures at once and then a hundred a second, by whichever way."""
    await desk.observe()
    path = await address(desk)

    assert await asked(desk.http, path, 6_005) == [200] * 6_000 + [429] * 5
    desk.office.clock.advance(timedelta(seconds=1))
    assert await asked(desk.http, path, 101) == [200] * 100 + [429]
