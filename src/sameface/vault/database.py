"""The tables, and the one way to open them: SQLite through SQLAlchemy, in WAL, with patience."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from sameface.errors import VaultFailed

SCHEMA = 2
"""The version of these tables, kept in the file itself; a file with a higher one is refused, and
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
        return None if value is None else value.replace(tzinfo=UTC)


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
    sa.Index("actions_in_flight", "outcome", sqlite_where=sa.text("outcome IS NULL")),
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

forgotten = sa.Table(
    "forgotten",
    tables,
    sa.Column("key", sa.Text, primary_key=True),  # hash of a name the person had
    sa.Column("person", sa.Text, nullable=False, index=True),
    sa.Column("at", Moment, nullable=False),
)


async def opened(file: Path, patience: timedelta) -> AsyncEngine:
    """An engine on that file with its tables there; raises VaultFailed."""
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{file}", connect_args={"timeout": patience.total_seconds()}
    )
    sa.event.listen(engine.sync_engine, "connect", _prepare)
    sa.event.listen(engine.sync_engine, "begin", _begin)
    try:
        with spoken(file):
            async with writing(engine) as connection:
                await _ready(connection, file)
    except BaseException:
        await engine.dispose()
        raise
    return engine


def writing(engine: AsyncEngine) -> Any:
    """A transaction that may write: it takes SQLite's one writer's seat at once, or waits."""
    return engine.execution_options(writes=True).begin()


async def upsert(
    connection: AsyncConnection,
    table: sa.Table,
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Insert the rows, or bring those that are there (by primary key) up to date."""
    if not rows:
        return
    statement = insert(table)
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
        await connection.execute(insert(table).on_conflict_do_nothing(), list(rows))


@contextmanager
def spoken(file: Path) -> Iterator[None]:
    """Say in one sentence what the database says in several lines."""
    try:
        yield
    except (sa.exc.DBAPIError, sqlite3.Error) as wrong:
        said = wrong.orig if isinstance(wrong, sa.exc.DBAPIError) else wrong
        raise VaultFailed(_sentence(file, str(said))) from wrong


def _sentence(file: Path, said: str) -> str:
    if "locked" in said:
        return f"The vault {file} is in use by another program; try again when that has ended."
    if "readonly" in said:
        return f"The vault {file} cannot be written to; give this user write access to its folder."
    if "full" in said:
        return f"There is no room left for the vault {file}; free some space and run it again."
    if "not a database" in said or "malformed" in said:
        return f"{file} is damaged or no vault; put back a copy, or move it away to begin anew."
    return f"The vault {file} cannot be used: {said}."


async def _ready(connection: AsyncConnection, file: Path) -> None:
    found = (await connection.exec_driver_sql("PRAGMA user_version")).scalar_one()
    if found > SCHEMA:
        raise VaultFailed(
            f"The vault {file} was written by a newer Sameface (its tables are version {found}, "
            f"this one knows {SCHEMA}); install that one."
        )
    if found == 0:
        await connection.run_sync(tables.create_all)
    elif found < SCHEMA:
        from sameface.vault.migrations import upgrade  # noqa: PLC0415  rare, and slow to load

        await connection.run_sync(upgrade, found)
    if found < SCHEMA:
        await connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")


def _prepare(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions are begun by us, below
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        "secure_delete = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
