"""Locks on files in the vault, let go by the system when their process dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sameface.errors import VaultBusy


@contextmanager
def held(file: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold the lock, with others if `shared`; VaultBusy at once where another run holds it."""
    with file.open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise VaultBusy(
                f"Another run (process {holder}) is writing with the vault {file.parent}; "
                "let it end, then run this again."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def seat(file: Path) -> Iterator[bool]:
    """Hold that lock; False at once where another process holds it."""
    with file.open("a", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
