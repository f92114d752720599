"""Where a directory goes on telling, as text that the vault keeps."""

from __future__ import annotations

import json
from typing import Any


def cursor_of(**told: str | None) -> str:
    """A cursor that says this."""
    return json.dumps({name: value for name, value in told.items() if value is not None})


def said_by(cursor: str | None) -> dict[str, Any]:
    """What a cursor says; one that is none of ours says nothing, so everything is read."""
    try:
        told = json.loads(cursor or "{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
