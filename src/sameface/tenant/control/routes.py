"""Where the tenant's own pages are found: `/_tenant/…`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sameface.documents import nearest, parse_offset
from sameface.errors import BadUsage
from sameface.pictures import person_placeholder
from sameface.rules.rulebook import Surface
from sameface.tenant.calls import Answer, Call, json_answer, picture_answer
from sameface.tenant.control import errors, events, wire
from sameface.tenant.faults import Faults
from sameface.tenant.ledger import Ledger
from sameface.tenant.members import Member
from sameface.tenant.organisation import Organisation, hash_of
from sameface.tenant.routing import Routes
from sameface.values import Rendition, Sighting, iso

_PAGES = (
    *("clock", "people", "faults", "requests", "events"),
    *("surfaces", "stores", "settings", "desk"),
)
_PAGE = 1000
_NOT_KEPT = "no-store"


@dataclass(frozen=True, slots=True)
class Backstage:
    """What the pages drive: the organisation, orders for faults, the log, the settings."""

    organisation: Organisation
    faults: Faults
    ledger: Ledger
    settings: Callable[[], str]
    opened: datetime


class Control:
    """The pages. None asks for a token: whoever reaches the loopback may look behind the scenes."""

    name = "control"

    def __init__(self, backstage: Backstage) -> None:
        self._backstage, self._organisation = backstage, backstage.organisation
        self.routes = Routes()
        add = self.routes.add
        add("GET", "", self.index)
        add("GET", "clock", self.clock)
        add("POST", "clock", self.set_clock)
        add("GET", "people", self.people)
        add("POST", "people", self.join)
        add("GET", "people/{person}", self.person)
        add("GET", "faults", self.faults)
        add("POST", "faults", self.order_fault)
        add("DELETE", "faults", self.lift_faults)
        add("DELETE", "faults/{number}", self.lift_faults)
        add("GET", "requests", self.requests)
        add("DELETE", "requests", self.clear_requests)
        add("POST", "events", self.event)
        add("GET", "surfaces/{surface}/{person}", self.surface)
        add("GET", "stores/{store}/{person}", self.store)
        add("GET", "settings", self.settings)

    def segments(self, call: Call) -> list[str]:
        return call.path.strip("/").split("/")[1:] or [""]

    def headers(self, call: Call) -> dict[str, str]:
        return {"request-id": call.request_id}

    def by_status(self, call: Call, status: int) -> Answer:
        return errors.by_status(call, status)

    async def index(self, call: Call) -> Answer:  # noqa: ARG002
        """What there is, for whoever looks around."""
        organisation = self._organisation
        return json_answer(
            {
                "rulebook": organisation.book.id,
                "people": len(organisation.members),
                "surfaces": list(organisation.book.surfaces),
                "stores": list(organisation.book.stores),
                "channels": list(organisation.book.channels),
                "pages": list(_PAGES),
            }
        )

    # --- clock ---------------------------------------------------------------------------------

    async def clock(self, call: Call) -> Answer:  # noqa: ARG002
        organisation = self._organisation
        told = {"now": iso(organisation.now), "running": organisation.running}
        return json_answer(told | {"opened": iso(self._backstage.opened)})

    async def set_clock(self, call: Call) -> Answer:
        """`{"advance": "3h"}`, `{"now": "2026-11-24T09:00:00Z"}`, `{"running": true}`.

        Moving it stops a running clock.
        """
        told = events.told_object(call.json())
        if unknown := set(told) - {"advance", "now", "running"}:
            raise BadUsage(f"The clock knows advance, now and running, not {min(unknown)}.")
        if "advance" in told:
            offset = parse_offset(str(told["advance"]))
            if offset is None:
                raise BadUsage(f'advance should be like "1d2h30m", not "{told["advance"]}".')
            self._organisation.advance(self._organisation.now + offset)
        if "now" in told:
            self._organisation.advance(_moment(told["now"]))
        if "running" in told:
            self._organisation.run(told["running"] is True)
        return await self.clock(call)

    # --- people --------------------------------------------------------------------------------

    async def people(self, call: Call) -> Answer:
        """Everybody, in pages of `top` from `skip` on."""
        start, length = _count(call, "skip", 0), _count(call, "top", _PAGE)
        members = self._organisation.members
        page = [wire.person(m, self._organisation) for m in members.page(start, length)]
        following = start + length if start + length < len(members) else None
        return json_answer({"people": page, "total": len(members), "next": following})

    async def person(self, call: Call, person: str) -> Answer:  # noqa: ARG002
        return json_answer(wire.person(self._named(person), self._organisation))

    async def join(self, call: Call) -> Answer:
        member = events.join(events.told_object(call.json()), self._organisation)
        return json_answer(wire.person(member, self._organisation), 201)

    def _named(self, key: str) -> Member:
        return self._organisation.members.named(key)

    # --- faults and log ------------------------------------------------------------------------

    async def faults(self, call: Call) -> Answer:  # noqa: ARG002
        return json_answer({"faults": [f.as_json() for f in self._backstage.faults.standing()]})

    async def order_fault(self, call: Call) -> Answer:
        fault = self._backstage.faults.order(events.told_object(call.json()))
        return json_answer(fault.as_json(), 201)

    async def lift_faults(self, call: Call, number: str | None = None) -> Answer:
        if number is not None and not number.isdigit():
            raise errors.unknown(f'There is no fault "{number}"; GET faults lists them.')
        self._backstage.faults.lift(None if number is None else int(number))
        return await self.faults(call)

    async def requests(self, call: Call) -> Answer:  # noqa: ARG002
        return json_answer(self._backstage.ledger.as_json())

    async def clear_requests(self, call: Call) -> Answer:
        """Begin anew, and give what there was until now: no request falls between the two."""
        told = await self.requests(call)
        self._backstage.ledger.clear()
        return told

    async def settings(self, call: Call) -> Answer:  # noqa: ARG002
        """A ready `sameface.toml`."""
        return Answer(200, self._backstage.settings().encode(), "text/plain; charset=utf-8")

    # --- events and sightings ------------------------------------------------------------------

    async def event(self, call: Call) -> Answer:
        """One step, now. `at` moves the clock first: it counts from when the tenant opened, the
        time left out that a running clock came by itself.
        """
        told = events.told_object(call.json())
        step, timed = await events.read(told, self._organisation)
        if timed:
            self._organisation.advance(self._backstage.opened + self._organisation.ran + step.at)
        return json_answer(events.do(step, self._organisation))

    async def surface(self, call: Call, surface: str, person: str) -> Answer:
        """What a viewer sees there: the picture, or in words for who accepts JSON."""
        row = self._organisation.book.surfaces.get(surface)
        if row is None:
            near = nearest(surface, self._organisation.book.surfaces)
            raise errors.unknown(f'There is no surface "{surface}"{near}')
        member = self._named(person)
        viewer = self._named(call.query["viewer"]).id if "viewer" in call.query else None
        peeks = call.query.get("peek") == "1"
        look = self._organisation.peek if peeks else self._organisation.look
        seen = look(viewer, row.id, member.id)
        if "application/json" in call.headers.get("accept", ""):
            return self._in_words(call, seen, row)
        return await self._as_picture(call, seen, row, peeks=peeks)

    def _in_words(self, call: Call, seen: Sighting, row: Surface) -> Answer:
        stamp = self._organisation.held(seen.person, row.reads).stamp if row.stamped else None
        photo = self._shown(call, seen)
        told = wire.sighting(seen) | {
            "photo": photo,
            "etag": None if photo is None else _etag(seen.person, photo),
            "url": wire.address(call.origin, seen, stamp),
        }
        return json_answer(told, headers={"Cache-Control": _NOT_KEPT})

    async def _as_picture(self, call: Call, seen: Sighting, row: Surface, *, peeks: bool) -> Answer:
        """The picture; where there is none a stand-in with 404, which nothing may keep."""
        px, photo = wire.shown_px(row, call.query.get("px")), self._shown(call, seen)
        sees = json.dumps(wire.names(seen))
        if photo is None:
            stand_in = Rendition(person_placeholder(px), px, px, "image/jpeg")
            told = {"Cache-Control": _NOT_KEPT, "Sameface-Sees": sees}
            return picture_answer(stand_in, told, 404)
        kept = wire.cache_control(self._organisation.book, row, stamped="t" in call.query)
        headers = {
            "ETag": _etag(seen.person, photo),
            "Cache-Control": _NOT_KEPT if peeks else kept,
            "Sameface-Sees": sees,
        }
        if call.headers.get("if-none-match") == headers["ETag"]:
            return Answer(304, headers=headers)
        picture = await self._organisation.album.square(seen.person, photo, px)
        return picture_answer(picture, headers)

    def _shown(self, call: Call, seen: Sighting) -> str | None:
        """Which of the possible photos is shown: the one asked for, else the oldest copy kept."""
        asked = call.query.get("photo")
        if asked in seen.photos:
            return asked
        kept = self._organisation.kept(seen.viewer, seen.surface, seen.person)
        return next((name for name in kept if name in seen.photos), seen.photos[0])

    async def store(self, call: Call, store: str, person: str) -> Answer:
        """What a store holds: the picture (of one `file`), or in words for who accepts JSON."""
        row = self._organisation.book.stores.get(store)
        if row is None:
            near = nearest(store, self._organisation.book.stores)
            raise errors.unknown(f'There is no store "{store}"{near}')
        member = self._named(person)
        if "application/json" in call.headers.get("accept", ""):
            return json_answer(wire.held(self._organisation, member, store))
        largest = row.files[-1] if row.files else None
        name = self._organisation.held(member.id, store).photo(call.query.get("file", largest))
        if name is None:
            raise errors.unknown(f"{row.title} holds no photo of {member.name}.")
        px = min(max(_count(call, "px", 648), 1), 648)
        picture = await self._organisation.album.square(member.id, name, px)
        return picture_answer(picture, {"Cache-Control": _NOT_KEPT})


def _etag(person: str, photo: str) -> str:
    return f'"{hash_of(person, photo)}"'


def _moment(told: object) -> datetime:
    try:
        at = datetime.fromisoformat(str(told))
    except ValueError:
        raise BadUsage(f'now should be like "2026-11-24T09:00:00Z", not "{told}".') from None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _count(call: Call, name: str, default: int) -> int:
    told = call.query.get(name, str(default))
    if not told.isdigit():
        raise BadUsage(f'{name} should be a whole number, not "{told}".')
    return int(told)
