"""A memory store that outlives its process: what it holds is in a file after every change."""

from __future__ import annotations

import os
import pickle
import signal
from pathlib import Path

from tests.servers.memory_store import MemoryStore, PowerCut, StillClock

from sameface.values import Capabilities


class LastingStore(MemoryStore):
    """Begins with what the file holds, and dies with its process, not by an exception."""

    def __init__(self, store: str, capabilities: Capabilities, file: Path) -> None:
        super().__init__(store, StillClock(), capabilities)
        self._file = file
        if file.exists():
            self.__dict__ |= pickle.loads(file.read_bytes())
        self.dies_at = None

    def _ask(self, verb: str) -> None:
        try:
            super()._ask(verb)
        except PowerCut:
            os.kill(os.getpid(), signal.SIGKILL)
        self._save()

    def _touch(self, upn: str) -> None:
        super()._touch(upn)
        self._save()

    def _save(self) -> None:
        kept = ("_people", "_files", "_keys", "_deleted", "_count", "asked", "overwritten")
        fresh = self._file.with_suffix(".new")
        fresh.write_bytes(pickle.dumps({name: self.__dict__[name] for name in kept}))
        fresh.replace(self._file)
