"""One request as the services see it, and one answer as they give it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from sameface.values import Rendition

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Call:
    """A request: path percent-decoded, header names in lower case, `at` by the tenant's clock.

    `origin` is the scheme, host and port that the caller used: links lead back the same way.
    """

    method: str
    path: str
    raw_query: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    origin: str
    at: datetime
    request_id: str

    @cached_property
    def query(self) -> Mapping[str, str]:
        """Query parameters, last one wins; names as spelt."""
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))

    @cached_property
    def query_lower(self) -> Mapping[str, str]:
        """The same with lower-case names, for the services that do not care."""
        return {name.lower(): value for name, value in self.query.items()}

    @property
    def client_request_id(self) -> str:
        return self.headers.get("client-request-id") or self.request_id

    @property
    def bearer(self) -> str | None:
        """The bearer token, None where there is none."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" and token else None

    def json(self) -> Any:
        """The body parsed; None where it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


@dataclass(slots=True)
class Answer:
    """A reply. `sends` bytes of the body are sent before the line is cut; None: all, and no cut."""

    status: int
    body: bytes = field(default=b"", repr=False)
    media_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    sends: int | None = None


class Declined(Exception):
    """A service's refusal, on its way out of the tenant as an answer; nobody else ever sees it."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def json_answer(
    value: Any,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    media_type: str = JSON,
) -> Answer:
    """A JSON reply."""
    body = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    return Answer(status, body, media_type, dict(headers or {}))


def picture_answer(
    picture: Rendition, headers: Mapping[str, str] | None = None, status: int = 200
) -> Answer:
    """A picture's bytes."""
    return Answer(status, picture.data, picture.media_type, dict(headers or {}))
