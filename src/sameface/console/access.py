"""Ways in without an account: a link that opens once, and pictures by signed address."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

from sameface.http import Clock

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

    def opens(self, token: str) -> bool:
        """True for the token that is valid now, which then is spent."""
        if not hmac.compare_digest(token.encode("utf-8", "replace"), self._token.encode()):
            return False
        self.new_token()
        return True

    def sign(self, path: str) -> str:
        """What `?key=` opens this path for a day, or until the console ends."""
        until = int((self._clock.now() + SIGNED_FOR).timestamp())
        return self._with_signature(path, until)

    def is_signed(self, path: str, key: str) -> bool:
        """True where that key opens the path now."""
        until, _, _ = key.partition(".")
        if not (until.isascii() and until.isdigit() and len(until) < 16):
            return False
        good = self._with_signature(path, int(until))
        is_ours = hmac.compare_digest(good.encode(), key.encode("utf-8", "replace"))
        return is_ours and int(until) > self._clock.now().timestamp()

    def _with_signature(self, path: str, until: int) -> str:
        told = hmac.new(self._key, f"{until} path {path}".encode(), hashlib.sha256)
        return f"{until}.{told.hexdigest()}"
