"""The people of the tenant: their names, and the ids by which each service knows them."""

from __future__ import annotations

import base64
import difflib
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from sameface.errors import UnknownPerson

DOMAIN, ELSEWHERE = "contoso.test", "fabrikam.test"
"""Ours, and where guests come from."""

KINDS = ("member", "guest", "shared", "unlicensed")
"""A person, somebody of another organisation, a shared mailbox, a person without any licence."""

COMPANY = "Contoso"
TENANT_ID = "7a1c7a2e-5a3e-4f5e-9c0a-5a3ef4ce0001"
CLAIMS = "i:0#.f|membership|"
"""How SharePoint begins an account name (protocols 3.2)."""

_NAMESPACE = uuid.UUID("c04705a0-5a3e-4f4c-8e00-000000000000")
_FIRST_YAMMER_ID = 1500000001
_DEPARTMENTS = ("Finance", "Research", "Sales", "Operations", "Legal", "Care", "Design", "IT")
_TITLES = ("Analyst", "Engineer", "Adviser", "Coordinator", "Manager", "Specialist", "Director")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the organisation. `id` is how the tenant's own pages and events call them."""

    id: str
    name: str
    number: int  # the place in the organisation, from 0
    upn: str
    mail: str
    admin: bool = False  # People Administrator in Entra, and administrator of SharePoint
    woman: bool | None = None  # for portraits that fit the name; None leaves it to the dice
    kind: str = KINDS[0]
    aliases: tuple[str, ...] = ()  # further addresses of the mailbox

    @property
    def is_guest(self) -> bool:
        return self.kind == "guest"

    @property
    def object_id(self) -> str:
        """The object GUID in Entra ID."""
        return _guid(self.id)

    @property
    def immutable_id(self) -> str:
        """Base64 of the 16 octets of the on-premises objectGUID (protocols 5.1)."""
        return base64.b64encode(uuid.uuid5(_NAMESPACE, f"ad/{self.id}").bytes_le).decode()

    @property
    def account_name(self) -> str:
        """The on-premises account name, at most 20 characters as Active Directory has it."""
        return self.upn.partition("@")[0].replace(".", "")[:20]

    @property
    def employee_id(self) -> str:
        return f"{100001 + self.number}"

    @property
    def yammer_id(self) -> int:
        return _FIRST_YAMMER_ID + self.number

    @property
    def claims(self) -> str:
        """The account name in SharePoint."""
        return CLAIMS + self.upn

    @property
    def prefix(self) -> str:
        """How the files of User Photos begin: the UPN with `@` and `.` as `_` (protocols 3.3)."""
        return self.upn.replace("@", "_").replace(".", "_")

    @property
    def given_name(self) -> str:
        return self.name.partition(" ")[0]

    @property
    def surname(self) -> str:
        return self.name.partition(" ")[2]

    @property
    def department(self) -> str:
        return _DEPARTMENTS[self.number % len(_DEPARTMENTS)]

    @property
    def job_title(self) -> str:
        return _TITLES[self.number % len(_TITLES)]


@lru_cache(maxsize=100_000)
def _guid(name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, name))


class Members:
    """Everybody, in the order in which they joined, found by any id that a service uses."""

    def __init__(self) -> None:
        self._all: dict[str, Member] = {}
        self._order: list[Member] = []
        self._by: dict[str, Member] = {}
        self._prefixes: dict[str, Member] = {}
        self._numbers: dict[int, Member] = {}

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Member]:
        return iter(self._order)

    def __contains__(self, member_id: object) -> bool:
        return member_id in self._all

    def __getitem__(self, member_id: str) -> Member:
        return self._all[member_id]

    @property
    def ids(self) -> Collection[str]:
        return self._all.keys()

    def add(self, member: Member) -> None:
        self._all[member.id] = member
        self._order.append(member)
        for key in (member.id, member.object_id, member.mail, member.upn):
            self._by[key.lower()] = member
        self._prefixes[member.prefix.lower()] = member
        self._numbers[member.yammer_id] = member

    def page(self, start: int, length: int) -> list[Member]:
        """So many of them from that place on."""
        return self._order[start : start + length]

    def find(self, key: str) -> Member | None:
        """By id, object GUID, UPN, mail or SharePoint account name; None for a stranger."""
        return self._by.get(key.lower().removeprefix(CLAIMS))

    def named(self, key: str) -> Member:
        """The same; `UnknownPerson` names those near to it."""
        found = self.find(key)
        if found is None:
            raise UnknownPerson(key, tuple(difflib.get_close_matches(key, self._all)))
        return found

    def of_yammer(self, number: int) -> Member | None:
        return self._numbers.get(number)

    def of_prefix(self, prefix: str) -> Member | None:
        """Whose files in User Photos begin so."""
        return self._prefixes.get(prefix.lower())
