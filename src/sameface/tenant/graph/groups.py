"""Groups and their teams: one, many, who is in them, and the photo that somebody gave them.

No rulebook tells where a group's photo would travel: it is kept here and shown nowhere else.
"""

from __future__ import annotations

from sameface.errors import PictureRefused
from sameface.tenant import groups
from sameface.tenant.calls import Answer, Call, json_answer, picture_answer
from sameface.tenant.gate import Gate
from sameface.tenant.graph import errors, filters, wire
from sameface.tenant.groups import Group
from sameface.tenant.login.registrations import Resource
from sameface.tenant.login.tokens import Grant
from sameface.tenant.organisation import Organisation, hash_of

_READ = ("Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All")
_READ_PHOTO = ("ProfilePhoto.Read.All", "ProfilePhoto.ReadWrite.All", *_READ)
_WRITE_PHOTO = ("ProfilePhoto.ReadWrite.All", "Group.ReadWrite.All")
_NAMES = {n.lower(): n for n in ("id", "displayName", "mail", "mailNickname", "mailEnabled")}
_KEPT = "group-photo"


class Groups:
    """The handlers of `groups` and `teams`."""

    def __init__(self, organisation: Organisation, gate: Gate) -> None:
        self._organisation, self._gate = organisation, gate

    async def many(self, call: Call) -> Answer:
        self._admit(call, _READ)
        rows = [wire.group(group) for group in groups.groups(self._organisation.members)]
        try:
            if "$filter" in call.query:
                keeps = filters.parse(call.query["$filter"], _NAMES).keeps
                rows = [row for row in rows if keeps(row)]
        except filters.NotSupported as what:
            raise errors.unsupported_query(call, str(what)) from None
        return json_answer({"@odata.context": wire.context(call, "groups"), "value": rows})

    async def one(self, call: Call, group: str) -> Answer:
        self._admit(call, _READ)
        told = {"@odata.context": wire.context(call, "groups/$entity")}
        return json_answer(told | wire.group(self._named(call, group)))

    async def members(self, call: Call, group: str) -> Answer:
        """Who is in it, in one page."""
        self._admit(call, _READ)
        found = groups.people(self._organisation.members, self._named(call, group))
        rows = [
            {"@odata.type": "#microsoft.graph.user"} | wire.user(m, self._organisation, None)
            for m in found
        ]
        body = {"@odata.context": wire.context(call, "directoryObjects"), "value": rows}
        return json_answer(body)

    async def photo(self, call: Call, group: str, size: str | None = None) -> Answer:
        """The photo in words."""
        self._admit(call, _READ_PHOTO)
        found = self._named(call, group)
        name, px = self._photo(call, found), self._px(call, size)
        key = hash_of(found.object_id, name)
        told = wire.photo(call, f"groups('{found.object_id}')", px, key)
        what = f"groups('{found.object_id}')/photo/$entity"
        return json_answer({"@odata.context": wire.context(call, what)} | told)

    async def value(self, call: Call, group: str, size: str | None = None) -> Answer:
        """The picture itself."""
        self._admit(call, _READ_PHOTO)
        found = self._named(call, group)
        name, px = self._photo(call, found), self._px(call, size)
        return picture_answer(await self._organisation.album.square(found.nickname, name, px))

    async def put(self, call: Call, group: str) -> Answer:
        """A member, or an administrator, gives it a photo; an application by itself may not."""
        grant = self._admit(call, _WRITE_PHOTO)
        found = self._named(call, group)
        if grant.person is None:
            raise errors.not_for_applications(call)
        if not grant.admin and not found.has(self._organisation.members[grant.person]):
            raise errors.photo_denied(call)
        try:
            name = await self._organisation.album.keep(call.body)
        except PictureRefused:
            raise errors.not_a_photo(call) from None
        self._organisation.set_property(f"group/{found.nickname}", _KEPT, name)
        return Answer(204 if "/teams/" in call.path.lower() else 200)

    def _photo(self, call: Call, group: Group) -> str:
        """The name of the upload."""
        kept = self._organisation.profiles.get(f"group/{group.nickname}", {})
        if _KEPT not in kept:
            raise errors.no_photo(call)
        return kept[_KEPT]

    def _px(self, call: Call, size: str | None) -> int:
        px = wire.SIZES_PX[-1] if size is None else wire.size_px(size)
        if px is None:
            raise errors.bad_request(call, f"The photo size '{size}' is not valid.")
        return px

    def _named(self, call: Call, key: str) -> Group:
        found = groups.group(self._organisation.members, key)
        if found is None or key.lower() != found.object_id:
            raise errors.unknown_user(call, key)
        return found

    def _admit(self, call: Call, rights: tuple[str, ...]) -> Grant:
        grant = self._gate.grant(call, Resource.GRAPH, errors.unauthorised)
        if not grant.may(*rights):
            raise errors.directory_denied(call)
        return grant
