"""Graph's bodies: users, profile photos, pages."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from sameface.tenant.calls import Call
from sameface.tenant.groups import Group
from sameface.tenant.members import COMPANY, DOMAIN, KINDS, TENANT_ID, Member
from sameface.tenant.organisation import Organisation

SIZES_PX = (48, 64, 96, 120, 240, 360, 432, 504, 648)
"""The squares that Exchange keeps (protocols 1.2)."""

_PLANS = {
    "exchange": "efb87545-963c-4e0d-99df-69c6916d9eb0",
    "SharePoint": "5dbe027f-2339-4123-9542-606e4d348a72",
    "YammerEnterprise": "7547a3fe-08ee-4ccb-b430-5077c5041653",
}
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
    if member.kind != KINDS[0]:
        return []
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
    others = {member.upn: None, **dict.fromkeys(member.aliases)}
    others.pop(member.mail, None)
    return [f"SMTP:{member.mail}", *(f"smtp:{other}" for other in others)]


_PROPERTIES: Mapping[str, Callable[[Member, Organisation], Any]] = {
    "accountEnabled": lambda m, _: m.kind != "shared",
    "assignedPlans": _plans,
    "businessPhones": lambda _, __: [],
    "city": lambda _, __: None,
    "companyName": lambda _, __: COMPANY,
    "country": lambda _, __: None,
    "createdDateTime": lambda _, __: "2013-09-02T08:00:00Z",
    "creationType": lambda m, _: "Invitation" if m.is_guest else None,
    "department": lambda m, _: m.department,
    "displayName": lambda m, _: m.name,
    "employeeId": lambda m, _: m.employee_id,
    "externalUserState": lambda m, _: "Accepted" if m.is_guest else None,
    "givenName": lambda m, _: m.given_name,
    "id": lambda m, _: m.object_id,
    "jobTitle": lambda m, _: m.job_title,
    "mail": lambda m, _: m.mail,
    "mailNickname": lambda m, _: m.upn.partition("@")[0],
    "mobilePhone": lambda _, __: None,
    "officeLocation": lambda _, __: None,
    "onPremisesDomainName": lambda m, _: None if m.is_guest else m.upn.partition("@")[2],
    "onPremisesImmutableId": lambda m, _: None if m.is_guest else m.immutable_id,
    "onPremisesSamAccountName": lambda m, _: None if m.is_guest else m.account_name,
    "onPremisesSyncEnabled": lambda m, _: None if m.is_guest else True,
    "onPremisesUserPrincipalName": lambda m, _: None if m.is_guest else m.upn,
    "preferredLanguage": lambda _, __: "en-GB",
    "proxyAddresses": lambda m, _: _addresses(m),
    "surname": lambda m, _: m.surname,
    "usageLocation": lambda _, __: "GB",
    "userPrincipalName": lambda m, _: m.upn,
    "userType": lambda m, _: "Guest" if m.is_guest else "Member",
}


NAMES: Mapping[str, str] = {name.lower(): name for name in _PROPERTIES}
"""The properties of users, by lower-case name."""


class UserRow(Mapping[str, Any]):
    """A user's properties, each computed when somebody asks: filters look at one of many."""

    def __init__(self, member: Member, organisation: Organisation) -> None:
        self.member, self._organisation = member, organisation

    def __getitem__(self, name: str) -> Any:
        return _PROPERTIES[name](self.member, self._organisation)

    def __iter__(self) -> Iterator[str]:
        return iter(_PROPERTIES)

    def __len__(self) -> int:
        return len(_PROPERTIES)


def unknown_property(select: str | None) -> str | None:
    """The first property of a `$select` that users do not have."""
    return next((n for n in _selected(select) if n.lower() not in NAMES), None)


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


# --- groups and the organisation ---------------------------------------------------------------


def group(told: Group) -> dict[str, Any]:
    """A group with the usual properties."""
    return {
        "id": told.object_id,
        "createdDateTime": "2013-09-02T08:00:00Z",
        "description": None,
        "displayName": told.name,
        "groupTypes": ["Unified"],
        "mail": told.mail,
        "mailEnabled": True,
        "mailNickname": told.nickname,
        "proxyAddresses": [f"SMTP:{told.mail}"],
        "securityEnabled": False,
        "visibility": "Private",
    }


def organization() -> dict[str, Any]:
    """The tenant itself."""
    domain = {
        "capabilities": "Email, OfficeCommunicationsOnline",
        "isDefault": True,
        "isInitial": True,
        "name": DOMAIN,
        "type": "Managed",
    }
    return {
        "id": TENANT_ID,
        "countryLetterCode": "GB",
        "createdDateTime": "2013-09-02T08:00:00Z",
        "displayName": COMPANY,
        "onPremisesSyncEnabled": True,
        "preferredLanguage": "en",
        "tenantType": "AAD",
        "verifiedDomains": [domain],
    }


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


def photo(call: Call, owner: str, px: int, change_key: str) -> dict[str, Any]:
    """A profilePhoto of `owner`, as `users('id')`; its key is a quoted text in a text (1.3)."""
    name = f"{px}x{px}"
    return {
        "@odata.mediaContentType": "image/jpeg",
        "@odata.mediaEtag": f'"{change_key}"',
        "@odata.id": f"{call.origin}/v1.0/{owner}/photos('{name}')",
        "id": name,
        "height": px,
        "width": px,
    }


ONE_PIXEL_SIZE = "1x1"
"""The size under which "no photo" may be asked for by name."""

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
