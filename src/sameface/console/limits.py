"""How often anybody may ask: a bucket for each kind of request and asker, refilled steadily."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum

from sameface.http import Clock

_MOST = 50_000


class Kind(Enum):
    """What is asked for; the value is (so many at once, so many a minute after that)."""

    SIGN_IN = (20, 10)
    UPLOAD = (20, 5)
    CHANGE = (60, 60)
    READ = (600, 600)
    PICTURE = (6000, 6000)


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Limits:
    """Counts by asker. Beyond fifty thousand of a kind the least recently used is forgotten."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kinds = {kind: (*kind.value, OrderedDict[str, _Bucket]()) for kind in Kind}

    def wait_s(self, kind: Kind, asker: str) -> int:
        """0 where this may go on, and it is counted; else in how many seconds to ask again."""
        most, per_minute, buckets = self._kinds[kind]
        now = self._clock.now().timestamp()
        bucket = buckets.get(asker)
        if bucket is None:
            bucket = buckets[asker] = _Bucket(most, now)
            if len(buckets) > _MOST:
                buckets.popitem(last=False)
        else:
            buckets.move_to_end(asker)
        bucket.left = min(most, bucket.left + (now - bucket.at) * per_minute / 60)
        bucket.at = now
        if bucket.left < 1:
            return max(1, math.ceil((1 - bucket.left) * 60 / per_minute))
        bucket.left -= 1
        return 0
