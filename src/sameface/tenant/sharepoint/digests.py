"""Form digests: what a write to SharePoint may carry, and for how long (protocols 3.1)."""

from __future__ import annotations

import hmac
import secrets
import time
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

LIFE_S = 1800


class Digests:
    """Makes and checks digests. They run on real time, as tokens do."""

    def __init__(self, life_s: int = LIFE_S) -> None:
        self.life_s = life_s
        self._key = secrets.token_bytes(32)

    def make(self) -> str:
        made = format_datetime(datetime.now(UTC))
        return f"0x{self._mark(made)},{made}"

    def holds(self, digest: str) -> bool:
        """True for one of ours that is not too old."""
        mark, _, made = digest.partition(",")
        if not hmac.compare_digest(mark.encode(), f"0x{self._mark(made)}".encode()):
            return False
        return time.time() - parsedate_to_datetime(made).timestamp() < self.life_s

    def _mark(self, made: str) -> str:
        return hmac.new(self._key, made.encode(), "sha512").hexdigest().upper()
