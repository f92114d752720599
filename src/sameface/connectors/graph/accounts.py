"""Graph's users as accounts: identity keys, what kind of user it is, whether there is a mailbox."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from uuid import UUID

from sameface.connectors.keys import proxied
from sameface.errors import Garbled
from sameface.values import Account, Key

_KEYS = (
    (Key.UPN, "userPrincipalName"),
    (Key.MAIL, "mail"),
    (Key.EMPLOYEE_ID, "employeeId"),
    (Key.ACCOUNT_NAME, "onPremisesSamAccountName"),
)


def account_of(row: dict[str, Any], store: str) -> Account:
    """The account; its object GUIDs are Entra's own, and Active Directory's where it came thence.

    Error: Garbled where a user has no id.
    """
    ref = row.get("id")
    if not isinstance(ref, str) or not ref:
        raise Garbled(store, "sent a user without an id; check `url`")
    guids = [ref, _on_premises_guid(row.get("onPremisesImmutableId"))]
    keys = [(Key.OBJECT_GUID, guid) for guid in guids if guid]
    for kind, name in _KEYS:
        value = _text(row, name)
        if kind is Key.MAIL:
            keys += proxied(value, _texts(row, "proxyAddresses"))
        elif value:
            keys.append((kind, value))
    name = _text(row, "displayName") or _text(row, "userPrincipalName")
    return Account(store, ref, name, tuple(keys))


GUEST, SHARED = "guest", "shared mailbox"
"""Users who are no people of the organisation's own; everybody else's kind is empty."""


def kind_of(row: dict[str, Any], purpose: str | None) -> str:
    """What a user is beside a person: a guest, a shared mailbox, a room; "" for a person."""
    if _text(row, "userType").lower() == "guest":
        return GUEST
    if purpose is None or purpose == "user":
        return ""
    return SHARED if purpose == "shared" else purpose


def may_be_shared(row: dict[str, Any]) -> bool:
    """True for a user with an address who may not sign in and has no plan: only Exchange knows.

    A shared mailbox and a room are such users; so is somebody who left.
    """
    return (
        row.get("accountEnabled") is False
        and bool(_text(row, "mail"))
        and _text(row, "userType").lower() != "guest"
        and not has_plan(row)
    )


def has_plan(row: dict[str, Any]) -> bool:
    """True when an Exchange plan is assigned and enabled: then Graph serves the mailbox's photo."""
    plans = row.get("assignedPlans")
    return any(
        isinstance(plan, dict)
        and str(plan.get("service")).lower() == "exchange"
        and str(plan.get("capabilityStatus")).lower() == "enabled"
        for plan in (plans if isinstance(plans, list) else ())
    )


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _texts(row: dict[str, Any], name: str) -> list[str]:
    values = row.get(name)
    return [v for v in values if isinstance(v, str)] if isinstance(values, list) else []


def _on_premises_guid(immutable_id: Any) -> str | None:
    """Base64 of the 16 octets of the objectGUID, in Microsoft's byte order (protocols 5.1)."""
    try:
        octets = base64.b64decode(immutable_id or "", validate=True)
    except (binascii.Error, TypeError, ValueError):
        return None
    return str(UUID(bytes_le=octets)) if len(octets) == 16 else None
