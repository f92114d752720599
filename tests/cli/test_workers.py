"""`sameface worker` and `sync --by-workers`: one does what the other hands over."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.end_to_end.kit import SAMEFACE, environment, sameface
from tests.servers.memory_store import face

SETTINGS = """
[organisation]
name = "Contoso"
[policy]
authorities = ["folder"]
[[stores]]
id = "folder"
connector = "folder"
path = "portraits"
"""


@pytest.fixture
def organisation(tmp_path: Path) -> Path:
    """A folder of portraits, and settings beside it."""
    (tmp_path / "portraits").mkdir()
    (tmp_path / "portraits" / "ann@x.test.webp").write_bytes(face("ann@x.test"))
    (tmp_path / "sameface.toml").write_text(SETTINGS)
    return tmp_path


def test_a_worker_does_what_is_handed_over_and_ends_when_asked(organisation: Path) -> None:
    """It says by what name it goes; who handed over gets the run and its exit code."""
    worker = subprocess.Popen(
        [*SAMEFACE, "worker", "--name", "ours"],
        cwd=organisation,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    greeting = worker.stdout.readline()
    done = sameface("sync", "--by-workers", "--json", cwd=organisation)
    worker.send_signal(signal.SIGTERM)
    rest, complaints = worker.communicate(timeout=120)

    assert greeting == "Worker ours is at work: it waits to be asked. Ctrl-C ends it.\n"
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert (told["exit"], told["results"]) == (0, {})
    assert (worker.returncode, rest, complaints) == (0, "Worker ours has ended.\n", "")


def test_without_a_worker_nothing_is_handed_over(organisation: Path) -> None:
    """One sentence that names the next step."""
    done = sameface("sync", "--by-workers", cwd=organisation)

    assert done.returncode == 2
    assert "start `sameface worker` first" in done.stderr
    assert "[SF-103]" in done.stderr


def test_a_typed_sync_does_not_load_the_engine(organisation: Path) -> None:
    """It is slow to load, and for workers only."""
    code = "import sys; from sameface.cli import main; main(['sync']); print('dbos' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=organisation,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env=environment(),
    )

    assert done.stdout.splitlines()[-1] == "False"
