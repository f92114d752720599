"""The door of the console: which host, who is asking, and the headers on everything that leaves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
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
_HOSTS = ("localhost", "127.0.0.1")
_LOOPBACK = ("127.0.0.1", "::1", "testclient")
_OPEN = ("/enter", "/sign-in", "/signed-in", "/static/")
_ANYBODY = Who("somebody with a signed address", Role.PERSON)


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

    def asker(self, scope: Scope) -> str:
        """The address a request came from; a trusted proxy is believed when it names another."""
        client = (scope.get("client") or ("", 0))[0]
        if client in self.proxies:
            told = Headers(scope=scope).get("x-forwarded-for", "")
            return told.rpartition(",")[2].strip() or str(client)
        return str(client)


class Guard:
    """Lets in who has a session or shows a program's token; a photo also by signed address.

    Another host's name in the request is refused: a page elsewhere may point its own name here.
    """

    def __init__(
        self, app: ASGIApp, doorway: Doorway, access: Access, sessions: Sessions, pages: Pages
    ) -> None:
        self._app, self._doorway = app, doorway
        self._access, self._sessions, self._pages = access, sessions, pages
        self._open = (*_OPEN, "/avatar/") if doorway.open_avatars else _OPEN

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def leave(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if self._doorway.is_secure:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, leave)

    def _refusal(self, scope: Scope) -> Response | None:
        headers, path = Headers(scope=scope), str(scope["path"])
        if headers.get("host", "").partition(":")[0] not in self._doorway.hosts:
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

    def _who(self, scope: Scope, headers: Headers) -> Who | None:
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self._sessions.program(token.strip())
        cookie = cookie_of(headers, self._doorway.cookie(scope))
        return self._sessions.of(cookie) if cookie else None

    def _has_key(self, scope: Scope, path: str) -> bool:
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        return self._access.is_signed(path, asked.get("key", [""])[0])


def cookie_of(headers: Headers, name: str) -> str:
    """What that cookie holds, "" where there is none."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def _refused(status: int, why: str) -> Response:
    return JSONResponse({"error": {"code": "SF-103", "text": why}}, status)
