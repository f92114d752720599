"""What Graph grants to whom, in published numbers, and how it tells that they are used up (1.9)."""

from __future__ import annotations

from collections.abc import Iterable

from sameface.tenant.calls import Call
from sameface.tenant.login.tokens import Grant
from sameface.tenant.members import TENANT_ID, Members
from sameface.tenant.quotas import AT_A_TIME, Charge, Meter

CONCURRENT = 4
"""Calls at a time for one application and mailbox, and parts of a batch at a time."""

_GLOBAL, _MAILBOX, _CONCURRENCY = "Global", "Mailbox", "MailboxConcurrency"
_UPLOAD, _UNITS, _WRITES = "Upload", "ResourceUnit", "Write"
_UPLOAD_BYTES = 150 * 2**20
_UNITS_BY_PEOPLE = ((50, 3_500), (500, 5_000), (None, 8_000))
_TELLS_FROM = 0.8


def charges(call: Call, grant: Grant, members: Members) -> tuple[Charge, ...]:
    """What a call costs. A photo is a thing of its mailbox, all else one of the directory."""
    everywhere = Charge(_GLOBAL, (grant.app,), 130_000, 10)
    segments = call.path.lower().strip("/").split("/")[1:]
    if segments[:1] == ["$batch"]:
        return (everywhere,)
    if any(segment in ("photo", "photos") for segment in segments):
        return (everywhere, *_on_mailbox(call, grant, _mailbox(segments, grant, members)))
    return (everywhere, *_on_directory(call, grant, len(members)))


def _mailbox(segments: list[str], grant: Grant, members: Members) -> str:
    """Whose mailbox it is about, however they are called."""
    if segments[0] == "me":
        return grant.person or ""
    found = members.find(segments[1]) if len(segments) > 1 else None
    return found.id if found else "/".join(segments[:2])


def _on_mailbox(call: Call, grant: Grant, mailbox: str) -> Iterable[Charge]:
    key = (grant.app, mailbox)
    yield Charge(_MAILBOX, key, 10_000, 600)
    yield Charge(_CONCURRENCY, key, CONCURRENT, AT_A_TIME)
    if call.body:
        yield Charge(_UPLOAD, key, _UPLOAD_BYTES, 300, len(call.body))


def _on_directory(call: Call, grant: Grant, people: int) -> Iterable[Charge]:
    if call.method != "GET":
        yield Charge(_WRITES, (grant.app,), 3_000, 150)
    most = next(units for up_to, units in _UNITS_BY_PEOPLE if up_to is None or people < up_to)
    yield Charge(_UNITS, (grant.app,), most, 10, _units(call))


def _units(call: Call) -> int:
    """Resource units: a list of users costs 2, a request that no table names 1."""
    base = 2 if call.path.lower().rstrip("/").endswith("/users") else 1
    base -= "$select" in call.query
    base += "$expand" in call.query
    top = call.query.get("$top", "")
    base -= top.isdigit() and int(top) < 20
    return max(base, 1)


def headers(meters: Iterable[Meter]) -> dict[str, str]:
    """What an answer tells of the quotas: units always, how much is used only above 80 %."""
    told: dict[str, str] = {}
    for meter in meters:
        charge = meter.charge
        if charge.limit == _UNITS:
            told["x-ms-resource-unit"] = str(charge.cost)
            if meter.share > _TELLS_FROM:
                told["x-ms-throttle-limit-percentage"] = f"{min(meter.share, 1.8):.2f}"
        if meter.is_over and charge.limit in (_UNITS, _WRITES):
            verb = "Write" if charge.limit == _WRITES else "ReadWrite"
            app = charge.key[0]
            told["x-ms-throttle-scope"] = f"Tenant_Application/{verb}/{app}/{TENANT_ID}"
            told["x-ms-throttle-information"] = f"{charge.limit}LimitExceeded"
    return told


def is_of_mailbox(meter: Meter) -> bool:
    """True for the quotas whose refusals speak of the mailbox."""
    return meter.charge.limit in (_MAILBOX, _CONCURRENCY, _UPLOAD)
