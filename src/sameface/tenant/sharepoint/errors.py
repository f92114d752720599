"""How SharePoint says no: its envelope in both spellings, its numbers (protocols 3)."""

from __future__ import annotations

from sameface.tenant.calls import Answer, Call, Declined, json_answer
from sameface.tenant.members import TENANT_ID


def refused(call: Call, status: int, code: str, message: str) -> Declined:
    """The error envelope: `odata.error`, or `error` for verbose callers."""
    name = "error" if "odata=verbose" in call.headers.get("accept", "") else "odata.error"
    body = {name: {"code": code, "message": {"lang": "en-US", "value": message}}}
    return Declined(json_answer(body, status))


def unauthorised(call: Call, why: str) -> Declined:  # noqa: ARG001 - one shape for every gate
    """No token, or none that counts here."""
    body = {"error_description": why}
    challenge = (
        f'Bearer realm="{TENANT_ID}", '
        'client_id="00000003-0000-0ff1-ce00-000000000000", '
        'trusted_issuers="00000001-0000-0000-c000-000000000000@*"'
    )
    diagnostics = f'3000006;reason="{why}";category="invalid_client"'
    headers = {"WWW-Authenticate": challenge, "X-MS-Diagnostics": diagnostics}
    return Declined(json_answer(body, 401, headers))


def app_only_by_secret(call: Call) -> Declined:
    """An application by itself must have signed in with a certificate (protocols 3.1)."""
    return unauthorised(call, "Unsupported app only token.")


def denied(call: Call) -> Declined:
    """A good token without the right."""
    message = (
        "Access denied. You do not have permission to perform this action or access this resource."
    )
    return refused(call, 403, "-2147024891, System.UnauthorizedAccessException", message)


def digest_expired(call: Call) -> Declined:
    """A write without a digest that still counts."""
    message = (
        "The security validation for this page is invalid and might be corrupted. Please use your "
        "web browser's Back button to try your operation again."
    )
    return refused(call, 403, "-2130575252, Microsoft.SharePoint.SPException", message)


def no_file(call: Call) -> Declined:
    """No such file or folder."""
    return refused(call, 404, "-2147024894, System.IO.FileNotFoundException", "File Not Found.")


def pass_ended(call: Call) -> Declined:
    """A time-limited address that is over, or was never good (protocols 3.4)."""
    message = "Time-Limited URL validation failed."
    return refused(call, 403, "-2147024891, System.UnauthorizedAccessException", message)


def file_exists(call: Call, name: str) -> Declined:
    """A file of that name is there, and nobody said to overwrite it."""
    message = f"A file with the name {name} already exists."
    return refused(call, 400, "-2130575257, Microsoft.SharePoint.SPException", message)


def too_large(call: Call) -> Declined:
    """More bytes than SharePoint takes for a picture."""
    message = (
        "The request message is too big. The server does not allow messages larger than 5000000 "
        "bytes."
    )
    return refused(
        call, 413, "-1, Microsoft.SharePoint.Client.InvalidClientQueryException", message
    )


def bad_value(call: Call, message: str) -> Declined:
    """Something about what was told."""
    code = "-2147024809, System.ArgumentException"
    return refused(call, 400, code, message)


def no_user(call: Call) -> Declined:
    """Nobody has that account name."""
    message = "The user profile could not be found."
    code = "-1, Microsoft.Office.Server.UserProfiles.UserNotFoundException"
    return refused(call, 500, code, message)


def not_supported(call: Call, what: str) -> Declined:
    """Something that this tenant does not do; `what` names it."""
    code = "-1, System.NotSupportedException"
    return refused(call, 501, code, f"The local tenant does not do this: {what}.")


def too_many(call: Call, retry_after_s: int) -> Answer:
    """A call beyond a quota (protocols 3.7)."""
    answer = refused(call, 429, *_BY_STATUS[429]).answer
    answer.headers["Retry-After"] = str(retry_after_s)
    return answer


_BY_STATUS = {
    429: ("-2147429894, Microsoft.SharePoint.SPQueryThrottledException", "Too many requests."),
    500: ("-1, System.Exception", "An unexpected error has occurred."),
    502: ("-1, System.Exception", "Bad gateway."),
    503: ("-1, System.Exception", "The service is unavailable."),
    504: ("-1, System.Exception", "The operation has timed out."),
}


def by_status(call: Call, status: int) -> Answer:
    """What SharePoint says with such a status."""
    if status == 401:
        return unauthorised(call, "The token has expired.").answer
    if status == 403:
        return denied(call).answer
    if status == 404:
        return no_file(call).answer
    return refused(call, status, *_BY_STATUS[status]).answer
