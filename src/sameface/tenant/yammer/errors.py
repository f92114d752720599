"""How Yammer says no (protocols 4)."""

from __future__ import annotations

from sameface.tenant.calls import Answer, Call, Declined, json_answer


def refused(
    status: int, code: int, message: str, headers: dict[str, str] | None = None
) -> Declined:
    """Yammer's envelope."""
    body = {"response": {"message": message, "code": code, "stat": "fail"}}
    return Declined(json_answer(body, status, headers))


def unauthorised(call: Call, why: str) -> Declined:  # noqa: ARG001 - Yammer tells no reason
    """No token of a person's that counts here."""
    challenge = 'Bearer realm="Yammer API", error="invalid_token"'
    return refused(401, 16, "Token not found.", {"WWW-Authenticate": challenge})


def denied() -> Declined:
    """A person's token without the right."""
    return refused(403, 33, "You are not authorized to perform this action.")


def not_found() -> Declined:
    """No such user or picture."""
    return refused(404, 31, "Record not found.")


def too_many() -> Answer:
    """A call beyond the quota: nothing says how long to wait (protocols 4)."""
    return refused(429, *_BY_STATUS[429]).answer


_BY_STATUS = {
    429: (33, "Rate limited due to excessive requests."),
    500: (0, "Internal server error."),
    502: (0, "Bad gateway."),
    503: (0, "Service unavailable."),
    504: (0, "Gateway timeout."),
}


def by_status(call: Call, status: int) -> Answer:
    """What Yammer says with such a status."""
    if status == 401:
        return unauthorised(call, "").answer
    if status == 403:
        return denied().answer
    if status == 404:
        return not_found().answer
    return refused(status, *_BY_STATUS[status]).answer
