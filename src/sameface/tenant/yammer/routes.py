"""Where Yammer's users and mugshots are found: `/api/v1` and `/mugshot/images`."""

from __future__ import annotations

from sameface.pictures import no_photo
from sameface.tenant.calls import Answer, Call, json_answer, picture_answer
from sameface.tenant.gate import Gate
from sameface.tenant.login.registrations import Resource
from sameface.tenant.login.tokens import Grant
from sameface.tenant.members import Member
from sameface.tenant.organisation import Organisation, change_key
from sameface.tenant.quotas import Tariff
from sameface.tenant.routing import Routes
from sameface.tenant.yammer import errors, quotas, wire
from sameface.values import YAMMER, Rendition

_PAGE = 50
_KEPT = {"Cache-Control": "public, max-age=86400"}  # another photo has another address


class Yammer:
    """The service: read only, and only for people who signed in."""

    name = "yammer"

    def __init__(self, organisation: Organisation, gate: Gate) -> None:
        self._organisation, self._gate = organisation, gate
        self.tariff = Tariff(quotas.charges, lambda _, __: errors.too_many(), lambda _: {})
        self.routes = Routes()
        self.routes.add("GET", "api/v1/users.json", self.many)
        self.routes.add("GET", "api/v1/users/current.json", self.current)
        self.routes.add("GET", "api/v1/users/by_email.json", self.by_mail)
        self.routes.add("GET", "api/v1/users/{number}", self.one)
        self.routes.add("GET", "mugshot/images/{size}/{mugshot}", self.mugshot)
        self.routes.add("GET", "mugshot/images/redirect/{size}/{mugshot}", self.redirect)

    def segments(self, call: Call) -> list[str]:
        return call.path.strip("/").split("/")

    def headers(self, call: Call) -> dict[str, str]:
        return {"X-Request-Id": call.request_id}

    def by_status(self, call: Call, status: int) -> Answer:
        return errors.by_status(call, status)

    async def many(self, call: Call) -> Answer:
        """A page of users; an empty one is the end."""
        self._admit(call)
        page = _number(call.query.get("page", "1"), at_most=1_000_000)
        length = _number(call.query.get("num_per_page", str(_PAGE)), at_most=_PAGE)
        members = self._organisation.members.page((page - 1) * length, length)
        return json_answer([self._user(call, member) for member in members])

    async def one(self, call: Call, number: str) -> Answer:
        self._admit(call)
        digits = number.removesuffix(".json")
        member = self._organisation.members.of_yammer(int(digits)) if digits.isdigit() else None
        if member is None:
            raise errors.not_found()
        return json_answer(self._user(call, member))

    async def current(self, call: Call) -> Answer:
        grant = self._admit(call)
        assert grant.person is not None
        return json_answer(self._user(call, self._organisation.members[grant.person]))

    async def by_mail(self, call: Call) -> Answer:
        """The users of a mail address, as a list."""
        self._admit(call)
        member = self._organisation.members.find(call.query.get("email", ""))
        if member is None or member.mail.lower() != call.query["email"].lower():
            raise errors.not_found()
        return json_answer([self._user(call, member)])

    async def mugshot(self, _: Call, size: str, mugshot: str) -> Answer:
        """A picture, for anybody who knows its address."""
        px = wire.size_px(size)
        if px is None:
            raise errors.not_found()
        if mugshot == wire.NO_PHOTO:
            return picture_answer(Rendition(no_photo(px), px, px, "image/png"), _KEPT)
        member = self._organisation.members.of_yammer(wire.whose(mugshot) or 0)
        name = self._organisation.held(member.id, YAMMER).photo() if member else None
        if member is None or name is None or mugshot != self._mugshot(member):
            raise errors.not_found()
        picture = await self._organisation.album.square(member.id, name, px)
        return picture_answer(picture, _KEPT)

    async def redirect(self, call: Call, size: str, mugshot: str) -> Answer:
        place = f"{call.origin}/mugshot/images/{size}/{mugshot}"
        return Answer(302, headers={"Location": place})

    def _user(self, call: Call, member: Member) -> dict[str, object]:
        return wire.user(member, self._mugshot(member), call.origin)

    def _mugshot(self, member: Member) -> str:
        held = self._organisation.held(member.id, YAMMER)
        return wire.mugshot_id(member, change_key(member.id, YAMMER, held))

    def _admit(self, call: Call) -> Grant:
        """Only a person's own sign-in: an application by itself is unknown here (protocols 4)."""
        grant = self._gate.grant(call, Resource.YAMMER, errors.unauthorised)
        if grant.person is None:
            raise errors.unauthorised(call, "")
        if not grant.may("access_as_user"):
            raise errors.denied()
        return grant


def _number(text: str, *, at_most: int) -> int:
    """A count from 1, as Yammer reads it: nonsense is 1, too many is as many as there may be."""
    return min(max(int(text), 1), at_most) if text.isdigit() else 1
