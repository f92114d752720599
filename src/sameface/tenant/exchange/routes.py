"""Where Exchange is found: `/ews/exchange.asmx`, its photo address below it, and OWA's."""

from __future__ import annotations

from sameface.tenant.calls import Answer, Call, picture_answer
from sameface.tenant.exchange import errors, pictures, quotas, wire
from sameface.tenant.exchange.entry import Entry
from sameface.tenant.exchange.services import Services
from sameface.tenant.gate import Gate
from sameface.tenant.organisation import Organisation
from sameface.tenant.quotas import Tariff
from sameface.tenant.routing import Routes

_EWS = "ews/exchange.asmx"


class Exchange:
    """The service. What a mailbox shows is what the rules put there: no fallback of its own."""

    name = "exchange"

    def __init__(self, organisation: Organisation, gate: Gate, password: str) -> None:
        self._organisation = organisation
        self._entry = Entry(organisation, gate, password)
        self.tariff = Tariff(
            lambda _, grant: quotas.charges(grant),
            lambda call, _: errors.too_many(call),
            lambda _: {},
        )
        self.routes = Routes()
        self.routes.add("POST", _EWS, Services(organisation, self._entry).answer)
        self.routes.add("GET", f"{_EWS}/s/getuserphoto", self.photo)
        self.routes.add("GET", "owa/service.svc/s/getpersonaphoto", self.persona_photo)

    def segments(self, call: Call) -> list[str]:
        return call.path.strip("/").split("/")

    def headers(self, call: Call) -> dict[str, str]:
        return {"request-id": call.request_id}

    def by_status(self, call: Call, status: int) -> Answer:
        return errors.by_status(call, status)

    async def photo(self, call: Call) -> Answer:
        """The picture of an address; 304 where the caller has it, 404 where there is none."""
        caller = self._entry.caller(call)
        wanted = wire.size_px(call.query_lower.get("size", ""))
        if wanted is None:
            raise errors.bad_size()
        member = self._entry.mailbox(caller, call.query_lower.get("email", ""))
        found = (
            None if member is None else await pictures.largest(self._organisation, member, wanted)
        )
        if found is None:
            raise errors.no_photo()
        fresh = {"ETag": found.etag, "Expires": wire.expires(call.at)}
        if call.headers.get("if-none-match") == found.etag:
            return Answer(304, headers=fresh)
        return picture_answer(found.picture, fresh)

    async def persona_photo(self, call: Call) -> Answer:
        """Outlook on the web's: no photo is a picture of one pixel, no sign-in a page (2.5)."""
        if "authorization" not in call.headers:
            there = f"{call.origin}/owa/auth/logon.aspx?url={call.origin}{call.path}"
            return Answer(302, headers={"Location": there})
        caller = self._entry.caller(call)
        wanted = wire.size_px(call.query_lower.get("size", "")) or wire.SIZES_PX[0]
        member = self._entry.mailbox(caller, call.query_lower.get("email", ""))
        found = (
            None if member is None else await pictures.largest(self._organisation, member, wanted)
        )
        if found is None:
            return Answer(200, wire.ONE_PIXEL, "image/gif")
        headers = {"Cache-Control": "private, max-age=7200", "ETag": found.etag}
        return picture_answer(found.picture, headers)
