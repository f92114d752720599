"""A sign-in service on the loopback, which msal takes for a real one."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs

import trustme

Answering = Callable[[dict[str, str]], tuple[int, dict[str, object]]]


class Login:
    """A sign-in service: discovery, and a token endpoint that a function answers."""

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self.forms: list[dict[str, str]] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = next(
            (int(line.partition(":")[2]) for line in head.splitlines() if "content-length" in line),
            0,
        )
        body = (await reader.readexactly(length)).decode()
        told: dict[str, object]
        if head.startswith("get "):
            base = f"{self.url}/oauth2/v2.0"
            status, told = (
                200,
                {
                    "issuer": self.url,
                    "authorization_endpoint": f"{base}/authorize",
                    "token_endpoint": f"{base}/token",
                    "device_authorization_endpoint": f"{base}/devicecode",
                },
            )
        else:
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.forms.append(form)
            status, told = self.answering(form)
        text = json.dumps(told).encode()
        writer.write(
            b"HTTP/1.1 %d x\r\nconnection: close\r\ncontent-type: application/json\r\n"
            b"content-length: %d\r\n\r\n%s" % (status, len(text), text)
        )
        await writer.drain()
        writer.close()


@asynccontextmanager
async def signing_in(answering: Answering, ca_file: Path) -> AsyncIterator[Login]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(ca_file))
    login = Login(answering)
    server = await asyncio.start_server(login.serve, "localhost", 0, ssl=context)
    async with server:
        login.url = f"https://localhost:{server.sockets[0].getsockname()[1]}/contoso"
        yield login


def good(_: dict[str, str]) -> tuple[int, dict[str, object]]:
    return 200, {"access_token": "abc", "expires_in": 3600, "token_type": "Bearer"}
