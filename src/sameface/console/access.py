"""Ways in without an account: a link that opens once, and pictures by signed address."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import timedelta

from sameface.console.standing import NAMED_BY
from sameface.http import Clock

SIGNED_FOR = timedelta(days=1)
"""At most; at least half of it, since all that is signed in one half day ends with the next one:
an address that changed with every page would be kept by no browser."""

_HALF_S = int(SIGNED_FOR.total_seconds()) // 2


class Access:
    """The keys of one running console. They end with it, and nothing of them is ever stored; but
    for the key of signed addresses, where a web server in front has it too."""

    def __init__(self, clock: Clock, key: str = "") -> None:
        """`key` is what that server has: 64 characters, as MD5 takes in at once."""
        self._clock = clock
        self._is_shared, self._key = bool(key), key or secrets.token_hex(32)
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

    def photo(self, person: str, digest: str, px: int) -> str:
        """The address of one version for the console's own pages, signed where somebody in front
        can tell; `person` is an id."""
        path = f"/photo/{person}/{digest[:NAMED_BY]}.webp"
        return f"{path}?s={px}" + (f"&key={self.sign(path)}" if self._is_shared else "")

    def sign(self, path: str) -> str:
        """What `?key=` opens this path, for half a day to a day."""
        half_days = int(self._clock.now().timestamp()) // _HALF_S
        return self._with_signature(path, (half_days + 2) * _HALF_S)

    def is_signed(self, path: str, key: str) -> bool:
        """True where that key opens the path now."""
        until = key.rpartition(",")[2]
        if not (until.isascii() and until.isdigit() and len(until) < 16):
            return False
        good = self._with_signature(path, int(until))
        is_ours = hmac.compare_digest(good.encode(), key.encode("utf-8", "replace"))
        return is_ours and int(until) > self._clock.now().timestamp()

    def _with_signature(self, path: str, until: int) -> str:
        """As ngx_http_secure_link_module checks it: MD5, with the key before and after what is
        signed (RFC 1828), since that module knows no HMAC."""
        told = f"{self._key}{until} {path} {self._key}".encode()
        digest = hashlib.md5(told, usedforsecurity=False).digest()
        return f"{base64.urlsafe_b64encode(digest).decode().rstrip('=')},{until}"
