"""Users of the directory: one, many in pages, how many, who is new, what a mailbox is for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sameface.tenant.calls import Answer, Call, json_answer
from sameface.tenant.gate import Gate
from sameface.tenant.graph import errors, filters, wire
from sameface.tenant.login.registrations import Resource
from sameface.tenant.login.tokens import Grant
from sameface.tenant.members import Member
from sameface.tenant.organisation import Organisation

ME = "me"
_READ = ("User.Read.All", "User.ReadBasic.All", "User.ReadWrite.All", "Directory.Read.All")
_READ_OWN = ("User.Read", "User.ReadWrite", *_READ)
_READ_MAILBOX = ("MailboxSettings.Read", "MailboxSettings.ReadWrite")
_PURPOSES = {"shared": "shared"}
_PLAIN_ORDER = ("displayName", "userPrincipalName")
_PAGE, _LONGEST_PAGE = 100, 999
_TOKENS_LAST = timedelta(days=7)
_EXPAND, _SKIP, _MAILBOX = "$expand", "$skip", "mailbox"


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

    async def purpose(self, call: Call, user: str) -> Answer:
        """What somebody's mailbox is for: theirs, or a shared one."""
        grant = self._gate.grant(call, Resource.GRAPH, errors.unauthorised)
        member = self.named(call, grant, user)
        if not grant.may(*_READ_MAILBOX):
            raise errors.photo_denied(call)
        mailbox = self._organisation.choice(member.id, _MAILBOX)
        if not mailbox or mailbox == "on-premises":
            raise errors.mailbox_elsewhere(call)
        value = "shared" if mailbox == "shared" else _PURPOSES.get(member.kind, "user")
        what = f"users('{member.object_id}')/mailboxSettings/userPurpose"
        return json_answer({"@odata.context": wire.context(call, what), "value": value})

    # --- many ----------------------------------------------------------------------------------

    async def many(self, call: Call) -> Answer:
        """A page of users; `$skiptoken` continues it."""
        self._admit(call)
        select, top = self._select(call), self._top(call)
        place = wire.place(call.query["$skiptoken"], 1) if "$skiptoken" in call.query else (0,)
        if place is None:
            raise errors.bad_request(call, "The skip token is not valid.")
        (start,) = place
        found = self._found(call)
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
        number = str(len(self._found(call)))
        return Answer(200, number.encode(), "text/plain; charset=utf-8")

    def _found(self, call: Call) -> list[Member]:
        """Everybody whom `$filter` and `$search` keep, in the order asked for."""
        members = self._organisation.members
        query = call.query
        tests: list[filters.Test] = []
        try:
            if "$filter" in query:
                told = filters.parse(query["$filter"], wire.NAMES)
                self._check_advanced(call, needed=told.advanced)
                tests.append(told.keeps)
            if "$search" in query:
                if not _eventual(call):
                    raise errors.not_without_eventual(call)
                tests.append(filters.search(query["$search"]))
            if not tests and "$orderby" not in query:
                return members.page(0, len(members))
            rows = [wire.UserRow(member, self._organisation) for member in members]
            kept = [row for row in rows if all(test(row) for test in tests)]
            if "$orderby" in query:
                name, down = filters.order(query["$orderby"], wire.NAMES)
                self._check_advanced(call, needed=bool(tests) or name not in _PLAIN_ORDER)
                kept.sort(key=lambda row: str(row[name] or "").lower(), reverse=down)
        except filters.NotSupported as what:
            raise errors.unsupported_query(call, str(what)) from None
        return [row.member for row in kept]

    def _check_advanced(self, call: Call, *, needed: bool) -> None:
        """Advanced queries want the header and `$count=true` (protocols 1.10)."""
        counts = call.query.get("$count") == "true" or call.path.endswith("/$count")
        if needed and not (_eventual(call) and counts):
            raise errors.unsupported_query(call, "it wants ConsistencyLevel: eventual and $count")

    # --- who is new ----------------------------------------------------------------------------

    async def delta(self, call: Call) -> Answer:
        """Who joined since a token; photos are no part of it (protocols 1.10)."""
        self._admit(call)
        for option in ("$top", "$orderby", "$search", _EXPAND):
            if option in call.query:
                raise errors.unsupported_query(call, f"{option} of a delta")
        select, members = self._select(call), self._organisation.members
        start, until = self._since(call)
        page = members.page(start, min(_PAGE, until - start))
        reached = start + len(page)
        body: dict[str, object] = {"@odata.context": wire.context(call, "users")}
        if reached < until:
            token = wire.token(reached, until)
            body["@odata.nextLink"] = wire.link(call, {"$skiptoken": token, "$deltatoken": None})
        else:
            token = wire.token(until, int(call.at.timestamp()))
            body["@odata.deltaLink"] = wire.link(call, {"$deltatoken": token, "$skiptoken": None})
        body["value"] = [wire.user(m, self._organisation, select) for m in page]
        return json_answer(body)

    def _since(self, call: Call) -> tuple[int, int]:
        """The stretch of people that a delta request is about: after whom, and up to whom."""
        until = len(self._organisation.members)
        after, page = call.query.get("$deltatoken"), call.query.get("$skiptoken")
        if after == "latest":
            return until, until
        told = page if page is not None else after
        if not told:
            return 0, until
        place = wire.place(told, 2)
        if place is None:
            raise errors.refused(call, 400, "syncStateNotFound", "The token is not valid.")
        if page is not None:
            return place[0], place[1]
        if call.at - datetime.fromtimestamp(place[1], UTC) > _TOKENS_LAST:
            again = wire.link(call, {"$deltatoken": "", "$skiptoken": None})
            raise errors.token_ended(call, again)
        return place[0], until

    # --- what all of them ask ------------------------------------------------------------------

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
        if _SKIP in call.query:
            raise errors.unsupported_query(call, "'$skip' is not supported by the service")
        if _EXPAND in call.query:
            raise errors.not_supported(call, _EXPAND)
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
