"""A second person looks at photos that were handed in: agrees, or refuses and says why."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from sameface.console.answering import Handler, done, told_fields, wants_json
from sameface.console.choices import Choices, HandedIn, State
from sameface.console.desk import Desk
from sameface.console.doing import Doing
from sameface.console.pages import Pages
from sameface.console.roles import HELPERS, Who, who_asks
from sameface.console.texts import say
from sameface.errors import BadUsage
from sameface.values import Person, iso

_LONGEST_REASON = 500


class Approvals:
    """The routes of them."""

    def __init__(self, desk: Desk, doing: Doing, choices: Choices, pages: Pages) -> None:
        self._desk, self._doing, self._choices, self._pages = desk, doing, choices, pages

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {
            "approvals": self.all,
            "approval-picture": self.picture,
            "approve": self.judge,
        }

    async def all(self, request: Request) -> Response:
        """Those that wait, the oldest first."""
        waiting = await asyncio.to_thread(self._choices.waiting)
        dossiers = await self._desk.vault.dossiers_of({one.person for one in waiting})
        people = {one.person.id: one.person for one in dossiers}
        known = [(one, people[one.person]) for one in waiting if one.person in people]
        if wants_json(request):
            told = [
                {"id": one.id, "person": person.upn, "by": one.by, "at": iso(one.at)}
                for one, person in known
            ]
            return JSONResponse({"approvals": told})
        who = who_asks(request)
        html = self._pages.page(
            "approvals.html",
            request,
            waiting=[(one, person, _may(who, one, person)) for one, person in known],
        )
        return HTMLResponse(html)

    async def picture(self, request: Request) -> Response:
        """The photo as it would be used."""
        one = await self._found(request)
        if one.picture is None:
            raise HTTPException(404)
        headers = {"Cache-Control": "private, max-age=600"}
        return Response(one.picture, media_type="image/jpeg", headers=headers)

    async def judge(self, request: Request) -> Response:
        """Agree, and it is put everywhere; or refuse, which takes a reason."""
        told = await told_fields(request)
        agree = told.choice("judgement", ("agree", "refuse")) == "agree"
        why = told.text("why", "").strip()[:_LONGEST_REASON]
        told.done()
        one, who = await self._found(request), who_asks(request)
        if one.picture is None:
            raise BadUsage(say("approvals.gone"))
        person = await self._desk.vault.person(one.person)
        if not _may(who, one, person):
            raise HTTPException(403, say("approvals.own"))
        if not agree and not why:
            raise BadUsage(say("approvals.no-reason"))
        job = None
        if agree:
            waiting = await self._doing.photo(person, one.picture)
            job = self._doing.apply(who, waiting.plan.digest)
        state, now = State.USED if agree else State.REFUSED, self._desk.clock.now()
        await asyncio.to_thread(self._choices.judge, one.id, state, who.id, now, why)
        return done(request, {"state": str(state), "job": job.id if job else None}, "/approvals")

    async def _found(self, request: Request) -> HandedIn:
        one = await asyncio.to_thread(self._choices.get, request.path_params["upload"])
        if one is None:
            raise HTTPException(404)
        return one


def _may(who: Who, one: HandedIn, person: Person) -> bool:
    """Neither who handed it in nor whose it is."""
    return who.role in HELPERS and who.id != one.by and who.person != person.upn
