"""Who may look: a link that opens once, the session it begins, and pictures by signed address."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

from sameface.http import Clock

SESSION = timedelta(hours=12)
SIGNED_FOR = timedelta(days=1)


class Access:
    """The keys of one running console. They end with it, and nothing of them is ever stored."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._token = ""
        self.new_token()

    @property
    def token(self) -> str:
        """What the next one-time link carries."""
        return self._token

    def new_token(self) -> None:
        """From now on another link opens the console."""
        self._token = secrets.token_urlsafe(32)

    def open(self, token: str) -> str | None:
        """A session for the token that is valid now, which then is spent; else None."""
        if not hmac.compare_digest(token.encode(), self._token.encode()):
            return None
        self.new_token()
        return self._with_signature("session", self._until(SESSION))

    def is_open(self, session: str) -> bool:
        """True for a session that we began and that is not over."""
        return self._holds("session", session)

    def sign(self, path: str) -> str:
        """What `?key=` opens this path for a day, or until the console ends."""
        return self._with_signature(f"path {path}", self._until(SIGNED_FOR))

    def is_signed(self, path: str, key: str) -> bool:
        """True where that key opens the path now."""
        return self._holds(f"path {path}", key)

    def _until(self, length: timedelta) -> int:
        return int((self._clock.now() + length).timestamp())

    def _with_signature(self, what: str, until: int) -> str:
        told = hmac.new(self._key, f"{until} {what}".encode(), hashlib.sha256)
        return f"{until}.{told.hexdigest()}"

    def _holds(self, what: str, signed: str) -> bool:
        until, _, _ = signed.partition(".")
        if not (until.isascii() and until.isdigit() and len(until) < 16):
            return False
        good = self._with_signature(what, int(until))
        is_ours = hmac.compare_digest(good.encode(), signed.encode())
        return is_ours and int(until) > self._clock.now().timestamp()
