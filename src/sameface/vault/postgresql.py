"""The vault's database on a server: PostgreSQL, shared by workers on several hosts."""

from __future__ import annotations

import os
import socket
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from sameface.errors import BadSettings, VaultBusy
from sameface.settings import Storage

_HOUSE = 0x53616D65  # "Same": the first half of each advisory lock's key
_WRITER, _RUN = 1, 2
_SEATS = 0x53656174  # "Seat": the same, for the places of workers
_NOTICE_S = 15
"""How soon the server looks whether an idle client's host is still there: locks die with it."""


class Postgresql:
    """One database on a server. See `database.Database`.

    Transactions that write follow one another, as SQLite's do, by an advisory lock; so the journal
    is a chain whoever writes to it.
    """

    def __init__(self, storage: Storage, patience: timedelta) -> None:
        address = address_of(storage)
        self.named = f"The database {address.database} on {address.host or 'this machine'}"
        self._patience = patience
        try:
            self.engine: AsyncEngine = create_async_engine(
                address, connect_args={"connect_timeout": max(2, round(patience.total_seconds()))}
            )
        except ImportError:
            raise BadSettings(
                'PostgreSQL needs the extra of that name: pip install "sameface[postgresql]".'
            ) from None
        sa.event.listen(self.engine.sync_engine, "connect", self._prepare)
        sa.event.listen(self.engine.sync_engine, "begin", _begin)

    def reading(self) -> Any:
        """One state of everything, whatever is written meanwhile, as with SQLite."""
        return self.engine.execution_options(isolation_level="REPEATABLE READ").connect()

    def writing(self) -> Any:
        return self.engine.execution_options(writes=True).begin()

    @asynccontextmanager
    async def alone(self, *, shared: bool = False) -> AsyncIterator[None]:
        """An advisory lock of a session: the server lets go of it when process or host dies."""
        async with self._locked(_HOUSE, _RUN, shared=shared) as (connection, held):
            if not held:
                raise VaultBusy(
                    f"Another run ({await _holder(connection)}) is writing with {self._in_words}; "
                    "let it end, then run this again."
                )
            yield

    @asynccontextmanager
    async def seat(self, name: str) -> AsyncIterator[bool]:
        async with self._locked(_SEATS, zlib.crc32(name.encode()) - 2**31) as (_, held):
            yield held

    @asynccontextmanager
    async def _locked(
        self, first: int, second: int, *, shared: bool = False
    ) -> AsyncIterator[tuple[AsyncConnection, bool]]:
        """A session of its own, and whether it got that lock, which ends with the session."""
        engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        kind = "_shared" if shared else ""
        async with engine.connect() as connection:
            asked = f"SELECT pg_try_advisory_lock{kind}({first}, {second})"
            held = bool((await connection.exec_driver_sql(asked)).scalar_one())
            try:
                yield connection, held
            finally:
                if held:
                    try:
                        unlock = f"SELECT pg_advisory_unlock{kind}({first}, {second})"
                        await connection.exec_driver_sql(unlock)
                    except BaseException:  # the session must not go back with a lock
                        await connection.invalidate()
                        raise

    async def version(self, connection: AsyncConnection) -> int:
        """Alembic's own table says it, and is there from the beginning."""
        there = await connection.exec_driver_sql("SELECT to_regclass('alembic_version')")
        if there.scalar_one() is None:
            return 0
        row = await connection.exec_driver_sql("SELECT version_num FROM alembic_version")
        return int(row.scalar_one())

    async def set_version(self, connection: AsyncConnection, version: int) -> None:
        await connection.exec_driver_sql(
            "CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) PRIMARY KEY)"
        )
        await connection.exec_driver_sql("DELETE FROM alembic_version")
        fresh = sa.text("INSERT INTO alembic_version VALUES (:version)")
        await connection.execute(fresh, {"version": f"{version:04}"})

    def sentence(self, wrong: BaseException) -> str:
        said = str(wrong).strip().partition("\n")[0]
        state = getattr(wrong, "sqlstate", None) or ""
        if state == "55P03":
            return f"{self.named} is in use by another program; try again when that has ended."
        if state in ("25006", "42501"):
            return (
                f"{self.named} cannot be written to; give its user the right to, or name another."
            )
        if state == "53100":
            return f"There is no room left for {self._in_words}; free some space and run it again."
        if "password" in said or "authentication" in said or state.startswith("28"):
            return f"{self.named} does not accept the user or password that sameface.toml names."
        if not state or state.startswith(("08", "53", "57")):
            return (
                f"{self.named} does not answer ({said}); see that it runs, and check `database` in "
                "[vault]."
            )
        return f"{self.named} cannot be used: {said}."

    @property
    def _in_words(self) -> str:
        return self.named[0].lower() + self.named[1:]

    def _prepare(self, connection: Any, _: Any) -> None:
        wanted = {
            "application_name": f"sameface, process {os.getpid()} on {socket.gethostname()}"[:63],
            "lock_timeout": f"{round(self._patience.total_seconds() * 1000)}",
            "tcp_keepalives_idle": str(_NOTICE_S),
            "tcp_keepalives_interval": "5",
            "tcp_keepalives_count": "3",
        }
        cursor = connection.cursor()
        for name, value in wanted.items():
            cursor.execute(f"SELECT set_config('{name}', '{value}', false)")
        cursor.close()
        connection.commit()


def address_of(storage: Storage) -> sa.URL:
    """The database's address with driver and password: never to be shown."""
    address = sa.make_url(storage.database or "").set(drivername="postgresql+psycopg")
    return address if storage.password is None else address.set(password=storage.password)


def _begin(connection: sa.Connection) -> None:
    if connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_HOUSE}, {_WRITER})")


async def _holder(connection: AsyncConnection) -> str:
    query = sa.text(
        "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE granted "
        "AND locktype = 'advisory' AND classid = :house AND objid = :run LIMIT 1"
    )
    found = await connection.execute(query, {"house": _HOUSE, "run": _RUN})
    return found.scalar_one_or_none() or "on another host"
