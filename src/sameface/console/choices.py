"""Photos that people handed in: those that wait for a second person, and what became of others.

`choices.sqlite` beside the vault. Unlike `console.sqlite` nothing makes it anew.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Any

from sameface.errors import VaultFailed
from sameface.values import iso

_SHAPE = 2
_TABLES = """
CREATE TABLE handed_in (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL,
    picture BLOB, state TEXT NOT NULL, judged_by TEXT, judged_at TEXT, why TEXT);
CREATE INDEX handed_in_of ON handed_in (person, at);
CREATE INDEX handed_in_waiting ON handed_in (at) WHERE state = 'waiting';
PRAGMA user_version = 2;
"""


class State(StrEnum):
    """What became of a photo that was handed in."""

    WAITING = "waiting"
    USED = "used"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A photo that somebody handed in. `person` is the vault's id, `by` and `judged_by` UPNs.

    `picture` is the square as it would be used, None once that was decided.
    """

    id: str
    person: str
    by: str
    at: datetime
    picture: bytes | None = field(repr=False)
    state: State
    judged_by: str | None = None
    judged_at: datetime | None = None
    why: str | None = None


class Choices:
    """The file. Plain blocking calls of a millisecond, safe from any thread."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "choices.sqlite"
        self._lock = Lock()
        with self._spoken():
            self._file.touch(mode=0o600)
            self._db = sqlite3.connect(self._file, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode = WAL")
            found = self._db.execute("PRAGMA user_version").fetchone()[0]
            if found == 0:
                self._db.executescript(_TABLES)
            elif found not in (1, _SHAPE):
                raise VaultFailed(
                    f"{self._file} was written by another Sameface; start the one that wrote it."
                )

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    # --- what the first version kept ---------------------------------------------------------

    def withheld(self) -> dict[str, set[str]]:
        """Places where people (ids) do not want to be shown: the vault's to keep since then."""
        if self._all("PRAGMA user_version")[0][0] != 1:
            return {}
        found: dict[str, set[str]] = {}
        for person, place in self._all("SELECT person, place FROM withheld"):
            found.setdefault(person, set()).add(place)
        return found

    def bring_up(self) -> None:
        """The vault has them now: the file becomes one of this version."""
        with self._lock, self._spoken():
            self._db.executescript(
                f"DROP TABLE IF EXISTS withheld; PRAGMA user_version = {_SHAPE};"
            )

    # --- what was handed in ------------------------------------------------------------------

    def hand_in(self, person: str, by: str, at: datetime, picture: bytes) -> str:
        """Let a photo wait; one of theirs that waits already is replaced. Gives its id."""
        name = secrets.token_urlsafe(9)
        with self._lock, self._spoken(), self._db:
            self._db.execute(
                "DELETE FROM handed_in WHERE person = ? AND state = 'waiting'", [person]
            )
            self._db.execute(
                "INSERT INTO handed_in (id, person, by, at, picture, state) VALUES (?,?,?,?,?,?)",
                [name, person, by, iso(at), picture, str(State.WAITING)],
            )
        return name

    def used(self, person: str, by: str, at: datetime) -> None:
        """A photo was used at once, since nobody else is asked."""
        with self._lock, self._spoken(), self._db:
            self._db.execute(
                "INSERT INTO handed_in (id, person, by, at, state) VALUES (?,?,?,?,?)",
                [secrets.token_urlsafe(9), person, by, iso(at), str(State.USED)],
            )

    def judge(self, name: str, state: State, by: str, at: datetime, why: str) -> bool:
        """Decide on a photo that waits; False where it does not. Its picture goes with that."""
        with self._lock, self._spoken(), self._db:
            changed = self._db.execute(
                "UPDATE handed_in SET state = ?, judged_by = ?, judged_at = ?, why = ?,"
                " picture = NULL WHERE id = ? AND state = 'waiting'",
                [str(state), by, iso(at), why, name],
            )
        return changed.rowcount == 1

    def get(self, name: str) -> HandedIn | None:
        """One of them."""
        rows = self._all("SELECT * FROM handed_in WHERE id = ?", name)
        return _handed_in(rows[0]) if rows else None

    def waiting(self, limit: int = 100) -> list[HandedIn]:
        """Those that wait, the oldest first."""
        rows = self._all(
            "SELECT * FROM handed_in WHERE state = 'waiting' ORDER BY at LIMIT ?", limit
        )
        return [_handed_in(row) for row in rows]

    def of(self, person: str, limit: int = 10) -> list[HandedIn]:
        """What that person handed in, the newest first."""
        query = "SELECT * FROM handed_in WHERE person = ? ORDER BY at DESC LIMIT ?"
        return [_handed_in(row) for row in self._all(query, person, limit)]

    def people(self) -> set[str]:
        """Everybody of whom anything is kept."""
        return {str(row[0]) for row in self._all("SELECT DISTINCT person FROM handed_in")}

    def forget(self, people: Collection[str]) -> None:
        """Keep nothing of these: the vault has forgotten them."""
        with self._lock, self._spoken(), self._db:
            query = "DELETE FROM handed_in WHERE person = ?"
            self._db.executemany(query, [(person,) for person in people])

    def _all(self, query: str, *values: Any) -> list[Any]:
        with self._lock, self._spoken():
            return self._db.execute(query, values).fetchall()

    @contextmanager
    def _spoken(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as wrong:
            raise VaultFailed(
                f"What people chose, in {self._file}, cannot be used ({wrong}); put it back from a "
                "backup, or give Sameface the right to it."
            ) from wrong


def _handed_in(row: tuple[Any, ...]) -> HandedIn:
    name, person, by, at, picture, state, judged_by, judged_at, why = row
    return HandedIn(
        name,
        person,
        by,
        datetime.fromisoformat(at),
        picture,
        State(state),
        judged_by,
        datetime.fromisoformat(judged_at) if judged_at else None,
        why,
    )
