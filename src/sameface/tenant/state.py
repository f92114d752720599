"""What survives a restart: a folder with the journal of everything that happened since the start.

The journal is JSON lines, the first naming what the tenant was started with; uploads lie beside
it. A line that a killed tenant left half written is dropped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sameface.errors import NoRoom
from sameface.values import iso

_FILE = "journal.jsonl"


@dataclass(frozen=True, slots=True)
class Founding:
    """What the beginning of a tenant follows from: everything else is in the journal."""

    rulebook: str
    people: int
    seed: int
    opened: datetime


class StateFolder:
    """A folder that remembers: how the tenant began, and what happened since."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / _FILE
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lines = self._read()
        except OSError as why:
            raise NoRoom(
                f"The tenant's state cannot be kept in {folder} ({why.strerror}); name another."
            ) from None

    def founding(self, wanted: Founding) -> Founding:
        """How this tenant began: as `wanted` where the folder is new.

        `NoRoom` where the folder holds a tenant that began otherwise.
        """
        if not self._lines:
            self.write({"founding": asdict(wanted) | {"opened": iso(wanted.opened)}})
            return wanted
        told = self._lines[0]["founding"]
        found = Founding(**(told | {"opened": datetime.fromisoformat(told["opened"])}))
        for name in ("rulebook", "people", "seed"):
            if getattr(found, name) != getattr(wanted, name):
                raise NoRoom(
                    f"{self.folder} keeps a tenant with {name} {getattr(found, name)}, not "
                    f"{getattr(wanted, name)}; ask for that one or name another folder."
                )
        return found

    def entries(self) -> Iterator[Mapping[str, Any]]:
        """What happened since, in order."""
        yield from self._lines[1:]

    def write(self, entry: Mapping[str, Any]) -> None:
        """Keep one entry; the file has it when this returns."""
        with self._path.open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(entry, separators=(",", ":")) + "\n")

    def _read(self) -> list[dict[str, Any]]:
        if not self._path.exists():
            return []
        whole, _, _ = self._path.read_bytes().rpartition(b"\n")
        self._path.write_bytes(whole + b"\n" if whole else b"")
        return [json.loads(line) for line in whole.splitlines()]
