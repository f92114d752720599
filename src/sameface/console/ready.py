"""Photos that were given before, given again at the door: by the same permission, on a shorter way.

Routing and answering take most of the time of a request for a picture that is in memory. So what
was answered is remembered with whose picture it is; everything that may have changed since (who
asks, the vault, what is withheld, how often) is looked at each time.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sameface.console.gallery import Cut, Gallery, Portrait
from sameface.console.guard import Doorway, RawHeaders
from sameface.console.limits import Kind, Limits
from sameface.console.roles import Role, Who, who_asks
from sameface.console.seeing import may_see

_MOST = 20_000
_Asked = tuple[str, bytes, bytes, Role]
"""Path, query, Accept, and as what: a way that is open to one role may be closed to another."""


@dataclass(frozen=True, slots=True)
class _Given:
    """An answer: of whom by what name, of which picture, and its headers."""

    name: str
    portrait: Portrait
    cut: Cut
    whole: Message
    unchanged: Message


class Ready:
    """Beyond twenty thousand all are forgotten, and found again as they are asked for."""

    def __init__(self, gallery: Gallery, limits: Limits, doorway: Doorway) -> None:
        self._gallery, self._limits, self._doorway = gallery, limits, doorway
        self._given: dict[_Asked, _Given] = {}

    def keep(self, request: Request, portrait: Portrait, cut: Cut, answer: Response) -> None:
        """This was answered, whole, about the person whom its path names."""
        if request.method != "GET" or answer.status_code != 200:
            return
        if len(self._given) >= _MOST:
            self._given.clear()
        headers = self._doorway.complete(answer.raw_headers)
        same = [header for header in headers if not header[0].startswith(b"content-")]
        scope, accept = request.scope, request.headers.get("accept", "").encode("latin-1")
        asked = scope["path"], scope["query_string"], accept, who_asks(request).role
        self._given[asked] = _Given(
            request.path_params["person"],
            portrait,
            cut,
            {"type": "http.response.start", "status": 200, "headers": headers},
            {"type": "http.response.start", "status": 304, "headers": same},
        )

    def __call__(self, scope: Scope, headers: RawHeaders) -> ASGIApp | None:
        """That answer again, where it still holds and this asker may have it; else None."""
        who: Who | None = scope["sameface.who"]
        if who is None or scope["method"] != "GET":
            return None
        accept = headers.get(b"accept", b"")
        given = self._given.get((scope["path"], scope["query_string"], accept, who.role))
        if given is None or self._gallery.at_hand(given.name) is not given.portrait:
            return None
        made = self._gallery.made(given.cut)
        if made is None or not may_see(given.portrait, given.cut[0], who):
            return None
        if self._limits.wait_s(Kind.PICTURE, scope["sameface.asker"]):
            return None  # whoever says so says how long to wait
        known = headers.get(b"if-none-match")
        if known is not None and made.is_named_in(known.decode("latin-1")):
            return _answer(given.unchanged, b"")
        return _answer(given.whole, made.data)


def _answer(start: Message, body: bytes) -> ASGIApp:
    async def answer(_: Scope, __: Receive, send: Send) -> None:
        await send(start)
        await send({"type": "http.response.body", "body": body})

    return answer
