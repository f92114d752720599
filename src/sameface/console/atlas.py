"""The map: the rulebook drawn, as a picture and in words."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sameface.console.pages import Pages
from sameface.rules import Rulebook
from sameface.views import map as drawn

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""A drawing styles itself and asks for nothing."""


class Atlas:
    """The routes of the map."""

    def __init__(self, book: Rulebook, pages: Pages) -> None:
        self._book, self._pages = book, pages

    @property
    def routes(self) -> Sequence[Route]:
        return (Route("/map", self.page), Route("/map.svg", self.picture))

    async def page(self, _: Request) -> Response:
        """`/map`."""
        lines = [line.plain.rstrip() for line in drawn.text(self._book)]
        return HTMLResponse(self._pages.page("map.html", book=self._book, text="\n".join(lines)))

    async def picture(self, _: Request) -> Response:
        """`/map.svg`."""
        svg = await asyncio.to_thread(drawn.draw, self._book)
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "private, no-cache"}
        return Response(svg, media_type="image/svg+xml", headers=headers)
