"""One person's page: each place's picture, why and until when; and the same as JSON."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from sameface.console import wording
from sameface.console.access import Access
from sameface.console.acts import suggestions
from sameface.console.answering import Handler, wants_json
from sameface.console.desk import Desk, View
from sameface.console.pages import Pages, moment
from sameface.console.roles import HELPERS, who_asks
from sameface.console.standing import NAMED_BY, Standing, standing
from sameface.console.texts import say
from sameface.console.wording import Cell
from sameface.explain import Explanation
from sameface.explain.status import Place
from sameface.values import Ends, Version, iso
from sameface.vault import Entry
from sameface.views.explanation import because
from sameface.views.narrative import until_text
from sameface.views.ticket import ticket

_LINES = 50
"""Lines of the journal on a page, the newest."""

_UNLETTERED = re.compile(r" \((?:photo \w+|no picture)(?: or [^)]*)?\)")


@dataclass(frozen=True, slots=True)
class Spot:
    """One place on the page: how it looks, why, until when, and what it calls for."""

    id: str
    title: str
    cell: Cell
    because: Sequence[str]
    lead: str = ""
    until: str = ""
    call: str = ""


class Persons:
    """The routes of one person."""

    def __init__(self, desk: Desk, access: Access, pages: Pages) -> None:
        self._desk, self._access, self._pages = desk, access, pages

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {"person": self.answer}

    async def answer(self, request: Request) -> Response:
        """`/people/{UPN, mail or id}`, as page or JSON; UnknownPerson where there is nobody."""
        return await (self.api(request) if wants_json(request) else self.page(request))

    async def page(self, request: Request) -> Response:
        """As a page."""
        view, stood, now = await self._look(request)
        person = view.person
        names = dict(view.explainer.names)
        html = self._pages.page(
            "person.html",
            request,
            person=person,
            name=person.name or person.upn,
            photo=f"/photo/{person.id}?s=288",
            says=say(f"stands.{stood.stand}"),
            stand=str(stood.stand),
            decision=view.decision,
            stores=sorted(_stores(view, self._desk, stood, now), key=_is_silent),
            surfaces=list(surfaces_of(view, self._desk, stood, now)),
            pin=view.dossier.pin,
            may_act=who_asks(request).role in HELPERS,
            suggestions=suggestions(view),
            ticket=text(view, self._desk, stood, now),
            versions=await self._desk.vault.versions(person.id),
            names=names,
            named_by=NAMED_BY,
            journal=await self._journal(person.id),
            observed=stood.observed_at,
            book=self._desk.book,
        )
        return HTMLResponse(html)

    async def api(self, request: Request) -> Response:
        """The same as JSON, with a signed address of the photo."""
        view, stood, now = await self._look(request)
        person, path = view.person, f"/photo/{view.person.id}"
        versions = await self._desk.vault.versions(person.id)
        explained = {s.id: s.explanation for s in view.row.surfaces if s.explanation}
        told = view.row.as_json()
        for surface, field in zip(told["surfaces"], stood.surfaces, strict=True):
            one = explained.get(surface["id"])
            surface["is"] = field.place
            surface["because"] = one.as_json()["because"] if one else []
        return JSONResponse(
            {
                "id": person.id,
                **told,
                "stands": str(stood.stand),
                "because": view.decision.because,
                "observed": iso(stood.observed_at),
                "letters": {letter: digest for digest, letter in view.explainer.names.items()},
                "calls": [
                    {"store": v.store, "calls_for": str(v.call), "because": v.because}
                    for v in view.decision.verdicts
                ],
                "versions": [_version(version) for version in versions],
                "journal": [_entry(entry) for entry in await self._journal(person.id)],
                "ticket": text(view, self._desk, stood, now),
                "photo": {"path": path, "signed": f"{path}?key={self._access.sign(path)}"},
            }
        )

    async def _look(self, request: Request) -> tuple[View, Standing, datetime]:
        dossier = await self._desk.dossier(request.path_params["person"])
        now = self._desk.clock.now()
        view = await asyncio.to_thread(self._desk.view, dossier, now)
        stood = standing(view.decision, view.row, self._desk.book, dossier.cells, now)
        return view, stood, now

    async def _journal(self, person: str) -> list[Entry]:
        """The newest lines about this person, newest first."""
        lines, after = list[Entry](), 0
        while page := await self._desk.vault.history(person, after):
            lines = [*lines, *(entry for _, entry in page)][-_LINES:]
            after = page[-1][0]
        return lines[::-1]


def text(view: View, desk: Desk, stood: Standing, now: datetime) -> str:
    """All of it as plain text, for a ticket or a mail: letters mean nothing there."""
    person = view.person
    lines = [
        say("ticket.title", name=person.name or person.upn, upn=person.upn),
        say("ticket.observed", when=moment(stood.observed_at), book=desk.book.title),
        "",
        say("ticket.stores"),
    ]
    for spot in _stores(view, desk, stood, now):
        if spot.cell.kind != "not-connected":
            why = f" ({spot.call}: {'; '.join(spot.because)})" if spot.call else ""
            lines.append(f"- {_UNLETTERED.sub('', spot.cell.title)}{why}")
    told = [s.explanation for s in view.row.surfaces if s.explanation is not None]
    for paragraph in ticket(person, desk.book, told, None):
        lines += ["", paragraph]
    return "\n".join(lines) + "\n"


def _is_silent(spot: Spot) -> bool:
    """Nothing is known of that place: such come last."""
    return spot.cell.kind in ("not-connected", "no-account")


def _stores(view: View, desk: Desk, stood: Standing, now: datetime) -> Iterator[Spot]:
    verdicts = {verdict.store: verdict for verdict in view.decision.verdicts}
    drawn = wording.cells(desk.stores, stood.stores, stood, now)
    for column, cell in zip(desk.stores, drawn, strict=True):
        verdict = verdicts.get(column.id)
        why = [verdict.because] if verdict else []
        if column.id in view.decision.withheld:
            name = view.person.name or view.person.upn
            why = [say("person.withholds", name=name, place=column.heading), *why]
        yield Spot(
            column.id, column.title, cell, why, call=say(f"calls.{verdict.call}") if verdict else ""
        )


def surfaces_of(view: View, desk: Desk, stood: Standing, now: datetime) -> Iterator[Spot]:
    """What a colleague sees of this person on each surface."""
    told = {spot.id: spot.explanation for spot in view.row.surfaces}
    drawn = wording.cells(desk.surfaces, stood.surfaces, stood, now)
    for column, cell in zip(desk.surfaces, drawn, strict=True):
        one = told.get(column.id)
        why = [because(reason) for reason in one.because] if one else []
        over = told.get(column.id) is not None and cell.kind == Place.WITHHELD
        yield Spot(column.id, column.title, cell, why, *_until(None if over else one))


def _until(told: Explanation | None) -> tuple[str, str]:
    """The word it begins with, and the rest."""
    if told is None:
        return "", ""
    lead = {Ends.NEVER: "until.never", Ends.SETTLED: "until.settled"}.get(
        told.until.kind, "until.until"
    )
    text = until_text(told.until)
    return say(lead), text.removeprefix("settled: ").removeprefix("never by itself: ")


def _version(version: Version) -> dict[str, Any]:
    return {
        "digest": version.digest,
        "photo": version.photo,
        "origin": version.origin,
        "first_seen": iso(version.first_seen),
        "width": version.width_px,
        "height": version.height_px,
        "bytes": version.size_bytes,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "at": iso(entry.at),
        "what": entry.what,
        "store": entry.store,
        "why": entry.why,
        "before": entry.before,
        "after": entry.after,
        "run": entry.run,
    }
