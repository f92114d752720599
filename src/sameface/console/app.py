"""The console put together: rooms, routes, what goes wrong, and the door in front of it all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from sameface.console.access import Access
from sameface.console.atlas import Atlas
from sameface.console.desk import Desk
from sameface.console.gallery import Gallery
from sameface.console.guard import Guard, set_session
from sameface.console.matrix import Matrix
from sameface.console.memory import Memory
from sameface.console.pages import STATIC, Pages
from sameface.console.person import Persons
from sameface.console.photos import Photos
from sameface.console.sweeper import Sweeper
from sameface.errors import SamefaceError, UnknownPerson


@dataclass(frozen=True, slots=True)
class Console:
    """A console ready to be served; `sweeper` keeps its memory in line while it works."""

    app: ASGIApp
    access: Access
    sweeper: Sweeper


@asynccontextmanager
async def console(
    desk: Desk,
    *,
    open_avatars: bool = False,
    used: Callable[[], None] = lambda: None,
) -> AsyncIterator[Console]:
    """The console of an organisation, over what its vault remembers. Nothing in it writes.

    `open_avatars` lets anybody who reaches it ask for `/avatar/`; `used` hears of every one-time
    link that was opened. Errors: VaultFailed.
    """
    memory = await asyncio.to_thread(Memory, desk.vault.folder)
    try:
        access, pages = Access(desk.clock), Pages(desk.settings.organisation)
        sweeper = Sweeper(desk, memory)
        rooms = (
            Photos(Gallery(desk, sweeper.stamp), memory),
            Matrix(desk, memory, sweeper.progress, pages),
            Persons(desk, access, pages),
            Atlas(desk.book, pages),
        )
        app = Starlette(
            routes=[
                Route("/enter", _Enter(access, pages, used).answer),
                Mount("/static", StaticFiles(directory=STATIC)),
                *(route for room in rooms for route in room.routes),
            ],
            exception_handlers=_Trouble(pages).handlers,
        )
        yield Console(Guard(app, access, pages, open_avatars=open_avatars), access, sweeper)
    finally:
        memory.close()


class _Enter:
    """The one-time link."""

    def __init__(self, access: Access, pages: Pages, used: Callable[[], None]) -> None:
        self._access, self._pages, self._used = access, pages, used

    async def answer(self, request: Request) -> Response:
        """`/enter?token=`: begins a session. A page that leads on, not a redirection: cookies that
        only this site may send do not follow one that came from another site's link."""
        session = self._access.open(request.query_params.get("token", ""))
        if session is None:
            text = "Each link opens once. The terminal of `sameface serve` shows the next one."
            return HTMLResponse(self._pages.told("This link is spent", text), 403)
        self._used()
        page = self._pages.told("Signed in", "On to the console.", onward="/")
        response = HTMLResponse(page)
        set_session(response, request.scope, session)
        return response


class _Trouble:
    """What goes wrong, told as a page or as JSON, in the words of the error."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self.handlers = {SamefaceError: self.ours, HTTPException: self.theirs}

    async def ours(self, request: Request, wrong: Exception) -> Response:
        """An error of the tree."""
        assert isinstance(wrong, SamefaceError)
        unknown = isinstance(wrong, UnknownPerson)
        title = "Nobody by that name" if unknown else "This cannot be shown now"
        return self._told(request, 404 if unknown else 503, wrong.code, title, wrong.sentence())

    async def theirs(self, request: Request, wrong: Exception) -> Response:
        """No such page, or a method it does not know."""
        assert isinstance(wrong, HTTPException)
        text = f"There is nothing at {request.url.path}; the matrix is at /."
        return self._told(request, wrong.status_code, "SF-103", wrong.detail, text)

    def _told(self, request: Request, status: int, code: str, title: str, text: str) -> Response:
        if request.url.path.startswith("/api/"):
            return JSONResponse({"error": {"code": code, "text": text}}, status)
        return HTMLResponse(self._pages.told(title, text), status)
