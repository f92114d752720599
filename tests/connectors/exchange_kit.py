"""A small Exchange of one's own: SOAP over a real socket, signed in to by Basic or NTLM.

NTLM is judged by pyspnego's own server, connection by connection, as IIS does it.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import unescape

import spnego
import spnego.channel_bindings
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from tests.http.kit import VirtualClock

from sameface.connectors.base import Connector
from sameface.connectors.registry import open_connector
from sameface.pictures import Want, render
from sameface.settings import Mode, PasswordSignIn, StoreSettings
from sameface.values import EXCHANGE

USER, PASSWORD = r"CONTOSO\sameface", "hush-hush"
EVERYBODY, SOME = "everybody@contoso.test", "some@contoso.test"

_MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
_TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"

Answer = tuple[int, dict[str, str], bytes]


def envelope(inside: str, release: tuple[int, int] = (15, 2)) -> bytes:
    version = f'<h:ServerVersionInfo MajorVersion="{release[0]}" MinorVersion="{release[1]}" '
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>'
        f'{version}xmlns:h="{_TYPES}"/></s:Header><s:Body>{inside}</s:Body></s:Envelope>'
    ).encode()


def response(operation: str, inside: str, code: str = "NoError") -> str:
    kind = "Success" if code == "NoError" else "Error"
    return (
        f'<{operation}Response ResponseClass="{kind}" xmlns="{_MESSAGES}" xmlns:t="{_TYPES}">'
        f"<ResponseCode>{code}</ResponseCode>{inside}</{operation}Response>"
    )


class OwnExchange:
    """Mailboxes with photos; a group of everybody that holds another group."""

    def __init__(self, auth: str = "basic", ca: trustme.CA | None = None) -> None:
        self.photos: dict[str, bytes | None] = {}
        self.names: dict[str, str] = {}
        self.asked: list[str] = []  # operation and address
        self.acting_as: list[str] = []
        self.connections = 0
        self.release = (15, 2)
        self.etags = True
        self.none_is_404 = False
        self.faults: list[Callable[[str, str], Answer | None]] = []
        self.clock = VirtualClock()
        self.url = ""
        self._auth, self._ca = auth, ca
        self._tls: ssl.SSLContext | None = None
        self._bindings: Any = None
        self._versions: dict[str, int] = {}

    def join(self, name: str, photo: bytes | None) -> None:
        mail = f"{name}@contoso.test"
        self.names[mail] = name.title()
        self.put(mail, photo)

    def put(self, mail: str, photo: bytes | None) -> None:
        self.photos[mail] = photo
        self._versions[mail] = self._versions.get(mail, 0) + 1

    async def __aenter__(self) -> OwnExchange:
        self._lines: set[asyncio.Task[None]] = set()
        if self._ca is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            issued = self._ca.issue_cert("127.0.0.1")
            issued.configure_cert(self._tls)
            pem = issued.cert_chain_pems[0].bytes()
            der = x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
            told = b"tls-server-end-point:" + hashlib.sha256(der).digest()
            self._bindings = spnego.channel_bindings.GssChannelBindings(application_data=told)
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0, ssl=self._tls)
        scheme = "https" if self._tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    def settings(
        self, mode: Mode = Mode.BOTH, password: str = PASSWORD, ca_file: Path | None = None
    ) -> StoreSettings:
        sign_in = PasswordSignIn(USER, password, ntlm=self._auth == "ntlm")
        return StoreSettings(
            EXCHANGE,
            "exchange",
            mode,
            url=self.url,
            sign_in=sign_in,
            group=EVERYBODY,
            ca_file=ca_file,
        )

    def open(self, page: int | None = None, mode: Mode = Mode.BOTH, **told: Any) -> Connector:
        return open_connector(self.settings(mode, **told), page=page, clock=self.clock)

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._lines.add(asyncio.ensure_future(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        guard = _Guard(self._auth, self._bindings)
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                headers = {
                    k.lower(): v.strip()
                    for k, _, v in (line.partition(":") for line in head.splitlines()[1:] if line)
                }
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                status, told, answer = guard.judge(headers) or self._answer(headers, body.decode())
                told |= {
                    "content-length": str(len(answer)),
                    "date": "Mon, 03 Mar 2014 09:00:00 GMT",
                }
                lines = "".join(f"{k}: {v}\r\n" for k, v in told.items())
                writer.write(f"HTTP/1.1 {status} x\r\n{lines}\r\n".encode() + answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    def _answer(self, headers: dict[str, str], body: str) -> Answer:
        operation = headers["soapaction"].strip('"').rpartition("/")[2]
        mail = unescape(_between(body, "Email") or _between(body, "EmailAddress"))
        self.asked.append(f"{operation} {mail}")
        for fault in self.faults:
            if (struck := fault(operation, mail)) is not None:
                return struck
        if operation == "ExpandDL":
            return self._expanded(mail)
        if mail.lower() not in self.photos:
            return 500, {}, b""  # no SOAP: protocols 2.2
        if operation == "SetUserPhoto":
            self.acting_as.append(_between(body, "PrimarySmtpAddress"))
            self.put(mail, base64.b64decode(_between(body, "Content")))
            return self._xml(response(operation, ""))
        return self._photo(mail, int(re.findall(r"HR(\d+)x", body)[0]))

    def _photo(self, mail: str, px: int) -> Answer:
        photo = self.photos[mail]
        if photo is None and self.none_is_404:
            return 404, {}, b""
        if photo is None:
            return self._xml(response("GetUserPhoto", "<HasChanged>true</HasChanged>"))
        data = base64.b64encode(render(photo, Want(px)).data).decode()
        inside = (
            f"<HasChanged>true</HasChanged><PictureData>{data}</PictureData>"
            "<ContentType>image/jpeg</ContentType>"
        )
        etag = {"etag": f'"{mail}:{self._versions[mail]}"'} if self.etags else {}
        status, headers, body = self._xml(response("GetUserPhoto", inside))
        return status, headers | etag, body

    def _expanded(self, group: str) -> Answer:
        if group not in (EVERYBODY, SOME):
            return self._xml(response("ExpandDL", "", "ErrorNameResolutionNoResults"))
        mails = list(self.photos)
        some = mails[:1] if group == EVERYBODY else mails[1:]
        rows = [_mailbox(mail, self.names[mail], "Mailbox") for mail in some]
        rows.append(_mailbox(SOME if group == EVERYBODY else EVERYBODY, "A group", "PublicDL"))
        rows.append(_mailbox("eve@elsewhere.test", "Eve", "Contact"))
        inside = f'<DLExpansion TotalItemsInView="{len(rows)}">{"".join(rows)}</DLExpansion>'
        return self._xml(response("ExpandDL", inside))

    def _xml(self, inside: str) -> Answer:
        return 200, {"content-type": "text/xml; charset=utf-8"}, envelope(inside, self.release)


class _Guard:
    """Who is let in on one connection."""

    def __init__(self, auth: str, bindings: Any) -> None:
        self._auth, self._bindings = auth, bindings
        self._context: Any = None
        self._in = False

    def judge(self, headers: dict[str, str]) -> Answer | None:
        """None for who is let in; else what they are answered."""
        kind, _, told = headers.get("authorization", "").partition(" ")
        if self._auth == "basic":
            good = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            return None if told == good else _challenge('Basic realm="exchange"')
        if self._in and not told:
            return None
        if kind != "NTLM":
            return _challenge("NTLM")
        try:
            if self._context is None:
                self._context = spnego.server(protocol="ntlm", channel_bindings=self._bindings)
            answer = self._context.step(base64.b64decode(told))
        except spnego.exceptions.SpnegoError:
            self._context = None
            return _challenge("NTLM")
        if self._context.complete:
            self._in, self._context = True, None
            return None
        return _challenge("NTLM " + base64.b64encode(answer or b"").decode())


def _challenge(told: str) -> Answer:
    return 401, {"www-authenticate": told}, b""


def _between(text: str, tag: str) -> str:
    found = re.search(rf"<\w+:{tag}>([^<]*)</", text)
    return found[1] if found else ""


def _mailbox(mail: str, name: str, kind: str) -> str:
    return (
        f"<t:Mailbox><t:Name>{name}</t:Name><t:EmailAddress>{mail}</t:EmailAddress>"
        f"<t:RoutingType>SMTP</t:RoutingType><t:MailboxType>{kind}</t:MailboxType></t:Mailbox>"
    )
