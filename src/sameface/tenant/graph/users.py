"""Users of the directory: one, many in pages, how many, and who is new."""

from __future__ import annotations

from sameface.tenant.calls import Answer, Call, json_answer
from sameface.tenant.gate import Gate
from sameface.tenant.graph import errors, wire
from sameface.tenant.login.registrations import Resource
from sameface.tenant.login.tokens import Grant
from sameface.tenant.members import Member
from sameface.tenant.organisation import Organisation

ME = "me"
_READ = ("User.Read.All", "User.ReadBasic.All", "User.ReadWrite.All", "Directory.Read.All")
_READ_OWN = ("User.Read", "User.ReadWrite", *_READ)
_UNSUPPORTED = ("$search", "$orderby", "$expand", "$skip")
_PAGE, _LONGEST_PAGE = 100, 999


class Users:
    """The handlers of `users`."""

    def __init__(self, organisation: Organisation, gate: Gate) -> None:
        self._organisation, self._gate = organisation, gate

    async def one(self, call: Call, user: str) -> Answer:
        grant = self._gate.grant(call, Resource.GRAPH, errors.unauthorised)
        member = self.named(call, grant, user)
        if not grant.may(*(_READ_OWN if grant.person == member.id else _READ)):
            raise errors.directory_denied(call)
        select = self._select(call)
        told = {"@odata.context": wire.context(call, "users/$entity")}
        return json_answer(told | wire.user(member, self._organisation, select))

    async def many(self, call: Call) -> Answer:
        """A page of users; `$skiptoken` continues it."""
        self._admit(call)
        select, top = self._select(call), self._top(call)
        place = wire.place(call.query["$skiptoken"], 1) if "$skiptoken" in call.query else (0,)
        if place is None:
            raise errors.bad_request(call, "The skip token is not valid.")
        (start,) = place
        found = self._filtered(call)
        page = found[start : start + top]
        body: dict[str, object] = {"@odata.context": wire.context(call, "users")}
        if call.query.get("$count") == "true" and _eventual(call) and start == 0:
            body["@odata.count"] = len(found)
        if start + len(page) < len(found):
            body["@odata.nextLink"] = wire.link(call, {"$skiptoken": wire.token(start + top)})
        body["value"] = [wire.user(m, self._organisation, select) for m in page]
        return json_answer(body)

    async def count(self, call: Call) -> Answer:
        self._admit(call)
        if not _eventual(call):
            raise errors.bad_request(call, "$count is not currently supported.")
        number = str(len(self._organisation.members))
        return Answer(200, number.encode(), "text/plain; charset=utf-8")

    async def delta(self, call: Call) -> Answer:
        """Who joined since a token; photos are no part of it (protocols 1.10)."""
        self._admit(call)
        select, members = self._select(call), self._organisation.members
        start, until = self._since(call)
        page = members.page(start, min(_PAGE, until - start))
        reached = start + len(page)
        body: dict[str, object] = {"@odata.context": wire.context(call, "users")}
        if reached < until:
            token = wire.token(reached, until)
            body["@odata.nextLink"] = wire.link(call, {"$skiptoken": token, "$deltatoken": None})
        else:
            token = wire.token(until)
            body["@odata.deltaLink"] = wire.link(call, {"$deltatoken": token, "$skiptoken": None})
        body["value"] = [wire.user(m, self._organisation, select) for m in page]
        return json_answer(body)

    def _since(self, call: Call) -> tuple[int, int]:
        """The stretch of people that a delta request is about: after whom, and up to whom."""
        until = len(self._organisation.members)
        after, page = call.query.get("$deltatoken"), call.query.get("$skiptoken")
        if after == "latest":
            return until, until
        place: tuple[int, ...] | None = (0, until)
        if page is not None:
            place = wire.place(page, 2)
        elif after is not None:
            place = wire.place(after, 1)
        if place is None:
            raise errors.refused(call, 400, "syncStateNotFound", "The token is not valid.")
        return place[0], place[1] if len(place) == 2 else until

    def _filtered(self, call: Call) -> list[Member]:
        """Everybody, or whom `$filter` keeps."""
        members = self._organisation.members
        told = call.query.get("$filter")
        if told is None:
            return members.page(0, len(members))
        found = wire.matching(told, members, self._organisation)
        if found is None:
            raise errors.not_supported(call, f"$filter={told}")
        return found

    def named(self, call: Call, grant: Grant, user: str) -> Member:
        """The user of a path: an id, a UPN, or `me`."""
        if user == ME:
            if grant.person is None:
                raise errors.only_delegated(call)
            return self._organisation.members[grant.person]
        found = self._organisation.members.find(user)
        if found is None or user.lower() not in (found.object_id, found.upn.lower()):
            raise errors.unknown_user(call, user)
        return found

    def _admit(self, call: Call) -> None:
        if not self._gate.grant(call, Resource.GRAPH, errors.unauthorised).may(*_READ):
            raise errors.directory_denied(call)

    def _select(self, call: Call) -> str | None:
        for option in _UNSUPPORTED:
            if option in call.query:
                raise errors.not_supported(call, option)
        select = call.query.get("$select")
        unknown = wire.unknown_property(select)
        if unknown is not None:
            message = f"Could not find a property named '{unknown}' on type 'microsoft.graph.user'."
            raise errors.bad_request(call, message)
        return select

    def _top(self, call: Call) -> int:
        text = call.query.get("$top", str(_PAGE))
        if not text.isdigit() or not 1 <= int(text) <= _LONGEST_PAGE:
            raise errors.bad_request(call, f"Invalid page size specified: '{text}'.")
        return int(text)


def _eventual(call: Call) -> bool:
    return call.headers.get("consistencylevel", "").lower() == "eventual"
