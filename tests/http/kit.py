"""What the tests of everything on the wire share: virtual time, and servers that are functions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2 as httpx

from sameface.http import Clock, Door, Patience

URL = "https://store.test"
GOOD = httpx.Response(200, json={"good": True})

Handler = Callable[[httpx.Request], Coroutine[Any, Any, httpx.Response]]


class VirtualClock(Clock):
    """Time that passes only when somebody sleeps; `slept` are the naps asked for, in seconds."""

    def __init__(self) -> None:
        self.t = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return datetime(2014, 3, 3, 9, tzinfo=UTC) + timedelta(seconds=self.t)

    def ticks(self) -> float:
        return self.t

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        wake = self.t + seconds
        await asyncio.sleep(0)
        self.t = max(self.t, wake)


class Server:
    """Answers from a list, the last one for ever after; remembers what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[httpx.Request] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


class Tokens:
    """Tokens t1, t2, … each good until it is forgotten."""

    def __init__(self) -> None:
        self.number = 1

    async def get(self) -> str:
        return f"t{self.number}"

    def forget(self) -> None:
        self.number += 1


def door(
    server: Handler,
    clock: Clock,
    patience: Patience | None = None,
    tokens: Tokens | None = None,
    quota: tuple[int, timedelta] | None = None,
    concurrency: int = 4,
) -> Door:
    return Door(
        "exchange",
        URL,
        clock=clock,
        transport=httpx.MockTransport(server),
        patience=patience,
        tokens=tokens,
        quota=quota,
        concurrency=concurrency,
    )
