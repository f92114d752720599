"""Tokens that somebody is asked for, kept until shortly before they end."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from sameface.errors import Busy, Unreachable
from sameface.http import Clock, Patience, Waiting

_MARGIN_S = 120.0  # a token about to end is fetched anew before it fails in mid-request
_TRIES = 3


class Asker(Protocol):
    """One way to sign in."""

    def ask(self) -> dict[str, Any]:
        """A fresh token as msal tells it: `access_token`, `expires_in` in seconds. It blocks.

        Errors: SignInRefused, and Unreachable and Busy, which another try may mend.
        """


class AskedTokens:
    """The tokens of one store. `expires_in` is a stretch of time: no two clocks are compared."""

    def __init__(self, asker: Asker, clock: Clock) -> None:
        self.asker, self._clock = asker, clock
        self._token, self._good_until = "", float("-inf")
        self._turn = asyncio.Lock()

    async def get(self) -> str:
        async with self._turn:  # many requests, one sign-in
            if self._clock.ticks() >= self._good_until:
                told = await self._patiently()
                self._token = str(told["access_token"])
                lasts_s = float(told.get("expires_in") or 0)
                self._good_until = self._clock.ticks() + max(lasts_s - _MARGIN_S, lasts_s / 2)
            return self._token

    def forget(self) -> None:
        self._good_until = float("-inf")

    async def _patiently(self) -> dict[str, Any]:
        waiting = Waiting(Patience(tries=_TRIES), self._clock)
        while True:
            try:
                return await asyncio.to_thread(self.asker.ask)
            except (Unreachable, Busy):
                if not await waiting.again():
                    raise
