"""PeopleManager: user profiles and the properties that decide about pictures (protocols 3.2)."""

from __future__ import annotations

import base64
import binascii

from sameface.errors import PictureRefused
from sameface.rules import Event, Photo
from sameface.tenant.calls import Answer, Call
from sameface.tenant.members import Member
from sameface.tenant.organisation import Organisation
from sameface.tenant.sharepoint import addresses, errors, wire
from sameface.tenant.sharepoint.entry import Entry
from sameface.values import SHAREPOINT

URL, PLACEHOLDER = "PictureURL", "SPS-PicturePlaceholderState"
SYNC, TIMESTAMP = "SPS-PictureExchangeSyncState", "SPS-PictureTimestamp"
MOST_BYTES = 5_000_000
_SHOWN, _ASKS = "picture-shown", "exchange-sync"
_CHANNEL = "sharepoint-my-site"


class Profiles:
    """The handlers of PeopleManager."""

    def __init__(self, organisation: Organisation, entry: Entry) -> None:
        self._organisation, self._entry = organisation, entry

    # --- reading -------------------------------------------------------------------------------

    async def of_anybody(self, call: Call) -> Answer:
        self._entry.reader(call)
        member = self._named(call, "GetPropertiesFor")
        if member is None:
            return wire.told_null(call, "GetPropertiesFor")
        return wire.told(call, self._person(call, member))

    async def own(self, call: Call) -> Answer:
        grant = self._entry.reader(call)
        if grant.person is None:
            raise errors.no_user(call)
        return wire.told(call, self._person(call, self._organisation.members[grant.person]))

    async def one_property(self, call: Call) -> Answer:
        self._entry.reader(call)
        method = "GetUserProfilePropertyFor"
        told = addresses.arguments(call, method)
        member, name = self._named(call, method), told.get("propertyname") or told.get("1", "")
        if member is None:
            raise errors.no_user(call)
        properties = {key.lower(): v for key, v in self.properties(call, member).items()}
        return wire.told_value(call, properties.get(name.lower(), ""), method)

    def properties(self, call: Call, member: Member) -> dict[str, str]:
        """All properties of a profile."""
        written = self._organisation.profiles.get(member.id, {})
        return wire.identity(member) | written | self._about_the_picture(call, member, written)

    def _about_the_picture(
        self, call: Call, member: Member, written: dict[str, str]
    ) -> dict[str, str]:
        """What the rules say is shown, in SharePoint's properties."""
        organisation, person = self._organisation, member.id
        shown, usual = (
            organisation.option(person, _SHOWN),
            wire.picture_url(member, call.origin, organisation.pictures),
        )
        asks = organisation.option(person, _ASKS) and organisation.option(person, "mailbox")
        stamp = organisation.held(person, SHAREPOINT).stamp
        return {
            URL: (written.get(URL) or usual) if shown else written.get(URL, ""),
            PLACEHOLDER: "0" if shown else written.get(PLACEHOLDER, "1"),
            SYNC: "1" if asks else "0",
            TIMESTAMP: str(max(stamp, _number(written.get(TIMESTAMP, "")))),
        }

    def _person(self, call: Call, member: Member) -> dict[str, object]:
        return wire.person(member, self.properties(call, member), call.origin)

    def _named(self, call: Call, method: str) -> Member | None:
        told = addresses.arguments(call, method)
        return self._organisation.members.find(told.get("accountname") or told.get("0", ""))

    # --- writing -------------------------------------------------------------------------------

    async def set_property(self, call: Call) -> Answer:
        """One text of a profile; the two that decide about the picture are told to the rules."""
        told = call.json()
        names = ("accountName", "propertyName", "propertyValue")
        if not isinstance(told, dict) or not all(isinstance(told.get(n), str) for n in names):
            raise errors.bad_value(call, "accountName, propertyName and propertyValue are needed.")
        account, name, value = (told[n] for n in names)
        member = self._organisation.members.find(account)
        self._entry.profile_writer(call, member.id if member else "")
        if member is None:
            raise errors.no_user(call)
        if name == SYNC:
            self._switch(member, _ASKS, value != "0")
        elif name in (URL, PLACEHOLDER):
            self._show(call, member, name, value)
        else:
            self._organisation.set_property(member.id, name, value)
        return wire.told_null(call, "SetSingleValueProfileProperty")

    def _show(self, call: Call, member: Member, name: str, value: str) -> None:
        """A picture is shown when PictureURL is set and the placeholder state is 0 (facts A-S8)."""
        now = self.properties(call, member) | {name: value}
        for key in (URL, PLACEHOLDER):
            self._organisation.set_property(member.id, key, now[key])
        self._switch(member, _SHOWN, bool(now[URL]) and now[PLACEHOLDER] == "0")

    def _switch(self, member: Member, option: str, value: bool) -> None:
        known = option in self._organisation.book.options
        if known and self._organisation.option(member.id, option) is not value:
            event = Event("set", person=member.id, option=option, value=value)
            self._organisation.happen(event)

    async def set_own_picture(self, call: Call) -> Answer:
        """The own photo, as raw bytes or as base64 in JSON: a change made in My Site."""
        person = self._entry.owner(call)
        data = _picture(call)
        if len(data) > MOST_BYTES:
            raise errors.too_large(call)
        try:
            name = await self._organisation.album.keep(data)
        except PictureRefused:
            raise errors.bad_value(call, "The picture is not a valid image.") from None
        event = Event("change", person=person, channel=_CHANNEL, photo=Photo(name, len(data)))
        for refusal in self._organisation.happen(event).refusals:
            raise errors.bad_value(call, refusal.text)
        return wire.told_value(call, True, "SetMyProfilePicture")


def _picture(call: Call) -> bytes:
    told = call.json() if "json" in call.headers.get("content-type", "") else None
    if not isinstance(told, dict):
        return call.body
    try:
        return base64.b64decode(str(told.get("picture", "")), validate=True)
    except binascii.Error:
        return b""


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
