"""How Entra ID says no: OAuth error objects with AADSTS numbers (protocols 1.1)."""

from __future__ import annotations

import json

from sameface.tenant.calls import Answer, Call, Declined, json_answer
from sameface.tenant.members import COMPANY


def refused(  # noqa: PLR0917 - the members of the object
    call: Call, status: int, error: str, number: int, text: str, suberror: str = ""
) -> Declined:
    """The OAuth error, with what Entra adds to it."""
    stamp = f"{call.at:%Y-%m-%d %H:%M:%SZ}"
    description = (
        f"AADSTS{number}: {text} Trace ID: {call.request_id} "
        f"Correlation ID: {call.client_request_id} Timestamp: {stamp}"
    )
    body: dict[str, object] = {
        "error": error,
        "error_description": description,
        "error_codes": [number],
        "timestamp": stamp,
        "trace_id": call.request_id,
        "correlation_id": call.client_request_id,
    }
    if suberror:
        body["suberror"] = suberror
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


def late_assertion(call: Call) -> Declined:
    """An assertion that is over, or has not begun: clocks that differ look like this."""
    text = "Client assertion is not within its valid time range. Check the clock of the sender."
    return refused(call, 401, "invalid_client", 700024, text)


def no_consent(call: Call, client_id: str, name: str) -> Declined:
    """Nobody consented to what the application asks for."""
    text = (
        "The user or administrator has not consented to use the application with ID "
        f"'{client_id}' named '{name}'. Send an interactive authorization request for this user "
        "and resource."
    )
    return refused(call, 400, "invalid_grant", 65001, text, suberror="consent_required")


def unknown_scope(call: Call, scope: str) -> Declined:
    """A scope that no service has."""
    text = (
        "The provided request must include a 'scope' input parameter. The provided value for the "
        f"input parameter 'scope' is not valid. The scope '{scope}' does not exist."
    )
    return refused(call, 400, "invalid_scope", 70011, text)


def wrong_redirect(call: Call, uri: str, client_id: str) -> Declined:
    """A way back that is not registered."""
    text = (
        f"The redirect URI '{uri}' specified in the request does not match the redirect URIs "
        f"configured for the application '{client_id}'."
    )
    return refused(call, 400, "invalid_request", 50011, text)


def other_redirect(call: Call) -> Declined:
    """Another way back than the one that the code was for."""
    text = (
        "The reply address 'redirect_uri' is not the one that was used to get the authorization "
        "code."
    )
    return refused(call, 400, "invalid_grant", 500112, text)


def wrong_response_type(call: Call, told: str) -> Declined:
    """Only codes are given here."""
    text = f"The response_type '{told}' is not supported for the application."
    return refused(call, 400, "unsupported_response_type", 700054, text)


def nobody_signed_in(call: Call) -> Declined:
    """`prompt=none`, and nobody is signed in."""
    text = "A silent sign-in request was sent but no user is signed in."
    return refused(call, 400, "login_required", 50058, text)


def wrong_code(call: Call) -> Declined:
    """No code of ours, or another application's."""
    text = "The provided authorization code or refresh token is not valid."
    return refused(call, 400, "invalid_grant", 9002313, text)


def used_code(call: Call) -> Declined:
    """A code is good for one token."""
    text = (
        "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use "
        "an existing refresh token."
    )
    return refused(call, 400, "invalid_grant", 54005, text)


def late_code(call: Call) -> Declined:
    """A code that nobody redeemed in time."""
    text = "The provided authorization code or refresh token has expired due to inactivity."
    return refused(call, 400, "invalid_grant", 70008, text)


def wrong_verifier(call: Call) -> Declined:
    """PKCE: the verifier is not the challenge's."""
    text = (
        "The Code_Verifier does not match the code_challenge supplied in the authorization request."
    )
    return refused(call, 400, "invalid_grant", 501481, text)


def pending(call: Call) -> Declined:
    """Nobody has typed the device's code yet."""
    text = "OAuth 2.0 device flow error. Authorization is pending. Continue polling."
    return refused(call, 400, "authorization_pending", 70016, text)


def declined(call: Call) -> Declined:
    """A person said no to the device."""
    text = "The end user has denied the authorization request."
    return refused(call, 400, "authorization_declined", 70018, text)


def late_device(call: Call) -> Declined:
    """The device's code ended before anybody typed it."""
    text = "The provided value for the 'code' or 'refresh_token' parameter is expired."
    return refused(call, 400, "expired_token", 70020, text)


def wrong_device_code(call: Call) -> Declined:
    """No code of ours."""
    text = "The verification code is not valid."
    return refused(call, 400, "bad_verification_code", 70019, text)


def wrong_token(call: Call, why: str) -> Declined:
    """A token that says of nobody who they are."""
    answer = refused(call, 401, "invalid_token", 50132, why)
    answer.answer.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return answer


def description(declined: Declined) -> str:
    """The sentence of a refusal, for a page."""
    return str(json.loads(declined.answer.body)["error_description"])


def returned(declined: Declined) -> dict[str, str]:
    """A refusal as it travels back to the application in an address."""
    told = json.loads(declined.answer.body)
    error = "consent_required" if told.get("suberror") == "consent_required" else told["error"]
    return {"error": error, "error_description": told["error_description"]}


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
    502: ("server_error", 90033, "A transient error has occurred. Please try again."),
    504: ("server_error", 90033, "A transient error has occurred. Please try again."),
    503: ("temporarily_unavailable", 90033, "A transient error has occurred. Please try again."),
}


def by_status(call: Call, status: int) -> Answer:
    """What this service says with such a status."""
    error, number, text = _BY_STATUS[status]
    return refused(call, status, error, number, text).answer
