"""What every command shares: where text goes, and whether colours and signs may be used."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console


def out(text: str) -> None:
    """One line to standard output, whatever its encoding can carry."""
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding) + "\n")


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
