"""How the tenant's own pages say no: in the house's words and codes."""

from __future__ import annotations

from sameface.errors import SamefaceError, UnknownPerson
from sameface.tenant.calls import Answer, Call, Declined, json_answer


def told(wrong: SamefaceError) -> Answer:
    """One of the house's own errors."""
    status = 404 if isinstance(wrong, UnknownPerson) else 400
    return json_answer({"error": wrong.as_json()}, status)


def unknown(what: str) -> Declined:
    """Something that is not here; `what` says so in one sentence."""
    return Declined(json_answer({"error": {"code": "SF-103", "text": what}}, 404))


def by_status(call: Call, status: int) -> Answer:
    """Nobody orders faults of these pages; a status alone is the honest answer."""
    return json_answer({"error": {"code": "SF-103", "text": f"{status} at {call.path}"}}, status)
