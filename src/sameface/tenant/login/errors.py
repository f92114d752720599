"""How Entra ID says no: OAuth error objects with AADSTS numbers (protocols 1.1)."""

from __future__ import annotations

from sameface.tenant.calls import Answer, Call, Declined, json_answer
from sameface.tenant.members import COMPANY


def refused(call: Call, status: int, error: str, number: int, text: str) -> Declined:
    """The OAuth error, with what Entra adds to it."""
    stamp = f"{call.at:%Y-%m-%d %H:%M:%SZ}"
    description = (
        f"AADSTS{number}: {text} Trace ID: {call.request_id} "
        f"Correlation ID: {call.client_request_id} Timestamp: {stamp}"
    )
    body = {
        "error": error,
        "error_description": description,
        "error_codes": [number],
        "timestamp": stamp,
        "trace_id": call.request_id,
        "correlation_id": call.client_request_id,
    }
    return Declined(json_answer(body, status))


def unknown_tenant(call: Call, tenant: str) -> Declined:
    """The path names no tenant that is here."""
    text = f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."
    return refused(call, 400, "invalid_tenant", 90002, text)


def missing(call: Call, parameter: str) -> Declined:
    """A parameter that must be there is not."""
    text = f"The request body must contain the following parameter: '{parameter}'."
    return refused(call, 400, "invalid_request", 900144, text)


def unknown_client(call: Call, client_id: str) -> Declined:
    """No such application is registered."""
    text = (
        f"Application with identifier '{client_id}' was not found in the directory '{COMPANY}'. "
        "This can happen if the application has not been installed by the administrator of the "
        "tenant or consented to by any user in the tenant."
    )
    return refused(call, 400, "unauthorized_client", 700016, text)


def wrong_secret(call: Call, client_id: str) -> Declined:
    """The secret is another one."""
    text = (
        "Invalid client secret provided. Ensure the secret being sent in the request is the client "
        f"secret value, not the client secret ID, for a secret added to app '{client_id}'."
    )
    return refused(call, 401, "invalid_client", 7000215, text)


def no_credential(call: Call) -> Declined:
    """Neither secret nor assertion."""
    text = (
        "The request body must contain the following parameter: 'client_assertion' or "
        "'client_secret'."
    )
    return refused(call, 401, "invalid_client", 7000218, text)


def wrong_assertion(call: Call, why: str) -> Declined:
    """The assertion proves nothing; `why` is a sentence."""
    text = f"Client assertion failed signature validation. {why}"
    return refused(call, 401, "invalid_client", 700027, text)


def not_default(call: Call, scope: str) -> Declined:
    """An application asks for single scopes."""
    text = (
        f"The provided value for scope {scope} is not valid. Client credential flows must have a "
        "scope value with /.default suffixed to the resource identifier (application ID URI)."
    )
    return refused(call, 400, "invalid_scope", 1002012, text)


def unknown_resource(call: Call, resource: str) -> Declined:
    """The scope belongs to no service that is here."""
    text = (
        f"The resource principal named {resource} was not found in the tenant named {COMPANY}. "
        "This can happen if the application has not been installed by the administrator of the "
        "tenant or consented to by any user in the tenant."
    )
    return refused(call, 400, "invalid_resource", 500011, text)


def wrong_password(call: Call) -> Declined:
    """Nobody has that name and password."""
    text = "Error validating credentials due to invalid username or password."
    return refused(call, 400, "invalid_grant", 50126, text)


def wrong_refresh(call: Call) -> Declined:
    """The refresh token is none of ours, or another application's."""
    text = "Request is malformed or invalid."
    return refused(call, 400, "invalid_grant", 9002313, text)


def unknown_grant(call: Call, grant_type: str) -> Declined:
    """A way to sign in that this tenant does not have."""
    text = f"The app requested an unsupported grant type '{grant_type}'."
    return refused(call, 400, "unsupported_grant_type", 70003, text)


_BY_STATUS = {
    401: ("invalid_client", 7000215, "Invalid client secret provided."),
    403: ("access_denied", 53003, "Access has been blocked by Conditional Access policies."),
    404: ("invalid_request", 90002, "Tenant not found."),
    429: ("temporarily_unavailable", 90055, "Tenant exceeded its request limit."),
    500: ("server_error", 90033, "A transient error has occurred. Please try again."),
    503: ("temporarily_unavailable", 90033, "A transient error has occurred. Please try again."),
}


def by_status(call: Call, status: int) -> Answer:
    """What this service says with such a status."""
    error, number, text = _BY_STATUS[status]
    return refused(call, status, error, number, text).answer
