"""Where a path leads: a flat table of templates, by number of segments."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from sameface.tenant.calls import Answer

Handler = Callable[..., Awaitable[Answer]]
"""Takes the `Call`, and the parameters of its template by name."""


@dataclass(slots=True)
class _Row:
    literals: tuple[str | None, ...]  # None where the template has a parameter
    names: tuple[str, ...]
    handlers: dict[str, Handler] = field(default_factory=dict)

    def fits(self, segments: Sequence[str]) -> bool:
        return all(
            literal is None or literal == segment.lower()
            for literal, segment in zip(self.literals, segments, strict=True)
        )

    def parameters(self, segments: Sequence[str]) -> dict[str, str]:
        taken = zip(self.names, segments, strict=True)
        return {name: segment for name, segment in taken if name}


class Routes:
    """Templates such as `users/{user}/photo/$value`. Literals match in any case."""

    def __init__(self) -> None:
        self._rows: dict[int, list[_Row]] = {}

    def add(self, methods: str, template: str, handler: Handler) -> None:
        """Serve `template` for the methods, which are written with spaces between them."""
        segments = template.split("/")
        literals = tuple(None if s.startswith("{") else s.lower() for s in segments)
        names = tuple(s.strip("{}") if s.startswith("{") else "" for s in segments)
        rows = self._rows.setdefault(len(segments), [])
        row = next((r for r in rows if (r.literals, r.names) == (literals, names)), None)
        if row is None:
            row = _Row(literals, names)
            rows.append(row)
        row.handlers.update(dict.fromkeys(methods.split(), handler))

    def find(
        self, method: str, segments: Sequence[str]
    ) -> tuple[Handler, dict[str, str]] | frozenset[str]:
        """The handler and its parameters; else the methods that the path takes, perhaps none."""
        allowed: set[str] = set()
        for row in self._rows.get(len(segments), ()):
            if row.fits(segments):
                if method in row.handlers:
                    return row.handlers[method], row.parameters(segments)
                allowed |= row.handlers.keys()
        return frozenset(allowed)
