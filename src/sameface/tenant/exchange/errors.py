"""How Exchange says no: bare statuses, and a challenge (protocols 2.1)."""

from __future__ import annotations

from sameface.tenant.calls import Answer, Call, Declined


def refused(status: int, headers: dict[str, str] | None = None) -> Declined:
    """A status without a body, as the photo address gives it."""
    return Declined(Answer(status, headers=headers or {}))


def unauthorised(call: Call, why: str) -> Declined:  # noqa: ARG001 - one shape for every gate
    """No token, or none that counts here."""
    challenge = (
        'Bearer client_id="00000002-0000-0ff1-ce00-000000000000", '
        'trusted_issuers="00000001-0000-0000-c000-000000000000@*", '
        f'error="invalid_token", error_description="{why}"'
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


def by_status(call: Call, status: int) -> Answer:
    """What Exchange says with such a status."""
    if status == 401:
        return unauthorised(call, "The token has expired.").answer
    return refused(status).answer
