"""Finding people: search results and the people picker (protocols 3.6)."""

from __future__ import annotations

from collections.abc import Iterator

from sameface.tenant.calls import Answer, Call
from sameface.tenant.members import Member
from sameface.tenant.organisation import Organisation
from sameface.tenant.sharepoint import addresses, errors, wire
from sameface.tenant.sharepoint.entry import Entry
from sameface.tenant.sharepoint.profiles import Profiles
from sameface.values import SHAREPOINT

_PICKER = "ClientPeoplePickerSearchUser"
_ROWS, _MOST_ROWS = 10, 500
_USUAL = "AccountName,PreferredName,WorkEmail,PictureURL,Title,Path"


class Finding:
    """The handlers of people search and of the picker."""

    def __init__(self, organisation: Organisation, entry: Entry, profiles: Profiles) -> None:
        self._organisation, self._entry, self._profiles = organisation, entry, profiles

    async def search(self, call: Call) -> Answer:
        """People, whatever the result source; the picture's address has no timestamp."""
        self._entry.reader(call)
        told = {name.lower(): addresses.text(value) for name, value in call.query.items()}
        return self._results(call, told, "query")

    async def post(self, call: Call) -> Answer:
        """The same as a request object, as clients send what is long."""
        self._entry.reader(call)
        body = call.json()
        request = body.get("request", body) if isinstance(body, dict) else None
        if not isinstance(request, dict):
            raise errors.bad_value(call, "A request is needed.")
        told = {name.lower(): _text(value) for name, value in request.items()}
        return self._results(call, told, "postquery")

    def _results(self, call: Call, told: dict[str, str], method: str) -> Answer:
        start, length = _number(told.get("startrow"), 0), _number(told.get("rowlimit"), _ROWS)
        wanted = (told.get("selectproperties") or _USUAL).split(",")
        found = list(self._matching(told.get("querytext", "*")))
        rows = [
            self._row(call, member, wanted)
            for member in found[start : start + min(length, _MOST_ROWS)]
        ]
        return wire.told(call, wire.results(rows, len(found)), method)

    async def pick(self, call: Call) -> Answer:
        """Who the picker offers; the picture's address carries SharePoint's timestamp."""
        self._entry.reader(call)
        told = call.json()
        query = told.get("queryParams") if isinstance(told, dict) else None
        if not isinstance(query, dict) or not isinstance(query.get("QueryString"), str):
            raise errors.bad_value(call, "queryParams with a QueryString are needed.")
        most = query.get("MaximumEntitySuggestions")
        found = list(self._matching(query["QueryString"]))
        some = found[: most if isinstance(most, int) and most > 0 else 30]
        entities = [wire.entity(member, self._picker_picture(call, member)) for member in some]
        return wire.told_value(call, wire.in_text(entities), _PICKER)

    def _matching(self, text: str) -> Iterator[Member]:
        """Everybody for `*`; else whose name, UPN or mail holds the text, a field's name off."""
        wanted = text.rpartition(":")[2].strip('"* ').lower()
        for member in self._organisation.members:
            known_as = f"{member.name}\0{member.upn}\0{member.mail}".lower()
            if wanted in known_as:
                yield member

    def _row(self, call: Call, member: Member, wanted: list[str]) -> dict[str, str]:
        properties = {k.lower(): v for k, v in self._profiles.properties(call, member).items()}
        properties["path"] = f"{call.origin}/Person.aspx?accountname={member.upn}"
        return {name: properties.get(name.strip().lower(), "") for name in wanted}

    def _picker_picture(self, call: Call, member: Member) -> str | None:
        held = self._organisation.held(member.id, SHAREPOINT)
        if held.photo("medium") is None or not self._shows(member):
            return None
        return wire.page_url(member, call.origin, "M", held.stamp)

    def _shows(self, member: Member) -> bool:
        needed = ("picture-shown", "picker-shows-pictures")
        return all(self._organisation.option(member.id, option) for option in needed)


def _text(value: object) -> str:
    """A value of a request object as the text it would be in an address."""
    if isinstance(value, dict):
        value = value.get("results", ())
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _number(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isdigit() else default
