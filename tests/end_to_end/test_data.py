"""What programs read: every outcome and every refusal is a JSON object, with what was noticed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.end_to_end.kit import Tenant, sameface, tenant, told


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Tenant]:
    """A tenant whose people disagree."""
    with tenant(tmp_path, people=6) as running:
        yield running


def change(office: Tenant, old: str, new: str) -> None:
    """Another line in the settings."""
    text = office.settings.read_text()
    assert old in text
    office.settings.write_text(text.replace(old, new, 1))


def test_a_name_that_protects_nobody_is_told_as_data(office: Tenant, tmp_path: Path) -> None:
    """`status`, `plan`, `sync` and `apply` warn in JSON as they do in words."""
    (tmp_path / "alone.txt").write_text("nobdoy@contoso.test\n")
    change(office, "[policy]\n", '[policy]\nexclude-people = "alone.txt"\n')

    for command in ("status", "plan", "sync", "apply"):
        _, data = told(command, cwd=tmp_path)
        assert any("nobdoy@contoso.test" in warning for warning in data["warnings"]), command


def test_a_sync_that_must_not_begin_says_so_as_data(office: Tenant, tmp_path: Path) -> None:
    """What it found, the sentence, and the exit code; the sentence is on standard error, too."""
    change(office, 'stop-above = "100%"', 'stop-above = "1%"')

    done = sameface("sync", "--json", cwd=tmp_path)
    code, data = told("sync", cwd=tmp_path)

    assert (done.returncode, code, data["exit"]) == (5, 5, 5)
    assert data["error"]["code"] == "SF-501"
    assert "stop-above" in data["error"]["text"]
    assert (data["people"], data["changing"] > 0) == (6, True)
    assert data["run"]
    assert "[SF-501]" in done.stderr


def test_what_changes_one_person_tells_data(office: Tenant, tmp_path: Path) -> None:
    """`restore --unpin`, `forget --allow`, and an unknown person."""
    person = told("status", cwd=tmp_path)[1]["rows"][0]["person"]

    assert told("restore", person, "--unpin", cwd=tmp_path) == (
        0,
        {"person": person, "unpinned": False, "exit": 0},
    )
    assert told("forget", person, "--yes", cwd=tmp_path)[0] in (0, 5)
    assert told("forget", person, "--allow", cwd=tmp_path) == (
        0,
        {"person": person, "allowed": True, "exit": 0},
    )
    code, data = told("history", "nobody@contoso.test", cwd=tmp_path)
    assert (code, data["exit"], data["error"]["code"]) == (2, 2, "SF-104")


def test_a_seal_is_the_same_in_capitals(office: Tenant, tmp_path: Path) -> None:
    """Whoever copies it from a paper is not told that the journal was rewritten."""
    sameface("sync", cwd=tmp_path)
    _, data = told("audit", "verify", cwd=tmp_path)

    assert told("audit", "verify", "--seal", data["seal"].upper(), cwd=tmp_path)[0] == 0


def test_workers_are_not_asked_to_listen(tmp_path: Path) -> None:
    """What cannot be had together is refused, not left out."""
    done = sameface("sync", "--watch", "--by-workers", cwd=tmp_path)

    assert done.returncode == 2
    assert "leave out --watch or --by-workers" in done.stderr
