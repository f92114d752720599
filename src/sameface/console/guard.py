"""The door of the console: which host, which session, and the headers on everything that leaves."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sameface.console.access import SESSION, Access
from sameface.console.pages import Pages

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_HOSTS = ("localhost", "127.0.0.1")
_OPEN = ("/enter", "/static/")


class Guard:
    """Lets in who has a session; a photo also whose address is signed; an avatar anybody, if told.

    Another host's name in the request is refused: a page elsewhere may point its own name here.
    """

    def __init__(self, app: ASGIApp, access: Access, pages: Pages, *, open_avatars: bool) -> None:
        self._app, self._access, self._pages = app, access, pages
        self._open = (*_OPEN, "/avatar/") if open_avatars else _OPEN

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
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, leave)

    def _refusal(self, scope: Scope) -> Response | None:
        headers, path = Headers(scope=scope), str(scope["path"])
        if headers.get("host", "").rpartition(":")[0] not in _HOSTS:
            return _refused(421, "This console answers to localhost and to nobody else's name.")
        if path.startswith(self._open) or self._has_session(scope, headers):
            return None
        if path.startswith("/photo/") and self._has_key(scope, path):
            return None
        if path.startswith(("/photo/", "/avatar/", "/api/")):
            return _refused(401, "This needs a session: open the link that the terminal shows.")
        return HTMLResponse(
            self._pages.told(
                "Not signed in",
                "Open the link that `sameface serve` shows in the terminal. It opens once; after "
                "that the terminal shows the next one.",
            ),
            401,
        )

    def _has_session(self, scope: Scope, headers: Headers) -> bool:
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        found = cookies.get(cookie_name(scope))
        return found is not None and self._access.is_open(found.value)

    def _has_key(self, scope: Scope, path: str) -> bool:
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        return self._access.is_signed(path, asked.get("key", [""])[0])


def cookie_name(scope: Scope) -> str:
    """One for each port: browsers share cookies between the ports of a host."""
    server = scope.get("server") or ("", 0)
    return f"sameface-{server[1]}"


def set_session(response: Response, scope: Scope, session: str) -> None:
    """The session's cookie, which no script reads and no other site sends along."""
    response.set_cookie(
        cookie_name(scope),
        session,
        max_age=int(SESSION.total_seconds()),
        httponly=True,
        samesite="strict",
        path="/",
    )


def _refused(status: int, why: str) -> Response:
    return JSONResponse({"error": {"code": "SF-103", "text": why}}, status)
