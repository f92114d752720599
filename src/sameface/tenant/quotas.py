"""Published quotas: how much of what a service takes in how long, and from whom.

Each service says what a call costs (its own `quotas.py`); this room counts. A window of a quota
begins with the first call in it and ends after its published length; refused calls count like
others (protocols 1.9, 3.7, 4). Quotas run on real time, `speed` times as fast.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sameface.tenant.calls import Answer, Call
from sameface.tenant.login.tokens import Grant

AT_A_TIME = 0.0
"""The window of a quota that is about calls in flight rather than calls in a stretch of time."""

_TIDY_AT = 20_000


@dataclass(frozen=True, slots=True)
class Charge:
    """What one call costs: `cost` of `most` in `window_s` seconds, shared by all of one `key`.

    `limit` names the quota; a window of AT_A_TIME is about calls that are not answered yet.
    """

    limit: str
    key: tuple[str, ...]
    most: int
    window_s: float
    cost: int = 1


@dataclass(frozen=True, slots=True)
class Meter:
    """How much of a quota is used, this call included, and in how many real seconds it is new."""

    charge: Charge
    used: int
    resets_s: float

    @property
    def is_over(self) -> bool:
        return self.used > self.charge.most

    @property
    def share(self) -> float:
        """What is used of what there is; beyond 1.0 calls are refused."""
        return self.used / self.charge.most

    @property
    def retry_after_s(self) -> int:
        """What `Retry-After` says: whole real seconds, at least one."""
        return max(1, math.ceil(self.resets_s))


@dataclass(frozen=True, slots=True)
class Tariff:
    """A service's quotas: what a call costs, how one too many is refused, what answers tell."""

    charges: Callable[[Call, Grant], Iterable[Charge]]
    refused: Callable[[Call, Meter], Answer]
    headers: Callable[[Iterable[Meter]], Mapping[str, str]]


class Quotas:
    """Counts. With `speed` 10 a window of ten seconds is over after one."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._windows: dict[tuple[str, tuple[str, ...]], tuple[float, int]] = {}
        self._in_flight: dict[tuple[str, tuple[str, ...]], int] = {}

    def take(self, charges: Iterable[Charge]) -> tuple[Meter, ...]:
        """Count a call. What is taken of AT_A_TIME quotas must be given back with `release`."""
        now = time.monotonic()
        return tuple(
            self._enter(charge) if charge.window_s == AT_A_TIME else self._spend(charge, now)
            for charge in charges
        )

    def release(self, meters: Iterable[Meter]) -> None:
        """The call is answered."""
        for meter in meters:
            if meter.charge.window_s == AT_A_TIME:
                key = (meter.charge.limit, meter.charge.key)
                left = self._in_flight[key] - 1
                if left:
                    self._in_flight[key] = left
                else:
                    del self._in_flight[key]

    def _enter(self, charge: Charge) -> Meter:
        key = (charge.limit, charge.key)
        used = self._in_flight.get(key, 0) + 1
        self._in_flight[key] = used
        return Meter(charge, used, 1 / self._speed)

    def _spend(self, charge: Charge, now: float) -> Meter:
        length_s = charge.window_s / self._speed
        key = (charge.limit, charge.key)
        ends, used = self._windows.get(key, (0.0, 0))
        if ends <= now:
            ends, used = now + length_s, 0
            self._tidy(now)
        used += charge.cost
        self._windows[key] = (ends, used)
        return Meter(charge, used, ends - now)

    def _tidy(self, now: float) -> None:
        """Forget windows that are over, now and then, so that memory does not grow with people."""
        if len(self._windows) >= _TIDY_AT:
            self._windows = {key: w for key, w in self._windows.items() if w[0] > now}
