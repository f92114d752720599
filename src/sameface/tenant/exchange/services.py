"""What Exchange Web Services do here: photos read and written, people and groups found (2.2)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping

from sameface.errors import PictureRefused
from sameface.rules import Event, Photo
from sameface.tenant import groups
from sameface.tenant.calls import Answer, Call
from sameface.tenant.exchange import pictures, soap, wire
from sameface.tenant.exchange.entry import Caller, Entry
from sameface.tenant.members import Member
from sameface.tenant.organisation import Organisation

_CHANNEL = "set-userphoto"
_MOST_FOUND = 100
_NO_MAILBOX = ("ErrorNonExistentMailbox", "No mailbox with such guid.")
_NOT_FOUND = ("ErrorNameResolutionNoResults", "No results were found.")

OPERATIONS = (
    *("GetUserPhoto", "SetUserPhoto", "GetPersona", "ResolveNames", "ExpandDL", "ConvertId"),
)
"""What is served; everything else is refused by name."""

Handler = Callable[[Call, soap.Request, Caller], Awaitable[Answer]]


class Services:
    """The operations, by name; what is not among them is refused by name."""

    def __init__(self, organisation: Organisation, entry: Entry) -> None:
        self._organisation, self._entry = organisation, entry
        handlers = (
            *(self._photo, self._set_photo, self._persona),
            *(self._resolve, self._expand, self._convert),
        )
        self._handlers: Mapping[str, Handler] = dict(zip(OPERATIONS, handlers, strict=True))

    async def answer(self, call: Call) -> Answer:
        """One envelope for another. Raises `Declined` for who is not let in."""
        caller = self._entry.caller(call)
        try:
            request = soap.read(call.body)
        except soap.NotSoap as wrong:
            return soap.fault("ErrorSchemaValidation", str(wrong))
        handler = self._handlers.get(request.operation)
        if handler is None:
            text = f"The local tenant does not serve the operation {request.operation}."
            return soap.fault("ErrorInvalidRequest", text)
        if request.version not in soap.VERSIONS and not request.version.startswith("V20"):
            text = "The request's server version is not one that is known."
            return soap.fault("ErrorInvalidServerVersion", text)
        if request.acting_as is not None:
            if not caller.may_act:
                text = "The account does not have permission to impersonate the requested user."
                return soap.fault("ErrorImpersonateUserDenied", text)
            acting_as = self._entry.mailbox(caller, request.acting_as)
            if acting_as is None:
                text = "The SMTP address has no mailbox associated with it."
                return soap.fault("ErrorNonExistentMailbox", text)
            caller = Caller(acting_as, may_act=False, online=caller.online)
        return await handler(call, request, caller)

    # --- photos --------------------------------------------------------------------------------

    async def _photo(self, call: Call, request: soap.Request, caller: Caller) -> Answer:
        """200 with the picture, or unchanged; 404 for none; a bare 500 for a stranger (2.2)."""
        wanted = wire.size_px(request.text("SizeRequested"))
        if wanted is None:
            text = "The request failed schema validation: The 'SizeRequested' element is invalid."
            return soap.fault("ErrorSchemaValidation", text)
        if self._organisation.members.find(request.text("Email")) is None:
            return Answer(500)
        member = self._entry.mailbox(caller, request.text("Email"))
        found = (
            None if member is None else await pictures.largest(self._organisation, member, wanted)
        )
        if found is None:
            return Answer(404)
        headers = {"ETag": found.etag, "Expires": wire.expires(call.at)}
        unchanged = call.headers.get("if-none-match") == found.etag
        inside = f"<m:HasChanged>{str(not unchanged).lower()}</m:HasChanged>"
        if not unchanged:
            picture = found.picture
            data = base64.b64encode(picture.data).decode()
            inside += f"<m:PictureData>{data}</m:PictureData>"
            inside += f"<m:ContentType>{picture.media_type}</m:ContentType>"
        told = self._told(caller, soap.bare(request.operation, inside))
        told.headers.update(headers)
        return told

    async def _set_photo(self, _: Call, request: soap.Request, caller: Caller) -> Answer:
        """One's own, or anybody's for who may act as anybody; from Exchange 2016 on."""
        if not request.is_at_least("Exchange2016"):
            text = "SetUserPhoto needs the schema version Exchange2016 or a later one."
            return soap.fault("ErrorIncorrectSchemaVersion", text)
        member = self._entry.mailbox(caller, request.text("Email"))
        if member is None:
            return self._refused(request, caller, *_NO_MAILBOX)
        if caller.person != member and not caller.may_act:
            text = "Access is denied. Check credentials and try again."
            return self._refused(request, caller, "ErrorAccessDenied", text)
        try:
            data = base64.b64decode("".join(request.text("Content").split()), validate=True)
            name = await self._organisation.album.keep(data)
        except (binascii.Error, PictureRefused):
            text = "The content is not an image that can be read."
            return self._refused(request, caller, "ErrorInvalidImage", text)
        photo = Photo(name, len(data))
        event = Event("change", person=member.id, channel=_CHANNEL, photo=photo)
        for refusal in self._organisation.happen(event).refusals:
            store = self._organisation.book.stores.get(refusal.rule.partition("/")[2])
            over = store is not None and store.max_bytes is not None and len(data) > store.max_bytes
            code = "ErrorMessageSizeExceeded" if over else "ErrorInvalidOperation"
            return self._refused(request, caller, code, refusal.text)
        return self._told(caller, soap.bare(request.operation, ""))

    # --- people and groups ---------------------------------------------------------------------

    async def _persona(self, _: Call, request: soap.Request, caller: Caller) -> Answer:
        """Somebody by persona id or by mail address."""
        told = request.attribute("Id", "PersonaId")
        address = wire.persona_mail(told) if told else request.typed("EmailAddress")
        member = self._entry.mailbox(caller, address)
        name = "m:GetPersonaResponseMessage"
        if member is None:
            inside = (
                "<m:MessageText>The specified object was not found in the store.</m:MessageText>"
                "<m:ResponseCode>ErrorItemNotFound</m:ResponseCode>"
            )
            return self._told(caller, f'<{name} ResponseClass="Error">{inside}</{name}>')
        inside = f"<m:ResponseCode>NoError</m:ResponseCode>{wire.persona(member)}"
        return self._told(caller, f'<{name} ResponseClass="Success">{inside}</{name}>')

    async def _resolve(self, _: Call, request: soap.Request, caller: Caller) -> Answer:
        """Who is meant: people and groups whose name or address begins so."""
        wanted = request.text("UnresolvedEntry").lower().removeprefix("smtp:")
        full = request.attribute("ReturnFullContactData", "ResolveNames").lower() == "true"
        whole = request.attribute("ContactDataShape", "ResolveNames") == "AllProperties"
        rows = []
        for member in self._organisation.members:
            known_as = (member.name, member.surname, member.mail, member.upn)
            if self._entry.mailbox(caller, member.mail) is not None and any(
                name.lower().startswith(wanted) for name in known_as
            ):
                photo = await self._thumbnail(member) if full and whole else None
                rows.append(wire.resolution(member, full=full, photo=photo))
            if len(rows) > _MOST_FOUND:
                break
        if not rows or not wanted:
            return self._told(caller, soap.refusal(request.operation, *_NOT_FOUND))
        last = str(len(rows) <= _MOST_FOUND).lower()
        some = "".join(rows[:_MOST_FOUND])
        total = f'TotalItemsInView="{min(len(rows), _MOST_FOUND)}"'
        inside = (
            f'<m:ResolutionSet {total} IncludesLastItemInRange="{last}">{some}</m:ResolutionSet>'
        )
        many = ("ErrorNameResolutionMultipleResults", "Multiple results were found.")
        warning = many if len(rows) > 1 else None
        return self._told(caller, soap.message(request.operation, inside, warning=warning))

    async def _thumbnail(self, member: Member) -> bytes | None:
        found = await pictures.largest(self._organisation, member, 96)
        return None if found is None else found.picture.data

    async def _expand(self, _: Call, request: soap.Request, caller: Caller) -> Answer:
        """Who is in a group."""
        members = self._organisation.members
        group = groups.group(members, request.typed("EmailAddress"))
        if group is None:
            return self._told(caller, soap.refusal(request.operation, *_NOT_FOUND))
        rows = [
            wire.mailbox(m) for m in groups.people(members, group) if self._entry.has_mailbox(m)
        ]
        total = f'TotalItemsInView="{len(rows)}" IncludesLastItemInRange="true"'
        inside = f"<m:DLExpansion {total}>{''.join(rows)}</m:DLExpansion>"
        return self._told(caller, soap.message(request.operation, inside))

    async def _convert(self, _: Call, request: soap.Request, caller: Caller) -> Answer:
        """No id is convertible; clients ask to see whether anybody is there, and which version."""
        text = "Id is malformed."
        return self._told(caller, soap.refusal(request.operation, "ErrorInvalidIdMalformed", text))

    # --- answers -------------------------------------------------------------------------------

    def _told(self, caller: Caller, body: str) -> Answer:
        return soap.answer(body, soap.ONLINE if caller.online else soap.ON_PREMISES)

    def _refused(self, request: soap.Request, caller: Caller, code: str, text: str) -> Answer:
        return self._told(caller, soap.bare_refusal(request.operation, code, text))
