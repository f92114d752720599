"""`$batch`: up to twenty requests in one, pictures travelling as base64 (protocols 1.8)."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from sameface.tenant.calls import Answer, Call, json_answer
from sameface.tenant.graph import errors
from sameface.tenant.graph.photos import MOST_BYTES
from sameface.tenant.graph.quotas import CONCURRENT
from sameface.tenant.organisation import hash_of

MOST_PARTS = 20
Serve = Callable[[Call], Awaitable[Answer]]
"""Answers one part as if it had come by itself."""


async def run(call: Call, serve: Serve, swaps: Callable[[], bool]) -> Answer:
    """All parts, at most four at a time; their replies come in an order of their own.

    `swaps` is asked whether two pictures shall change places, where there are two.
    """
    parts = _parts(call)
    if any(part.get("dependsOn") for part in parts):
        replies = await _in_turn(call, parts, serve)
    else:
        replies = await _together(call, parts, serve)
    pictures = [reply for reply in replies if isinstance(reply.get("body"), str)]
    if len(pictures) > 1 and swaps():
        one, other = pictures[:2]
        one["body"], other["body"] = other["body"], one["body"]
    replies.sort(key=lambda reply: hash_of(call.request_id, reply["id"]))
    return json_answer({"responses": replies}, media_type="application/json")


async def _together(call: Call, parts: list[dict[str, Any]], serve: Serve) -> list[dict[str, Any]]:
    room = asyncio.Semaphore(CONCURRENT)

    async def answered(part: dict[str, Any]) -> dict[str, Any]:
        async with room:
            return _reply(part["id"], await serve(_alone(call, part)))

    return await asyncio.gather(*(answered(part) for part in parts))


async def _in_turn(call: Call, parts: list[dict[str, Any]], serve: Serve) -> list[dict[str, Any]]:
    """One after another; what depends on a part that failed fails too."""
    replies: dict[str, dict[str, Any]] = {}
    for part in parts:
        waits_for = [str(name) for name in part.get("dependsOn") or ()]
        if all(name in replies and replies[name]["status"] < 400 for name in waits_for):
            answer = await serve(_alone(call, part))
        else:
            answer = errors.refused(
                call, 424, "FailedDependency", "A request that this one depends on failed."
            ).answer
        replies[part["id"]] = _reply(part["id"], answer)
    return list(replies.values())


def _parts(call: Call) -> list[dict[str, Any]]:
    if len(call.body) > MOST_BYTES:
        raise errors.too_large(call)
    told = call.json()
    parts = told.get("requests") if isinstance(told, dict) else None
    if not isinstance(parts, list) or not parts:
        raise errors.bad_request(call, "Invalid batch payload format.")
    if len(parts) > MOST_PARTS:
        message = f"Number of requests exceeds maximum ({MOST_PARTS})."
        raise errors.bad_request(call, message)
    if not all(_well_formed(part) for part in parts):
        raise errors.bad_request(call, "Invalid batch payload format.")
    if len({part["id"].lower() for part in parts}) < len(parts):
        raise errors.bad_request(call, "Request Id has been duplicated.")
    return parts


def _well_formed(part: Any) -> bool:
    return (
        isinstance(part, dict)
        and all(isinstance(part.get(name), str) for name in ("id", "method", "url"))
        and isinstance(part.get("headers", {}), dict)
        and isinstance(part.get("dependsOn", []), list)
    )


def _alone(call: Call, part: Mapping[str, Any]) -> Call:
    """The part as a request of its own, with the batch's token."""
    path, _, query = part["url"].partition("?")
    headers = {str(k).lower(): str(v) for k, v in part.get("headers", {}).items()}
    headers.setdefault("authorization", call.headers.get("authorization", ""))
    return replace(
        call,
        method=part["method"].upper(),
        path=f"/{call.path.split('/')[1]}/{unquote(path).lstrip('/')}",
        raw_query=query,
        headers=headers,
        body=_body(part.get("body")),
    )


def _body(told: Any) -> bytes:
    """The bytes of a part: base64 in either alphabet, padded or not; or JSON."""
    if told is None:
        return b""
    if not isinstance(told, str):
        return json.dumps(told).encode()
    plain = told.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return told.encode()


def _reply(part_id: str, answer: Answer) -> dict[str, Any]:
    headers = dict(answer.headers)
    if answer.media_type is not None:
        headers["Content-Type"] = answer.media_type
    reply: dict[str, Any] = {"id": part_id, "status": answer.status, "headers": headers}
    if answer.media_type is not None and answer.media_type.startswith("image/"):
        reply["body"] = base64.b64encode(answer.body).decode()
    elif answer.body:
        reply["body"] = json.loads(answer.body) if "json" in (answer.media_type or "") else None
    return reply
