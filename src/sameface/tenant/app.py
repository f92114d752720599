"""The tenant as an ASGI application: which service a request is for, and how its answer leaves.

Plain ASGI rather than a framework's routes: the photo addresses are to serve thousands a second.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from email.utils import format_datetime
from itertools import count
from typing import Protocol
from urllib.parse import unquote_plus

from starlette.types import Receive, Scope, Send

from sameface.errors import SamefaceError
from sameface.tenant.calls import Answer, Call, Declined, json_answer
from sameface.tenant.control import errors as control_errors
from sameface.tenant.faults import ANSWERED_ELSEWHERE, KINDS, Fault, Faults
from sameface.tenant.gate import Gate
from sameface.tenant.ledger import Entry, Ledger
from sameface.tenant.organisation import Organisation, Pretence
from sameface.tenant.quotas import Quotas, Tariff
from sameface.tenant.routing import Routes
from sameface.tenant.sharepoint.addresses import is_sharepoint

MOST_BODY_BYTES = 32 * 2**20
_STRIKING = tuple(kind for kind in KINDS if kind not in ANSWERED_ELSEWHERE)
_PRETENCES = {"stale": Pretence.STALE, "no-effect": Pretence.DEAF}
_WRONG_TYPE = "text/html; charset=utf-8"
_FIRST = {
    "v1.0": "graph",
    "beta": "graph",
    "ews": "exchange",
    "owa": "exchange",
    "api": "yammer",
    "mugshot": "yammer",
    "_tenant": "control",
}
_UNLOGGED = ("control", "desk")
_SIGN_IN = ("/oauth2/", "/.well-known/", "/discovery/", "/userrealm/", "/oidc/")


class Service(Protocol):
    """What every folder of this room offers."""

    name: str
    routes: Routes

    def segments(self, call: Call) -> list[str]:
        """The part of the path that its routes are written for."""

    def headers(self, call: Call) -> Mapping[str, str]:
        """Headers on everything it says."""

    def by_status(self, call: Call, status: int) -> Answer:
        """How it spells such a status."""


class App:
    """All services behind one origin, by name; what is not among `services` is off.

    `tariffs` are the quotas kept, by the name of their service. Every answer of a service takes
    `latency`, and all that takes time takes it `speed` times as fast.
    """

    def __init__(  # noqa: PLR0917 - each is another thing that a call passes
        self,
        organisation: Organisation,
        faults: Faults,
        ledger: Ledger,
        gate: Gate,
        speed: float = 1.0,
        latency: timedelta = timedelta(0),
    ) -> None:
        self.services: dict[str, Service] = {}
        self.tariffs: dict[str, Tariff] = {}
        self._organisation, self._faults, self._ledger = organisation, faults, ledger
        self._gate, self._quotas, self._speed = gate, Quotas(speed), speed
        self._latency_s = latency.total_seconds() / speed
        self._numbers = count(1)
        self._date = (organisation.now, "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        self._organisation.tick()
        body = await _body(receive)
        call = self._call(scope, body or b"")
        answer = await self.serve(call) if body is not None else _too_large()
        await _send(send, answer, self._http_date(), head=scope["method"] == "HEAD")

    async def serve(self, call: Call, *, part: bool = False) -> Answer:
        """The answer to one request, or to one part of a batch."""
        began = time.perf_counter()
        service = self._service(call.path)
        if service is None:
            # The tenant's own pages, where they are taken away, are as if they had never been.
            gone = call.path.startswith("/_tenant")
            answer, name = Answer(404) if gone else _nobody(call), "nobody"
        else:
            answer, name = await self._admitted(service, call), service.name
            answer.headers.update(service.headers(call))
        if name not in _UNLOGGED:
            took_s = time.perf_counter() - began
            self._ledger.note(Entry(name, call.method, call.path, answer.status, part, took_s))
        return answer

    async def serve_part(self, call: Call) -> Answer:
        """A part of a batch, as if it had come by itself."""
        answer = await self.serve(call, part=True)
        return answer if answer.sends is None else json_answer({}, 504)

    async def _admitted(self, service: Service, call: Call) -> Answer:
        """The answer, or the refusal of one call too many."""
        tariff = self.tariffs.get(service.name)
        grant = self._gate.peek(call) if tariff else None
        if tariff is None or grant is None:
            return await self._served(service, call)
        meters = self._quotas.take(tariff.charges(call, grant))
        try:
            over = next((meter for meter in meters if meter.is_over), None)
            answer = tariff.refused(call, over) if over else await self._served(service, call)
        finally:
            self._quotas.release(meters)
        answer.headers.update(tariff.headers(meters))
        return answer

    async def _served(self, service: Service, call: Call) -> Answer:
        if self._latency_s and service.name not in _UNLOGGED and not _is_batch(call):
            await asyncio.sleep(self._latency_s)
        fault = self._struck(service, call)
        if fault is None:
            return await _handled(service, call)
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds / self._speed)
        if fault.kind in _HANDLED:
            with self._pretending(fault):
                return _HANDLED[fault.kind](await _handled(service, call))
        answer = await _handled(service, call) if fault.late else None
        if fault.kind == "cut":
            return _cut(answer)
        answer = service.by_status(call, int(fault.kind))
        if fault.retry_after_s is not None:
            answer.headers["Retry-After"] = str(fault.retry_after_s)
        return answer

    def _pretending(self, fault: Fault) -> AbstractContextManager[None]:
        pretence = _PRETENCES.get(fault.kind)
        return self._organisation.pretending(pretence) if pretence else nullcontext()

    def _struck(self, service: Service, call: Call) -> Fault | None:
        if not self._faults.any:
            return None
        about = f"{call.path}?{unquote_plus(call.raw_query)}"
        if _TEXTS.search(call.headers.get("content-type", "")) and not _is_batch(call):
            about += call.body.decode("utf-8", "replace")
        return self._faults.strikes(service.name, call.method, call.path, about, kinds=_STRIKING)

    def _service(self, path: str) -> Service | None:
        first, _, rest = path[1:].lower().partition("/")
        name = _FIRST.get(first)
        if name == "control" and rest.partition("/")[0] == "desk":
            name = "desk"
        if name is None and any(mark in path.lower() for mark in _SIGN_IN):
            name = "login"
        if name is None and is_sharepoint(path):
            name = "sharepoint"
        return self.services.get(name) if name else None

    def _call(self, scope: Scope, body: bytes) -> Call:
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        host = headers.get("host") or "{}:{}".format(*scope["server"])
        method = scope["method"]
        return Call(
            method="GET" if method == "HEAD" else method,
            path=scope["path"],
            raw_query=scope["query_string"].decode("latin-1"),
            headers=headers,
            body=body,
            origin=f"{scope['scheme']}://{host}",
            at=self._organisation.now,
            request_id=f"5a3ef4ce-0000-4000-9000-{next(self._numbers):012x}",
        )

    def _http_date(self) -> str:
        """The tenant's clock as an HTTP date."""
        now = self._organisation.now
        if not self._date[1] or self._date[0] != now:
            self._date = (now, format_datetime(now, usegmt=True))
        return self._date[1]


async def _handled(service: Service, call: Call) -> Answer:
    """What the service says by itself."""
    found = service.routes.find(call.method, service.segments(call))
    if isinstance(found, frozenset):
        return _wrong_method(call, found) if found else _nobody(call)
    handler, parameters = found
    try:
        return await handler(call, **parameters)
    except Declined as declined:
        return declined.answer
    except SamefaceError as wrong:
        return control_errors.told(wrong)


def _nobody(call: Call) -> Answer:
    """501 and the path, in Graph's envelope: what the tenant does not do, it says."""
    text = f"The local tenant does not serve {call.method} {call.path}."
    return json_answer({"error": {"code": "NotImplemented", "message": text}}, 501)


def _wrong_method(call: Call, allowed: frozenset[str]) -> Answer:
    text = f"{call.path} does not take {call.method}."
    body = {"error": {"code": "MethodNotAllowed", "message": text}}
    return json_answer(body, 405, {"Allow": ", ".join(sorted(allowed))})


def _too_large() -> Answer:
    text = f"The local tenant reads at most {MOST_BODY_BYTES:,} bytes."
    return json_answer({"error": {"code": "RequestEntityTooLarge", "message": text}}, 413)


_TEXTS = re.compile("json|xml")
_ENVELOPED = re.compile(rb"(<m:PictureData>)([^<]+)")


def _is_batch(call: Call) -> bool:
    """A batch is not about anybody, and takes as long as its parts do."""
    return call.path.endswith("/$batch")


def _cut(answer: Answer | None) -> Answer:
    """The line breaks in the middle of the answer; a short one breaks before its first byte."""
    if answer is None or not answer.body:
        return Answer(200, b"\0" * 64, "application/octet-stream", sends=0)
    answer.sends = len(answer.body) // 2
    return answer


def _half(answer: Answer) -> Answer:
    """Half a picture that claims to be whole, bare or in an envelope; others are as they are."""
    if (answer.media_type or "").startswith("image/"):
        answer.body = answer.body[: len(answer.body) // 2]
    answer.body = _ENVELOPED.sub(
        lambda told: told[1] + told[2][: len(told[2]) // 8 * 4], answer.body
    )
    return answer


def _mislabelled(answer: Answer) -> Answer:
    """The right bytes, which claim to be a page."""
    if answer.media_type is not None:
        answer.media_type = _WRONG_TYPE
    return answer


def _as_it_is(answer: Answer) -> Answer:
    return answer


_HANDLED: Mapping[str, Callable[[Answer], Answer]] = {
    "slow": _as_it_is,
    "half": _half,
    "wrong-type": _mislabelled,
    "stale": _as_it_is,
    "no-effect": _as_it_is,
}
"""The faults of a call that is carried out, and what becomes of its answer."""


async def _body(receive: Receive) -> bytes | None:
    """The whole body, None where it is larger than anything the services take."""
    parts, length = [], 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        length += len(part)
        if length <= MOST_BODY_BYTES:
            parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts) if length <= MOST_BODY_BYTES else None


async def _send(send: Send, answer: Answer, date: str, *, head: bool) -> None:
    headers = [
        *([] if "Date" in answer.headers else [(b"date", date.encode())]),
        *((k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in answer.headers.items()),
    ]
    if answer.media_type is not None:
        headers.append((b"content-type", answer.media_type.encode()))
    if answer.status not in (204, 304):
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.sends is not None:
        # The server sees an answer that never completes, and closes the connection.
        part = answer.body[: answer.sends]
        await send({"type": "http.response.body", "body": part, "more_body": True})
        return
    await send({"type": "http.response.body", "body": b"" if head else answer.body})
