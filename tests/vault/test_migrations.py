"""A vault of an older Sameface is brought up to date, and nothing in it is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from tests.vault.kit import NOON

from sameface.errors import VaultFailed
from sameface.vault import Vault
from sameface.vault.database import SCHEMA, tables

FIRST_VAULT = Path(__file__).parent / "version-1.sql"
"""Two people, three versions each or two, two runs: as the first Sameface wrote it."""

ADDED = ("seal", "expected", "shown_until", "unfit", "since", "partial")
"""Columns that later versions have brought to these tables."""


def first_vault(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """A vault of version 1 in that folder; gives every row of every table."""
    folder.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(folder / "vault.sqlite")) as file:
        file.executescript(FIRST_VAULT.read_text())
        return rows(file)


def rows(file: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of version 1, in the columns it had."""
    found = {}
    for table in ("people", "keys", "accounts", "versions", "agreements", "runs", "journal"):
        names = [name for (name,) in file.execute(f"SELECT name FROM pragma_table_info('{table}')")]
        columns = ", ".join(f'"{name}"' for name in names if name not in ADDED)
        found[table] = file.execute(f"SELECT {columns} FROM {table} ORDER BY 1, 2").fetchall()
    return found


async def test_nothing_is_lost(tmp_path: Path) -> None:
    """People, versions, agreements, runs and journal are what they were."""
    before = first_vault(tmp_path)

    async with await Vault.open(tmp_path) as vault:
        ann = await vault.person("ann@x.test")
        assert len(await vault.versions(ann.id)) == 3
        assert (await vault.counts()).runs == 2

    with closing(sqlite3.connect(tmp_path / "vault.sqlite")) as file:
        assert rows(file) == before
        assert file.execute("PRAGMA user_version").fetchone() == (SCHEMA,)


async def test_the_old_journal_becomes_a_chain_that_goes_on(tmp_path: Path) -> None:
    """Entries of before and after the migration are proven alike."""
    before = first_vault(tmp_path)

    async with await Vault.open(tmp_path) as vault:
        old = await vault.verify()
        await vault.begin_run("new", "sync", NOON)
        whole = await vault.verify((old.entries, old.seal))

    assert (old.entries, old.broken) == (len(before["journal"]), None)
    assert (whole.entries, whole.broken) == (old.entries + 1, None)


async def test_a_migrated_vault_is_made_like_a_new_one(tmp_path: Path) -> None:
    """Tables, columns and indexes are those that a new vault gets."""
    first_vault(tmp_path / "old")
    for folder in ("old", "new"):
        async with await Vault.open(tmp_path / folder):
            pass

    for folder in ("old", "new"):
        engine = sa.create_engine(f"sqlite:///{tmp_path / folder / 'vault.sqlite'}")
        with engine.connect() as connection:
            context = MigrationContext.configure(connection)
            found = compare_metadata(context, tables)
        engine.dispose()
        assert found == []


async def test_opened_again_it_is_not_migrated_again(tmp_path: Path) -> None:
    """The second time there is nothing to do."""
    first_vault(tmp_path)
    async with await Vault.open(tmp_path) as vault:
        first = await vault.verify()

    async with await Vault.open(tmp_path) as vault:
        assert await vault.verify() == first


async def test_a_migration_that_fails_leaves_the_old_vault(tmp_path: Path) -> None:
    """All or nothing: a table in the way stops it, and the file is of version 1 as before."""
    first_vault(tmp_path)
    with closing(sqlite3.connect(tmp_path / "vault.sqlite")) as file:
        file.execute("CREATE TABLE pins (odd TEXT)")
        before = rows(file)

    with pytest.raises(VaultFailed, match="pins already exists"):
        await Vault.open(tmp_path)

    with closing(sqlite3.connect(tmp_path / "vault.sqlite")) as file:
        assert rows(file) == before
        assert file.execute("PRAGMA user_version").fetchone() == (1,)
        names = {name for (name,) in file.execute("SELECT name FROM sqlite_master")}
    assert not names & {"journal_end", "forgotten", "alembic_version"}
