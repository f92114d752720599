"""What changed in Active Directory: the DirSync control, and update sequence numbers without it.

Sources: protocols 5.2 (DirSync), 5.3 (uSNChanged), 5.4 (change notification).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from sameface.connectors.active_directory.people import guid
from sameface.connectors.ldap.ber import NotBer
from sameface.connectors.ldap.client import BASE, SUBTREE, Directory, Refused
from sameface.connectors.ldap.controls import (
    DIRSYNC,
    DirSyncFlags,
    dirsync,
    dirsync_round,
    notification,
    show_deleted,
)
from sameface.connectors.ldap.entries import Entry, all_of, is_below
from sameface.connectors.ldap.schema import Delta
from sameface.errors import Garbled

_USERS = "(objectClass=user)"  # objectCategory would hide what was deleted
_NOBODY = r"(objectGUID=\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00)"
_WATCHED = (
    *("objectGUID", "isDeleted", "userPrincipalName", "mail", "proxyAddresses"),
    *("employeeID", "sAMAccountName"),
)
_ANYTHING = "(objectClass=*)"

_UNKNOWN_COOKIE = frozenset((2, 12, 53, 80))
"""How servers refuse a cookie that is broken or too old: protocolError, unwillingToPerform, other
(AD's 0000203D), and Samba's unavailableCriticalExtension."""


class DirSync:
    """Changes by the DirSync control. See `schema.Changes`."""

    def __init__(self, directory: Directory, attribute: str, flags: DirSyncFlags) -> None:
        self._directory, self._flags = directory, flags
        self._attributes = (*_WATCHED, "name", attribute)  # `name` is written by a move, too

    async def mark(self) -> str:
        """Rounds in which nobody is asked for: they cost the server a pass, and us nothing."""
        try:
            _, cookie = await self._rounds(_NOBODY, b"")
        except Refused as refused:
            raise refused.failed from None
        return _text(cookie)

    async def since(self, cursor: str) -> Delta | None:
        cookie = _octets(cursor)
        if not cookie:
            return None
        try:
            entries, cookie = await self._rounds(_USERS, cookie)
        except Refused as refused:
            if refused.said.code in _UNKNOWN_COOKIE:
                return None
            raise refused.failed from None
        return _delta(entries, self._directory.base_dn, _text(cookie))

    async def alarms(self, cursor: str) -> AsyncIterator[None]:  # noqa: ARG002 - the protocol's
        async for _ in _notified(self._directory):
            yield

    async def _rounds(self, filter_: str, cookie: bytes) -> tuple[list[Entry], bytes]:
        """As many rounds as the server has, and its last cookie."""
        root = await naming_context(self._directory)
        entries: list[Entry] = []
        while True:
            found = await self._directory.try_search(
                root, SUBTREE, filter_, self._attributes, [dirsync(self._flags, cookie)]
            )
            entries += found.entries
            try:
                told = dirsync_round(found.controls.get(DIRSYNC, b""))
            except NotBer as wrong:
                what = f'ended a round of DirSync wrongly ({wrong}); set dirsync = "off"'
                raise Garbled(self._directory.store, what) from None
            if told.more and told.cookie == cookie:
                what = 'repeats a round of DirSync without an end; set dirsync = "off"'
                raise Garbled(self._directory.store, what)
            cookie = told.cookie
            if not told.more:
                return entries, cookie


@dataclass(frozen=True, slots=True)
class _Mark:
    """How far a domain controller is; another one, or one restored, counts otherwise."""

    server: str
    invocation: str
    usn: int

    def text(self) -> str:
        return json.dumps([self.server, self.invocation, self.usn])


class SequenceNumbers:
    """Changes by uSNChanged, which any account may read. See `schema.Changes`."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def mark(self) -> str:
        return (await self._now()).text()

    async def since(self, cursor: str) -> Delta | None:
        """Whatever changed in an entry reports it. None on another domain controller."""
        before, now = _mark_of(cursor), await self._now()
        if before is None or (before.server, before.invocation) != (now.server, now.invocation):
            return None
        if before.usn > now.usn:
            return None
        newer = all_of(_USERS, f"(uSNChanged>={before.usn + 1})")
        root = await naming_context(self._directory)  # whoever was moved is below it still
        entries: list[Entry] = []
        async for page in self._directory.pages(newer, _WATCHED, root, [show_deleted()]):
            entries += page
        return _delta(entries, self._directory.base_dn, now.text())

    async def alarms(self, cursor: str) -> AsyncIterator[None]:  # noqa: ARG002 - the protocol's
        async for _ in _notified(self._directory):
            yield

    async def _now(self) -> _Mark:
        """Read before the changes are, so that none falls in between."""
        root = await self._directory.root("highestCommittedUSN", "dsServiceName")
        service, usn = root.text("dsServiceName"), root.text("highestCommittedUSN")
        found = await self._directory.search(service, BASE, _ANYTHING, ("invocationId",))
        invocation = guid(found.entries[0].octets("invocationId")) if found.entries else None
        if not usn.isdecimal() or invocation is None:
            what = "does not tell its update sequence numbers; is it a domain controller?"
            raise Garbled(self._directory.store, what)
        return _Mark(service, invocation, int(usn))


async def naming_context(directory: Directory) -> str:
    """The root of the domain. Error: Garbled where the server is no domain controller."""
    root = (await directory.root("defaultNamingContext")).text("defaultNamingContext")
    if not root:
        what = f"{directory.url} names no domain of its own; is it a domain controller?"
        raise Garbled(directory.store, what)
    return root


# ---------------------------------------------------------------------------


async def _notified(directory: Directory) -> AsyncIterator[None]:
    """AD listens below the root of the domain only, and to whatever changes there."""
    root = await naming_context(directory)
    async for _ in directory.listen(root, _ANYTHING, ("objectGUID",), notification()):
        yield


def _delta(entries: Sequence[Entry], base_dn: str, cursor: str) -> Delta:
    changed: dict[str, None] = {}
    gone: dict[str, None] = {}
    for entry in entries:
        ref = guid(entry.octets("objectGUID"))
        if ref is None:
            continue
        deleted = entry.text("isDeleted").upper() == "TRUE"
        if deleted or not is_below(entry.dn, base_dn):
            gone[ref] = None
        else:
            changed[ref] = None
    return Delta(tuple(changed), tuple(gone), cursor)


def _text(cookie: bytes) -> str:
    return base64.b64encode(cookie).decode("ascii")


def _octets(cursor: str) -> bytes:
    try:
        return base64.b64decode(cursor, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _mark_of(cursor: str) -> _Mark | None:
    try:
        server, invocation, usn = json.loads(cursor)
        return _Mark(str(server), str(invocation), int(usn))
    except (ValueError, TypeError):
        return None
