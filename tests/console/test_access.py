"""Who may look: nobody without a session, which a link from the terminal begins, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.console.kit import ALICE, Desk, client

from sameface.console.app import console
from sameface.console.desk import Desk as Organisation
from sameface.rules import load_rulebook

ROUTES = [
    "/",
    f"/people/{ALICE}",
    "/api/people",
    f"/api/people/{ALICE}",
    f"/photo/{ALICE}",
    f"/photo/{ALICE}/{'0' * 64}.jpg",
    f"/avatar/{'0' * 64}",
    "/map",
    "/map.svg",
    "/nothing-here",
]


@pytest.mark.parametrize("path", ROUTES)
async def test_nothing_is_shown_without_a_session(desk: Desk, path: str) -> None:
    """Every route answers 401 to who has no session, and names nobody."""
    await desk.observe()
    async with client(desk.console) as stranger:
        answer = await stranger.get(path)

    assert answer.status_code == 401
    assert "alice" not in answer.text.lower()


async def test_a_link_opens_once(desk: Desk) -> None:
    """The link's token is spent by the first who uses it; the next one is another."""
    token = desk.console.access.token
    async with client(desk.console) as first, client(desk.console) as second:
        entered = await first.get("/enter", params={"token": token})
        late = await second.get("/enter", params={"token": token})

        assert entered.status_code == 200
        assert (await first.get("/")).status_code == 200
        assert late.status_code == 403
        assert "set-cookie" not in late.headers
        assert (await second.get("/")).status_code == 401
    assert desk.console.access.token != token


async def test_who_listens_hears_that_a_link_was_used(desk: Desk) -> None:
    """The terminal can show the next link, because it is told of the last."""
    office, heard = desk.office, list[str]()
    at_hand = Organisation.of(
        office.settings,
        load_rulebook(office.settings.rulebook),
        office.vault,
        dict(office.stores),
        office.clock,
    )
    async with console(at_hand, used=lambda: heard.append("used")) as made, client(made) as http:
        await http.get("/enter?token=guessed")
        assert heard == []
        await http.get("/enter", params={"token": made.access.token})

    assert heard == ["used"]


async def test_the_session_is_no_scripts_and_no_other_sites(desk: Desk) -> None:
    """The cookie is HttpOnly and SameSite=Strict, and ends with the session."""
    async with client(desk.console) as http:
        cookie = (await http.get("/enter", params={"token": desk.console.access.token})).headers[
            "set-cookie"
        ]

    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Max-Age=43200" in cookie


async def test_a_session_ends(desk: Desk) -> None:
    """After twelve hours the link in the terminal is needed again, however busy one was."""
    for _ in range(11):
        desk.office.clock.advance(timedelta(hours=1))
        assert (await desk.http.get("/")).status_code == 200

    desk.office.clock.advance(timedelta(hours=1, minutes=1))
    assert (await desk.http.get("/")).status_code == 401


async def test_a_session_that_nobody_uses_ends_sooner(desk: Desk) -> None:
    """Two hours without a request end it."""
    desk.office.clock.advance(timedelta(hours=1, minutes=59))
    assert (await desk.http.get("/")).status_code == 200

    desk.office.clock.advance(timedelta(hours=2))
    assert (await desk.http.get("/")).status_code == 401


async def test_signing_out_ends_the_session_at_the_console(desk: Desk) -> None:
    """The cookie opens nothing afterwards, even where somebody kept it."""
    kept = dict(desk.http.cookies)
    await desk.post("/sign-out", 200)

    async with client(desk.console) as http:
        header = "; ".join(f"{name}={value}" for name, value in kept.items())
        assert (await http.get("/", headers={"Cookie": header})).status_code == 401


@pytest.mark.parametrize(
    "forged", ["", "x", "9999999999.", "9999999999." + "0" * 64, "²³.1", "9" * 400 + ".1"]
)
async def test_a_session_cannot_be_made_up(desk: Desk, forged: str) -> None:
    """Only what this console signed is a session."""
    async with client(desk.console) as http:
        cookie = f"sameface-8370={forged}; sameface-80={forged}".encode()
        answer = await http.get("/", headers={b"Cookie": cookie})

    assert answer.status_code == 401


async def test_another_hosts_name_is_refused(desk: Desk) -> None:
    """A name elsewhere that points at the loopback gets nothing, session or not."""
    for host in ("evil.example:8370", "localhost.evil.example:8370", "localhost@evil.example"):
        answer = await desk.http.get("/", headers={"Host": host})
        assert answer.status_code == 421
    assert (await desk.http.get("/", headers={"Host": "127.0.0.1:8370"})).status_code == 200


async def test_every_answer_is_told_to_be_strict(desk: Desk) -> None:
    """No inline script or style, no framing, no sniffing, nothing kept: on pages and refusals."""
    async with client(desk.console) as stranger:
        for answer in (
            await desk.http.get("/"),
            await stranger.get("/"),
            await desk.http.get("/x"),
        ):
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "same-origin"
            assert answer.headers["cache-control"] == "no-store"


async def test_pages_keep_to_their_own_policy(desk: Desk) -> None:
    """No page holds a script or a style of its own, nor an address elsewhere."""
    await desk.observe()
    for path in ("/", f"/people/{ALICE}", "/enter", "/nothing-here"):
        html = (await desk.http.get(path)).text
        assert "<style" not in html
        assert " style=" not in html
        assert "<script>" not in html
        assert " on" + "click" not in html
        assert "://" not in html
