"""Graph's bodies: users, profile photos, pages."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from sameface.tenant.calls import Call
from sameface.tenant.members import COMPANY, Member
from sameface.tenant.organisation import Organisation

SIZES_PX = (48, 64, 96, 120, 240, 360, 432, 504, 648)
"""The squares that Exchange keeps (protocols 1.2)."""

_PLANS = {
    "exchange": "efb87545-963c-4e0d-99df-69c6916d9eb0",
    "SharePoint": "5dbe027f-2339-4123-9542-606e4d348a72",
    "YammerEnterprise": "7547a3fe-08ee-4ccb-b430-5077c5041653",
}
_TEXT = r"'(?P<value>(?:[^']|'')*)'"
_OR = re.compile(r"\s+or\s+(?=(?:[^']*'[^']*')*[^']*$)")
_EQUALS = re.compile(rf"(?P<name>\w+)\s+eq\s+{_TEXT}")
_STARTS = re.compile(rf"startswith\(\s*(?P<name>\w+)\s*,\s*{_TEXT}\s*\)")
_DEFAULTS = (
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
)


def _plans(member: Member, organisation: Organisation) -> list[dict[str, str]]:
    """What the person's licences hold; without a mailbox there is no plan for Exchange."""
    return [
        {
            "assignedDateTime": "2013-09-02T08:00:00Z",
            "capabilityStatus": "Enabled",
            "service": service,
            "servicePlanId": plan,
        }
        for service, plan in _PLANS.items()
        if service != "exchange" or organisation.option(member.id, "mailbox")
    ]


def _addresses(member: Member) -> list[str]:
    others = [f"smtp:{member.upn}"] if member.upn != member.mail else []
    return [f"SMTP:{member.mail}", *others]


_PROPERTIES: Mapping[str, Callable[[Member, Organisation], Any]] = {
    "accountEnabled": lambda _, __: True,
    "assignedPlans": _plans,
    "businessPhones": lambda _, __: [],
    "companyName": lambda _, __: COMPANY,
    "createdDateTime": lambda _, __: "2013-09-02T08:00:00Z",
    "department": lambda m, _: m.department,
    "displayName": lambda m, _: m.name,
    "employeeId": lambda m, _: m.employee_id,
    "givenName": lambda m, _: m.given_name,
    "id": lambda m, _: m.object_id,
    "jobTitle": lambda m, _: m.job_title,
    "mail": lambda m, _: m.mail,
    "mailNickname": lambda m, _: m.upn.partition("@")[0],
    "mobilePhone": lambda _, __: None,
    "officeLocation": lambda _, __: None,
    "onPremisesDomainName": lambda m, _: m.upn.partition("@")[2],
    "onPremisesImmutableId": lambda m, _: m.immutable_id,
    "onPremisesSamAccountName": lambda m, _: m.account_name,
    "onPremisesSyncEnabled": lambda _, __: True,
    "onPremisesUserPrincipalName": lambda m, _: m.upn,
    "preferredLanguage": lambda _, __: "en-GB",
    "proxyAddresses": lambda m, _: _addresses(m),
    "surname": lambda m, _: m.surname,
    "usageLocation": lambda _, __: "GB",
    "userPrincipalName": lambda m, _: m.upn,
    "userType": lambda _, __: "Member",
}


def unknown_property(select: str | None) -> str | None:
    """The first property of a `$select` that users do not have."""
    known = {name.lower() for name in _PROPERTIES}
    return next((n for n in _selected(select) if n.lower() not in known), None)


def user(member: Member, organisation: Organisation, select: str | None) -> dict[str, Any]:
    """One user with the selected properties, or the usual ones."""
    wanted = {name.lower() for name in _selected(select)}
    return {
        name: told(member, organisation)
        for name, told in _PROPERTIES.items()
        if name.lower() in wanted
    }


def _selected(select: str | None) -> tuple[str, ...]:
    names = tuple(name.strip() for name in (select or "").split(",") if name.strip())
    return names or _DEFAULTS


def matching(text: str, members: Iterable[Member], o: Organisation) -> list[Member] | None:
    """Those whom a `$filter` keeps: `eq` and `startswith` of texts, joined by `or`.

    None where it is anything else.
    """
    tests = []
    for part in _OR.split(text):
        match = _EQUALS.fullmatch(part.strip()) or _STARTS.fullmatch(part.strip())
        told = next((t for n, t in _PROPERTIES.items() if match and n == match["name"]), None)
        if match is None or told is None:
            return None
        wanted = match["value"].replace("''", "'").lower()
        tests.append((told, wanted, match.re is _EQUALS))
    return [m for m in members if any(_passes(m, o, *test) for test in tests)]


def _passes(
    member: Member,
    organisation: Organisation,
    told: Callable[[Member, Organisation], Any],
    wanted: str,
    equals: bool,
) -> bool:
    value = str(told(member, organisation)).lower()
    return value == wanted if equals else value.startswith(wanted)


# --- pages -------------------------------------------------------------------------------------


def context(call: Call, what: str) -> str:
    """The `@odata.context` of a reply."""
    version = call.path.split("/")[1]
    return f"{call.origin}/{version}/$metadata#{what}"


def link(call: Call, changed: Mapping[str, str | None]) -> str:
    """The same request with some parameters changed, None being taken out."""
    query = {**call.query, **changed}
    told = urlencode({k: v for k, v in query.items() if v is not None}, quote_via=quote, safe="$,")
    return f"{call.origin}{quote(call.path)}?{told}"


def token(*parts: int) -> str:
    """An opaque place in a listing."""
    return base64.urlsafe_b64encode(".".join(map(str, parts)).encode()).decode().rstrip("=")


def place(text: str, length: int) -> tuple[int, ...] | None:
    """The parts of such a token; None where it is none."""
    try:
        told = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        parts = tuple(int(part) for part in told.split("."))
    except ValueError:
        return None
    return parts if len(parts) == length else None


# --- photos ------------------------------------------------------------------------------------


def photo(call: Call, member: Member, px: int, change_key: str) -> dict[str, Any]:
    """A profilePhoto; its change key is a quoted text inside a text (protocols 1.3)."""
    name = f"{px}x{px}"
    return {
        "@odata.mediaContentType": "image/jpeg",
        "@odata.mediaEtag": f'"{change_key}"',
        "@odata.id": f"{call.origin}/v1.0/users('{member.object_id}')/photos('{name}')",
        "id": name,
        "height": px,
        "width": px,
    }


ONE_PIXEL = {
    "@odata.mediaContentType": "image/gif",
    "@odata.mediaEtag": "",
    "id": "1x1",
    "height": 1,
    "width": 1,
}
"""The documented way to say that there is no photo (protocols 1.3, form A)."""


def size_px(text: str) -> int | None:
    """The side in `240x240` or `240X240`; None where that is no size Graph knows."""
    side, _, other = text.lower().partition("x")
    known = side == other and side.isdigit() and int(side) in SIZES_PX
    return int(side) if known else None
