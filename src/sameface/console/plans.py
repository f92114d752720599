"""Plans: looked at with their pictures before and after, approved, and carried out exactly."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from sameface.console.answering import Handler, done, wants_json
from sameface.console.doing import Doing
from sameface.console.jobs import Jobs
from sameface.console.numbers import page_of
from sameface.console.pages import Pages
from sameface.console.roles import Role, who_asks
from sameface.console.standing import NAMED_BY
from sameface.console.texts import say
from sameface.console.waiting import Plans, Waiting


class PlanRoom:
    """The routes of plans."""

    def __init__(self, doing: Doing, plans: Plans, jobs: Jobs, pages: Pages) -> None:
        self._doing, self._plans, self._jobs, self._pages = doing, plans, jobs, pages

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {
            "plans": self.all,
            "make-plan": self.make,
            "plan": self.one,
            "apply": self.apply,
        }

    async def all(self, request: Request) -> Response:
        """What waits."""
        waiting = await asyncio.to_thread(self._plans.all)
        if wants_json(request):
            return JSONResponse({"plans": [one.in_short() for one in waiting]})
        html = self._pages.page("plans.html", request, plans=waiting, job=self._jobs.current)
        return HTMLResponse(html)

    async def make(self, request: Request) -> Response:
        """A new plan about everybody."""
        job = self._doing.plan(who_asks(request))
        return done(request, job.as_json(), f"/jobs/{job.id}", 202)

    async def one(self, request: Request) -> Response:
        """One plan, a hundred actions a page."""
        waiting = await self._found(request)
        if wants_json(request):
            return JSONResponse(waiting.as_json())
        page = page_of(request.query_params.get("page"))
        html = self._pages.page(
            "plan.html",
            request,
            waiting=waiting,
            plan=waiting.plan,
            page=page,
            people=waiting.by_person(page),
            names=await self._doing.names(waiting, page),
            may_apply=_may_apply(request, waiting),
            named_by=NAMED_BY,
        )
        return HTMLResponse(html)

    async def apply(self, request: Request) -> Response:
        """Exactly that; what is about more than one person takes an administrator."""
        waiting = await self._found(request)
        if not _may_apply(request, waiting):
            raise HTTPException(403, say("plans.needs-administrator"))
        job = self._doing.apply(who_asks(request), waiting.plan.digest)
        return done(request, job.as_json(), f"/jobs/{job.id}", 202)

    async def _found(self, request: Request) -> Waiting:
        return await asyncio.to_thread(self._plans.get, request.path_params["plan"])


def _may_apply(request: Request, waiting: Waiting) -> bool:
    role = who_asks(request).role
    if role is Role.ADMINISTRATOR:
        return True
    return role is Role.HELP_DESK and waiting.people <= 1
