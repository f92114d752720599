"""The door of the console: which host, who is asking, and the headers on everything that leaves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Protocol
from urllib.parse import parse_qs, quote, urlsplit

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sameface.console.access import Access
from sameface.console.pages import Pages
from sameface.console.roles import Role, Who
from sameface.console.sessions import LONGEST, Sessions
from sameface.console.texts import say

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' blob:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with none at all, forms would hide their origin from us too
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
OF_PICTURES = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""What is left of them for a photo, which is no document: fifty of these go with one page."""

_PHOTOS = (b"image/jpeg", b"image/webp", b"image/avif")
_HOSTS = ("localhost", "127.0.0.1")
_LOOPBACK = ("127.0.0.1", "::1", "testclient")
_OPEN = ("/enter", "/sign-in", "/signed-in", "/static/")
_ANYBODY = Who("somebody with a signed address", Role.PERSON)

RawHeaders = Mapping[bytes, bytes]
"""Of a request, by names in small letters; of several with one name the first."""

HeaderList = list[tuple[bytes, bytes]]
"""Of an answer, as ASGI sends them."""


@dataclass(frozen=True, slots=True)
class Doorway:
    """How the console is reached: its public address ("" for this machine only), and through whom.

    `signs_in`: there is a provider to send people to. `open_avatars`: `/avatar/` needs no session.
    """

    url: str = ""
    proxies: tuple[str, ...] = ()
    signs_in: bool = False
    open_avatars: bool = False

    @property
    def hosts(self) -> Collection[str]:
        """Names that a request may ask for."""
        host = urlsplit(self.url).hostname
        return (*_HOSTS, host) if host else _HOSTS

    @property
    def is_secure(self) -> bool:
        """Browsers reach it by https, so its cookies never travel otherwise."""
        return self.url.startswith("https:")

    def cookie(self, scope: Scope, name: str = "sameface") -> str:
        """A cookie's name: one for each port, since browsers share them between ports of a host."""
        server = scope.get("server") or ("", 0)
        return f"__Host-{name}" if self.is_secure else f"{name}-{server[1]}"

    def set_cookie(
        self,
        response: Response,
        scope: Scope,
        value: str,
        *,
        name: str = "sameface",
        lax: bool = False,
    ) -> None:
        """A cookie that no script reads. `lax`: it comes along when another site leads here."""
        response.set_cookie(
            self.cookie(scope, name),
            value,
            max_age=600 if lax else int(LONGEST.total_seconds()),
            httponly=True,
            secure=self.is_secure,
            samesite="lax" if lax else "strict",
            path="/",
        )

    def drop_cookie(self, response: Response, scope: Scope, name: str = "sameface") -> None:
        """Forget it."""
        response.delete_cookie(self.cookie(scope, name), secure=self.is_secure, httponly=True)

    def complete(self, headers: HeaderList) -> HeaderList:
        """An answer's headers, with those that every answer has and this one not otherwise."""
        told = dict(headers)
        always = _of_pictures if told.get(b"content-type") in _PHOTOS else _of_all
        more = [header for header in always(self.is_secure) if header[0] not in told]
        return [*headers, *more]

    def asker(self, scope: Scope) -> str:
        """The address a request came from; a trusted proxy is believed when it names another."""
        client = (scope.get("client") or ("", 0))[0]
        if client in self.proxies:
            told = Headers(scope=scope).get("x-forwarded-for", "")
            return told.rpartition(",")[2].strip() or str(client)
        return str(client)


class Shortcut(Protocol):
    """Finds what can be answered at the door, to somebody who has been let in."""

    def __call__(self, scope: Scope, headers: RawHeaders) -> ASGIApp | None:
        """The answer, complete; None where it has to be asked for inside."""


class Guard:
    """Lets in who has a session or shows a program's token; a photo also by signed address.

    Another host's name in the request is refused: a page elsewhere may point its own name here.
    It is written for many pictures a second: headers are looked at raw, and once.
    """

    def __init__(
        self,
        app: ASGIApp,
        doorway: Doorway,
        access: Access,
        sessions: Sessions,
        *,
        pages: Pages,
        shortcut: Shortcut,
    ) -> None:
        self._app, self._doorway, self._shortcut = app, doorway, shortcut
        self._access, self._sessions, self._pages = access, sessions, pages
        self._open = (*_OPEN, "/avatar/") if doorway.open_avatars else _OPEN
        self._hosts = frozenset(host.encode() for host in doorway.hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        headers: RawHeaders = dict(reversed(scope["headers"]))
        refusal = self._refusal(scope, headers)
        answer = None if refusal else self._shortcut(scope, headers)
        if answer is not None:
            await answer(scope, receive, send)
        else:
            await (refusal or self._app)(scope, receive, self._completing(send))

    def _completing(self, send: Send) -> Send:
        async def leave(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": self._doorway.complete(message["headers"])}
            await send(message)

        return leave

    def _refusal(self, scope: Scope, headers: RawHeaders) -> Response | None:
        path = str(scope["path"])
        if headers.get(b"host", b"").partition(b":")[0] not in self._hosts:
            return _refused(421, say("door.host"))
        if not self._came_through(scope):
            return _refused(403, say("door.proxy"))
        who = self._who(scope, headers)
        if who is None and path.startswith("/photo/") and self._has_key(scope, path):
            who = _ANYBODY
        scope["sameface.who"] = who
        scope["sameface.asker"] = who.id if who else self._doorway.asker(scope)
        if who is not None or path.startswith(self._open):
            return None
        if path.startswith(("/photo/", "/avatar/", "/api/")):
            return _refused(401, say("door.no-session"))
        if self._doorway.signs_in:
            to = f"/sign-in?to={quote(path)}"
            html = self._pages.told(say("door.title"), say("door.provider"), to=to)
            return HTMLResponse(html, 401)
        return HTMLResponse(self._pages.told(say("door.title"), say("door.link")), 401)

    def _came_through(self, scope: Scope) -> bool:
        """Where proxies are named, nobody else reaches it past them but this machine."""
        client = (scope.get("client") or ("", 0))[0]
        return not self._doorway.proxies or client in (*self._doorway.proxies, *_LOOPBACK)

    def _who(self, scope: Scope, headers: RawHeaders) -> Who | None:
        kind, _, token = headers.get(b"authorization", b"").partition(b" ")
        if kind.lower() == b"bearer":
            return self._sessions.program(token.strip().decode("latin-1"))
        told = headers.get(b"cookie", b"").decode("latin-1")
        cookie = cookie_of(told, self._doorway.cookie(scope))
        return self._sessions.of(cookie) if cookie else None

    def _has_key(self, scope: Scope, path: str) -> bool:
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        return self._access.is_signed(path, asked.get("key", [""])[0])


@cache
def _of_all(is_secure: bool) -> HeaderList:
    return _raw(HEADERS, is_secure)


@cache
def _of_pictures(is_secure: bool) -> HeaderList:
    return _raw(OF_PICTURES, is_secure)


def _raw(headers: Mapping[str, str], is_secure: bool) -> HeaderList:
    secure = {"Strict-Transport-Security": "max-age=31536000"} if is_secure else {}
    all_of_them = {**headers, **secure, "Cache-Control": "no-store"}
    return [(name.lower().encode(), value.encode()) for name, value in all_of_them.items()]


def cookie_of(told: str, name: str) -> str:
    """What the cookie of that name holds, "" where there is none; `told` is the header Cookie."""
    start = f"{name}="
    for part in told.split(";"):
        cookie = part.strip()
        if cookie.startswith(start):
            return cookie[len(start) :]
    return ""


def _refused(status: int, why: str) -> Response:
    return JSONResponse({"error": {"code": "SF-103", "text": why}}, status)
