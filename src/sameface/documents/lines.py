"""Where in the text of a TOML document its tables and keys stand; `tomllib` does not tell."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from sameface.errors import BadDocument

_BLANKS = re.compile(r"[ \t]*")
_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_OTHER = re.compile(r"[^,\]}\n#]+")
"""Numbers, dates, true and false."""

_STRING = re.compile(
    r"""
    \"{3} (?: \\. | [^\\] )*? \"{3,5}   # as in Python, but up to two more quotes may end it
    | '{3} .*? '{3,5}
    | \" (?: \\. | [^\"\\] )* \"
    | ' [^']* '
    """,
    re.VERBOSE | re.DOTALL,
)


def line_of(text: str, table: str, key: str) -> int | None:
    """The line, from 1, of that key; without it that of its table, or of the nearest one around it.

    `table` is spelt as `Table.path` is: `policy.groups[2]` is the second of `[[policy.groups]]`.
    None where there is none of all these. The text must be valid TOML.
    """
    lines = _Scan(text).lines
    place = under(table, key) if key else table
    while place and place not in lines:
        place = place[: max(place.rfind("."), place.rfind("["), 0)]
    return lines.get(place)


@contextmanager
def pointing(text: str) -> Iterator[None]:
    """Whatever mistake is found in here is one of this TOML text, and gets its line there."""
    try:
        yield
    except BadDocument as wrong:
        wrong.line = wrong.line or line_of(text, wrong.table, wrong.key)
        raise


def under(table: str, key: str) -> str:
    """The place of a key in a table; that of the whole document is empty."""
    return f"{table}.{key}" if table else key


class _Scan:
    """Goes through a valid document once; `lines` has the line of each place in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._rows: Counter[str] = Counter()
        self.lines: dict[str, int] = {}
        table = ""
        while self._skip(_SPACE) < len(text):
            if self._is("["):
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> str:
        """`[a.b]` or `[[a.b]]`; gives the place of that table."""
        line, brackets = self._line(), 2 if self._is("[[") else 1
        self._at += brackets
        *above, last = self._key()
        self._at += brackets
        place = ""
        for name in above:
            place = under(place, name)
            self.lines.setdefault(place, line)
            if place in self._rows:
                place = f"{place}[{self._rows[place]}]"
        place = under(place, last)
        if brackets == 1:
            self.lines[place] = line
            return place
        self._rows[place] += 1
        self.lines.setdefault(place, line)
        place = f"{place}[{self._rows[place]}]"
        self.lines[place] = line
        return place

    def _pair(self, table: str) -> None:
        """`a.b = value`, in a table of that place."""
        line, place = self._line(), table
        for name in self._key():
            place = under(place, name)
            self.lines.setdefault(place, line)
        self._at += 1  # the =
        self._value(place)

    def _key(self) -> list[str]:
        names: list[str] = []
        while True:
            self._skip(_BLANKS)
            quoted = self._is('"') or self._is("'")
            name = self._take(_STRING if quoted else _BARE)
            names.append(tomllib.loads(f"name = {name}")["name"] if quoted else name)
            self._skip(_BLANKS)
            if not self._is("."):
                return names
            self._at += 1

    def _value(self, place: str) -> None:
        self._skip(_BLANKS)
        if self._is("["):
            self._list(place)
        elif self._is("{"):
            self._inline(place)
        else:
            self._take(_STRING if self._is('"') or self._is("'") else _OTHER)

    def _list(self, place: str) -> None:
        """`[value, …]`, on however many lines."""
        self._at += 1
        number = 0
        while self._skip(_SPACE) < len(self._text) and not self._is("]"):
            number += 1
            self.lines[f"{place}[{number}]"] = self._line()
            self._value(f"{place}[{number}]")
            self._comma()
        self._at += 1

    def _inline(self, place: str) -> None:
        """`{ a = value, … }`."""
        self._at += 1
        while self._skip(_SPACE) < len(self._text) and not self._is("}"):
            self._pair(place)
            self._comma()
        self._at += 1

    def _comma(self) -> None:
        self._skip(_SPACE)
        self._at += self._is(",")

    def _is(self, what: str) -> bool:
        return self._text.startswith(what, self._at)

    def _skip(self, what: re.Pattern[str]) -> int:
        """Past all of that, if any; gives where this is."""
        match = what.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._at

    def _take(self, what: re.Pattern[str]) -> str:
        start = self._at
        return self._text[start : self._skip(what)]

    def _line(self) -> int:
        return self._text.count("\n", 0, self._at) + 1
