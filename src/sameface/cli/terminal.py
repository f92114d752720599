"""What every command shares: where text goes, and whether colours and signs may be used."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console


def out(text: str) -> None:
    """One line to standard output, whatever its encoding can carry."""
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding) + "\n")


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

    What begins with a word and two spaces ("  because  …") began after them. A pipe gets each
    line whole.
    """
    for line in text.split("\n"):
        for part in _broken(line) if sys.stdout.isatty() else (line,):
            out(part)


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
    from rich.console import Console  # noqa: PLC0415  commands without tables start faster

    where = stream or sys.stdout
    if is_plain(where):
        width = None if where.isatty() else 200
        return Console(file=where, no_color=True, highlight=False, width=width, emoji=False)
    return Console(file=where, highlight=False, emoji=False)
