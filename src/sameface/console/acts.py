"""What can be done for one person: each gives a plan to look at first; and what would be, if."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from sameface.console.answering import Handler, done, told_fields, wants_json
from sameface.console.desk import Desk, View
from sameface.console.doing import Doing
from sameface.console.pages import Pages
from sameface.console.standing import NAMED_BY
from sameface.console.texts import say
from sameface.console.waiting import Waiting
from sameface.documents import nearest
from sameface.errors import BadUsage
from sameface.explain import asking, observable, what_if
from sameface.rules.orders import parse_order
from sameface.values import Ends
from sameface.views.narrative import until_text
from sameface.views.ticket import ticket

_ORDERS = 8


@dataclass(frozen=True, slots=True)
class Change:
    """A surface before and after: photos by their letters, with the first digits of digests."""

    title: str
    before: Sequence[tuple[str, str]]
    after: Sequence[tuple[str, str]]
    until: str
    settled: bool

    @property
    def changes(self) -> bool:
        return list(self.before) != list(self.after)


class Acts:
    """The routes of them."""

    def __init__(self, desk: Desk, doing: Doing, pages: Pages) -> None:
        self._desk, self._doing, self._pages = desk, doing, pages

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {
            "sync-person": self.sync,
            "restore": self.restore,
            "unpin": self.unpin,
            "what-if": self.what_if,
            "explain": self.explain,
        }

    async def sync(self, request: Request) -> Response:
        """Observe, and plan; nothing is written."""
        return _planned(request, await self._doing.sync_person(request.path_params["person"]))

    async def restore(self, request: Request) -> Response:
        """Plan to put a version back."""
        told = await told_fields(request)
        version = told.text("version")
        told.done()
        person = request.path_params["person"]
        return _planned(request, await self._doing.restore(person, version))

    async def unpin(self, request: Request) -> Response:
        """Let the authority decide again."""
        person = request.path_params["person"]
        there = await self._doing.unpin(person)
        return done(request, {"unpinned": there}, f"/people/{quote(person, safe='@')}")

    async def explain(self, request: Request) -> Response:
        """What `sameface explain --json` says, of what the vault remembers."""
        view = await self._view(request)
        explainer, asked = view.explainer, request.query_params
        surface, viewer = asked.get("surface"), await self._viewer(request)
        if surface is not None and surface not in explainer.book.surfaces:
            known = nearest(surface, explainer.book.surfaces)
            raise BadUsage(say("explain.no-surface", surface=surface) + known)
        surfaces = [surface] if surface else list(explainer.book.surfaces)
        told = [await asyncio.to_thread(explainer.explain, one, viewer) for one in surfaces]
        person = view.person
        return JSONResponse(
            {
                "person": person.upn,
                "name": person.name,
                "photos": {letter: digest for digest, letter in explainer.names.items()},
                "surfaces": [one.as_json() for one in told],
                "ticket": list(ticket(person, explainer.book, told, viewer)),
            }
        )

    async def what_if(self, request: Request) -> Response:
        """`?do=set-userphoto B&do=wait 3h`: every surface before and after."""
        view, viewer = await self._view(request), await self._viewer(request)
        explainer = view.explainer
        wanted = [one.strip() for one in request.query_params.getlist("do") if one.strip()]
        if len(wanted) > _ORDERS:
            raise BadUsage(say("if.too-many", most=_ORDERS))
        about = asking(explainer, viewer)
        orders = [parse_order(one[:200], about) for one in wanted]
        surfaces = observable(explainer)
        told = await asyncio.to_thread(what_if, explainer, orders, surfaces, viewer)
        if wants_json(request):
            return JSONResponse({"person": view.person.upn, **told.as_json()})
        letters, titles = explainer.names, explainer.book.surfaces
        changes = [
            Change(
                titles[one.surface].title,
                _lettered(one.before, letters),
                _lettered(one.after, letters),
                until_text(one.until) if one.until.kind is not Ends.SETTLED else "",
                one.settled,
            )
            for one in told.changes
        ]
        html = self._pages.page(
            "if.html",
            request,
            person=view.person,
            name=view.person.name or view.person.upn,
            orders=wanted,
            changes=sorted(changes, key=lambda one: not one.changes),
            refusals=[explainer.wording.tell(r.text, about.person) for r in told.refusals],
            suggestions=suggestions(view),
            at=told.at,
        )
        return HTMLResponse(html)

    async def _view(self, request: Request) -> View:
        dossier = await self._desk.dossier(request.path_params["person"])
        return await asyncio.to_thread(self._desk.view, dossier)

    async def _viewer(self, request: Request) -> str | None:
        asked = request.query_params.get("viewer")
        if not asked:
            return None
        viewer = await self._desk.vault.person(asked)
        return viewer.name or viewer.upn


def _planned(request: Request, waiting: Waiting) -> Response:
    return done(request, waiting.as_json(), f"/plans/{waiting.plan.digest}")


def _lettered(photos: Sequence[str | None], letters: Mapping[str, str]) -> list[tuple[str, str]]:
    """(letter, first digits); ("-", "") is no picture."""
    return [(letters.get(one, "?"), one[:NAMED_BY]) if one else ("-", "") for one in photos]


def suggestions(view: View) -> list[str]:
    """Orders to begin with: every channel with the photo wanted, what an owner does, waiting."""
    book, letters = view.explainer.book, view.explainer.names
    photo = letters.get(view.decision.wanted or "", next(iter(letters.values()), "A"))
    channels = [f"{channel} {photo}" for channel in book.channels]
    return [*channels, *book.actions, "wait 3h", "wait 1d"]
