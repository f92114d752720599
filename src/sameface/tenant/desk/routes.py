"""Where the desk is found: `/_tenant/desk/…`, a page for every era, its pictures, its buttons."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from sameface.documents import nearest
from sameface.errors import SamefaceError
from sameface.pictures import person_placeholder
from sameface.rules import Rulebook, load_rulebook, rulebook_names
from sameface.tenant.calls import Answer, Call, Declined, picture_answer
from sameface.tenant.control import errors
from sameface.tenant.control.wire import cache_control, shown_px
from sameface.tenant.desk import page, wire
from sameface.tenant.desk.browsers import Address
from sameface.tenant.desk.cast import BY_ID, CAST, LOOKED_AT, PHOTOS, VIEWER
from sameface.tenant.desk.page import ROOT, Who
from sameface.tenant.desk.stage import Stage
from sameface.tenant.desk.tour import STOPS, is_told_in
from sameface.tenant.organisation import hash_of
from sameface.tenant.routing import Routes
from sameface.values import Rendition

_NOT_KEPT = "no-store"
_LARGEST_PX = 200
_STATIC = {"desk.css": "text/css; charset=utf-8", "desk.js": "text/javascript; charset=utf-8"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'self'; "
    "script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
_OWN = (None, "same-origin", "none")


class Desk:
    """The pages. Like all of `/_tenant/` they ask for no token; only a page of ours may post."""

    name = "desk"

    def __init__(self, book: Rulebook, folder: Path) -> None:
        self._own, self._folder = book, folder
        self._stages: dict[str, Stage] = {}
        self.routes = Routes()
        add = self.routes.add
        add("GET", "", self.door)
        add("GET", "static/{file}", self.static)
        add("GET", "photos/{era}/{person}/{photo}", self.photo)
        add("GET", "looks/{era}/{viewer}/{person}/{surface}", self.look)
        place = "{era}/{viewer}/{generation}/{cache}/{person}/{store}/{file}"
        add("GET", f"pictures/{place}", self.picture)
        add("GET", "{era}", self.era)
        for path, does in (
            ("do", self._do),
            ("look", self._look),
            ("clock", self._clock),
            ("reset", self._reset),
            ("tour", self._tour),
        ):
            add("POST", f"{{era}}/{path}", self._posted(does))

    def segments(self, call: Call) -> list[str]:
        return call.path.strip("/").split("/")[2:] or [""]

    def headers(self, call: Call) -> Mapping[str, str]:  # noqa: ARG002
        """With the real time: a browser would take the tenant's for the age of what it keeps."""
        return _HEADERS | {"Date": format_datetime(datetime.now(UTC), usegmt=True)}

    def by_status(self, call: Call, status: int) -> Answer:
        return errors.by_status(call, status)

    # --- eras ----------------------------------------------------------------------------------

    def _names(self) -> list[str]:
        return list(dict.fromkeys((*rulebook_names(), self._own.id)))

    def stage(self, era: str) -> Stage:
        """The stage of an era, set up when somebody first comes. 404 where there is no such."""
        if era not in self._stages:
            if era not in self._names():
                raise errors.unknown(f'There is no era "{era}"{nearest(era, self._names())}')
            book = self._own if era == self._own.id else load_rulebook(era)
            self._stages[era] = Stage(book, self._folder / era)
        return self._stages[era]

    def _eras(self) -> list[tuple[str, str]]:
        """Names and titles, the earliest first."""
        books = sorted((self.stage(name).book for name in self._names()), key=lambda b: b.dated)
        return [(book.id, book.title) for book in books]

    # --- the page ------------------------------------------------------------------------------

    async def door(self, call: Call) -> Answer:  # noqa: ARG002
        """To the era of the tenant itself."""
        return _to(f"{ROOT}/{self._own.id}")

    async def era(self, call: Call, era: str) -> Answer:
        """The page of one era."""
        stage, who = self.stage(era), _who(call.query)
        found = list(page.panels(stage, who, call.query.get("opened", "")))
        eras = self._eras()
        stop = stage.stop
        html = _template().render(
            root=ROOT,
            stage=stage,
            book=stage.book,
            eras=eras,
            told_in=[name for name, _ in eras if is_told_in(self.stage(name).book)],
            cast=CAST,
            who=who,
            me=BY_ID[who.me],
            whom=BY_ID[who.whom],
            photos=PHOTOS,
            panels=found,
            summary=page.summary(found),
            page=page,
            clock=page.clock(stage.organisation.now),
            stop=stop,
            stops=STOPS,
        )
        return Answer(200, html.encode(), "text/html; charset=utf-8", {"Cache-Control": _NOT_KEPT})

    async def static(self, call: Call, file: str) -> Answer:
        """The style sheet and the script, asked for again whenever the page is."""
        if file not in _STATIC:
            raise errors.unknown(f'The desk has no file "{file}"{nearest(file, _STATIC)}')
        data, tag = _file(file)
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if call.headers.get("if-none-match") == tag:
            return Answer(304, headers=headers)
        return Answer(200, data, _STATIC[file], headers)

    # --- pictures ------------------------------------------------------------------------------

    async def picture(self, call: Call, **told: str) -> Answer:
        """What a store holds now, for a browser that keeps it from then on."""
        stage = self.stage(told["era"])
        stamp, file = call.query.get("t", ""), told["file"]
        address = Address(
            _person(told["viewer"]),
            told["cache"],
            _person(told["person"]),
            told["store"],
            None if file == "none" else file,
            int(stamp) if stamp.isdigit() else 0,
        )
        for surface in stage.surfaces_at(address):
            fresh = stage.organisation.peek(None, surface, address.person).photos[0]
            if fresh is None:
                continue
            current = told["generation"] == stage.browsers.generation(address)
            stage.fetch(address, told["generation"], surface, fresh)
            row = stage.row(surface, address.person)
            kept = cache_control(stage.book, row, stamped=bool(stamp))
            headers = {
                "ETag": f'"{hash_of(address.person, fresh)}"',
                "Cache-Control": kept if current else _NOT_KEPT,
            }
            if call.headers.get("if-none-match") == headers["ETag"]:
                return Answer(304, headers=headers)
            px = shown_px(row, str(_LARGEST_PX))
            shown = await stage.album.square(address.person, fresh, px)
            return picture_answer(shown, headers)
        return _stand_in(_LARGEST_PX)

    async def look(self, call: Call, era: str, viewer: str, person: str, surface: str) -> Answer:
        """One of the photos that are possible on a surface; the interpreter plays its cache."""
        stage, who = self.stage(era), Who(_person(viewer), _person(person))
        if surface not in stage.book.surfaces:
            raise errors.unknown(
                f'There is no surface "{surface}"{nearest(surface, stage.book.surfaces)}'
            )
        seen = stage.organisation.peek(who.me, surface, who.whom)
        if stage.address(who.me, surface, who.whom) is None:
            stage.organisation.look(who.me, surface, who.whom)
        asked = call.query.get("photo")
        name = asked if asked in seen.photos else seen.photos[0]
        px = shown_px(stage.row(surface, who.whom), str(_LARGEST_PX))
        if name is None or (asked == "none" and None in seen.photos):
            return _stand_in(px)
        shown = await stage.album.square(who.whom, name, px)
        return picture_answer(shown, {"Cache-Control": _NOT_KEPT})

    async def photo(self, call: Call, era: str, person: str, photo: str) -> Answer:  # noqa: ARG002
        """A drawn or uploaded photo itself, for choosing, and for what stores hold."""
        stage = self.stage(era)
        if photo not in (*PHOTOS, *stage.uploads):
            raise errors.unknown("There is no such photo here.")
        shown = await stage.album.square(_person(person), photo, _LARGEST_PX)
        return picture_answer(shown, {"Cache-Control": _NOT_KEPT})

    # --- buttons -------------------------------------------------------------------------------

    def _posted(self, does: Doing) -> Callable[..., Awaitable[Answer]]:
        """A button: it does what it does, what is wrong goes into the diary; then the page."""

        async def handler(call: Call, era: str) -> Answer:
            if call.headers.get("sec-fetch-site") not in _OWN:
                raise Declined(errors.by_status(call, 403))
            stage, told = self.stage(era), wire.form(call)
            who, more = _who(told.fields), ""
            try:
                more = await does(stage, told, who) or ""
            except SamefaceError as wrong:
                stage.note("that could not be done", wrong.sentence())
            return _to(f"{ROOT}/{stage.book.id}?{who.query}{more}")

        return handler

    async def _do(self, stage: Stage, told: wire.Form, who: Who) -> None:
        stage.happen(await wire.event(told, stage, who.me, who.whom))

    async def _look(self, stage: Stage, told: wire.Form, who: Who) -> str:
        """The owner opens their own page: a look that is an act."""
        surface = stage.book.surfaces.get(told.get("surface"))
        if surface is None or not page.closed(surface, who):
            return ""
        stage.look(who.me, surface.id, who.whom)
        return f"&opened={quote(surface.id)}"

    async def _clock(self, stage: Stage, told: wire.Form, who: Who) -> None:  # noqa: ARG002
        stage.advance(wire.moment(told, stage.organisation.now))

    async def _reset(self, stage: Stage, told: wire.Form, who: Who) -> None:  # noqa: ARG002
        stage.reset()

    async def _tour(self, stage: Stage, told: wire.Form, who: Who) -> None:  # noqa: ARG002
        goes = {
            "start": stage.start_tour,
            "next": stage.next_stop,
            "back": stage.previous_stop,
            "leave": stage.leave_tour,
        }
        go = goes.get(told.get("go"))
        if go is not None and is_told_in(stage.book):
            go()


Doing = Callable[[Stage, wire.Form, Who], Awaitable[str | None]]
"""What a button does; what it returns is added to the page's address."""


def _who(told: Mapping[str, str]) -> Who:
    """Bob looks at Alice, unless somebody else of the cast is named."""
    me, whom = told.get("me", ""), told.get("whom", "")
    return Who(me if me in BY_ID else VIEWER, whom if whom in BY_ID else LOOKED_AT)


def _person(told: str) -> str:
    if told not in BY_ID:
        raise errors.unknown(f'Nobody at the desk is called "{told}"{nearest(told, BY_ID)}')
    return told


def _to(place: str) -> Answer:
    return Answer(303, headers={"Location": place, "Cache-Control": _NOT_KEPT})


def _stand_in(px: int) -> Answer:
    """Where there is no photo: a picture that says so, which nothing may keep."""
    picture = Rendition(person_placeholder(px), px, px, "image/jpeg")
    return picture_answer(picture, {"Cache-Control": _NOT_KEPT}, 404)


@cache
def _file(name: str) -> tuple[bytes, str]:
    data = files("sameface.tenant.desk").joinpath("static", name).read_bytes()
    return data, f'"{blake2b(data, digest_size=8).hexdigest()}"'


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("sameface.tenant.desk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("desk.html")
