"""A vault on PostgreSQL beyond what every vault does: trouble, migration, and keeping secrets."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from tests.servers.postgres import PASSWORD, Postgres
from tests.vault.kit import NOON
from tests.vault.test_migrations import FIRST_VAULT

from sameface.errors import VaultFailed
from sameface.settings import Storage
from sameface.vault import Vault
from sameface.vault.database import SCHEMA, tables
from sameface.vault.postgresql import address_of

pytestmark = pytest.mark.servers

PATIENCE = timedelta(milliseconds=200)


@pytest.fixture
def storage(postgres: Postgres) -> Storage:
    return postgres.storage()


def name_of(storage: Storage) -> str:
    return str(storage.database).rpartition("/")[2]


async def test_two_syncs_at_once_are_one_too_many(tmp_path: Path, storage: Storage) -> None:
    """From two hosts, as it were: the second says who is there, and leaves."""
    async with (
        await Vault.open(tmp_path / "a", storage) as one,
        await Vault.open(tmp_path / "b", storage) as other,
    ):
        async with one.alone():
            with pytest.raises(VaultFailed, match=r"Another run \(sameface, process \d+ on "):
                async with other.alone():
                    pass
            with pytest.raises(VaultFailed, match="Another run"):
                async with other.alone(shared=True):
                    pass
        async with other.alone():
            pass


async def test_writers_follow_one_another(tmp_path: Path, storage: Storage) -> None:
    """Four connections at once make one chain: no entry is lost, doubled or out of order."""
    vaults = [await Vault.open(tmp_path / str(number), storage) for number in range(4)]

    async def work(vault: Vault, number: int) -> None:
        for run in range(10):
            await vault.begin_run(f"r{number}-{run}", "sync", NOON)

    await asyncio.gather(*(work(vault, number) for number, vault in enumerate(vaults)))
    whole = await vaults[0].verify()
    for vault in vaults:
        await vault.close()

    assert (whole.entries, whole.broken) == (40, None)


async def test_an_old_vault_is_brought_up_to_date(
    tmp_path: Path, postgres: Postgres, storage: Storage
) -> None:
    """Nothing is lost, the journal is a chain, and the tables are those of a new vault."""
    first_vault(storage)

    async with await Vault.open(tmp_path, storage) as vault:
        ann = await vault.person("ann@x.test")
        assert len(await vault.versions(ann.id)) == 3
        assert (await vault.counts()).runs == 2
        old = await vault.verify()
        await vault.begin_run("new", "sync", NOON)
        whole = await vault.verify((old.entries, old.seal))
    assert (whole.entries, whole.broken) == (old.entries + 1, None)
    assert old.entries > 0

    assert differences(storage) == []
    assert postgres.sql(name_of(storage), "SELECT version_num FROM alembic_version") == (
        f"{SCHEMA:04}"
    )


async def test_a_new_vault_has_the_tables_it_should(tmp_path: Path, storage: Storage) -> None:
    """What is made is what the code believes to be there."""
    async with await Vault.open(tmp_path, storage):
        pass

    assert differences(storage) == []


async def test_a_migration_that_fails_leaves_the_old_vault(
    tmp_path: Path, postgres: Postgres, storage: Storage
) -> None:
    """All or nothing: a table in the way stops it."""
    first_vault(storage)
    postgres.sql(name_of(storage), "CREATE TABLE pins (odd TEXT)")

    with pytest.raises(VaultFailed, match='"pins" already exists'):
        await Vault.open(tmp_path, storage)

    there = postgres.sql(name_of(storage), "SELECT to_regclass('journal_end') IS NULL")
    version = postgres.sql(name_of(storage), "SELECT version_num FROM alembic_version")
    assert (there, version) == ("t", "0001")


async def test_a_vault_of_a_newer_sameface_is_left_alone(
    tmp_path: Path, postgres: Postgres, storage: Storage
) -> None:
    """Tables that this version does not know are not touched."""
    async with await Vault.open(tmp_path, storage):
        pass
    postgres.sql(name_of(storage), "UPDATE alembic_version SET version_num = '0099'")

    with pytest.raises(VaultFailed, match=r"newer Sameface .* version 99"):
        await Vault.open(tmp_path, storage)


async def test_somebody_elses_database_is_refused(
    tmp_path: Path, postgres: Postgres, storage: Storage
) -> None:
    """Tables of the same names that are not ours are neither used nor changed."""
    postgres.sql(name_of(storage), "CREATE TABLE people (mine TEXT)")

    with pytest.raises(VaultFailed, match='"people" already exists'):
        await Vault.open(tmp_path, storage)


async def test_a_locked_database_is_waited_for_and_then_named(
    tmp_path: Path, storage: Storage
) -> None:
    """Another program's transaction is waited for as long as patience goes, no longer."""
    async with await Vault.open(tmp_path, storage, patience=PATIENCE) as vault:
        other = sa.create_engine(address_of(storage))
        with other.begin() as locking:
            locking.execute(sa.text("LOCK TABLE runs"))
            with pytest.raises(VaultFailed, match="in use by another program"):
                await vault.begin_run("r1", "sync", NOON)
        other.dispose()

        await vault.begin_run("r1", "sync", NOON)


async def test_a_read_only_database_is_named(
    tmp_path: Path, postgres: Postgres, storage: Storage
) -> None:
    """As a standby server is, or one whose disk is full."""
    async with await Vault.open(tmp_path, storage):
        pass
    name = name_of(storage)
    postgres.sql("postgres", f"ALTER DATABASE {name} SET default_transaction_read_only = on")

    async def write() -> None:
        async with await Vault.open(tmp_path, storage) as vault:
            await vault.begin_run("r1", "sync", NOON)

    with pytest.raises(VaultFailed, match="cannot be written to"):
        await write()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"password": "another:secret"}, "does not accept the user or password"),
        ({"database": "postgresql://sameface@127.0.0.1:9/vault"}, "does not answer"),
    ],
)
async def test_what_cannot_be_reached_is_one_sentence_without_a_secret(
    tmp_path: Path,
    storage: Storage,
    caplog: pytest.LogCaptureFixture,
    wrong: dict[str, Any],
    says: str,
) -> None:
    """Neither what is raised nor what is logged nor any repr holds the password."""
    caplog.set_level(logging.DEBUG)
    bad = replace(storage, **wrong)

    with pytest.raises(VaultFailed, match=says) as failed:
        await Vault.open(tmp_path, bad)

    told = f"{failed.value} {failed.value!r} {failed.value.__cause__!r} {bad!r} {caplog.text}"
    assert PASSWORD not in told
    assert "another:secret" not in told
    assert "\n" not in failed.value.sentence()


async def test_a_server_that_dies_is_told_and_then_used_again(tmp_path: Path) -> None:
    """What was written before is there, and the same vault goes on once the server is back."""
    server = Postgres()
    try:
        server.make()
        server.start()
        async with await Vault.open(tmp_path, server.storage()) as vault:
            await vault.begin_run("r1", "sync", NOON)
            server.halt()
            with pytest.raises(VaultFailed, match=r"does not answer|cannot be used"):
                await vault.begin_run("r2", "sync", NOON)
            server.start()
            await vault.begin_run("r3", "sync", NOON)
            assert (await vault.counts()).runs == 2
    finally:
        server.stop()


# ---------------------------------------------------------------------------


def first_vault(storage: Storage) -> None:
    """The tables and rows of version 1, as the first Sameface would have made them there."""
    with closing(sqlite3.connect(":memory:")) as file:
        file.executescript(FIRST_VAULT.read_text())
        lite = sa.create_engine("sqlite://", creator=lambda: file, poolclass=sa.pool.StaticPool)
        old = sa.MetaData()
        old.reflect(lite)
        for table in old.tables.values():
            for column in table.columns:
                today = tables.tables[table.name].columns[column.name].type
                column.type = today
            for index in table.indexes:  # a condition is spelt per database
                index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"][
                    "where"
                ]
        with lite.connect() as source:
            rows = {
                table.name: [dict(row) for row in source.execute(sa.select(table)).mappings()]
                for table in old.sorted_tables
            }
    engine = sa.create_engine(address_of(storage))
    with engine.begin() as connection:
        old.create_all(connection)
        for table in old.sorted_tables:
            if rows[table.name]:
                connection.execute(table.insert(), rows[table.name])
        connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(sa.text("INSERT INTO alembic_version VALUES ('0001')"))
    engine.dispose()


def differences(storage: Storage) -> list[object]:
    """Between the tables there and those that the code knows."""
    engine = sa.create_engine(address_of(storage))
    with engine.connect() as connection:
        found: list[object] = compare_metadata(MigrationContext.configure(connection), tables)
    engine.dispose()
    return found
