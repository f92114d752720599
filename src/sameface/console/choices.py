"""What people chose: photos that wait for a second person, and places they do not want to be in.

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

_SHAPE = 1
_TABLES = """
CREATE TABLE handed_in (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL,
    picture BLOB, state TEXT NOT NULL, judged_by TEXT, judged_at TEXT, why TEXT);
CREATE INDEX handed_in_of ON handed_in (person, at);
CREATE INDEX handed_in_waiting ON handed_in (at) WHERE state = 'waiting';
CREATE TABLE withheld (person TEXT, place TEXT, PRIMARY KEY (person, place));
PRAGMA user_version = 1;
"""


class Place(StrEnum):
    """Where the photo service shows a photo, beyond the stores."""

    AVATAR = "avatar"  # /avatar/: other programs, by the hash of a mail address
    PHOTO = "photo"  # /photo/: colleagues who are signed in, and whoever has a signed address


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
            elif found != _SHAPE:
                raise VaultFailed(
                    f"{self._file} was written by another Sameface; start the one that wrote it."
                )
        self._withheld = {(person, Place(place)) for person, place in self._all(
            "SELECT person, place FROM withheld"
        )}  # fmt: skip

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    # --- where a photo may be shown ----------------------------------------------------------

    def withholds(self, person: str, place: Place) -> bool:
        """True where that person does not want to be shown."""
        return (person, place) in self._withheld

    def withhold(self, person: str, places: Collection[Place]) -> None:
        """From now on these, and no others."""
        with self._lock, self._spoken(), self._db:
            self._db.execute("DELETE FROM withheld WHERE person = ?", [person])
            rows = [(person, str(place)) for place in places]
            self._db.executemany("INSERT INTO withheld VALUES (?, ?)", rows)
        self._withheld = {one for one in self._withheld if one[0] != person}
        self._withheld |= {(person, place) for place in places}

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
        query = "SELECT person FROM handed_in UNION SELECT person FROM withheld"
        return {str(row[0]) for row in self._all(query)}

    def forget(self, people: Collection[str]) -> None:
        """Keep nothing of these: the vault has forgotten them."""
        with self._lock, self._spoken(), self._db:
            for query in ("DELETE FROM handed_in WHERE person = ?",
                          "DELETE FROM withheld WHERE person = ?"):  # fmt: skip
                self._db.executemany(query, [(person,) for person in people])
        self._withheld = {one for one in self._withheld if one[0] not in people}

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
