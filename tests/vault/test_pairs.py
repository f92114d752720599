"""What is asked for by pairs is looked up, however large the table, and is exactly those pairs."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from sameface.vault.database import among, keys, tables, versions

COLUMNS = [(keys.c.kind, keys.c.value), (versions.c.person, versions.c.digest)]


@pytest.mark.parametrize("columns", COLUMNS, ids=["keys", "versions"])
def test_no_table_is_read_whole_for_some_pairs(columns: tuple[sa.Column[Any], ...]) -> None:
    """SQLite says itself how it goes about it: by an index, so that a page of people costs as much
    among 100,000 as among ten."""
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        tables.create_all(connection)
        query = sa.select(columns[0]).where(among({("a", "1"), ("b", "2")}, *columns))
        text = query.compile(engine, compile_kwargs={"literal_binds": True})
        steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
    engine.dispose()

    assert any(step.startswith(f"SEARCH {columns[0].table.name} USING") for step in steps)
    assert not any(step.startswith(f"SCAN {columns[0].table.name}") for step in steps)


def test_pairs_are_not_mixed() -> None:
    """The first of one and the second of another is nobody's key."""
    engine = sa.create_engine("sqlite://")
    table = sa.Table("them", sa.MetaData(), sa.Column("a", sa.Text), sa.Column("b", sa.Text))
    with engine.connect() as connection:
        table.create(connection)
        rows = [{"a": a, "b": b} for a in "xy" for b in "12"]
        connection.execute(table.insert(), rows)
        query = sa.select(table).where(among({("x", "1"), ("y", "2")}, table.c.a, table.c.b))
        found = {tuple(row) for row in connection.execute(query)}
        none = connection.execute(sa.select(table).where(among(set(), table.c.a, table.c.b))).all()
    engine.dispose()

    assert found == {("x", "1"), ("y", "2")}
    assert none == []
