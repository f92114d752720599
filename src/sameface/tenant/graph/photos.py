"""Profile photos: metadata, bytes, writing, removing (protocols 1.2 to 1.6)."""

from __future__ import annotations

from collections.abc import Callable

from sameface.errors import PictureRefused
from sameface.rules import Event, Held, Photo, Refusal
from sameface.tenant.calls import Answer, Call, Declined, json_answer, picture_answer
from sameface.tenant.gate import Gate
from sameface.tenant.graph import errors, wire
from sameface.tenant.graph.policy import Policy
from sameface.tenant.graph.users import Users
from sameface.tenant.login.registrations import Resource
from sameface.tenant.login.tokens import Grant
from sameface.tenant.members import Member
from sameface.tenant.organisation import GRAPH, Organisation, change_key
from sameface.values import EXCHANGE, Standing

MOST_BYTES = 4 * 2**20
"""The largest request that Graph takes (protocols 1.6)."""

_READ = (
    "ProfilePhoto.Read.All",
    "ProfilePhoto.ReadWrite.All",
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
)
_READ_OWN = ("User.Read", "User.ReadWrite", *_READ)
_WRITE = ("ProfilePhoto.ReadWrite.All", "User.ReadWrite.All")
_WRITE_OWN = ("User.ReadWrite", *_WRITE)
_OWN_CHANNEL = "outlook-online"
_BEFORE_GRAPH = "set-userphoto"  # what an administrator's write was, in the era without the channel


class Photos:
    """The handlers of `users/{user}/photo` and `photos`.

    `one_pixel` tells whether a reply about "no photo" takes the documented form A.
    """

    def __init__(
        self,
        organisation: Organisation,
        gate: Gate,
        users: Users,
        policy: Policy,
        one_pixel: Callable[[Call], bool],
    ) -> None:
        self._organisation, self._gate, self._users = organisation, gate, users
        self._policy, self._one_pixel = policy, one_pixel

    # --- reading -------------------------------------------------------------------------------

    async def metadata(self, call: Call, user: str, size: str | None = None) -> Answer:
        """The largest photo, or the one of a size, in words."""
        member = self._readable(call, user)
        wanted = self._size_px(call, size)
        held = self._held(member)
        context = wire.context(call, f"{_owner(member)}/photo/$entity")
        told: dict[str, object] = {"@odata.context": context}
        if held.standing is not Standing.PHOTO:
            if size != wire.ONE_PIXEL_SIZE and not self._one_pixel(call):
                raise errors.no_photo(call)
            return json_answer(told | wire.ONE_PIXEL)
        if size == wire.ONE_PIXEL_SIZE:
            raise errors.no_photo(call)
        px = next((p for p in reversed(self._sizes_px(member, held)) if p <= wanted), wanted)
        return json_answer(
            told | wire.photo(call, _owner(member), px, self._change_key(member, held))
        )

    async def sizes(self, call: Call, user: str) -> Answer:
        """All sizes, in words."""
        member = self._readable(call, user)
        held = self._held(member)
        key = self._change_key(member, held)
        sizes = self._sizes_px(member, held) if held.standing is Standing.PHOTO else ()
        body = {
            "@odata.context": wire.context(call, f"{_owner(member)}/photos"),
            "value": [wire.photo(call, _owner(member), px, key) for px in sizes],
        }
        return json_answer(body)

    async def value(self, call: Call, user: str, size: str | None = None) -> Answer:
        """The bytes; conditional requests are not honoured (protocols 1.4)."""
        member = self._readable(call, user)
        wanted = self._size_px(call, size)
        held = self._held(member)
        name = held.photo()
        if held.standing is not Standing.PHOTO or name is None or size == wire.ONE_PIXEL_SIZE:
            raise errors.no_photo(call)
        px = next((p for p in reversed(self._sizes_px(member, held)) if p <= wanted), wanted)
        picture = await self._organisation.album.square(member.id, name, px)
        etag = f'"{self._change_key(member, held)}"'
        return picture_answer(picture, {"ETag": etag, "Cache-Control": "private"})

    def _held(self, member: Member) -> Held:
        return self._organisation.held(member.id, self._organisation.behind_graph(member.id))

    def _change_key(self, member: Member, held: Held) -> str:
        store = self._organisation.behind_graph(member.id)
        return change_key(member.id, store, held) or ""

    def _sizes_px(self, member: Member, held: Held) -> tuple[int, ...]:
        """What can be had, smallest first: a ladder, but of a mailbox's stand-in one size only."""
        organisation = self._organisation
        longest = organisation.album.longest_px(held.photo() or "")
        if organisation.behind_graph(member.id) != organisation.graph_writes:
            return (min(longest, wire.SIZES_PX[-1]),)
        return tuple(px for px in wire.SIZES_PX if px <= longest) or (longest,)

    def _size_px(self, call: Call, size: str | None) -> int:
        if size is None or size == wire.ONE_PIXEL_SIZE:
            return wire.SIZES_PX[-1]
        px = wire.size_px(size)
        if px is None:
            raise errors.bad_request(call, f"The photo size '{size}' is not valid.")
        return px

    # --- writing -------------------------------------------------------------------------------

    async def put(self, call: Call, user: str) -> Answer:
        """Take a new photo. The reply has no body and so no content type."""
        member, channel = self._writable(call, user)
        if len(call.body) > MOST_BYTES:
            raise errors.too_large(call)
        try:
            name = await self._organisation.album.keep(call.body)
        except PictureRefused:
            raise errors.not_a_photo(call) from None
        photo = Photo(name, len(call.body))
        event = Event("change", person=member.id, channel=channel, photo=photo)
        for refusal in self._organisation.happen(event).refusals:
            raise self._spelt(call, refusal, len(call.body))
        return Answer(200)

    async def delete(self, call: Call, user: str) -> Answer:
        member, channel = self._writable(call, user)
        if self._held(member).standing is not Standing.PHOTO:
            raise errors.no_photo(call)
        event = Event("remove", person=member.id, channel=channel)
        for refusal in self._organisation.happen(event).refusals:
            raise self._spelt(call, refusal, 0)
        return Answer(200)

    def _spelt(self, call: Call, refusal: Refusal, size_bytes: int) -> Declined:
        """A refusal of the rules in Graph's words. Entra's ceiling looks like a missing mailbox."""
        kind, _, row = refusal.rule.partition("/")
        if kind == "channels":
            return errors.photo_denied(call)  # a policy, whatever the token may
        store = self._organisation.book.stores.get(row)
        over = store is not None and store.max_bytes is not None and size_bytes > store.max_bytes
        if over and store is not None and store.id == EXCHANGE:
            return errors.too_large(call, refusal.text)
        return errors.no_mailbox(call)

    # --- rights --------------------------------------------------------------------------------

    def _readable(self, call: Call, user: str) -> Member:
        grant, member = self._asked(call, user)
        if not grant.may(*(_READ_OWN if grant.person == member.id else _READ)):
            raise errors.photo_denied(call)
        return member

    def _writable(self, call: Call, user: str) -> tuple[Member, str]:
        """Whose photo it is and the channel it is: one's own, or an administrator's."""
        grant, member = self._asked(call, user)
        if self._policy.forbids(grant):
            raise errors.photo_denied(call)
        if grant.person == member.id:
            if not grant.may(*_WRITE_OWN):
                raise errors.photo_denied(call)
            return member, _OWN_CHANNEL
        if not grant.may(*_WRITE) or (grant.person is not None and not grant.admin):
            raise errors.photo_denied(call)
        return member, GRAPH if GRAPH in self._organisation.book.channels else _BEFORE_GRAPH

    def _asked(self, call: Call, user: str) -> tuple[Grant, Member]:
        grant = self._gate.grant(call, Resource.GRAPH, errors.unauthorised)
        member = self._users.named(call, grant, user)
        organisation = self._organisation
        on_premises = organisation.choice(member.id, "mailbox") == "on-premises"
        if on_premises and organisation.graph_writes == EXCHANGE:
            raise errors.mailbox_elsewhere(call)
        return grant, member


def _owner(member: Member) -> str:
    return f"users('{member.object_id}')"
