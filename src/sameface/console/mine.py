"""One's own photo: handed in, turned and cropped, shown as each place will; and where it may be."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from sameface.console.answering import Handler, done, told_fields, told_file, wants_json
from sameface.console.choices import Choices, HandedIn
from sameface.console.desk import Desk
from sameface.console.doing import Doing
from sameface.console.numbers import share, whole
from sameface.console.pages import Pages
from sameface.console.person import surfaces_of
from sameface.console.places import Service, is_theirs, offers, places_of, withheld
from sameface.console.roles import HELPERS, STAFF, who_asks
from sameface.console.standing import NAMED_BY, standing
from sameface.console.texts import say, say_many
from sameface.console.uploads import USED_PX, Upload, Uploads
from sameface.documents import Table
from sameface.errors import BadUsage, PictureRefused, UnknownPerson
from sameface.pictures import Frame
from sameface.values import Person, iso

_LARGEST_PX = 1024


class Mine:
    """The routes of one's own photo. Help desk and administrators may do it for somebody else."""

    def __init__(
        self,
        desk: Desk,
        doing: Doing,
        uploads: Uploads,
        choices: Choices,
        pages: Pages,
        *,
        chosen: Callable[[str], Awaitable[None]],
    ) -> None:
        """`chosen` hears of everybody (an id) who has chosen where to be shown."""
        self._desk, self._doing, self._pages = desk, doing, pages
        self._uploads, self._choices, self._chosen = uploads, choices, chosen

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {
            "mine": self.page,
            "upload": self.upload,
            "crop": self.crop,
            "upload-picture": self.picture,
            "use": self.use,
            "places": self.places,
        }

    async def page(self, request: Request) -> Response:
        """How one's photo stands."""
        try:
            person = await self._subject(request)
        except UnknownPerson:
            if wants_json(request) or who_asks(request).role not in HELPERS:
                raise
            return HTMLResponse(self._pages.page("whose.html", request))
        if wants_json(request):
            return JSONResponse(await self._told(person))
        return await self._shown(request, person)

    async def upload(self, request: Request) -> Response:
        """A picture by form, or as the body itself."""
        person, who = await self._subject(request), who_asks(request)
        try:
            upload = await self._uploads.take(person.id, who.id, await told_file(request))
        except PictureRefused as refused:
            if wants_json(request):
                raise
            return await self._shown(request, person, refused)
        return done(request, _upload(upload), f"/mine/uploads/{upload.id}", 201)

    async def crop(self, request: Request) -> Response:
        """Turn and crop, with previews of every place."""
        upload, asked = self._own(request), request.query_params
        frame = _frame(asked, upload.frame) if "turn" in asked else upload.frame
        person = await self._desk.vault.person(upload.person)
        html = self._pages.page(
            "crop.html",
            request,
            upload=upload,
            frame=frame,
            person=person,
            name=person.name or person.upn,
            approval=self._desk.settings.console.approval,
            query=_query(frame),
        )
        return HTMLResponse(html)

    async def picture(self, request: Request) -> Response:
        """What a frame cuts from it (`turn`, `left`, `top`, `side`); the whole without one."""
        upload, asked = self._own(request), request.query_params
        headers = {"Cache-Control": "private, max-age=1800"}
        if "turn" not in asked:
            return Response(upload.whole.data, media_type="image/jpeg", headers=headers)
        px = min(max(whole(asked.get("s"), 96), 1), _LARGEST_PX)
        made = await self._uploads.square(upload, _frame(asked, upload.frame), px)
        return Response(made, media_type="image/jpeg", headers=headers)

    async def use(self, request: Request) -> Response:
        """Use it, or let a second person look at it first."""
        upload, who = self._own(request), who_asks(request)
        told = await told_fields(request)
        asked = {key: str(told.value(key, object, "")) for key in ("turn", "left", "top", "side")}
        told.done()
        data = await self._uploads.square(upload, _frame(asked, upload.frame), USED_PX)
        person = await self._desk.vault.person(upload.person)
        now, job = self._desk.clock.now(), None
        if self._desk.settings.console.approval:
            await asyncio.to_thread(self._choices.hand_in, person.id, who.id, now, data)
        else:
            waiting = await self._doing.photo(person, data)
            job = self._doing.apply(who, waiting.plan.digest)
            await asyncio.to_thread(self._choices.used, person.id, who.id, now)
        self._uploads.drop(upload.id)
        told_back = {"state": "under way" if job else "waiting", "job": job.id if job else None}
        watch = f"/jobs/{job.id}" if job and who.role in STAFF else _address(request, person)
        return done(request, told_back, watch, 202)

    async def places(self, request: Request) -> Response:
        """Where it may be shown. Of the places `offered` those are withheld that are not named."""
        told, who = await told_fields(request), who_asks(request)
        person = await self._person(request, told.maybe_text("person"))
        (dossier,) = await self._desk.vault.dossiers_of([person.id])
        offered = told.text("offered", "").split()
        ticked = {place: _is_on(told, place) for place in places_of(self._desk, dossier)}
        told.done()
        said = {p: on for p, on in ticked.items() if told.has(p) or p in offered}
        if not is_theirs(self._desk, dossier):
            raise BadUsage(say("mine.not-theirs"))
        no = {place for place in dossier.withheld if said.get(place) is not True}
        no |= {place for place, shown in said.items() if not shown}
        why = say("noted.places-own") if person.upn == who.person else say("noted.places-for")
        now = self._desk.clock.now()
        news = await self._desk.vault.review.withhold(person.id, no, now, why)
        await self._chosen(person.id)
        stores = news - set(Service)
        job = await self._doing.places(who, person, stores) if stores else None
        told_back = await self._told(person) | {"job": job.id if job else None}
        return done(request, told_back, _address(request, person))

    # --- helpers ---------------------------------------------------------------------------------

    async def _shown(
        self, request: Request, person: Person, refused: PictureRefused | None = None
    ) -> Response:
        dossier, now = await self._desk.dossier(person.id), self._desk.clock.now()
        view = await asyncio.to_thread(self._desk.view, dossier, now)
        stood = standing(view.decision, view.row, self._desk.book, dossier.cells, now)
        mine = person.upn == who_asks(request).person
        surfaces = list(surfaces_of(view, self._desk, stood, now))
        html = self._pages.page(
            "mine.html",
            request,
            person=person,
            name=person.name or person.upn,
            mine=mine,
            wanted=view.decision.wanted,
            surfaces=surfaces,
            sentence=_sentence([spot.cell.kind for spot in surfaces]),
            named_by=NAMED_BY,
            handed_in=self._choices.of(person.id),
            offers=list(offers(self._desk, view)) if is_theirs(self._desk, dossier) else [],
            refused=refused,
            approval=self._desk.settings.console.approval,
            action="/mine/photo" + ("" if mine else f"?person={quote(person.upn)}"),
        )
        return HTMLResponse(html, 422 if refused else 200)

    async def _subject(self, request: Request) -> Person:
        """Whose photo it is about. Error: UnknownPerson."""
        return await self._person(request, request.query_params.get("person"))

    async def _person(self, request: Request, name: str | None) -> Person:
        who = who_asks(request)
        if name and who.role in HELPERS:
            return await self._desk.vault.person(name)
        if not who.person:
            raise UnknownPerson(who.name)
        return await self._desk.vault.person(who.person)

    def _own(self, request: Request) -> Upload:
        return self._uploads.get(request.path_params["upload"], who_asks(request).id)

    async def _told(self, person: Person) -> dict[str, Any]:
        (dossier,) = await self._desk.vault.dossiers_of([person.id])
        no = withheld(self._desk, dossier)
        return {
            "person": person.upn,
            "name": person.name,
            "places": {place: place not in no for place in places_of(self._desk, dossier)},
            "handed_in": [_handed_in(one) for one in self._choices.of(person.id)],
        }


def _sentence(kinds: Sequence[str]) -> str:
    """How many of the places that could show the photo do."""
    there = [kind for kind in kinds if kind not in ("not-connected", "no-account", "withheld")]
    return say_many("mine.lead", there.count("same"), all=str(len(there)))


def _frame(asked: Mapping[str, str], usual: Frame) -> Frame:
    """As a form or an address says, kept within reason."""
    return Frame(
        whole(asked.get("turn"), usual.turns) % 4,
        share(asked.get("left"), usual.left, 4.0),
        share(asked.get("top"), usual.top, 4.0),
        share(asked.get("side"), usual.side),
    )


def _query(frame: Frame) -> str:
    return f"turn={frame.turns}&left={frame.left:g}&top={frame.top:g}&side={frame.side:g}"


def _is_on(told: Table, name: str) -> bool:
    value = told.value(name, object, False)
    if value not in (True, False, "on"):
        raise BadUsage(say("asked.no-flag", name=name))
    return bool(value)


def _address(request: Request, person: Person) -> str:
    mine = person.upn == who_asks(request).person
    return "/mine" if mine else f"/mine?person={quote(person.upn)}"


def _upload(upload: Upload) -> dict[str, Any]:
    frame = asdict(upload.frame)
    return {
        "upload": upload.id,
        "width": upload.whole.width_px,
        "height": upload.whole.height_px,
        "frame": {"turn": frame.pop("turns"), **frame},
        "remarks": [{"code": one.code, "text": one.text} for one in upload.remarks],
    }


def _handed_in(one: HandedIn) -> dict[str, Any]:
    return {"id": one.id, "at": iso(one.at), "state": str(one.state), "why": one.why}
