"""How Exchange says no: bare statuses, and a challenge (protocols 2.1)."""

from __future__ import annotations

from sameface.tenant.calls import Answer, Call, Declined
from sameface.tenant.exchange import soap

_BUSY = "The server cannot service this request right now. Try again later."
_WRONG = "An internal server error occurred. The operation failed."
_TOO_MANY = (
    "You have exceeded the available concurrent connections for your account.  Try again once "
    "your other requests have completed."
)


def refused(status: int, headers: dict[str, str] | None = None) -> Declined:
    """A status without a body, as the photo address gives it."""
    return Declined(Answer(status, headers=headers or {}))


def unauthorised(call: Call, why: str) -> Declined:  # noqa: ARG001 - one shape for every gate
    """No token, or none that counts here."""
    challenge = (
        'Bearer client_id="00000002-0000-0ff1-ce00-000000000000", '
        'trusted_issuers="00000001-0000-0000-c000-000000000000@*", '
        f'error="invalid_token", error_description="{why}", Basic realm="Exchange"'
    )
    diagnostics = f'2000001;reason="{why}";error_category="invalid_token"'
    return refused(401, {"WWW-Authenticate": challenge, "X-MS-Diagnostics": diagnostics})


def denied() -> Declined:
    """A good token without the right to read photos."""
    return refused(403)


def no_photo() -> Declined:
    """No picture for that address, or no such address: the same 404."""
    return refused(404)


def bad_size() -> Declined:
    """A size that Exchange does not keep."""
    return refused(400)


def too_many(call: Call) -> Answer:
    """More calls at a time than one caller may have (protocols 2.2), in SOAP's words or none."""
    if call.method == "POST":
        return soap.fault("ErrorExceededConnectionCount", _TOO_MANY)
    return refused(503).answer


def by_status(call: Call, status: int) -> Answer:
    """What Exchange says with such a status. EWS is busy with 500 and a fault, never with 429."""
    if status == 401:
        return unauthorised(call, "The token has expired.").answer
    if call.method == "POST" and status == 429:
        return soap.fault("ErrorServerBusy", _BUSY, back_off_ms=10_000)
    if call.method == "POST" and status == 500:
        return soap.fault("ErrorInternalServerError", _WRONG)
    return refused(status).answer
