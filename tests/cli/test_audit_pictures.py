"""`sameface audit pictures`: what is missing or altered is named, and mended where it can be."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_workers import SETTINGS
from tests.end_to_end.kit import sameface, told
from tests.servers.memory_store import face

from sameface.vault.blobs import digest_of

OLD, NEW = face("ann@x.test", 0), face("ann@x.test", 1)


@pytest.fixture
def pictures(tmp_path: Path) -> dict[bytes, Path]:
    """Where the vault keeps the portrait that the folder shows, and the one it showed before."""
    (tmp_path / "portraits").mkdir()
    (tmp_path / "sameface.toml").write_text(SETTINGS)
    for portrait in (OLD, NEW):
        (tmp_path / "portraits" / "ann@x.test.webp").write_bytes(portrait)
        assert sameface("status", cwd=tmp_path).returncode == 0
    vault = tmp_path / "sameface-vault" / "pictures"
    return {portrait: next(vault.rglob(digest_of(portrait))) for portrait in (OLD, NEW)}


def test_what_a_store_still_shows_is_read_again(
    pictures: dict[bytes, Path], tmp_path: Path
) -> None:
    """Exit code 0: nothing is lost, and the next time every picture is there."""
    pictures[NEW].unlink()

    code, audit = told("audit", "pictures", cwd=tmp_path)
    again, whole = told("audit", "pictures", cwd=tmp_path)

    (harm,) = audit["harmed"]
    assert (code, audit["ok"]) == (0, True)
    assert (harm["version"], harm["mended-from"]) == (digest_of(NEW), "folder")
    assert pictures[NEW].read_bytes() == NEW
    assert (again, whole) == (0, {"ok": True, "harmed": []})


def test_what_no_store_shows_is_named_and_left(pictures: dict[bytes, Path], tmp_path: Path) -> None:
    """Exit code 4 for as long as it is so, whatever else could be mended."""
    pictures[NEW].write_bytes(b"altered")
    pictures[OLD].write_bytes(b"altered")

    code, audit = told("audit", "pictures", cwd=tmp_path)
    said = sameface("audit", "pictures", cwd=tmp_path)

    mended = {harm["version"]: harm["mended-from"] for harm in audit["harmed"]}
    assert (code, audit["ok"]) == (4, False)
    assert mended == {digest_of(NEW): "folder", digest_of(OLD): None}
    assert all("altered" in harm["what"] for harm in audit["harmed"])
    assert said.returncode == 4
    assert said.stdout.count("\n") == 1
    assert "No store shows it now, and the vault has no other copy" in said.stdout
