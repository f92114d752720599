"""What every command shares: where text goes, and whether colours and signs may be used.

Names and sentences come from stores, where other people write them. Nothing in them may clear a
screen, forge a line or turn one round, so signs that command a terminal are shown, not obeyed.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console


_COMMANDS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What commands a terminal: C0, C1, DEL, line ends, whatever turns the direction of writing (what
is written from the right turns by itself), and halves of characters, which nothing can show."""

_LINE_ENDS = re.compile("[ \t]*[\t\n\x0b\x0c\r\x85\u2028\u2029]\\s*")

_IN_JSON = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Those of them that JSON lets stand in a text."""

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def harmless(text: str) -> str:
    """One line, in which signs that would command a terminal can be read instead."""
    return _COMMANDS.sub(lambda sign: ascii(sign[0])[1:-1], _LINE_ENDS.sub(" ", text))


def out(text: str) -> None:
    """One line to standard output, whatever its encoding can carry."""
    with writing():
        sys.stdout.write(_carried(harmless(text), sys.stdout) + "\n")


def whole(text: str) -> None:
    """A document of several lines to standard output."""
    for line in text.split("\n"):
        out(line)


def complain(text: str) -> None:
    """One line to standard error."""
    sys.stderr.write(_carried(harmless(text), sys.stderr) + "\n")


def data(value: Any) -> None:
    """A value to standard output, as one line of JSON."""
    as_json(json.dumps(value, ensure_ascii=False))


def as_json(text: str) -> None:
    """Lines of JSON to standard output; what cannot be shown as it is, JSON can spell."""
    text = _IN_JSON.sub(_spelt, text)
    if _carried(text, sys.stdout) != text:
        text = _BEYOND_ASCII.sub(_spelt, text)
    with writing():
        sys.stdout.write(text + "\n")


def flush() -> None:
    """All of it at once, since whoever reads it through a pipe waits for it."""
    with writing():
        sys.stdout.flush()


@contextmanager
def writing() -> Iterator[None]:
    """Error: OutputFailed where something is written in here and cannot be."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as wrong:
        from sameface.errors import OutputFailed  # noqa: PLC0415  errors load only when one happens

        raise OutputFailed(wrong) from None


def _spelt(sign: re.Match[str]) -> str:
    return json.dumps(sign[0])[1:-1]


def _carried(text: str, stream: TextIO) -> str:
    """What the stream's encoding can carry of it."""
    encoding = stream.encoding or "ascii"
    return text.encode(encoding, "replace").decode(encoding)


def save(file: Path, text: str) -> None:
    """A text as a file. Error: NoRoom."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as wrong:
        from sameface.errors import NoRoom  # noqa: PLC0415  errors load only when one happens

        why = wrong.strerror or str(wrong)
        raise NoRoom(f"{file} cannot be written: {why}; name another file.") from None


def say(text: str) -> None:
    """Text for a person: in a terminal broken between words, further lines under where it began.

    What begins with a word and two spaces ("  because  …") began after them. A pipe gets it whole,
    as one line.
    """
    line = harmless(text)
    for part in _broken(line) if sys.stdout.isatty() else (line,):
        out(part)


def gap() -> None:
    """An empty line between what is said."""
    out("")


_LEAD = re.compile(r" *(?:[a-z]+ {2,})?")
_MOST_WIDE = 110


def _broken(line: str) -> list[str]:
    width = min(shutil.get_terminal_size().columns, _MOST_WIDE)
    lead = _LEAD.match(line)
    under = " " * lead.end() if lead else ""
    return textwrap.wrap(
        line, width, subsequent_indent=under, break_long_words=False, break_on_hyphens=False
    ) or [""]


def is_plain(stream: TextIO) -> bool:
    """True where only plain text is wanted: NO_COLOR, LANG=C, no terminal, or no UTF-8."""
    if os.environ.get("NO_COLOR") or not stream.isatty():
        return True
    lang = os.environ.get("LC_ALL") or os.environ.get("LC_CTYPE") or os.environ.get("LANG") or ""
    return lang in ("C", "POSIX") or "utf" not in (stream.encoding or "").lower()


def console(stream: TextIO | None = None) -> Console:
    """A rich console; without a terminal a wide, colourless one, so that pipes see whole rows."""
    from sameface.cli.tables import Harmless  # noqa: PLC0415  commands without tables start faster

    where = stream or sys.stdout
    if isinstance(where, io.TextIOWrapper):
        where.reconfigure(errors="replace")
    if is_plain(where):
        width = None if where.isatty() else 200
        return Harmless(file=where, no_color=True, highlight=False, width=width, emoji=False)
    return Harmless(file=where, highlight=False, emoji=False)
