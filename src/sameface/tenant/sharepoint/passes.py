"""Time-limited addresses of pictures: signed, for one person and size, good without a sign-in."""

from __future__ import annotations

import hmac
import secrets
import time
from urllib.parse import urlencode

PATH = "_vti_bin/afdcache.ashx/_userprofile/userphoto.jpg"


class Passes:
    """Signs and checks. They run on real time, as tokens do, for `life_s` seconds."""

    def __init__(self, life_s: int) -> None:
        self._life_s = life_s
        self._key = secrets.token_bytes(32)

    def address(self, origin: str, account: str, letter: str) -> str:
        """Where that size of that person's picture is, for a while."""
        ends = str(int(time.time()) + self._life_s)
        told = {"_oat_": f"{ends}_{self._mark(ends, account, letter)}"}
        query = urlencode({**told, "P1": ends, "size": letter, "accountName": account})
        return f"{origin}/{PATH}?{query}"

    def holds(self, oat: str, account: str, letter: str) -> bool:
        """True for a pass of ours, for that person and size, that is not over."""
        ends, _, mark = oat.partition("_")
        if not hmac.compare_digest(mark.encode(), self._mark(ends, account, letter).encode()):
            return False
        return ends.isdigit() and int(ends) > time.time()

    def _mark(self, ends: str, account: str, letter: str) -> str:
        told = "\0".join((ends, account.lower(), letter))
        return hmac.new(self._key, told.encode(), "sha256").hexdigest()
