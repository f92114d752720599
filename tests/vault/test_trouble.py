"""A vault that cannot be used says so in one sentence, and one run at a time writes with it."""

from __future__ import annotations

import itertools
import re
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from tests.vault.kit import NOON

from sameface.errors import VaultFailed
from sameface.vault import Vault

HOUSE = Path(__file__).parent.parent.parent


async def test_a_vault_is_the_same_after_it_was_closed(tmp_path: Path) -> None:
    """Opening again finds what was put there."""
    async with await Vault.open(tmp_path / "vault") as vault:
        await vault.begin_run("r1", "sync", NOON)

    async with await Vault.open(tmp_path / "vault") as vault:
        assert (await vault.counts()).runs == 1


async def test_a_vault_of_a_newer_sameface_is_left_alone(tmp_path: Path) -> None:
    """Tables that this version does not know are not touched."""
    with closing(sqlite3.connect(tmp_path / "vault.sqlite")) as file:
        file.execute("PRAGMA user_version = 99")

    with pytest.raises(VaultFailed, match=r"newer Sameface .* version 99"):
        await Vault.open(tmp_path)


async def test_a_file_that_is_no_vault_is_refused(tmp_path: Path) -> None:
    """Something else of that name is neither read nor overwritten."""
    (tmp_path / "vault.sqlite").write_bytes(b"not a database" * 100)

    with pytest.raises(VaultFailed, match="damaged or no vault"):
        await Vault.open(tmp_path)
    assert (tmp_path / "vault.sqlite").read_bytes().startswith(b"not a database")


async def test_a_locked_vault_is_waited_for_and_then_named(tmp_path: Path) -> None:
    """Another program's transaction is waited for as long as patience goes, no longer."""
    async with await Vault.open(tmp_path, patience=timedelta(milliseconds=20)) as vault:
        with closing(sqlite3.connect(tmp_path / "vault.sqlite")) as other:
            other.execute("BEGIN IMMEDIATE")

            with pytest.raises(VaultFailed, match="in use by another program"):
                await vault.begin_run("r1", "sync", NOON)

        await vault.begin_run("r1", "sync", NOON)


async def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    """A file where the folder should be is the administrator's to move."""
    (tmp_path / "file").write_text("")

    with pytest.raises(VaultFailed, match="cannot be made"):
        await Vault.open(tmp_path / "file" / "vault")


async def test_pictures_that_cannot_be_put_away_are_told(tmp_path: Path) -> None:
    """A file where the pictures' folder should be: no run begins that could not keep a photo."""
    (tmp_path / "pictures").write_text("")

    with pytest.raises(VaultFailed, match="pictures cannot be used"):
        await Vault.open(tmp_path)


async def test_only_one_run_at_a_time(tmp_path: Path) -> None:
    """The second one says who is there and leaves; when the first has ended, it may."""
    async with await Vault.open(tmp_path) as vault, await Vault.open(tmp_path) as other:
        async with vault.alone():
            with pytest.raises(VaultFailed, match=r"process \d+"):
                async with other.alone():
                    pass

        async with other.alone():
            pass


async def test_nobody_else_looks_into_the_vault(tmp_path: Path) -> None:
    """Photos are personal: the folder is its owner's only."""
    async with await Vault.open(tmp_path / "vault") as vault:
        assert vault.folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        ("full", r"There is no room left for the vault .*vault\.sqlite; free some space"),
        ("full-pictures", r"The pictures in .* there is no room left there; free some space"),
        ("read-only", r"The vault .* cannot be written to; give this user write access"),
    ],
)
def test_a_full_or_read_only_disk_is_one_sentence(tmp_path: Path, trouble: str, says: str) -> None:
    """The real thing, in a process of its own: files that may not grow, a folder without rights."""
    tmp_path.chmod(0o755)
    ours = itertools.takewhile(
        lambda folder: folder != Path(tempfile.gettempdir()), tmp_path.parents
    )
    for folder in ours:
        folder.chmod(0o755)
    command = [sys.executable, "-m", "tests.vault.troubled", str(tmp_path / "vault"), trouble]
    done = subprocess.run(
        command, cwd=HOUSE, capture_output=True, text=True, timeout=120, check=False
    )

    assert done.stderr == ""
    assert re.match(says, done.stdout), done.stdout
    assert done.stdout.endswith("[SF-401]\n")
