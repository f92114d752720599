"""What somebody has to decide: which of two photos is right, and whose an account is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from sameface.console.answering import Handler, done, told_fields, wants_json
from sameface.console.desk import Desk
from sameface.console.memory import Memory
from sameface.console.numbers import page_of
from sameface.console.pages import Pages
from sameface.console.roles import ADMINISTRATORS, HELPERS, who_asks
from sameface.console.standing import NAMED_BY
from sameface.errors import UnknownPerson
from sameface.sync import Call
from sameface.values import Key, Person, Standing, iso
from sameface.vault import Dossier, Doubt

PAGE = 25
_DOUBTS = 100


@dataclass(frozen=True, slots=True)
class Side:
    """One photo that could be the right one: its digest, where it is, and since when."""

    digest: str
    stores: Sequence[str]
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody of whom the stores show several photos, and why nobody can say which is right."""

    person: Person
    because: str
    sides: Sequence[Side]

    def as_json(self) -> dict[str, Any]:
        return {
            "person": self.person.upn,
            "name": self.person.name,
            "because": self.because,
            "sides": [
                {"version": one.digest, "stores": list(one.stores), "since": iso(one.since)}
                for one in self.sides
            ],
        }


class Conflicts:
    """The routes of them."""

    def __init__(self, desk: Desk, memory: Memory, pages: Pages) -> None:
        self._desk, self._memory, self._pages = desk, memory, pages

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {"conflicts": self.all, "settle": self.settle}

    async def all(self, request: Request) -> Response:
        """Conflicts of that page, and doubtful accounts."""
        page = page_of(request.query_params.get("page"))
        chosen = await asyncio.to_thread(self._memory.choose, show="conflict", page=page, size=PAGE)
        dossiers = await self._desk.vault.dossiers_of([kept.id for kept in chosen.people])
        conflicts = [self._conflict(dossier) for dossier in dossiers]
        doubts = [
            (doubt, await self._candidates(doubt))
            for doubt in await self._desk.vault.doubts(limit=_DOUBTS)
        ]
        if wants_json(request):
            return JSONResponse(
                {
                    "found": chosen.found,
                    "page": page,
                    "conflicts": [one.as_json() for one in conflicts],
                    "doubts": [_doubt(doubt, people) for doubt, people in doubts],
                }
            )
        role = who_asks(request).role
        html = self._pages.page(
            "conflicts.html",
            request,
            conflicts=conflicts,
            doubts=doubts,
            found=chosen.found,
            page=page,
            pages=max(1, -(-chosen.found // PAGE)),
            titles={column.id: column.title for column in self._desk.stores},
            named_by=NAMED_BY,
            may_decide=role in HELPERS,
            may_settle=role in ADMINISTRATORS,
        )
        return HTMLResponse(html)

    async def settle(self, request: Request) -> Response:
        """Say whose an account is. Errors: BadUsage, UnknownPerson."""
        told = await told_fields(request)
        store, ref, name = told.text("store"), told.text("ref"), told.text("person")
        told.done()
        person = await self._desk.vault.person(name)
        await self._desk.vault.review.settle_doubt(store, ref, person.id, self._desk.clock.now())
        return done(request, {"person": person.upn, "store": store}, "/conflicts")

    def _conflict(self, dossier: Dossier) -> Conflict:
        decision = self._desk.decide(dossier)
        why = next((one.because for one in decision.calling(Call.ASK)), decision.because)
        where: dict[str, list[str]] = {}
        since: dict[str, datetime | None] = {}
        for cell in dossier.cells:
            if cell.standing is Standing.PHOTO and cell.photo:
                where.setdefault(cell.photo, []).append(cell.store)
                since.setdefault(cell.photo, cell.changed_by)
        sides = [Side(digest, stores, since[digest]) for digest, stores in where.items()]
        return Conflict(dossier.person, why, sides)

    async def _candidates(self, doubt: Doubt) -> list[Person]:
        """People whom the account's own keys name."""
        found: dict[str, Person] = {}
        names = [value for kind, value in doubt.account.keys if kind is not Key.OBJECT_GUID]
        for name in filter(None, (*names, doubt.account.name)):
            try:
                person = await self._desk.vault.person(name)
            except UnknownPerson:
                continue
            found[person.id] = person
        return list(found.values())


def _doubt(doubt: Doubt, people: Sequence[Person]) -> dict[str, Any]:
    return {
        "store": doubt.account.store,
        "ref": doubt.account.ref,
        "name": doubt.account.name,
        "why": doubt.why,
        "people": [person.upn for person in people],
    }
