"""The vault's database as one file: SQLite in WAL, with patience for other programs."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from sameface.vault import lock


class Sqlite:
    """One file. See `database.Database`."""

    def __init__(self, file: Path, patience: timedelta) -> None:
        self.named, self._file = f"The vault {file}", file
        self.engine: AsyncEngine = create_async_engine(
            f"sqlite+aiosqlite:///{file}", connect_args={"timeout": patience.total_seconds()}
        )
        sa.event.listen(self.engine.sync_engine, "connect", _prepare)
        sa.event.listen(self.engine.sync_engine, "begin", _begin)

    def reading(self) -> Any:
        return self.engine.connect()

    def writing(self) -> Any:
        """It takes SQLite's one writer's seat at once, or waits."""
        return self.engine.execution_options(writes=True).begin()

    @asynccontextmanager
    async def alone(self, *, shared: bool = False) -> AsyncIterator[None]:
        with lock.held(self._file.with_name("lock"), shared=shared):
            yield

    @asynccontextmanager
    async def seat(self, name: str) -> AsyncIterator[bool]:
        with lock.seat(self._file.with_name(f"worker-{name}.lock")) as taken:
            yield taken

    async def version(self, connection: AsyncConnection) -> int:
        return int((await connection.exec_driver_sql("PRAGMA user_version")).scalar_one())

    async def set_version(self, connection: AsyncConnection, version: int) -> None:
        await connection.exec_driver_sql(f"PRAGMA user_version = {version:d}")

    def sentence(self, wrong: BaseException) -> str:
        said, file = str(wrong), self._file
        if "locked" in said:
            return f"The vault {file} is in use by another program; try again when that has ended."
        if "readonly" in said or "unable to open" in said:
            return (
                f"The vault {file} cannot be written to; give this user write access to its folder."
            )
        if "full" in said or "disk I/O error" in said:
            return f"There is no room left for the vault {file}; free some space and run it again."
        if "not a database" in said or "malformed" in said:
            return f"{file} is damaged or no vault; put back a copy, or move it away to begin anew."
        return f"The vault {file} cannot be used: {said}."


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


ERRORS: tuple[type[Exception], ...] = (sqlite3.Error,)
"""What the driver may raise past SQLAlchemy."""
