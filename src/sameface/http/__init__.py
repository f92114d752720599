"""The one door to the network: asks politely, waits as told, says in our words what went wrong."""

from sameface.http.answers import TRY_AGAIN, Answer, error_code, retry_after_s
from sameface.http.door import AGENT, Door, Tokens, is_loopback, sign_in_client, tls, untrusted
from sameface.http.pacing import Clock, Patience, Pool, Quota, SharedQuota, Waiting

__all__ = [
    "AGENT",
    "TRY_AGAIN",
    "Answer",
    "Clock",
    "Door",
    "Patience",
    "Pool",
    "Quota",
    "SharedQuota",
    "Tokens",
    "Waiting",
    "error_code",
    "is_loopback",
    "retry_after_s",
    "sign_in_client",
    "tls",
    "untrusted",
]
