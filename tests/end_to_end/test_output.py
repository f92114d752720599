"""Where what a command says cannot go: told, or let be, and never something unforeseen."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.end_to_end.kit import SAMEFACE, environment

COMMANDS = ("rulebook list", "rulebook show office365-2014", "rulebook list --json", "--help")


def run(command: str, to: str, folder: Path, **further: str) -> subprocess.CompletedProcess[str]:
    """The command, with its output sent there by a shell; its exit code is that of the command."""
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {' '.join(SAMEFACE)} {command} {to}"],
        cwd=folder,
        env=environment(**further),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("at_once", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("command", COMMANDS)
def test_an_output_without_room_is_told(tmp_path: Path, command: str, at_once: str) -> None:
    """One sentence, and exit code 4, whenever it is noticed."""
    done = run(command, "> /dev/full", tmp_path, PYTHONUNBUFFERED=at_once)

    assert done.returncode == 4
    assert done.stderr == (
        "sameface: The output cannot be written: No space left on device; make room there, or "
        "send it elsewhere. [SF-602]\n"
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_an_output_that_nobody_wants_is_none(tmp_path: Path, command: str) -> None:
    """Closed, or a reader who has gone: the command does what it does, quietly."""
    for to in (">&-", "<&- >&-", "| true"):
        done = run(command, to, tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), to
