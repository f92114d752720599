"""How what a step gave, or ended by, is recorded as JSON and read again by another worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sameface.errors import (
    BadInput,
    BadSettings,
    BadUsage,
    BlobLost,
    NoRoom,
    SamefaceError,
    VaultBusy,
    VaultFailed,
    WorkshopFailed,
)

_RAISED = "raised"
_KINDS: dict[str, type[SamefaceError]] = {
    kind.code: kind
    for kind in (BadSettings, BadUsage, NoRoom, VaultFailed, VaultBusy, BlobLost, WorkshopFailed)
}
"""Errors that are their sentence and nothing else."""


def may_pass(wrong: BaseException) -> bool:
    """Whether a step may go better another time; wrong settings do not."""
    return not isinstance(wrong, BadInput)


def failure(wrong: BaseException) -> SamefaceError:
    """What a step ended by, after however many tries."""
    tries = getattr(wrong, "errors", None)
    last = tries[-1] if tries else wrong
    if isinstance(last, SamefaceError):
        return last
    kind = type(last).__name__
    return SamefaceError(
        f"A worker's step ended by something unforeseen ({kind}); look at the workers' log."
    )


def spelt(data: Any) -> Any:
    """For `json.dumps`: moments, and errors with the codes they have."""
    if isinstance(data, datetime):
        return data.isoformat()
    if isinstance(data, BaseException):
        told = failure(data)
        return {_RAISED: {"text": told.sentence(), "code": told.code, "exit": told.exit}}
    raise TypeError(f"{type(data).__name__} is not JSON")


def read(data: Any) -> Any:
    """What was recorded; an error is one again."""
    if not isinstance(data, dict) or data.keys() != {_RAISED}:
        return data
    told = data[_RAISED]
    kind = _KINDS.get(told["code"], BadUsage if told["exit"] == BadUsage.exit else SamefaceError)
    return kind(told["text"])
