"""SharePoint's addresses: methods with arguments, quoted texts, aliases, webs before them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sameface.tenant.calls import Call

_ROOTS = ("_api", "_layouts", "_vti_bin", "user photos")


@dataclass(frozen=True, slots=True)
class Step:
    """One method of an address and the text between its brackets, if it has any."""

    name: str
    told: str | None


def is_sharepoint(path: str) -> bool:
    """True for an address of SharePoint's, in the root web or below one (`/sites/a/_api/web`)."""
    return any(f"/{root}/" in path.lower() for root in _ROOTS)


def names(call: Call) -> list[str]:
    """The methods without their arguments, from the service's root on: what routes are for."""
    return [step.name for step in _steps(call.path)]


def arguments(call: Call, method: str) -> Mapping[str, str]:
    """What a method of the address is told, by lower-case name or by place ("0", "1", …).

    `@v` stands for the query parameter of that name; texts lose their quotes.
    """
    step = next((s for s in _steps(call.path) if s.name.lower() == method.lower()), None)
    if step is None or not step.told:
        return {}
    found: dict[str, str] = {}
    for place, part in enumerate(_split(step.told, ",")):
        name, mark, value = part.partition("=")
        named = bool(mark) and name.strip().isidentifier()
        key = name.strip().lower() if named else str(place)
        found[key] = _value(call, (value if named else part).strip())
    return found


def text(quoted: str) -> str:
    """A quoted text as it is meant: the quotes off, doubled ones single."""
    if len(quoted) >= 2 and quoted[0] == quoted[-1] == "'":
        return quoted[1:-1].replace("''", "'")
    return quoted


def _value(call: Call, told: str) -> str:
    return text(call.query.get(told, "")) if told.startswith("@") else text(told)


def _steps(path: str) -> list[Step]:
    segments = _split(path.strip("/"), "/")
    start = next((n for n, s in enumerate(segments) if s.lower() in _ROOTS), 0)
    return [_step(segment) for segment in segments[start:]]


def _step(segment: str) -> Step:
    name, bracket, rest = segment.partition("(")
    return Step(name, rest.rpartition(")")[0]) if bracket else Step(segment, None)


def _split(told: str, mark: str) -> list[str]:
    """The parts between the marks that stand outside quotes."""
    parts, start, quoted = [], 0, False
    for place, letter in enumerate(told):
        if letter == "'":
            quoted = not quoted
        elif letter == mark and not quoted:
            parts.append(told[start:place])
            start = place + 1
    return [*parts, told[start:]]
