"""The front page: people by surfaces or stores, with their pictures; and the same as JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from sameface.console import wording
from sameface.console.answering import Handler, wants_json
from sameface.console.desk import Desk
from sameface.console.memory import FILTERS, Chosen, Kept, Memory, Totals
from sameface.console.numbers import page_of
from sameface.console.pages import Pages
from sameface.console.standing import Field
from sameface.console.sweeper import Progress
from sameface.console.texts import say
from sameface.values import iso
from sameface.views.matrix import Column

SIZE = 50
"""People on one page."""

_WAYS = ("", "stores")
"""What the columns are: surfaces, or stores."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the page asks for; what it does not know is the usual."""

    search: str
    show: str
    group: str
    by: str
    page: int

    @classmethod
    def of(cls, request: Request) -> Asked:
        """As spelt in the query."""
        told = request.query_params
        show, by = told.get("show", ""), told.get("by", "")
        return cls(
            search=told.get("q", "").strip()[:100],
            show=show if show in FILTERS else "",
            group=told.get("group", "")[:100],
            by=by if by in _WAYS else "",
            page=page_of(told.get("page")),
        )

    def at(self, page: int) -> str:
        """The address of another page of the same."""
        told = {"q": self.search, "show": self.show, "group": self.group, "by": self.by}
        told["page"] = str(page) if page > 1 else ""
        return "/?" + urlencode({name: value for name, value in told.items() if value})


class Matrix:
    """The routes of the matrix."""

    def __init__(self, desk: Desk, memory: Memory, progress: Progress, pages: Pages) -> None:
        self._desk, self._memory, self._progress, self._pages = desk, memory, progress, pages

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {"people": self.answer}

    async def answer(self, request: Request) -> Response:
        """`/?q=&show=&group=&by=&page=`, as a page or as JSON."""
        return await (self.api(request) if wants_json(request) else self.page(request))

    async def page(self, request: Request) -> Response:
        """As a page."""
        asked = Asked.of(request)
        chosen, totals = await asyncio.to_thread(self._read, asked)
        now = self._desk.clock.now()
        columns = self._desk.stores if asked.by == "stores" else self._desk.surfaces
        last = _pages(chosen)
        html = self._pages.page(
            "matrix.html",
            request,
            sentence=wording.heading(totals, now),
            totals=totals,
            reading=None if self._progress.whole else self._progress.people,
            asked=asked,
            filters=list(FILTERS),
            groups=self._desk.groups,
            ways=_WAYS,
            bar=wording.bar(totals),
            columns=columns,
            rows=[self._row(kept, asked, columns) for kept in chosen.people],
            found=chosen.found,
            first=(asked.page - 1) * SIZE + 1,
            last_page=last,
            back=asked.at(min(asked.page - 1, last)) if asked.page > 1 else None,
            onward=asked.at(asked.page + 1) if asked.page < last else None,
            book=self._desk.book,
        )
        return HTMLResponse(html)

    async def api(self, request: Request) -> Response:
        """The same, stores and surfaces both, as JSON."""
        asked = Asked.of(request)
        chosen, totals = await asyncio.to_thread(self._read, asked)
        return JSONResponse(
            {
                "organisation": self._desk.settings.organisation,
                "rulebook": self._desk.book.id,
                "sentence": wording.heading(totals, self._desk.clock.now()),
                "people": totals.people,
                "stands": {str(stand): count for stand, count in totals.stands.items()},
                "observed": {"oldest": iso(totals.oldest), "newest": iso(totals.newest)},
                "whole": self._progress.whole,
                "found": chosen.found,
                "page": asked.page,
                "pages": _pages(chosen),
                "rows": [self._as_json(kept) for kept in chosen.people],
            }
        )

    def _read(self, asked: Asked) -> tuple[Chosen, Totals]:
        chosen = self._memory.choose(
            show=asked.show,
            search=asked.search,
            group=asked.group,
            page=asked.page,
            size=SIZE,
        )
        return chosen, self._memory.totals()

    def _row(self, kept: Kept, asked: Asked, columns: Sequence[Column]) -> dict[str, Any]:
        stood = kept.standing
        fields = stood.stores if asked.by == "stores" else stood.surfaces
        return {
            "id": kept.id,
            "name": kept.name or kept.upn,
            "upn": kept.upn,
            "href": f"/people/{quote(kept.upn, safe='@')}",
            "stand": str(stood.stand),
            "says": say(f"stands.{stood.stand}"),
            "cells": wording.cells(columns, fields, stood, self._desk.clock.now()),
        }

    def _as_json(self, kept: Kept) -> dict[str, Any]:
        stood = kept.standing
        return {
            "id": kept.id,
            "person": kept.upn,
            "name": kept.name,
            "stands": str(stood.stand),
            "observed": iso(stood.observed_at),
            "photos": dict(stood.photos),
            "wanted": stood.wanted,
            "stores": _fields(self._desk.stores, stood.stores),
            "surfaces": _fields(self._desk.surfaces, stood.surfaces),
        }


def _fields(columns: Sequence[Column], fields: Sequence[Field]) -> list[dict[str, Any]]:
    return [
        {
            "id": column.id,
            "is": field.place,
            "photos": ["none" if one == "-" else one for one in field.letters],
            "since": field.since or None,
            "since_at_the_latest": bool(field.since) and not field.known,
            "until": field.until or None,
            "error": field.error or None,
        }
        for column, field in zip(columns, fields, strict=True)
    ]


def _pages(chosen: Chosen) -> int:
    return max(1, -(-chosen.found // SIZE))
