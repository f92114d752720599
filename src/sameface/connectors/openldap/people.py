"""OpenLDAP's people as accounts (inetOrgPerson, RFC 2798)."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sameface.connectors.keys import handle_key, mail_keys
from sameface.connectors.ldap import ber
from sameface.connectors.ldap.controls import Control
from sameface.connectors.ldap.entries import Entry
from sameface.connectors.ldap.schema import Dated
from sameface.values import Account, Key, Standing

_ASSERTION = "1.3.6.1.1.12"  # RFC 4528
_EQUALITY = 0xA3  # a filter's choice equalityMatch
_KEYS = ((Key.EMPLOYEE_ID, "employeeNumber"), (Key.ACCOUNT_NAME, "uid"))
_MAILS = ("mail", "mailLocalAddress")  # both hold several; the second is inetLocalMailRecipient's


class People:
    """How OpenLDAP spells people. See `schema.Schema`."""

    people = "(objectClass=inetOrgPerson)"
    naming: tuple[str, ...] = ("mail", "uid", "employeeNumber")
    rights: tuple[str, ...] = ()
    attributes: tuple[str, ...] = (
        "entryUUID",
        "entryCSN",
        "modifyTimestamp",
        "cn",
        "displayName",
        *(name for _, name in _KEYS),
        *_MAILS,
    )

    def account(self, store: str, entry: Entry) -> Account | None:
        """`ref` is the entryUUID, which only this directory knows; the first `mail` comes first."""
        ref = entry.text("entryUUID").lower()
        if not ref:
            return None
        mails = mail_keys(address for name in _MAILS for address in entry.texts(name))
        keys = [handle_key(store, ref), *mails]
        keys += [(kind, value) for kind, name in _KEYS if (value := entry.text(name))]
        return Account(store, ref, entry.text("displayName") or entry.text("cn"), tuple(keys))

    def named(self, ref: str) -> str:
        return f"(entryUUID={UUID(ref)})"

    def dated(self, entry: Entry, photo: bytes | None) -> Dated:
        """No photo changed after the entry did."""
        if photo is None:
            return Dated(Standing.NONE)
        return Dated(Standing.PHOTO, by=moment(entry.text("modifyTimestamp")))

    def condition(self, entry: Entry) -> tuple[Control, ...]:
        """The entry's change sequence number must still be the one that was read."""
        csn = entry.octets("entryCSN")
        if csn is None:
            return ()
        asserted = ber.octets(b"entryCSN") + ber.octets(csn)
        return (Control(_ASSERTION, ber.wrapped(_EQUALITY, asserted)),)

    def may_write(self, entry: Entry, attribute: str) -> bool | None:  # noqa: ARG002 - theirs
        """It does not say beforehand."""
        return None


def moment(text: str) -> datetime | None:
    """Generalized time in UTC, as operational attributes have it: 20261123130000Z."""
    try:
        return datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
