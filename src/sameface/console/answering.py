"""Between a route and who answers it: who may, how often, how much, and whether they meant it."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import Message, Receive

from sameface.console.limits import Limits
from sameface.console.pages import Pages, home
from sameface.console.roles import who_asks
from sameface.console.texts import say
from sameface.console.ways import Way
from sameface.documents import Table
from sameface.errors import BadUsage

Handler = Callable[[Request], Awaitable[Response]]


class Answering:
    """Wraps every handler in what its way demands."""

    def __init__(self, limits: Limits, pages: Pages) -> None:
        self._limits, self._pages = limits, pages

    def guarded(self, way: Way, handler: Handler) -> Handler:
        """That handler, reached only by who may, and not more often or with more than allowed."""

        async def answer(request: Request) -> Response:
            limited = Request(request.scope, _limited(request.receive, way.most_bytes))
            try:
                refusal = self._refusal(way, request)
                if refusal is None and way.method == "POST" and not await _is_meant(limited):
                    refusal = self.refused(request, 403, say("refused.title"), say("refused.csrf"))
                return refusal or await handler(limited)
            finally:
                await limited.close()  # a file that was handed in

        return answer

    def _refusal(self, way: Way, request: Request) -> Response | None:
        wait_s = self._limits.wait_s(way.kind, request.scope["sameface.asker"])
        if wait_s:
            text = say("refused.often", seconds=wait_s)
            answer = self.refused(request, 429, say("refused.often-title"), text)
            answer.headers["Retry-After"] = str(wait_s)
            return answer
        if way.may is None or request.scope["sameface.who"] is None:  # open, as an avatar may be
            return None
        who = who_asks(request)
        if who.role not in way.may:
            if request.url.path == "/":
                return RedirectResponse(home(who), 303)
            text = say("refused.role", role=say(f"role.{who.role}"))
            return self.refused(request, 403, say("refused.title"), text)
        if int(request.headers.get("content-length", "0") or "0") > way.most_bytes:
            return self.refused(request, 413, say("refused.large-title"), say("refused.large"))
        return None

    def refused(self, request: Request, status: int, title: str, text: str) -> Response:
        """A refusal, as a page or as JSON."""
        return told(self._pages, request, status, title, text)


def told(
    pages: Pages, request: Request, status: int, title: str, text: str, *, code: str = "SF-103"
) -> Response:
    """What went wrong, as a page or as JSON."""
    if wants_json(request):
        return JSONResponse({"error": {"code": code, "text": text}}, status)
    who = request.scope.get("sameface.who")
    page = pages.told(title, text, request, to=home(who) if who else "/")
    return HTMLResponse(page, status)


def wants_json(request: Request) -> bool:
    """The API was asked, not a page."""
    return request.url.path.startswith("/api/")


def done(request: Request, data: dict[str, Any], to: str, status: int = 200) -> Response:
    """After a change: its result as JSON, or on to the page that shows it."""
    return JSONResponse(data, status) if wants_json(request) else RedirectResponse(to, 303)


async def told_fields(request: Request) -> Table:
    """What a form or a JSON body says, to be read strictly. Errors: BadUsage, BadDocument."""
    raw: dict[str, Any] = {}
    if wants_json(request):
        body = await request.body()
        try:
            parsed = json.loads(body) if body else {}
        except (ValueError, RecursionError):
            raise BadUsage(say("asked.not-json")) from None
        if not isinstance(parsed, dict):
            raise BadUsage(say("asked.no-object"))
        raw = parsed
    else:
        form = await request.form()
        raw = {name: value for name, value in form.items() if isinstance(value, str)}
        raw.pop("csrf", None)
    return Table(raw, say("asked.file"), "")


async def told_file(request: Request) -> bytes:
    """The picture handed in: the file of a form, or the body itself. Error: BadUsage."""
    if wants_json(request):
        data = await request.body()
    else:
        given = (await request.form()).get("file")
        data = await given.read() if isinstance(given, UploadFile) else b""
    if not data:
        raise BadUsage(say("asked.no-file"))
    return data


async def _is_meant(request: Request) -> bool:
    """A change that a session asks for must come from one of our own pages, and say whose."""
    who = request.scope["sameface.who"]
    if who is None or not who.csrf:
        return who is not None
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        return False
    shown: object = request.headers.get("x-csrf-token")
    if shown is None and not wants_json(request):
        shown = (await request.form()).get("csrf")
    return isinstance(shown, str) and hmac.compare_digest(shown.encode(), who.csrf.encode())


def _limited(receive: Receive, most: int) -> Receive:
    """The same request, cut off with 413 once it is longer than that."""
    so_far = 0

    async def counted() -> Message:
        nonlocal so_far
        message = await receive()
        so_far += len(message.get("body", b""))
        if so_far > most:
            raise HTTPException(413, say("refused.large"))
        return message

    return counted
