"""What goes out and what comes back: tokens, links, and what each status means."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx2 as httpx
import pytest
from tests.http.kit import GOOD, URL, Server, Tokens, VirtualClock, door

from sameface.errors import (
    Garbled,
    NoSuchAccount,
    NotAllowed,
    OverCeiling,
    SignInRefused,
    StoreFailed,
    WriteRefused,
)


async def test_a_token_that_ends_in_mid_run_is_renewed_once(clock: VirtualClock) -> None:
    """A 401 gets one fresh token; a second 401 is the store's real answer."""
    renewing = Server(httpx.Response(401), GOOD)
    await door(renewing, clock, tokens=Tokens()).ask("GET", "/users")
    assert [r.headers["authorization"] for r in renewing.asked] == ["Bearer t1", "Bearer t2"]

    refusing = Server(httpx.Response(401, json={"error": {"code": "InvalidAuthenticationToken"}}))
    with pytest.raises(SignInRefused, match="401 InvalidAuthenticationToken"):
        await door(refusing, clock, tokens=Tokens()).ask("GET", "/users")
    assert len(refusing.asked) == 2


async def test_the_token_never_leaves_the_store(clock: VirtualClock) -> None:
    """A link to another server is refused, or followed without our token where that is wanted."""
    server = Server(GOOD)
    asking = door(server, clock, tokens=Tokens())

    with pytest.raises(Garbled, match=r"another server \(evil\.test\)"):
        await asking.ask("GET", "https://evil.test/users?$skiptoken=1")
    with pytest.raises(Garbled, match="another server"):
        await asking.ask("GET", "http://store.test/users")
    assert server.asked == []

    await asking.ask("GET", "https://images.test/a.jpg", anywhere=True)
    assert "authorization" not in server.asked[0].headers


async def test_errors_do_not_repeat_what_is_secret(clock: VirtualClock) -> None:
    """Neither token nor query (signatures live there) nor the body is in a sentence or a value."""
    server = Server(httpx.Response(403, json={"error": {"code": "No", "message": "s3cret"}}))

    with pytest.raises(NotAllowed) as refused:
        await door(server, clock, tokens=Tokens()).ask("GET", "/photo?P4=s3cret")

    assert "s3cret" not in str(refused.value)
    assert "t1" not in repr(refused.value)


async def test_links_are_followed_verbatim(clock: VirtualClock) -> None:
    """A next link is opaque and sent as it came (protocols 1.10)."""
    server = Server(GOOD)
    link = f"{URL}/v1.0/users?$skiptoken=RFNwdAIAAQ%2B%2f&$top=5"

    await door(server, clock).ask("GET", link)

    assert str(server.asked[0].url) == link


@pytest.mark.parametrize(
    ("status", "method", "account", "error", "told"),
    [
        (403, "GET", None, NotAllowed, "give it User.Read.All"),
        (404, "GET", "alice", NoSuchAccount, "renamed or deleted"),
        (404, "GET", None, Garbled, "check `url`"),
        (413, "PUT", "alice", OverCeiling, "smaller"),
        (400, "PUT", "alice", WriteRefused, "400 Bad"),
        (400, "GET", None, Garbled, "400 Bad"),
        (302, "GET", None, Garbled, "302"),
        (418, "GET", None, Garbled, "418"),
    ],
)
async def test_a_status_becomes_the_error_it_means(
    clock: VirtualClock,
    status: int,
    method: str,
    account: str | None,
    error: type[StoreFailed],
    told: str,
) -> None:
    """Each refusal names the store, the request, the server's code, and what to do."""
    server = Server(httpx.Response(status, json={"error": {"code": "Bad"}}))

    with pytest.raises(error, match=told) as refused:
        await door(server, clock).ask(method, "/users", account=account, needs="User.Read.All")

    assert refused.value.store == "exchange"
    assert refused.value.account == account


async def test_an_allowed_status_is_an_answer(clock: VirtualClock) -> None:
    """The caller may take a 404 as "none"."""
    answer = await door(Server(httpx.Response(404)), clock).ask("GET", "/photo", allow=(404,))

    assert answer.status == 404


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[" * 100_000])
async def test_what_is_not_json_is_garbled(clock: VirtualClock, body: bytes) -> None:
    """A sign-in page or noise where JSON belongs is told as such, not as a crash."""
    answer = await door(Server(httpx.Response(200, content=body)), clock).ask("GET", "/users")

    with pytest.raises(Garbled, match="not JSON"):
        answer.json()


async def test_an_answer_without_end_is_refused(clock: VirtualClock) -> None:
    """No server can fill our memory."""

    async def stream() -> AsyncIterator[bytes]:
        while True:
            yield b"0" * 2**20

    async def server(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=stream())

    with pytest.raises(Garbled, match="without end"):
        await door(server, clock).ask("GET", "/users")


async def test_time_is_the_servers(clock: VirtualClock) -> None:
    """An answer carries the server's Date, and our clock where it sends none or nonsense."""
    dated = httpx.Response(200, headers={"date": "Mon, 03 Mar 2014 10:11:12 GMT"})
    undated = httpx.Response(200, headers={"date": "yesterday"})

    one = await door(Server(dated), clock).ask("GET", "/")
    other = await door(Server(undated), clock).ask("GET", "/")

    assert one.at == datetime(2014, 3, 3, 10, 11, 12, tzinfo=UTC)
    assert other.at == clock.now()
