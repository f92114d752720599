"""The tables, and the one way to open them, in a file or on a server."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sameface.errors import VaultFailed
from sameface.settings import Storage

SCHEMA = 6
"""The version of these tables, kept in the database itself; one with a higher one is refused, and
one with a lower one is migrated (`migrations`)."""


class Moment(sa.types.TypeDecorator[datetime]):
    """A time in UTC, aware on both sides whatever the database makes of it."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        del dialect
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        del dialect
        if value is None or value.tzinfo is not None:
            return value and value.astimezone(UTC)
        return value.replace(tzinfo=UTC)


tables = sa.MetaData()

people = sa.Table(
    "people",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("upn", sa.Text, nullable=False),
    sa.Column("sorted", sa.Text, nullable=False),  # by what lists are ordered
    sa.Column("rank", sa.Integer, nullable=False),  # how good the store is that named them
    sa.Column("since", Moment, nullable=False),
    sa.Index("people_in_order", "sorted", "id"),
)

keys = sa.Table(
    "keys",
    tables,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column("person", sa.ForeignKey("people.id"), primary_key=True, index=True),
)

accounts = sa.Table(
    "accounts",
    tables,
    sa.Column("store", sa.Text, primary_key=True),
    sa.Column("ref", sa.Text, primary_key=True),
    sa.Column("person", sa.ForeignKey("people.id"), index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("keys", sa.JSON, nullable=False),
    sa.Column("doubt", sa.Text),  # why it is nobody's, or no longer its person's
    sa.Column("seen_in", sa.Integer, nullable=False),  # the last look that listed it
    sa.Column("gone", sa.Boolean, nullable=False),
)

looks = sa.Table(
    "looks",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("store", sa.Text, nullable=False),
    sa.Column("began_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),  # None: under way, or cut off
    sa.Column("since", sa.Text),  # from where the store tells what has changed
    sa.Column("partial", sa.Boolean, nullable=False, server_default=sa.false()),  # told only that
)

versions = sa.Table(
    "versions",
    tables,
    sa.Column("person", sa.ForeignKey("people.id"), primary_key=True),
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("photo", sa.Text, nullable=False),  # digest of the best copy of the same photo
    sa.Column("likeness", sa.Text, nullable=False),  # to that photo
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("first_seen", Moment, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("width_px", sa.Integer, nullable=False),
    sa.Column("height_px", sa.Integer, nullable=False),
    sa.Column("size_bytes", sa.Integer, nullable=False),
    sa.Column("fingerprint", sa.LargeBinary, nullable=False),
    sa.Column("shown_until", Moment),  # the latest moment after `first_seen` known to have shown it
    sa.Column("unfit", sa.Text, nullable=False, server_default=""),  # what speaks against it
)

observations = sa.Table(
    "observations",
    tables,
    sa.Column("store", sa.Text, primary_key=True),
    sa.Column("ref", sa.Text, primary_key=True),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("change_key", sa.Text),
    sa.Column("picture", sa.Text),  # digest of the bytes as served
    sa.Column("version", sa.Text),  # digest of the version it was recognised as
    sa.Column("likeness", sa.Text, nullable=False),  # to that version
    sa.Column("changed_after", Moment),
    sa.Column("changed_by", Moment),
    sa.Column("observed_at", Moment, nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("unfit", sa.Text, nullable=False, server_default=""),  # which placeholder it is
)

agreements = sa.Table(
    "agreements",
    tables,
    sa.Column("person", sa.ForeignKey("people.id"), primary_key=True),
    sa.Column("store", sa.Text, primary_key=True),
    sa.Column("photo", sa.Text),  # None: agreed that there is none
    sa.Column("change_key", sa.Text),
    sa.Column("at", Moment, nullable=False),
)

runs = sa.Table(
    "runs",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("verb", sa.Text, nullable=False),
    sa.Column("began_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("exit", sa.Integer),
    sa.Column("expected", sa.Integer),  # writes foreseen; None: not known yet, or never
)

actions = sa.Table(
    "actions",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("run", sa.ForeignKey("runs.id"), nullable=False, index=True),
    sa.Column("person", sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("store", sa.Text, nullable=False),
    sa.Column("verb", sa.Text, nullable=False),
    sa.Column("before", sa.Text),
    sa.Column("after", sa.Text),
    sa.Column("expected", sa.Text),
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("intended_at", Moment, nullable=False),
    sa.Column("outcome", sa.Text),  # None: in flight, or cut off
    sa.Column("change_key", sa.Text),  # read back
    sa.Column("settled_at", Moment),
    sa.Column("error", sa.Text),
    sa.Column("standing", sa.Text),  # how the store stood before
    sa.Index(
        "actions_in_flight",
        "outcome",
        sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"),
    ),
)

journal = sa.Table(
    "journal",
    tables,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("run", sa.Text),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("person", sa.Text, index=True),
    sa.Column("store", sa.Text),
    sa.Column("before", sa.Text),
    sa.Column("after", sa.Text),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("seal", sa.Text, nullable=False, server_default=""),  # chains it to the one before
)

journal_end = sa.Table(
    "journal_end",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),  # always 1: there is one end
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("seal", sa.Text, nullable=False),
)

pins = sa.Table(
    "pins",
    tables,
    sa.Column("person", sa.ForeignKey("people.id"), primary_key=True),
    sa.Column("photo", sa.Text),  # None: whatever each store shows
    sa.Column("mark", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)

withheld = sa.Table(
    "withheld",
    tables,
    sa.Column("person", sa.Text, sa.ForeignKey("people.id"), primary_key=True),
    sa.Column("place", sa.Text, primary_key=True),  # a store, or where the photo service shows it
    sa.Column("at", Moment, nullable=False),
)

forgotten = sa.Table(
    "forgotten",
    tables,
    sa.Column("key", sa.Text, primary_key=True),  # hash of a name the person had
    sa.Column("person", sa.Text, nullable=False, index=True),
    sa.Column("at", Moment, nullable=False),
)


leases = sa.Table(
    "leases",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("quota", sa.Text, nullable=False, index=True),  # whose units: see `quotas`
    sa.Column("units", sa.Integer, nullable=False),
    sa.Column("until", Moment, nullable=False),  # when they may be used again
)


class Database(Protocol):
    """Where the tables are. `named` begins a sentence about it, and holds no secret."""

    named: str
    engine: AsyncEngine

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection that sees one state of everything."""

    def writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction that may write; all that write follow one another."""

    def alone(self, *, shared: bool = False) -> AbstractAsyncContextManager[None]:
        """Hold the one place for a run, with others where it is `shared`; VaultFailed at once
        where that cannot be."""

    def seat(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Take the place of that name, while its process lives; False where it is taken."""

    async def version(self, connection: AsyncConnection) -> int:
        """Of the tables that are there; 0: there are none."""

    async def set_version(self, connection: AsyncConnection, version: int) -> None:
        """The tables are of that version now."""

    def sentence(self, wrong: BaseException) -> str:
        """What the driver's error means, in one sentence."""


async def opened(folder: Path, storage: Storage, patience: timedelta) -> Database:
    """The vault's database with its tables there; raises VaultFailed, BadSettings."""
    database = _database(folder, storage, patience)
    try:
        with spoken(database):
            async with database.writing() as connection:
                await _ready(connection, database)
    except BaseException:
        await database.engine.dispose()
        raise
    return database


async def upsert(
    connection: AsyncConnection,
    table: sa.Table,
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Insert the rows, or bring those that are there (by primary key) up to date."""
    if not rows:
        return
    statement = _insert(connection, table)
    names = [column.name for column in table.primary_key]
    fresh = {name: statement.excluded[name] for name in rows[0] if name not in names}
    await connection.execute(
        statement.on_conflict_do_update(index_elements=names, set_=fresh), list(rows)
    )


async def insert_missing(
    connection: AsyncConnection, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert the rows that are not there yet."""
    if rows:
        statement = _insert(connection, table).on_conflict_do_nothing()
        await connection.execute(statement, list(rows))


def among(pairs: Collection[tuple[str, str]], *columns: sa.Column[Any]) -> sa.ColumnElement[bool]:
    """True where two columns hold one of these pairs.

    Each column is asked for by itself too: for pairs alone SQLite reads the whole table instead of
    using its index.
    """
    alone = (c.in_({pair[place] for pair in pairs}) for place, c in enumerate(columns))
    return sa.and_(*alone, sa.tuple_(*columns).in_(pairs))


@contextmanager
def spoken(database: Database) -> Iterator[None]:
    """Say in one sentence what the database says in several lines."""
    try:
        yield
    except sa.exc.DBAPIError as wrong:
        raise VaultFailed(database.sentence(wrong.orig or wrong)) from wrong


def _database(folder: Path, storage: Storage, patience: timedelta) -> Database:
    if storage.database is None:
        from sameface.vault.sqlite import Sqlite  # noqa: PLC0415  one of the two is enough

        return Sqlite(folder / "vault.sqlite", patience)
    from sameface.vault.postgresql import Postgresql  # noqa: PLC0415  as above

    return Postgresql(storage, patience)


def _insert(connection: AsyncConnection, table: sa.Table) -> Any:
    """The dialect's own INSERT, which knows ON CONFLICT: both spell it alike."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


async def _ready(connection: AsyncConnection, database: Database) -> None:
    found = await database.version(connection)
    if found > SCHEMA:
        raise VaultFailed(
            f"{database.named} was written by a newer Sameface (its tables are version {found}, "
            f"this one knows {SCHEMA}); install that one."
        )
    if found == 0:
        await connection.run_sync(tables.create_all, checkfirst=False)
    elif found < SCHEMA:
        from sameface.vault.migrations import upgrade  # noqa: PLC0415  rare, and slow to load

        await connection.run_sync(upgrade, found)
    if found < SCHEMA:
        await database.set_version(connection, SCHEMA)
