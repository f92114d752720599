"""The log of requests: what was asked of whom and what came of it, without headers or bodies."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from typing import Any, NamedTuple

_KEPT = 20_000


class Entry(NamedTuple):
    """One request, or one part of a `$batch`. Nothing secret: no headers, no bodies.

    `took_s`: seconds from its arrival to its answer, latency included.
    """

    service: str
    method: str
    path: str
    status: int
    part: bool
    took_s: float


class Ledger:
    """Counts of everything, and the last requests themselves."""

    def __init__(self) -> None:
        self._last: deque[Entry] = deque(maxlen=_KEPT)
        self._counts: Counter[tuple[str, str, int, bool]] = Counter()
        self._took_s: defaultdict[str, float] = defaultdict(float)

    def note(self, entry: Entry) -> None:
        self._last.append(entry)
        self._counts[entry.service, entry.method, entry.status, entry.part] += 1
        if not entry.part:
            self._took_s[entry.service] += entry.took_s

    def clear(self) -> None:
        self._last.clear()
        self._counts.clear()
        self._took_s.clear()

    def as_json(self) -> dict[str, Any]:
        """Totals and seconds are of HTTP requests; the parts of batches are counted apart."""
        services: Counter[str] = Counter()
        methods: Counter[str] = Counter()
        statuses: Counter[str] = Counter()
        parts = 0
        for (service, method, status, part), count in self._counts.items():
            if part:
                parts += count
                continue
            services[service] += count
            methods[method] += count
            statuses[str(status)] += count
        return {
            "total": services.total(),
            "services": dict(services),
            "methods": dict(methods),
            "statuses": dict(statuses),
            "batch-parts": parts,
            "seconds": {name: round(took_s, 3) for name, took_s in self._took_s.items()},
            "counts": [
                {"service": s, "method": m, "status": status, "part": part, "count": count}
                for (s, m, status, part), count in self._counts.items()
            ],
            "requests": [entry._asdict() for entry in self._last],
        }
