"""The journal, newest first, and the proof that it is whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from sameface.console.answering import Handler, wants_json
from sameface.console.desk import Desk
from sameface.console.numbers import whole
from sameface.console.pages import Pages
from sameface.console.texts import say
from sameface.errors import BadUsage
from sameface.vault import Whole

PAGE = 100
"""Lines on one page."""

_SEAL = 64


class Audit:
    """The routes of the journal."""

    def __init__(self, desk: Desk, pages: Pages) -> None:
        self._desk, self._pages = desk, pages

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {"audit": self.page, "verify": self.verify}

    async def page(self, request: Request) -> Response:
        """A hundred entries up to and with number `after` + 100; without it the newest."""
        return await self._told(request, None)

    async def verify(self, request: Request) -> Response:
        """Recompute every seal; `seal` is one noted earlier."""
        known = _known(request.query_params.get("seal", ""))
        found = await self._desk.vault.verify(known)
        if wants_json(request):
            return JSONResponse(_whole(found))
        return await self._told(request, found)

    async def _told(self, request: Request, found: Whole | None) -> Response:
        last = await self._desk.vault.review.latest_entry()
        newest = max(0, last - PAGE)
        after = min(whole(request.query_params.get("after"), newest), last)
        entries = await self._desk.vault.export(after, PAGE)
        if wants_json(request):
            lines = [entry.as_json(seq, seal) for seq, entry, seal in entries]
            return JSONResponse({"last": last, "after": after, "entries": lines})
        people = await self._desk.vault.dossiers_of({e.person for _, e, _ in entries if e.person})
        html = self._pages.page(
            "audit.html",
            request,
            entries=list(reversed(entries)),
            people={one.person.id: one.person for one in people},
            last=last,
            older=max(0, after - PAGE) if after else None,
            newer=min(after + PAGE, newest) if after < newest else None,
            found=found,
            seal=f"{found.entries}:{found.seal}" if found else "",
            asked=request.query_params.get("seal", ""),
        )
        return HTMLResponse(html)


def _known(text: str) -> tuple[int, str] | None:
    text = text.strip()
    if not text:
        return None
    number, _, seal = text.partition(":")
    if not (number.isascii() and number.isdecimal() and len(number) < 16 and len(seal) == _SEAL):
        raise BadUsage(say("audit.bad-seal"))
    return int(number), seal


def _whole(found: Whole) -> dict[str, Any]:
    return {
        "ok": found.broken is None,
        "entries": found.entries,
        "seal": f"{found.entries}:{found.seal}",
        "broken": found.broken,
        "why": found.why or None,
    }
