"""Who is signed in: sessions by a random cookie, of which only a hash is kept, in memory."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sameface.console.roles import Role, Who
from sameface.http import Clock
from sameface.settings import ConsoleToken

LONGEST = timedelta(hours=12)
"""However busy, a session ends after this."""

IDLE = timedelta(hours=2)
"""A session that nobody uses ends after this."""

_MOST = 20_000


@dataclass(slots=True)
class _Session:
    who: Who
    ends: datetime
    used: datetime


class Sessions:
    """All of them; beyond twenty thousand the one that was used longest ago ends."""

    def __init__(self, clock: Clock, programs: Iterable[ConsoleToken] = ()) -> None:
        self._clock = clock
        self._open: OrderedDict[bytes, _Session] = OrderedDict()
        self._programs = [(_hashed(one.token), Who(one.name, Role(one.role))) for one in programs]

    def begin(self, who: Who) -> str:
        """A session for somebody whose sign-in was proved; gives what their cookie holds."""
        now, cookie = self._clock.now(), secrets.token_urlsafe(32)
        named = replace(who, csrf=secrets.token_urlsafe(24))
        self._open[_hashed(cookie)] = _Session(named, now + LONGEST, now)
        if len(self._open) > _MOST:
            self._open.popitem(last=False)
        return cookie

    def of(self, cookie: str) -> Who | None:
        """Whose session that is; None where it is none, or is over."""
        key, now = _hashed(cookie), self._clock.now()
        found = self._open.get(key)
        if found is None:
            return None
        if now >= found.ends or now - found.used >= IDLE:
            del self._open[key]
            return None
        found.used = now
        self._open.move_to_end(key)
        return found.who

    def end(self, cookie: str) -> None:
        """Sign out."""
        self._open.pop(_hashed(cookie), None)

    def program(self, token: str) -> Who | None:
        """The program that shows this token, which sameface.toml names."""
        shown = _hashed(token)
        return next((who for kept, who in self._programs if hmac.compare_digest(kept, shown)), None)


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
