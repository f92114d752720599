"""`$filter`, `$search` and `$orderby`: what of them users and groups can be asked (protocols 1.10).

A filter is `eq`, `ne`, `in`, `startswith` and `endswith` of properties, joined by `and`, `or`,
`not` and brackets. What Graph calls advanced is marked so: it wants `ConsistencyLevel: eventual`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
Test = Callable[[Row], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<mark>[(),])|(?P<word>[A-Za-z_][\w/]*))", re.ASCII
)
_CONSTANTS: Mapping[str, Any] = {"true": True, "false": False, "null": None}
_SEARCH = re.compile(r'"(?P<name>displayName|mail|userPrincipalName):(?P<text>[^"]+)"')
_ORDER = re.compile(r"(?P<name>\w+)(?:\s+(?P<way>asc|desc))?", re.IGNORECASE)
_MOST_DEPTH = 20


class NotSupported(ValueError):
    """Something that the tenant, or Graph, does not filter by."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Whom it keeps, and whether Graph calls it advanced."""

    keeps: Test
    advanced: bool


def parse(text: str, properties: Mapping[str, str]) -> Filter:
    """The filter of rows with these `properties`, by lower-case name. Error: NotSupported."""
    parser = _Parser(text, properties)
    keeps = parser.either(0)
    parser.end()
    return Filter(keeps, parser.advanced)


def search(text: str) -> Test:
    """`"displayName:mei"`, several joined by OR. Error: NotSupported."""
    tests = []
    for part in re.split(r"\s+OR\s+", text.strip()):
        match = _SEARCH.fullmatch(part.strip())
        if match is None:
            raise NotSupported(part)
        tests.append((match["name"], match["text"].lower()))

    def keeps(row: Row) -> bool:
        return any(
            any(word.startswith(wanted) for word in _words(row.get(name))) for name, wanted in tests
        )

    return keeps


def order(text: str, properties: Mapping[str, str]) -> tuple[str, bool]:
    """The property to sort by, and whether downwards. Error: NotSupported."""
    match = _ORDER.fullmatch(text.strip())
    name = properties.get(match["name"].lower()) if match else None
    if match is None or name is None:
        raise NotSupported(text)
    return name, (match["way"] or "asc").lower() == "desc"


def _words(value: object) -> Iterator[str]:
    told = str(value or "").lower()
    yield told
    yield from re.split(r"[\s.@_-]+", told)


class _Parser:
    """By recursive descent; each method takes what it can from where it stands."""

    def __init__(self, text: str, properties: Mapping[str, str]) -> None:
        self._text, self._properties, self._at = text, properties, 0
        self.advanced = False

    def either(self, depth: int) -> Test:
        tests = [self.both(depth)]
        while self._takes("or"):
            tests.append(self.both(depth))
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def both(self, depth: int) -> Test:
        tests = [self.one(depth)]
        while self._takes("and"):
            tests.append(self.one(depth))
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def one(self, depth: int) -> Test:
        if depth > _MOST_DEPTH:
            raise NotSupported("so many brackets")
        if self._takes("not"):
            self.advanced = True
            test = self.one(depth + 1)
            return lambda row: not test(row)
        if self._takes("("):
            test = self.either(depth + 1)
            self._expect(")")
            return test
        if self._takes("startswith"):
            return self._ends(str.startswith)
        if self._takes("endswith"):
            self.advanced = True
            return self._ends(str.endswith)
        return self._comparison()

    def end(self) -> None:
        if self._text[self._at :].strip():
            raise NotSupported(self._text)

    def _ends(self, how: Callable[[str, str], bool]) -> Test:
        self._expect("(")
        name = self._property()
        self._expect(",")
        wanted = str(self._value()).lower()
        self._expect(")")
        return lambda row: how(str(row[name] or "").lower(), wanted)

    def _comparison(self) -> Test:
        name = self._property()
        if self._takes("in"):
            self._expect("(")
            values = [_folded(self._value())]
            while self._takes(","):
                values.append(_folded(self._value()))
            self._expect(")")
            return lambda row: _folded(row[name]) in values
        negative = self._takes("ne")
        if not negative:
            self._expect("eq")
        self.advanced = self.advanced or negative
        wanted = _folded(self._value())
        return lambda row: (_folded(row[name]) == wanted) is not negative

    def _property(self) -> str:
        told = self._next() or ""
        name = self._properties.get(told.lower())
        if name is None:
            raise NotSupported(told)
        return name

    def _value(self) -> Any:
        told = self._next() or ""
        if told.startswith("'"):
            return told[1:-1].replace("''", "'")
        if told.lower() in _CONSTANTS:
            return _CONSTANTS[told.lower()]
        raise NotSupported(told)

    def _next(self) -> str | None:
        match = _TOKEN.match(self._text, self._at)
        if match is None:
            return None
        self._at = match.end()
        return match["text"] or match["mark"] or match["word"]

    def _takes(self, wanted: str) -> bool:
        before = self._at
        if (self._next() or "").lower() == wanted:
            return True
        self._at = before
        return False

    def _expect(self, wanted: str) -> None:
        if not self._takes(wanted):
            raise NotSupported(self._text)


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value
