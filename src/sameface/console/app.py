"""The console put together: rooms, the table of routes, what goes wrong, and the door in front."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from sameface.console.access import Access
from sameface.console.acts import Acts
from sameface.console.answering import Answering, Handler, told
from sameface.console.approvals import Approvals
from sameface.console.atlas import Atlas
from sameface.console.audit import Audit
from sameface.console.choices import Choices
from sameface.console.conflicts import Conflicts
from sameface.console.desk import Desk
from sameface.console.doing import Doing
from sameface.console.gallery import Gallery
from sameface.console.guard import Doorway, Guard
from sameface.console.jobs import Jobs
from sameface.console.limits import Limits
from sameface.console.matrix import Matrix
from sameface.console.memory import Memory
from sameface.console.mine import Mine
from sameface.console.oidc import Provider
from sameface.console.openapi import OpenApi
from sameface.console.pages import STATIC, Pages
from sameface.console.person import Persons
from sameface.console.photos import Photos
from sameface.console.plans import PlanRoom
from sameface.console.ready import Ready
from sameface.console.runs import RunRoom
from sameface.console.sessions import Sessions
from sameface.console.shelf import Shelf
from sameface.console.signing_in import SigningIn
from sameface.console.sweeper import Sweeper
from sameface.console.texts import say
from sameface.console.uploads import Uploads
from sameface.console.waiting import Plans
from sameface.console.ways import TABLE
from sameface.errors import (
    BadInput,
    PictureRefused,
    SamefaceError,
    StoreFailed,
    SyncStopped,
    UnknownPerson,
)
from sameface.workshop.service import workshop


@dataclass(frozen=True, slots=True)
class Console:
    """A console ready to be served; `sweeper` keeps its memory in line while it works, `jobs` are
    what is under way."""

    app: ASGIApp
    access: Access
    sessions: Sessions
    sweeper: Sweeper
    jobs: Jobs


class Room(Protocol):
    """Something that answers: its handlers by the names of their ways in the table."""

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """All of them."""


@asynccontextmanager
async def console(
    desk: Desk,
    *,
    open_avatars: bool = False,
    used: Callable[[], None] = lambda: None,
) -> AsyncIterator[Console]:
    """The console of an organisation: over what its vault remembers, and the runs it can begin.

    `open_avatars` lets anybody who reaches it ask for `/avatar/`; `used` hears of every one-time
    link that was opened. Errors: VaultFailed.
    """
    settings = desk.settings.console
    doorway = Doorway(settings.url, settings.proxies, settings.sign_in is not None, open_avatars)
    async with AsyncExitStack() as stack:
        memory = await asyncio.to_thread(Memory, desk.vault.folder, desk.team)
        stack.callback(memory.close)
        choices = await asyncio.to_thread(Choices, desk.vault.folder)
        stack.callback(choices.close)
        await _hand_over(choices, desk)
        provider = Provider(settings.sign_in, desk.clock) if settings.sign_in else None
        if provider is not None:
            stack.push_async_callback(provider.close)
        shelf = await asyncio.to_thread(Shelf, settings.photos) if settings.photos else None
        if shelf is not None:
            stack.push_async_callback(asyncio.to_thread, shelf.empty)
        sweeper = Sweeper(desk, memory, choices, shelf)
        jobs, plans = Jobs(desk.clock, sweeper.catch_up), Plans(desk.vault)
        stack.push_async_callback(jobs.close)
        access = Access(desk.clock, shelf.key if shelf else "")
        sessions = Sessions(desk.clock, settings.tokens)
        pages = Pages(desk.settings.organisation, access.photo, approval=settings.approval)
        doing = Doing(desk, jobs, plans)
        gallery, limits = Gallery(desk, sweeper.stamp), Limits(desk.clock)
        ready = Ready(gallery, limits, doorway)
        uploads = Uploads(desk.clock, workshop())
        rooms: tuple[Room, ...] = (
            SigningIn(
                access, sessions, doorway, pages, provider=provider, clock=desk.clock, used=used
            ),
            Matrix(desk, memory, sweeper.progress, pages),
            Persons(desk, access, pages),
            Acts(desk, doing, pages),
            Atlas(desk, gallery, pages),
            PlanRoom(doing, plans, jobs, pages),
            RunRoom(desk, doing, jobs, pages),
            Conflicts(desk, memory, pages),
            Audit(desk, pages),
            Mine(desk, doing, uploads, choices, pages, chosen=sweeper.chosen),
            Approvals(desk, doing, choices, pages),
            Photos(gallery, memory, ready, shelf),
            OpenApi(),
        )
        app = Starlette(
            routes=[*_routes(rooms, Answering(limits, pages)), _STATIC],
            exception_handlers=_Trouble(pages).handlers,
        )
        guard = Guard(app, doorway, access, sessions, pages=pages, shortcut=ready)
        yield Console(guard, access, sessions, sweeper, jobs)


async def _hand_over(choices: Choices, desk: Desk) -> None:
    """What an older console kept of where people are shown belongs to the vault."""
    kept, now = await asyncio.to_thread(choices.withheld), desk.clock.now()
    for dossier in await desk.vault.dossiers_of(kept):
        places = dossier.withheld | kept[dossier.person.id]
        why = say("noted.places-own")
        await desk.vault.review.withhold(dossier.person.id, places, now, why)
    await asyncio.to_thread(choices.bring_up)


_STATIC = Mount("/static", StaticFiles(directory=STATIC))


def _routes(rooms: tuple[Room, ...], answering: Answering) -> list[Route]:
    """Every way of the table, with who answers it; those with fewer unknowns first."""
    handlers = {name: handler for room in rooms for name, handler in room.handlers.items()}
    routes = [
        Route(path, answering.guarded(way, handlers[way.name]), methods=[way.method])
        for way in TABLE
        for path in way.paths
    ]
    return sorted(routes, key=lambda route: route.path.count("{"))


class _Trouble:
    """What goes wrong, told as a page or as JSON, in the words of the error."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self.handlers = {SamefaceError: self.ours, HTTPException: self.theirs}

    async def ours(self, request: Request, wrong: Exception) -> Response:
        """An error of the tree."""
        assert isinstance(wrong, SamefaceError)
        unknown = isinstance(wrong, UnknownPerson)
        title = say("trouble.nobody" if unknown else "trouble.title")
        return told(self._pages, request, _status(wrong), title, wrong.sentence(), code=wrong.code)

    async def theirs(self, request: Request, wrong: Exception) -> Response:
        """No such page, a method it does not know, or what a handler refused."""
        assert isinstance(wrong, HTTPException)
        known = wrong.status_code not in (404, 405)
        text = wrong.detail if known else say("trouble.nothing", path=request.url.path)
        title = say("refused.title") if known else say("trouble.nowhere")
        answer = told(self._pages, request, wrong.status_code, title, text)
        answer.headers.update(wrong.headers or {})
        return answer


def _status(wrong: SamefaceError) -> int:
    """What HTTP calls it."""
    match wrong:
        case UnknownPerson():
            return 404
        case BadInput():
            return 400
        case PictureRefused():
            return 422
        case StoreFailed():
            return 502
        case SyncStopped():
            return 409
        case _:
            return 503
