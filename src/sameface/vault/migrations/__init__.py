"""Older vaults brought up to date, one revision after another, within one transaction."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory


def upgrade(connection: sa.Connection, version: int) -> None:
    """Migrate tables of that version to those of today; Alembic notes each step in the file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    MigrationContext.configure(connection).stamp(script, f"{version:04}")
    with EnvironmentContext(
        config,
        script,
        fn=lambda revision, _: script._upgrade_revs("head", revision),  # noqa: SLF001 as its own commands do
    ) as environment:
        environment.configure(connection=connection, transactional_ddl=False)
        environment.run_migrations()
