"""The journal is a chain: what was altered, taken out or cut off is found and named."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.vault.kit import HOUR, NOON

from sameface.vault import Vault
from sameface.vault.journal import FIRST

RUNS = 5  # two entries each
COLUMNS = "at, run, what, person, store, before, after, why, seal"
TWICE = f"INSERT INTO journal SELECT 11, {COLUMNS} FROM journal WHERE seq = 10"


async def filled(folder: Path) -> None:
    """A vault whose journal has some entries."""
    async with await Vault.open(folder) as vault:
        for number in range(RUNS):
            await vault.begin_run(f"r{number}", "sync", NOON + number * HOUR)
            await vault.end_run(f"r{number}", 0, NOON + number * HOUR)


def altered(folder: Path, sql: str) -> None:
    """Somebody changes the file by hand."""
    with closing(sqlite3.connect(folder / "vault.sqlite")) as file:
        file.execute(sql)
        file.commit()


async def test_an_untouched_journal_is_whole(tmp_path: Path) -> None:
    """Every entry holds, over closing and opening, and the last one's seal is told."""
    await filled(tmp_path)

    async with await Vault.open(tmp_path) as vault:
        whole = await vault.verify()
        last = (await vault.export())[-1]

    assert (whole.entries, whole.broken, whole.why) == (2 * RUNS, None, "")
    assert whole.seal == last[2]


async def test_an_empty_journal_is_whole(tmp_path: Path) -> None:
    """Nothing was done, and that is proven too."""
    async with await Vault.open(tmp_path) as vault:
        assert (await vault.verify()).seal == FIRST


@pytest.mark.parametrize(
    ("sql", "broken", "why"),
    [
        ("UPDATE journal SET why = 'nothing' WHERE seq = 4", 4, "entry 4 was altered"),
        ("UPDATE journal SET at = '2026-01-01 00:00:00.000000' WHERE seq = 1", 1, "was altered"),
        ("UPDATE journal SET person = 'p1' WHERE seq = 10", 10, "entry 10 was altered"),
        ("DELETE FROM journal WHERE seq = 7", 7, "entry 7 is missing"),
        ("DELETE FROM journal WHERE seq = 1", 1, "entry 1 is missing"),
        ("DELETE FROM journal WHERE seq > 8", 9, "entries after 8 were taken away"),
        ("DELETE FROM journal", 1, "entries after 0 were taken away"),
        ("UPDATE journal SET seal = '' WHERE seq = 3", 3, "entry 3 was altered"),
        (
            TWICE,
            11,
            "entry 11 was altered, or does not follow",
        ),
    ],
)
async def test_the_first_entry_that_is_not_whole_is_named(
    tmp_path: Path, sql: str, broken: int, why: str
) -> None:
    """Altered, taken out, put in, or cut off at the end."""
    await filled(tmp_path)
    altered(tmp_path, sql)

    async with await Vault.open(tmp_path) as vault:
        whole = await vault.verify()

    assert (whole.broken, whole.entries) == (broken, broken - 1)
    assert why in whole.why


@pytest.mark.parametrize("alike", [lambda seal: seal, lambda seal: seal[::-1]])
async def test_a_seal_noted_elsewhere_proves_that_nothing_was_rewritten(
    tmp_path: Path, alike: Callable[[str], str]
) -> None:
    """Somebody who computes the whole chain anew cannot compute the seal that was noted."""
    await filled(tmp_path)

    async with await Vault.open(tmp_path) as vault:
        noted = await vault.verify()
        await vault.begin_run("later", "sync", NOON)
        whole = await vault.verify((noted.entries, alike(noted.seal)))
        beyond = await vault.verify((99, noted.seal))

    assert whole.broken == (None if alike(noted.seal) == noted.seal else noted.entries)
    assert beyond.broken == 2 * RUNS + 2
