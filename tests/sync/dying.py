"""Databases that end their process, or fail, at a given statement."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from tests.servers.memory_store import PowerCut

LASTING = 1_000_000
"""So many statements fail that nothing comes through any more."""


@contextmanager
def dying_at(statement: int) -> Iterator[None]:
    """The nth statement or commit that reaches any database ends the process instead."""
    with _at(statement, 1, PowerCut(), ""):
        yield


@contextmanager
def failing_at(statement: int, times: int, begins: str = "") -> Iterator[None]:
    """The nth statement or commit, and so many in all, fail as on a disk without room; or the nth
    that begins so, and then any."""
    full = sqlite3.OperationalError("database or disk is full")
    with _at(statement, times, sa.exc.OperationalError(None, None, full), begins):
        yield


@contextmanager
def _at(nth: int, times: int, wrong: Exception, begins: str) -> Iterator[None]:
    heard, failed = itertools.count(1), itertools.count(0)
    broken = False

    def hear(*said: Any) -> None:
        nonlocal broken
        words = said[2] if len(said) > 2 else "COMMIT"
        broken = broken or (words.startswith(begins) and next(heard) == nth)
        if broken and next(failed) < times:
            raise wrong

    for event in ("before_cursor_execute", "commit"):
        sa.event.listen(sa.Engine, event, hear)
    try:
        yield
    finally:
        for event in ("before_cursor_execute", "commit"):
            sa.event.remove(sa.Engine, event, hear)
