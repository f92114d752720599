"""Reading what a person wrote into a file, with whatever editor."""

from __future__ import annotations

from pathlib import Path


def text_of(file: Path) -> str:
    """The text of that file, in UTF-8.

    Editors of Windows put a byte order mark before it, which would become part of the first word.
    Errors: OSError, UnicodeDecodeError.
    """
    return file.read_text("utf-8-sig")
