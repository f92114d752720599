"""One page on the loopback that is made anew for everybody who asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def live(make: Callable[[], Awaitable[str]]) -> Starlette:
    """An application that answers `/` with the page that `make` returns."""

    async def page(_: Request) -> Response:
        return HTMLResponse(await make(), headers=_HEADERS)

    return Starlette(routes=[Route("/", page)])
