"""Tables of a document, of which every key is asked for by kind and name."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sameface.documents.lines import line_of, under
from sameface.errors import BadDocument

_CLOSE = 0.5
_OFFSET = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_KINDS = {
    bool: "true or false",
    int: "a whole number",
    str: "text in quotes",
    list: "a list",
    dict: "a table",
    datetime: "a date with a time, such as 2014-03-03T09:00:00Z",
}


def parse_toml(text: str, file: str) -> Table:
    """The document as a strict `Table`; every mistake in it is told with its line."""
    try:
        return Table(tomllib.loads(text), file, "", text)
    except tomllib.TOMLDecodeError as wrong:
        raise BadDocument(file, "", "", f"is not valid TOML: {wrong}") from None
    except RecursionError:
        raise BadDocument(file, "", "", "is nested too deep") from None


def nearest(name: str, valid: Iterable[str]) -> str:
    """`; did you mean "x"?`, and all that is valid where nothing is close."""
    names = sorted(valid)
    if not names:
        return ""
    best = max(names, key=lambda known: _closeness(name, known))
    hint = f'; did you mean "{best}"?'
    return hint if _closeness(name, best) >= _CLOSE else f"{hint} Valid here: {', '.join(names)}"


def _closeness(name: str, known: str) -> float:
    """From 0 to 2; a name that is a part of a known one is closer than any misspelling."""
    ratio = difflib.SequenceMatcher(None, name.lower(), known.lower()).ratio()
    return ratio + (len(name) > 2 and name.lower() in known.lower())


def parse_offset(text: str) -> timedelta | None:
    """`1d2h3m4s` and its parts, whole numbers; None where it is not one."""
    match = _OFFSET.fullmatch(text)
    if match is None or not text:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    try:
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        return None


class Table:
    """One table of a document. Every read says what it expects; `done()` refuses the unread.

    `path` is its place in the document, empty for the whole; `text` the document's own, where it is
    TOML and a mistake can be told with its line.
    """

    def __init__(
        self, raw: Mapping[str, Any], file: str, path: str, text: str | None = None
    ) -> None:
        self.raw, self.file, self.path = raw, file, path
        self._text = text
        self._read: set[str] = set()

    def error(self, key: str, what: str) -> BadDocument:
        """A mistake at that key of this table, to be raised by who knows why it is one."""
        line = None if self._text is None else line_of(self._text, self.path, key)
        return BadDocument(self.file, self.path, key, what, line)

    def has(self, key: str) -> bool:
        return key in self.raw

    def keys(self) -> tuple[str, ...]:
        return tuple(self.raw)

    def value(self, key: str, kind: type, default: Any = None, *, required: bool = False) -> Any:
        self._read.add(key)
        if key not in self.raw:
            if required:
                raise self.error(key, f"is missing; it should be {_KINDS[kind]}")
            return default
        value = self.raw[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.error(key, f"should be {_KINDS[kind]}, not {_shown(value)}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Text, not empty; required where no default is given."""
        value = self.value(key, str, default, required=default is None)
        if value == "" and default != "":
            raise self.error(key, "is empty")
        return self._whole(key, str(value))

    def _whole(self, key: str, text: str) -> str:
        """JSON can spell half a character, which nothing can keep or show."""
        if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
            raise self.error(key, "has half a character in it")
        return text

    def maybe_text(self, key: str) -> str | None:
        return self.text(key) if self.has(key) else self.value(key, str)

    def choice(self, key: str, valid: Iterable[str], default: str | None = None) -> str:
        """Text out of a set; a wrong one is answered with the nearest valid name."""
        value, names = self.text(key, default), list(valid)
        if value not in names and not (value == default and key not in self.raw):
            raise self.error(key, f'has no "{value}"{nearest(value, names)}')
        return value

    def flag(self, key: str, default: bool) -> bool:
        return bool(self.value(key, bool, default))

    def number(self, key: str, default: int | None = None, *, at_least: int = 0) -> int | None:
        value = self.value(key, int, default)
        if value is not None and value < at_least:
            raise self.error(key, f"should be at least {at_least}, not {value}")
        return value  # type: ignore[no-any-return]

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts."""
        value = self.value(key, list, [], required=required)
        for item in value:
            if not isinstance(item, str):
                raise self.error(key, f"should be a list of texts; it holds {_shown(item)}")
            self._whole(key, item)
        return tuple(value)

    def time(self, key: str, default: datetime | None = None) -> datetime | None:
        """A moment in UTC; one without a time zone is refused, since nobody can know which."""
        value = self.value(key, datetime, default)
        if value is None:
            return None
        if value.tzinfo is None:
            raise self.error(key, "has no time zone; write a Z after it for UTC")
        return value.astimezone(UTC)  # type: ignore[no-any-return]

    def offset(self, key: str, default: str | None = None) -> timedelta:
        """`[Nd][Nh][Nm][Ns]` in whole numbers."""
        value = self.text(key, default)
        parsed = parse_offset(value)
        if parsed is None:
            raise self.error(key, f'should be like "1d2h30m" or "0s", not "{value}"')
        return parsed

    def table(self, key: str) -> Table:
        """A sub-table, empty where there is none."""
        value = self.value(key, dict, {})
        return Table(value, self.file, under(self.path, key), self._text)

    def rows(self, key: str) -> Iterator[Table]:
        """An array of tables, each named by its place: `steps[3]` is the third."""
        value = self.value(key, list, [])
        for number, row in enumerate(value, 1):
            if not isinstance(row, dict):
                raise self.error(key, f"should hold tables; number {number} is {_shown(row)}")
        place = under(self.path, key)
        return (
            Table(row, self.file, f"{place}[{number}]", self._text)
            for number, row in enumerate(value, 1)
        )

    def done(self) -> None:
        """Refuse a key nobody asked for: a misspelt key must never be silently ignored."""
        for key in self.raw:
            if key not in self._read:
                raise self.error(key, f"is not known here{nearest(key, self._read)}")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
