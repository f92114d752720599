"""Real connections on the loopback: cut bodies, nobody there, proxies, trust."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from tests.http.kit import VirtualClock

from sameface.errors import Unreachable
from sameface.http import Door, is_loopback


@asynccontextmanager
async def listening(
    reply: bytes, context: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[int, list[str]]]:
    """A server that gives that reply to every request and hangs up: its port, and what it read."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode().splitlines()[0])
        writer.write(reply)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1], asked


OK = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok"


async def test_a_body_that_is_cut_is_never_taken_for_whole(clock: VirtualClock) -> None:
    """Fewer bytes than Content-Length says is a broken connection, tried again and then told."""
    cut = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"
    async with listening(cut) as (port, asked):
        asking = Door("sharepoint", f"http://127.0.0.1:{port}", clock=clock)
        with pytest.raises(Unreachable, match="broke off"):
            await asking.ask("GET", "/photo.jpg")
        await asking.close()

    assert len(asked) == 6


async def test_nobody_there_is_told_soon(clock: VirtualClock) -> None:
    """A refused connection is tried three times, then named with what to check."""
    async with listening(OK) as (port, _):
        pass
    asking = Door("sharepoint", f"http://127.0.0.1:{port}", clock=clock)

    with pytest.raises(Unreachable, match=rf"no connection to 127\.0\.0\.1:{port}.*check `url`"):
        await asking.ask("GET", "/")

    assert asking.requests == 3
    await asking.close()


async def test_the_loopback_needs_no_proxy(
    clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proxy settings of the environment do not apply to this machine itself."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with listening(OK) as (port, _):
        asking = Door("sharepoint", f"http://127.0.0.1:{port}", clock=clock)
        assert (await asking.ask("GET", "/")).body == b"ok"
        await asking.close()


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://localhost:8080", True),
        ("https://a.localhost", True),
        ("http://127.8.9.1", True),
        ("http://[::1]:80", True),
        ("https://graph.microsoft.com", False),
        ("http://10.0.0.1", False),
    ],
)
def test_what_is_the_loopback(url: str, here: bool) -> None:
    """Names and both families of addresses."""
    assert is_loopback(url) is here


@pytest.mark.parametrize(
    ("name", "ends", "told"),
    [
        ("other.test", None, r"Hostname mismatch.*write the name that it is made out to in `url`"),
        ("localhost", datetime(2020, 3, 3, tzinfo=UTC), r"expired.*its server needs a new one"),
    ],
)
async def test_each_doubt_of_a_certificate_has_its_remedy(
    clock: VirtualClock, tmp_path: Path, name: str, ends: datetime | None, told: str
) -> None:
    """Another name and an end that is past are no matter of who signed it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, not_after=ends).configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    async with listening(OK, context) as (port, asked):
        door = Door(
            "exchange", f"https://localhost:{port}", clock=clock, ca_file=tmp_path / "ca.pem"
        )
        with pytest.raises(Unreachable, match=told):
            await door.ask("GET", "/")
        await door.close()

    assert asked == []


async def test_trust_is_what_the_ca_file_says(clock: VirtualClock, tmp_path: Path) -> None:
    """An untrusted certificate is refused at once, naming the remedy; with `ca-file` it is good."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    async with listening(OK, context) as (port, asked):
        url = f"https://localhost:{port}"
        trusting = Door("exchange", url, clock=clock, ca_file=ca_file)
        assert (await trusting.ask("GET", "/")).body == b"ok"
        strict = Door("exchange", url, clock=clock)
        with pytest.raises(Unreachable, match=r"not trusted.*`ca-file`"):
            await strict.ask("GET", "/")
        await trusting.close()
        await strict.close()

    assert len(asked) == 1
    assert strict.requests == 1
