"""What the console keeps of everybody, so that no page has to reason about all: `console.sqlite`.

A table beside the vault that can be thrown away at any time: it is made anew from the vault.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from sameface import __version__
from sameface.console.standing import Field, Stand, Standing
from sameface.errors import VaultFailed
from sameface.people import aliases_of, own_addresses
from sameface.people.keys import is_address
from sameface.values import Person, iso

_TABLES = """
CREATE TABLE people (
    id TEXT PRIMARY KEY, sorted TEXT NOT NULL, name TEXT NOT NULL, upn TEXT NOT NULL,
    words TEXT NOT NULL, mark TEXT NOT NULL, due TEXT, stand TEXT NOT NULL,
    differs INTEGER NOT NULL, lacks INTEGER NOT NULL, overdue INTEGER NOT NULL,
    conflict INTEGER NOT NULL, team TEXT NOT NULL, observed_at TEXT, arrives TEXT,
    row TEXT NOT NULL);
CREATE INDEX people_in_order ON people (sorted, id);
CREATE INDEX people_searched ON people (sorted, id, words);
CREATE INDEX people_differing ON people (sorted, id) WHERE differs;
CREATE INDEX people_lacking ON people (sorted, id) WHERE lacks;
CREATE INDEX people_overdue ON people (sorted, id) WHERE overdue;
CREATE INDEX people_in_conflict ON people (sorted, id) WHERE conflict;
CREATE INDEX people_of_team ON people (team, sorted, id) WHERE team <> '';
CREATE INDEX people_arriving ON people (arrives) WHERE stand = 'coming';
CREATE INDEX people_standing ON people (stand, sorted, id);
CREATE INDEX people_due ON people (due) WHERE due IS NOT NULL;
CREATE INDEX people_observed ON people (observed_at) WHERE observed_at IS NOT NULL;
CREATE TABLE stands (stand TEXT PRIMARY KEY, people INTEGER NOT NULL);
CREATE TRIGGER stands_more AFTER INSERT ON people BEGIN
    INSERT INTO stands VALUES (new.stand, 1) ON CONFLICT DO UPDATE SET people = people + 1; END;
CREATE TRIGGER stands_less AFTER DELETE ON people BEGIN
    UPDATE stands SET people = people - 1 WHERE stand = old.stand; END;
CREATE TABLE mails (hash TEXT, person TEXT, alias INTEGER NOT NULL, PRIMARY KEY (hash, person))
    WITHOUT ROWID;
CREATE INDEX mails_of ON mails (person);
"""
_PARTS = [part.name for kind in (Standing, Field) for part in fields(kind)]
_SHAPE = zlib.crc32(repr((__version__, _TABLES, _PARTS)).encode()) >> 1
"""Another one whenever what is kept is another: then all of it is made anew."""

FILTERS: Mapping[str, str] = {
    "": "1",
    "differs": "differs",
    "no-photo": "lacks",
    "someone": "stand IN ('someone', 'unseen')",
    "overdue": "overdue",
    "conflict": "conflict",
}
"""Which people a page shows, and what that asks of the table."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A person as last summed up."""

    id: str
    name: str
    upn: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Chosen:
    """Some people of all that a question finds: `found` in all."""

    people: tuple[Kept, ...]
    found: int


@dataclass(frozen=True, slots=True)
class Totals:
    """How many people stand how; when the last of those who wait for time alone arrives."""

    stands: Mapping[Stand, int]
    arrives: datetime | None
    oldest: datetime | None  # the earliest observation anything here rests on
    newest: datetime | None

    @property
    def people(self) -> int:
        return sum(self.stands.values())


class Memory:
    """The table. Plain blocking calls of a few milliseconds, safe from any thread."""

    def __init__(self, folder: Path, team: Callable[[Person], str] = lambda _: "") -> None:
        """`team` names the group that somebody is in."""
        self._team = team
        self._file = folder / "console.sqlite"
        self._lock = Lock()
        self._totals: Totals | None = None
        with self._spoken():
            self._file.touch(mode=0o600)
            self._db = sqlite3.connect(self._file, check_same_thread=False, isolation_level=None)
            self._db.executescript(
                # Recursive: a row that replaces another one counts as its end too.
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;"
                "PRAGMA recursive_triggers = ON;"
            )
            if self._db.execute("PRAGMA user_version").fetchone()[0] != _SHAPE:
                self._begin_anew()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    # --- reading -------------------------------------------------------------------------------

    def choose(
        self, *, show: str = "", search: str = "", group: str = "", page: int = 1, size: int = 50
    ) -> Chosen:
        """The people of one page, by name; `show` is one of FILTERS, `search` parts of names."""
        where, parts = [FILTERS[show]], list[Any]()
        if group:
            where.append("team = ? AND team <> ''")
            parts.append(group)
        for word in search.casefold().split():
            where.append("instr(words, ?)")
            parts.append(word)
        # Counting and choosing read an index alone; only the rows of one page are read whole.
        chosen = f"FROM people WHERE {' AND '.join(where)}"
        some = f"SELECT rowid {chosen} ORDER BY sorted, id LIMIT ? OFFSET ?"
        whole = f"SELECT {_KEPT} FROM people WHERE rowid IN ({some}) ORDER BY sorted, id"  # noqa: S608  our words
        found = self._all(f"SELECT count(*) {chosen}", parts)[0][0]
        rows = self._all(whole, [*parts, size, (page - 1) * size])
        return Chosen(tuple(_kept(row) for row in rows), int(found))

    def totals(self) -> Totals:
        """How the organisation stands; counted once after each change."""
        if self._totals is None:
            self._totals = self._count()
        return self._totals

    def _count(self) -> Totals:
        stands = {
            Stand(stand): count
            for stand, count in self._all("SELECT stand, people FROM stands WHERE people > 0")
        }
        [(arrives, oldest, newest)] = self._all(
            "SELECT (SELECT max(arrives) FROM people WHERE stand = 'coming'),"
            " (SELECT min(observed_at) FROM people), (SELECT max(observed_at) FROM people)"
        )
        return Totals(stands, _moment(arrives), _moment(oldest), _moment(newest))

    def marks(self, ids: Iterable[str], now: datetime) -> dict[str, str]:
        """What these people were last summed up from; who is due, or new, is left out."""
        asked = json.dumps(list(ids))
        query = (
            "SELECT id, mark FROM people WHERE id IN (SELECT value FROM json_each(?))"
            " AND (due IS NULL OR due > ?)"
        )
        return dict(self._all(query, [asked, iso(now)]))

    def knows(self, ids: Iterable[str]) -> set[str]:
        """Which of these people there are."""
        query = "SELECT id FROM people WHERE id IN (SELECT value FROM json_each(?))"
        return {str(row[0]) for row in self._all(query, [json.dumps(list(ids))])}

    def due(self) -> datetime | None:
        """The next moment at which somebody may stand otherwise."""
        return _moment(self._all("SELECT min(due) FROM people")[0][0])

    def person_of(self, hashed: str) -> str | None:
        """Whose mail address has this MD5 or SHA-256 in hex; an id. Nobody's where it is doubtful.

        An alias leads to somebody only where it is nobody's own address.
        """
        rows = self._all("SELECT person, alias FROM mails WHERE hash = ?", [hashed])
        found = [person for person, alias in rows if not alias] or [person for person, _ in rows]
        return str(found[0]) if len(found) == 1 else None

    # --- writing -------------------------------------------------------------------------------

    def keep(self, people: Sequence[tuple[Person, str, Standing]]) -> None:
        """Remember these: a person, what they were summed up from, and how they stand."""
        with self._transaction():
            for person, mark, stood in people:
                self._db.execute(
                    f"INSERT OR REPLACE INTO people VALUES ({_PLACES})",  # noqa: S608  our words
                    _row(person, mark, stood, self._team(person)),
                )
                self._db.execute("DELETE FROM mails WHERE person = ?", [person.id])
                self._db.executemany(
                    "INSERT INTO mails VALUES (?, ?, ?)",
                    [(hashed, person.id, alias) for hashed, alias in hashes(person).items()],
                )

    def observed(self, people: Sequence[tuple[str, datetime | None]]) -> None:
        """When what is known of these people (ids) was last found to be so."""
        with self._transaction():
            self._db.executemany(
                "UPDATE people SET observed_at = ?2 WHERE id = ?1 AND observed_at IS NOT ?2",
                [(person, iso(at)) for person, at in people],
            )

    def only(self, after: Person | None, page: Sequence[Person]) -> None:
        """Forget who is not in this page of all people; an empty page is the end of the list."""
        where, values = ["1"], list[str]()
        if after is not None:
            where.append("(sorted, id) > (?, ?)")
            values += [after.name.casefold(), after.id]
        if page:
            where.append("(sorted, id) <= (?, ?)")
            values += [page[-1].name.casefold(), page[-1].id]
        where.append("id NOT IN (SELECT value FROM json_each(?))")
        values.append(json.dumps([person.id for person in page]))
        clause = " AND ".join(where)
        gone = [row[0] for row in self._all(f"SELECT id FROM people WHERE {clause}", values)]  # noqa: S608
        with self._transaction():
            for table, column in (("people", "id"), ("mails", "person")):
                self._db.executemany(
                    f"DELETE FROM {table} WHERE {column} = ?",  # noqa: S608  only our own words
                    [(one,) for one in gone],
                )

    # --- the file ------------------------------------------------------------------------------

    def _all(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._spoken(), self._lock:
            return self._db.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._spoken(), self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
            self._totals = None

    @contextmanager
    def _spoken(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as wrong:
            raise VaultFailed(
                f"What the console keeps in {self._file} cannot be used ({wrong}); remove that "
                "file, it is made anew from the vault."
            ) from wrong

    def _begin_anew(self) -> None:
        for table in ("people", "mails", "stands"):
            self._db.execute(f"DROP TABLE IF EXISTS {table}")
        self._db.executescript(f"{_TABLES} PRAGMA user_version = {_SHAPE};")


def hashes(person: Person) -> dict[str, bool]:
    """MD5 and SHA-256 of every mail address and UPN, as Libravatar and Gravatar ask for them.

    Each with whether it is a mere alias.
    """
    own = {person.upn.casefold()}.union(*map(own_addresses, person.accounts))
    aliases = set[str]().union(*map(aliases_of, person.accounts))
    found: dict[str, bool] = {}
    for address in filter(is_address, own | aliases):
        data, alias = address.encode(), address not in own
        found[hashlib.md5(data, usedforsecurity=False).hexdigest()] = alias
        found[hashlib.sha256(data).hexdigest()] = alias
    return found


_KEPT = "id, name, upn, row, stand, differs, lacks, overdue, conflict, observed_at, due, arrives"
_PLACES = ",".join("?" * 16)


def _row(person: Person, mark: str, stood: Standing, team: str) -> tuple[Any, ...]:
    kept = {
        "photos": dict(stood.photos),
        "wanted": stood.wanted,
        "stores": [field.as_list() for field in stood.stores],
        "surfaces": [field.as_list() for field in stood.surfaces],
    }
    return (
        person.id,
        person.name.casefold(),
        person.name,
        person.upn,
        f"{person.name} {person.upn}".casefold(),
        mark,
        iso(stood.due),
        str(stood.stand),
        stood.differs,
        stood.lacks,
        stood.overdue,
        stood.conflict,
        team,
        iso(stood.observed_at),
        iso(stood.arrives),
        json.dumps(kept, ensure_ascii=False, separators=(",", ":")),
    )


def _kept(columns: Sequence[Any]) -> Kept:
    person, name, upn, row, stand, differs, lacks, late, conflict, observed_at, due, arrives = (
        columns
    )
    told = json.loads(row)
    stood = Standing(
        stand=Stand(stand),
        differs=bool(differs),
        lacks=bool(lacks),
        overdue=bool(late),
        conflict=bool(conflict),
        photos=tuple(told["photos"].items()),
        wanted=told["wanted"],
        stores=tuple(Field.of_list(one) for one in told["stores"]),
        surfaces=tuple(Field.of_list(one) for one in told["surfaces"]),
        observed_at=_moment(observed_at),
        due=_moment(due),
        arrives=_moment(arrives),
    )
    return Kept(person, name, upn, stood)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
