"""Tokens without a secret of ours: a person by a code, and a machine as itself."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path

import pytest
from tests.connectors.login_kit import Answering, good, signing_in
from tests.http.kit import VirtualClock

from sameface.connectors.tokens import AskedTokens, Device, tokens_for
from sameface.errors import SignInRefused, Unreachable
from sameface.settings import DeviceSignIn, MachineSignIn


def by_code(*polls: tuple[int, dict[str, object]]) -> Answering:
    """A sign-in by a code: what each question about the code is answered, the last for good."""
    left = list(polls)

    def answering(form: dict[str, str]) -> tuple[int, dict[str, object]]:
        if "grant_type" not in form:
            told: dict[str, object] = {"user_code": "FACE1234", "device_code": "d", "interval": 0}
            return 200, told | {"verification_uri": "https://login.test/device", "expires_in": 900}
        if form["grant_type"] == "refresh_token":
            return good(form)
        return left.pop(0) if len(left) > 1 else left[0]

    return answering


SIGNED_IN = {
    "access_token": "abc",
    "expires_in": 3600,
    "token_type": "Bearer",
    "refresh_token": "renews-it",
    "scope": "https://graph.test/.default",
    "id_token": "e30."
    + base64.urlsafe_b64encode(
        json.dumps({"oid": "1", "tid": "2", "sub": "3", "aud": "an-id", "exp": 9999999999}).encode()
    )
    .decode()
    .rstrip("=")
    + ".x",
    "client_info": "eyJ1aWQiOiIxIiwidXRpZCI6IjIifQ",
}


async def test_a_person_signs_in_once_by_a_code(tmp_path: Path, clock: VirtualClock) -> None:
    """They are told where and what to type; afterwards a file of their own renews it silently."""
    ca_file, cache = tmp_path / "ca.pem", tmp_path / "graph.tokens"
    pending: tuple[int, dict[str, object]] = (400, {"error": "authorization_pending"})
    async with signing_in(by_code(pending, pending, (200, SIGNED_IN)), ca_file) as login:
        sign_in = DeviceSignIn(login.url, "an-id", cache)
        device = Device("exchange", "https://graph.test/", sign_in, ca_file)
        told: list[str] = []
        with pytest.raises(SignInRefused, match=r"nobody has signed in yet.*--sign-in"):
            await AskedTokens(device, clock).get()
        await asyncio.to_thread(device.sign_in, told.append)
        token = await tokens_for("exchange", "https://graph.test/", sign_in, ca_file, clock).get()

    assert told == [
        "exchange: open https://login.test/device in a browser and enter the code FACE1234"
    ]
    assert token == "abc"
    assert cache.stat().st_mode & 0o777 == 0o600
    assert not cache.with_name("graph.tokens.new").exists()
    assert "client_secret" not in login.forms[-1]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("authorization_declined", "authorization_declined.*sign in again"),
        ("expired_token", "expired_token.*sign in again"),
        ("AADSTS7000218: no secret", "AADSTS7000218.*allow public client flows"),
    ],
)
async def test_a_person_who_does_not_sign_in_is_told(tmp_path: Path, error: str, told: str) -> None:
    """Declined, too late, or an application that allows no codes; nothing is kept."""
    ca_file, cache = tmp_path / "ca.pem", tmp_path / "graph.tokens"
    refusal: tuple[int, dict[str, object]] = (
        400,
        {"error": error.partition(":")[0], "error_description": error},
    )
    async with signing_in(by_code(refusal), ca_file) as login:
        device = Device("exchange", "x", DeviceSignIn(login.url, "an-id", cache), ca_file)
        with pytest.raises(SignInRefused, match=told):
            await asyncio.to_thread(device.sign_in, lambda _: None)

    assert not cache.exists()


@pytest.mark.parametrize("named", [None, "an-identity"])
async def test_a_machine_signs_in_as_itself(
    clock: VirtualClock, monkeypatch: pytest.MonkeyPatch, named: str | None
) -> None:
    """A managed identity needs no secret: the machine's own endpoint is asked (App Service's)."""
    asked: list[str] = []

    async def endpoint(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        told = {"access_token": "abc", "expires_on": "9999999999", "token_type": "Bearer"}
        body = json.dumps(told).encode()
        writer.write(
            b"HTTP/1.1 200 x\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
        )
        writer.write(body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(endpoint, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{port}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "of-the-machine")
        sign_in = MachineSignIn(named)
        token = await tokens_for("exchange", "https://graph.test", sign_in, None, clock).get()

    assert token == "abc"
    assert "resource=https%3A%2F%2Fgraph.test" in asked[0]
    assert "x-identity-header: of-the-machine" in asked[0].lower()
    assert ("client_id=an-identity" in asked[0]) == (named is not None)


async def test_a_machine_without_an_identity_is_told(
    clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Azure knows no such identity, or this is no machine of Azure's: each its sentence."""

    async def endpoint(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b'{"statusCode": 400, "message": "no identity"}'
        writer.write(
            b"HTTP/1.1 400 x\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
        )
        writer.write(body)
        await writer.drain()
        writer.close()

    tokens = tokens_for("exchange", "https://graph.test", MachineSignIn(), None, clock)
    monkeypatch.setenv("IDENTITY_HEADER", "of-the-machine")
    async with await asyncio.start_server(endpoint, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{port}/msi/token")
        with pytest.raises(SignInRefused, match="managed identity got no token"):
            await tokens.get()
    with pytest.raises(Unreachable, match="this machine"):
        await tokens.get()
