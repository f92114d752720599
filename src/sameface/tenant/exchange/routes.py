"""Where Exchange keeps photos: `/ews/exchange.asmx/s/GetUserPhoto`, in any case."""

from __future__ import annotations

from sameface.tenant.calls import Answer, Call, picture_answer
from sameface.tenant.exchange import errors, wire
from sameface.tenant.gate import Gate
from sameface.tenant.login.registrations import Resource
from sameface.tenant.organisation import Organisation, change_key
from sameface.tenant.routing import Routes
from sameface.values import EXCHANGE, Standing

_READ = ("full_access_as_app", "EWS.AccessAsUser.All")


class Exchange:
    """The service. What a mailbox shows is what the rules put there: no fallback of its own."""

    name = "exchange"

    def __init__(self, organisation: Organisation, gate: Gate) -> None:
        self._organisation, self._gate = organisation, gate
        self.routes = Routes()
        self.routes.add("GET", "ews/exchange.asmx/s/getuserphoto", self.photo)

    def segments(self, call: Call) -> list[str]:
        return call.path.strip("/").split("/")

    def headers(self, call: Call) -> dict[str, str]:
        return {"request-id": call.request_id}

    def by_status(self, call: Call, status: int) -> Answer:
        return errors.by_status(call, status)

    async def photo(self, call: Call) -> Answer:
        """The picture of an address; 304 where the caller has it, 404 where there is none."""
        grant = self._gate.grant(call, Resource.EXCHANGE, errors.unauthorised)
        if not grant.may(*_READ):
            raise errors.denied()
        wanted = wire.size_px(call.query_lower.get("size", ""))
        if wanted is None:
            raise errors.bad_size()
        member = self._organisation.members.find(call.query_lower.get("email", ""))
        if member is None:
            raise errors.no_photo()
        held = self._organisation.held(member.id, EXCHANGE)
        name = held.photo()
        if held.standing is not Standing.PHOTO or name is None:
            raise errors.no_photo()
        etag = f'"{change_key(member.id, EXCHANGE, held)}"'
        fresh = {"ETag": etag, "Expires": wire.expires(call.at)}
        if call.headers.get("if-none-match") == etag:
            return Answer(304, headers=fresh)
        album = self._organisation.album
        px = max((p for p in wire.SIZES_PX if p <= min(wanted, album.longest_px(name))), default=48)
        return picture_answer(await album.square(member.id, name, px), fresh)
