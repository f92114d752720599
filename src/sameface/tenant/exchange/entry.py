"""Who may do what in Exchange: bearer tokens online, name and password on the premises."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass

from sameface.rules.conditions import Value
from sameface.tenant.calls import Call
from sameface.tenant.exchange import errors
from sameface.tenant.gate import Gate
from sameface.tenant.login.registrations import Resource
from sameface.tenant.members import Member
from sameface.tenant.organisation import Organisation
from sameface.values import EXCHANGE

_READ = ("full_access_as_app", "EWS.AccessAsUser.All")
_MAILBOX, _ON_PREMISES = "mailbox", "on-premises"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody let in. `person` None is an application; `may_act` as anybody; `online` or not."""

    person: Member | None
    may_act: bool
    online: bool


class Entry:
    """Lets callers in. `password` is that of every person here."""

    def __init__(self, organisation: Organisation, gate: Gate, password: str) -> None:
        self._organisation, self._gate, self._password = organisation, gate, password

    def caller(self, call: Call) -> Caller:
        """Who calls, by token or by password. Raises `Declined`: 401 or 403."""
        if call.headers.get("authorization", "").lower().startswith("basic "):
            return self._by_password(call)
        grant = self._gate.grant(call, Resource.EXCHANGE, errors.unauthorised)
        if not grant.may(*_READ):
            raise errors.denied()
        if grant.person is None:
            return Caller(None, may_act=True, online=True)
        return Caller(self._organisation.members[grant.person], grant.admin, online=True)

    def mailbox(self, caller: Caller, address: str) -> Member | None:
        """Whose mailbox has that address, where the caller's Exchange has it.

        Exchange Online does not have those on the premises; the one there knows all.
        """
        member = self._organisation.members.find(address)
        if member is None or not self.has_mailbox(member):
            return None
        return None if caller.online and self._is_on_premises(member) else member

    def has_mailbox(self, member: Member) -> bool:
        """Whether anything is there: a mailbox, or what DirSync once brought without one."""
        held = self._organisation.held(member.id, EXCHANGE)
        return bool(self._choice(member)) or held.photo() is not None

    def _is_on_premises(self, member: Member) -> bool:
        return self._choice(member) == _ON_PREMISES

    def _choice(self, member: Member) -> Value:
        return self._organisation.choice(member.id, _MAILBOX)

    def _by_password(self, call: Call) -> Caller:
        try:
            told = base64.b64decode(call.headers["authorization"].partition(" ")[2]).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise errors.unauthorised(call, "The credentials cannot be read.") from None
        name, _, given = told.partition(":")
        member = self._member(name)
        right = secrets.compare_digest(given.encode(), self._password.encode())
        if member is None or not right:
            raise errors.unauthorised(call, "The user name or password is incorrect.")
        return Caller(member, member.admin, online=False)

    def _member(self, name: str) -> Member | None:
        """By UPN, mail, or `DOMAIN\\account`."""
        members = self._organisation.members
        account = name.rpartition("\\")[2].lower()
        return members.find(name) or next((m for m in members if m.account_name == account), None)
