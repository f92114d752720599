"""Ctrl-C while stores are looked at or written: heard at once, obeyed after the page in hand."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sameface.jobs import listening


@contextmanager
def stoppable() -> Iterator[asyncio.Event]:
    """An event that Ctrl-C or SIGTERM sets, which somebody who waits is told."""
    with listening(_heard) as stop:
        yield stop


def _heard() -> None:
    after_signs = "\n" if sys.stderr.isatty() else ""  # a terminal shows ^C where it stands
    sys.stderr.write(
        f"{after_signs}Asked to stop: the page in hand is finished first; "
        "a second Ctrl-C ends it at once.\n"
    )
