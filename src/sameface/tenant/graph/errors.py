"""How Graph says no: its envelope, its codes, its sentences (protocols 1.7)."""

from __future__ import annotations

from sameface.tenant.calls import Answer, Call, Declined, json_answer

_NO_IMAGE = (
    "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown."
)
_RETRY = "Please retry again later."


def refused(
    call: Call, status: int, code: str, message: str, headers: dict[str, str] | None = None
) -> Declined:
    """The error envelope."""
    inner = {
        "date": f"{call.at:%Y-%m-%dT%H:%M:%S}",
        "request-id": call.request_id,
        "client-request-id": call.client_request_id,
    }
    body = {"error": {"code": code, "message": message, "innerError": inner}}
    return Declined(json_answer(body, status, headers, media_type="application/json"))


def unauthorised(call: Call, why: str) -> Declined:
    """No token, or none that counts here."""
    challenge = (
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/'
        'authorize", client_id="00000003-0000-0000-c000-000000000000"'
    )
    headers = {"WWW-Authenticate": challenge}
    return refused(call, 401, "InvalidAuthenticationToken", why, headers)


def photo_denied(call: Call) -> Declined:
    """No right to the photo."""
    message = "Access is denied. Check credentials and try again."
    return refused(call, 403, "ErrorAccessDenied", message)


def directory_denied(call: Call) -> Declined:
    """No right to the directory."""
    message = "Insufficient privileges to complete the operation."
    return refused(call, 403, "Authorization_RequestDenied", message)


def unknown_user(call: Call, user: str) -> Declined:
    """Nobody has that id or sign-in name."""
    message = (
        f"Resource '{user}' does not exist or one of its queried reference-property objects are "
        "not present."
    )
    return refused(call, 404, "Request_ResourceNotFound", message)


def no_photo(call: Call) -> Declined:
    """There is no photo (form B, protocols 1.3)."""
    return refused(call, 404, "ImageNotFound", _NO_IMAGE)


def no_mailbox(call: Call) -> Declined:
    """Also what Entra's own limit of 100 KB looks like (protocols 1.6)."""
    message = "The specified object was not found in the store."
    return refused(call, 404, "ErrorItemNotFound", message)


def too_large(call: Call, message: str = "The request body is too large.") -> Declined:
    """More bytes than are taken."""
    return refused(call, 413, "RequestEntityTooLarge", message)


def not_a_photo(call: Call) -> Declined:
    """Bytes that are no picture."""
    message = "The image data is not valid or its format is not supported."
    return refused(call, 400, "ErrorInvalidImage", message)


def only_delegated(call: Call) -> Declined:
    """An application by itself is nobody."""
    message = "/me request is only valid with delegated authentication flow."
    return refused(call, 400, "BadRequest", message)


def bad_request(call: Call, message: str) -> Declined:
    """Something about the request itself."""
    return refused(call, 400, "BadRequest", message)


def unsupported_query(call: Call, what: str) -> Declined:
    """A query that Graph does not take, or takes only with further headers."""
    return refused(call, 400, "Request_UnsupportedQuery", f"Unsupported Query: {what}.")


def not_without_eventual(call: Call) -> Declined:
    """`$search` without the header that it wants."""
    message = (
        "Request with $search query parameter only works through MSGraph with a special request "
        "header: 'ConsistencyLevel: eventual'"
    )
    return refused(call, 400, "Request_UnsupportedQuery", message)


def token_ended(call: Call, again: str) -> Declined:
    """A delta token too old to continue from; `again` is where to begin anew (1.10)."""
    message = "The sync state is not found or has expired. Begin a full synchronization."
    return refused(call, 410, "syncStateNotFound", message, {"Location": again})


def mailbox_elsewhere(call: Call) -> Declined:
    """No mailbox, or one that is not in Exchange Online."""
    message = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
    return refused(call, 404, "MailboxNotEnabledForRESTAPI", message)


def not_for_applications(call: Call) -> Declined:
    """An application by itself writes no group's photo (1.5)."""
    message = "AppOnlyTokenNotSupportedForGroupUpdate: only a signed-in user may do this."
    return refused(call, 403, "AppOnlyTokenNotSupportedForGroupUpdate", message)


def not_supported(call: Call, option: str) -> Declined:
    """A query option that this tenant does not have."""
    message = f"This operation target is not yet supported: {option} of {call.path}."
    return refused(call, 501, "NotImplemented", message)


def too_many(call: Call, retry_after_s: int, *, of_mailbox: str | None) -> Answer:
    """A call beyond a quota; `of_mailbox` names the one that is about a mailbox (1.9)."""
    headers = {"Retry-After": str(retry_after_s)}
    if of_mailbox is not None:
        message = f"Application is over its {of_mailbox} limit."
        return refused(call, 429, "ApplicationThrottled", message, headers).answer
    inner = {
        "code": "429",
        "date": f"{call.at:%Y-%m-%dT%H:%M:%S}",
        "message": "Please retry after",
        "request-id": call.request_id,
        "client-request-id": call.client_request_id,
        "status": "429",
    }
    error = {"code": "TooManyRequests", "innerError": inner, "message": _RETRY}
    return json_answer({"error": error}, 429, headers, media_type="application/json")


def by_status(call: Call, status: int) -> Answer:
    """What Graph says with such a status."""
    if status == 401:
        return unauthorised(call, "Lifetime validation failed, the token is expired.").answer
    if status == 403:
        return photo_denied(call).answer
    if status == 404:
        return no_photo(call).answer
    code, message = {
        429: ("TooManyRequests", _RETRY),
        500: (
            "ErrorInternalServerError",
            "An internal server error occurred. The operation failed.",
        ),
        502: ("UnknownError", "Bad gateway."),
        503: ("ServiceUnavailable", "The service is temporarily unavailable."),
        504: ("UnknownError", "The request timed out at the gateway."),
    }[status]
    return refused(call, status, code, message).answer
