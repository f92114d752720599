"""Runs: what is under way, live; what was done, with its receipts; and undoing it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from sameface.console.answering import Handler, done, wants_json
from sameface.console.desk import Desk
from sameface.console.doing import Doing
from sameface.console.jobs import Job, Jobs
from sameface.console.numbers import page_of
from sameface.console.pages import Pages
from sameface.console.roles import ADMINISTRATORS, HELPERS, who_asks
from sameface.console.standing import NAMED_BY
from sameface.sync import Result
from sameface.values import Person, iso
from sameface.vault import Receipt, Run

PAGE = 100
"""Receipts on one page."""

_GOOD = {str(result) for result in Result if result.good}


class RunRoom:
    """The routes of runs and jobs."""

    def __init__(self, desk: Desk, doing: Doing, jobs: Jobs, pages: Pages) -> None:
        self._desk, self._doing, self._jobs, self._pages = desk, doing, jobs, pages

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {
            "runs": self.all,
            "run": self.one,
            "undo": self.undo,
            "look": self.look,
            "sync": self.sync,
            "job": self.job,
            "job-events": self.events,
        }

    async def all(self, request: Request) -> Response:
        """The last fifty."""
        runs = await self._desk.vault.review.runs()
        if wants_json(request):
            return JSONResponse({"runs": [_run(one) for one in runs]})
        html = self._pages.page(
            "runs.html",
            request,
            runs=runs,
            good=_GOOD,
            job=self._jobs.current,
            may_look=who_asks(request).role in HELPERS,
        )
        return HTMLResponse(html)

    async def one(self, request: Request) -> Response:
        """One run, a hundred receipts a page."""
        name, page = request.path_params["run"], page_of(request.query_params.get("page"))
        run = await self._desk.vault.run(name)
        if run is None:
            raise HTTPException(404)
        receipts = await self._desk.vault.review.receipts(name, (page - 1) * PAGE, PAGE)
        dossiers = await self._desk.vault.dossiers_of({one.person for one in receipts})
        people = {one.person.id: one.person for one in dossiers}
        if wants_json(request):
            told = [_receipt(one, people.get(one.person)) for one in receipts]
            return JSONResponse(_run(run) | {"page": page, "receipts": told})
        total = sum(run.results.values())
        html = self._pages.page(
            "run.html",
            request,
            run=run,
            receipts=receipts,
            people=people,
            good=_GOOD,
            page=page,
            pages=max(1, -(-total // PAGE)),
            total=total,
            may_undo=who_asks(request).role in ADMINISTRATORS and bool(total),
            named_by=NAMED_BY,
        )
        return HTMLResponse(html)

    async def undo(self, request: Request) -> Response:
        """Plan to put back what it changed."""
        waiting = await self._doing.undo(request.path_params["run"])
        return done(request, waiting.as_json(), f"/plans/{waiting.plan.digest}")

    async def look(self, request: Request) -> Response:
        """Observe everybody."""
        return _begun(request, self._doing.look(who_asks(request)))

    async def sync(self, request: Request) -> Response:
        """Observe everybody and make what differs agree."""
        return _begun(request, self._doing.sync(who_asks(request)))

    async def job(self, request: Request) -> Response:
        """What is under way, or what came of it."""
        job = self._found(request)
        if wants_json(request):
            return JSONResponse(job.as_json())
        return HTMLResponse(self._pages.page("job.html", request, job=job, good=_GOOD))

    async def events(self, request: Request) -> Response:
        """The same whenever there is news: at most five times a second, never more than it is."""
        job = self._found(request)

        async def told() -> AsyncIterator[str]:
            async for news in self._jobs.follow(job):
                text = json.dumps(job.as_json(), ensure_ascii=False)
                yield f"data: {text}\n\n" if news else ": still here\n\n"

        headers = {"X-Accel-Buffering": "no"}
        return StreamingResponse(told(), media_type="text/event-stream", headers=headers)

    def _found(self, request: Request) -> Job:
        job = self._jobs.get(request.path_params["job"])
        if job is None:
            raise HTTPException(404)
        return job


def _begun(request: Request, job: Job) -> Response:
    return done(request, job.as_json(), f"/jobs/{job.id}", 202)


def _run(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "verb": run.verb,
        "began": iso(run.began_at),
        "ended": iso(run.ended_at),
        "exit": run.exit,
        "results": dict(run.results),
    }


def _receipt(receipt: Receipt, person: Person | None) -> dict[str, Any]:
    return {
        "person": person.upn if person else None,
        "store": receipt.store,
        "verb": receipt.verb,
        "before": receipt.before,
        "after": receipt.after,
        "because": receipt.because,
        "outcome": receipt.outcome,
        "intended": iso(receipt.intended_at),
        "settled": iso(receipt.settled_at),
        "change_key": receipt.change_key,
        "error": receipt.error,
    }
