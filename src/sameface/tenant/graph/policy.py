"""What the organisation lets anybody write: `admin/people/photoUpdateSettings` (protocols 1.12).

Eras whose rulebooks know these settings live by them, a day's delay included; in earlier ones
Graph alone minds them, at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sameface.rules import Event
from sameface.tenant.calls import Answer, Call, json_answer
from sameface.tenant.gate import Gate
from sameface.tenant.graph import errors, wire
from sameface.tenant.login.registrations import Resource
from sameface.tenant.login.tokens import PEOPLE_ADMINISTRATOR, Grant
from sameface.tenant.members import Member
from sameface.tenant.organisation import Organisation

_READ = ("PeopleSettings.Read.All", "PeopleSettings.ReadWrite.All")
_WRITE = ("PeopleSettings.ReadWrite.All",)
_SOURCE, _MAY_EDIT = "photo-source", "may-edit"
_SPELT = {"cloud": "cloud", "onPremises": "on-premises"}
_UNDEFINED = "undefined"
_ON_PREMISES = "onPremises"
_KEPT = "policy/photos"


class Policy:
    """The handlers, and the policy itself as Graph minds it."""

    def __init__(self, organisation: Organisation, gate: Gate) -> None:
        self._organisation, self._gate = organisation, gate

    @property
    def _source(self) -> str | None:
        return self._kept.get("source") or None

    @property
    def _roles(self) -> list[str]:
        return self._kept.get("roles", "").split()

    @property
    def _kept(self) -> Mapping[str, str]:
        """Kept where SharePoint's texts are, so that a tenant with a folder remembers it."""
        return self._organisation.profiles.get(_KEPT, {})

    def _keep(self, source: str | None, roles: list[str]) -> None:
        self._organisation.set_property(_KEPT, "source", source or "")
        self._organisation.set_property(_KEPT, "roles", " ".join(roles))
        self._tell_the_rules()

    async def read(self, call: Call) -> Answer:
        self._admit(call, _READ)
        return self._told(call)

    async def change(self, call: Call) -> Answer:
        """`source` and `allowedRoles`, either or both."""
        self._admit(call, _WRITE)
        told = call.json()
        if not isinstance(told, dict) or not set(told) <= {"source", "allowedRoles", "@odata.type"}:
            raise errors.bad_request(call, "source and allowedRoles are what there is.")
        source, roles = told.get("source", self._source), told.get("allowedRoles", self._roles)
        if source not in (None, *_SPELT) or not _are_texts(roles):
            raise errors.bad_request(call, "Invalid value specified for property.")
        self._keep(source, [role.lower() for role in roles])
        return self._told(call)

    async def clear(self, call: Call) -> Answer:
        """As if nobody had ever said anything."""
        self._admit(call, _WRITE)
        self._keep(None, [])
        return Answer(204)

    def forbids(self, grant: Grant) -> bool:
        """Whether Graph refuses a write by itself: where no rulebook's option does."""
        options = self._organisation.book.options
        if _SOURCE not in options and self._source == _ON_PREMISES:
            return True
        role = PEOPLE_ADMINISTRATOR if grant.admin else ""
        by_role = bool(self._roles) and grant.person is not None and role not in self._roles
        return _MAY_EDIT not in options and by_role

    def _tell_the_rules(self) -> None:
        for member in self._organisation.members:
            self._set(member, _SOURCE, _SPELT.get(self._source or "", _UNDEFINED))
            role = PEOPLE_ADMINISTRATOR if member.admin else ""
            self._set(member, _MAY_EDIT, not self._roles or role in self._roles)

    def _set(self, member: Member, option: str, value: bool | str) -> None:
        if option in self._organisation.book.options:
            self._organisation.happen(Event("set", person=member.id, option=option, value=value))

    def _told(self, call: Call) -> Answer:
        body: dict[str, Any] = {
            "@odata.context": wire.context(call, "admin/people/photoUpdateSettings/$entity"),
            "source": self._source,
            "allowedRoles": self._roles,
        }
        return json_answer(body)

    def _admit(self, call: Call, rights: tuple[str, ...]) -> None:
        grant = self._gate.grant(call, Resource.GRAPH, errors.unauthorised)
        if not grant.may(*rights) or (rights is _WRITE and grant.person and not grant.admin):
            raise errors.directory_denied(call)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
