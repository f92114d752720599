"""The log of requests: what was asked of whom and what came of it, without headers or bodies."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any, NamedTuple

_KEPT = 20_000


class Entry(NamedTuple):
    """One request, or one part of a `$batch`. Nothing secret: no headers, no bodies."""

    service: str
    method: str
    path: str
    status: int
    part: bool


class Ledger:
    """Counts of everything, and the last requests themselves."""

    def __init__(self) -> None:
        self._last: deque[Entry] = deque(maxlen=_KEPT)
        self._counts: Counter[tuple[str, str, int, bool]] = Counter()

    def note(self, entry: Entry) -> None:
        self._last.append(entry)
        self._counts[entry.service, entry.method, entry.status, entry.part] += 1

    def clear(self) -> None:
        self._last.clear()
        self._counts.clear()

    def as_json(self) -> dict[str, Any]:
        """Totals count HTTP requests; the parts of batches are counted apart."""
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
            "counts": [
                {"service": s, "method": m, "status": status, "part": part, "count": count}
                for (s, m, status, part), count in self._counts.items()
            ],
            "requests": [entry._asdict() for entry in self._last],
        }
