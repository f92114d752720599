"""How far a run has come, for whoever follows it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sameface.http import Clock
    from sameface.vault import Advance, Vault


async def progress(
    vault: Vault, run: str, clock: Clock, every: timedelta = timedelta(seconds=0.5)
) -> AsyncIterator[Advance]:
    """How far that run has come, whoever does it: now, after each change, and at its end.

    Ends at once where there is no such run, and never where it was cut off.
    """
    last = None
    while (advance := await vault.workers.advance(run)) is not None:
        if advance != last:
            yield advance
            last = advance
        if advance.run.ended_at is not None:
            return
        await clock.sleep(every.total_seconds())
