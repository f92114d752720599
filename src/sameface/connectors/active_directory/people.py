"""Active Directory's users as accounts: keys, anchors, and what is known of a photo's past."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sameface.connectors.active_directory.metadata import written_at
from sameface.connectors.keys import proxied
from sameface.connectors.ldap.controls import Control
from sameface.connectors.ldap.entries import Entry, escaped
from sameface.connectors.ldap.schema import Dated
from sameface.values import Account, Key, Standing

_KEYS = (
    (Key.UPN, "userPrincipalName"),
    (Key.MAIL, "mail"),
    (Key.EMPLOYEE_ID, "employeeID"),
    (Key.ACCOUNT_NAME, "sAMAccountName"),
)
_PROXIES = "proxyAddresses"
_METADATA = "replPropertyMetaData"
_MAY_WRITE = "allowedAttributesEffective"
_ANCHORS = ("objectGUID", "mS-DS-ConsistencyGuid")
_SECOND = timedelta(seconds=1)


class Users:
    """How Active Directory spells people. See `schema.Schema`."""

    # 805306368 is every user that is no computer, and indexed; the system's own are no people.
    people = "(&(sAMAccountType=805306368)(!(isCriticalSystemObject=TRUE)))"
    naming: tuple[str, ...] = ("userPrincipalName", "mail", "sAMAccountName")

    rights: tuple[str, ...] = (_MAY_WRITE,)

    def __init__(self, attribute: str) -> None:
        self._attribute = attribute
        self.attributes = (
            *_ANCHORS,
            *(name for _, name in _KEYS),
            _PROXIES,
            "displayName",
            _METADATA,
        )

    def account(self, store: str, entry: Entry) -> Account | None:
        """`ref` is the objectGUID; the anchor of Entra Connect is a second object GUID."""
        own, anchor = (guid(entry.octets(name)) for name in _ANCHORS)
        if own is None:
            return None
        guids = [own] if anchor in (None, own) else [own, anchor]
        keys = [(Key.OBJECT_GUID, one) for one in guids]
        for kind, name in _KEYS:
            value = entry.text(name)
            if kind is Key.MAIL:
                keys += proxied(value, entry.texts(_PROXIES))
            elif value:
                keys.append((kind, value))
        name = entry.text("displayName") or entry.text("sAMAccountName")
        return Account(store, own, name, tuple(keys))

    def named(self, ref: str) -> str:
        return f"(objectGUID={escaped(UUID(ref).bytes_le)})"

    def dated(self, entry: Entry, photo: bytes | None) -> Dated:
        """The metadata tells the second of the last write, and deleted from never."""
        metadata = entry.octets(_METADATA)
        written = written_at(metadata, self._attribute) if metadata else None
        if photo is not None:
            standing = Standing.PHOTO
        elif not metadata:
            standing = Standing.NONE
        else:
            standing = Standing.DELETED if written else Standing.NEVER
        return Dated(standing, written - _SECOND if written else None, written)

    def condition(self, entry: Entry) -> tuple[Control, ...]:  # noqa: ARG002 - the protocol's
        """It knows no conditional write."""
        return ()

    def may_write(self, entry: Entry, attribute: str) -> bool | None:
        """`allowedAttributesEffective` lists what we may write; empty where nothing is."""
        allowed = entry.texts(_MAY_WRITE)
        return attribute.casefold() in (name.casefold() for name in allowed)


def guid(octets: bytes | None) -> str | None:
    """16 octets in Microsoft's byte order as text (protocols 5.1)."""
    return str(UUID(bytes_le=octets)) if octets and len(octets) == 16 else None
