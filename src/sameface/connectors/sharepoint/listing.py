"""The photo folder's listing while people are looked through: on disk where it is long."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Self

from sameface.connectors.sharepoint.client import File

_TABLE = """CREATE TABLE files (
    stem TEXT PRIMARY KEY, name TEXT NOT NULL, etag TEXT NOT NULL, modified TEXT, size_bytes INTEGER
) WITHOUT ROWID"""


class Listing:
    """Files by the stem of their names. Close it in the end.

    The folder is in the order of its files and people search in its own, so that all of the one is
    at hand while the other comes in pages. It is kept in a database that SQLite writes into a
    nameless file of its own as soon as it is long: memory does not grow with the number of people.
    """

    def __init__(self) -> None:
        self._rows = sqlite3.connect("")
        self._rows.execute(_TABLE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._rows.close()

    def put(self, files: Iterable[tuple[str, File]]) -> None:
        """Keep these by their stems; of two with the same stem the later."""
        rows = (
            (stem, f.name, f.etag, f.modified and f.modified.isoformat(), f.size_bytes)
            for stem, f in files
        )
        self._rows.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", rows)

    def of(self, stems: Collection[str]) -> dict[str, File]:
        """Those of these stems, as many as a page of people search has."""
        marks = ",".join("?" * len(stems))
        found = self._rows.execute(f"SELECT * FROM files WHERE stem IN ({marks})", tuple(stems))  # noqa: S608 - marks only
        return {
            stem: File(name, etag, modified and datetime.fromisoformat(modified), size)
            for stem, name, etag, modified, size in found
        }
