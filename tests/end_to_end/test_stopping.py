"""One Ctrl-C: heard at once, obeyed after the page in hand, and exit code 130."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from tests.end_to_end.kit import SAMEFACE, Tenant, environment, sameface, tenant, told

HEARD = "Asked to stop: the page in hand is finished first; a second Ctrl-C ends it at once.\n"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Tenant]:
    """A tenant whose people disagree."""
    with tenant(tmp_path, people=6) as running:
        yield running


def interrupted(
    office: Tenant, *arguments: str, times: int = 1, **further: str
) -> subprocess.CompletedProcess[str]:
    """The command, with so many Ctrl-Cs while a store takes its time over an answer."""
    fault = {"kind": "slow", "service": "graph", "seconds": 3, "times": 1} | further
    office.post("faults", **fault)
    command = subprocess.Popen(
        [*SAMEFACE, *arguments],
        cwd=office.settings.parent,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until = monotonic() + 120
    while office.get("faults")["faults"]:  # it ends when the slow answer has begun
        assert command.poll() is None, command.communicate()
        assert monotonic() < until
    command.send_signal(signal.SIGINT)
    first = ""
    if times > 1:
        assert command.stderr is not None
        first = command.stderr.readline()
        command.send_signal(signal.SIGINT)
    out, err = command.communicate(timeout=120)
    return subprocess.CompletedProcess(arguments, command.returncode, out, first + err)


def test_a_forget_that_is_stopped_forgets_nothing(office: Tenant, tmp_path: Path) -> None:
    """Nothing is written and nothing erased, and somebody who waits is told both."""
    person = told("status", cwd=tmp_path)[1]["rows"][0]["person"]
    office.clear_requests()

    done = interrupted(office, "forget", person, "--yes")

    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.startswith(HEARD)
    assert done.stderr.endswith(
        "no plan was made and nothing was written; run it again. [SF-502]\n"
    )
    assert office.writes() == 0
    assert told("history", person, cwd=tmp_path)[1]["versions"]


def test_a_forget_that_is_stopped_between_stores_keeps_the_vault(
    office: Tenant, tmp_path: Path
) -> None:
    """What was removed stays removed, and can still be restored; run again, it goes on."""
    person = told("status", cwd=tmp_path)[1]["rows"][0]["person"]

    done = interrupted(office, "forget", person, "--yes", service="sharepoint", method="POST")

    assert (done.returncode, done.stderr) == (130, HEARD)
    assert "The vault keeps everything" in done.stdout
    assert "Stopped before the end; run again" in done.stdout
    assert told("history", person, cwd=tmp_path)[1]["versions"]
    assert sameface("forget", person, "--yes", cwd=tmp_path).returncode == 5
    assert sameface("history", person, cwd=tmp_path).returncode == 2


def test_a_plan_that_is_stopped_replaces_no_file(office: Tenant, tmp_path: Path) -> None:
    """Neither the vault's last plan nor the one that -o names."""
    assert sameface("plan", "-o", "mine.json", cwd=tmp_path).returncode == 3
    files = tmp_path / "mine.json", next(tmp_path.rglob("plan.json"))
    before = [file.read_bytes() for file in files]

    done = interrupted(office, "plan", "-o", "mine.json")

    assert (done.returncode, done.stdout) == (130, "")
    assert [file.read_bytes() for file in files] == before


def test_a_sync_that_is_stopped_says_so(office: Tenant, tmp_path: Path) -> None:
    """In words and in JSON; run again it goes on, and comes to its end."""
    in_words = interrupted(office, "sync")
    data = interrupted(office, "sync", "--json")

    assert (in_words.returncode, in_words.stderr) == (130, HEARD)
    assert "Stopped before the end; run again, the same command goes on" in in_words.stdout
    assert (data.returncode, data.stderr) == (130, HEARD)
    assert (json.loads(data.stdout)["stopped"], json.loads(data.stdout)["exit"]) == (True, 130)
    assert sameface("sync", cwd=tmp_path).returncode == 5


def test_a_status_that_is_stopped_says_so(office: Tenant) -> None:
    """It does not pass for a look at an organisation of nobody."""
    done = interrupted(office, "status")

    assert (done.returncode, done.stderr) == (130, HEARD)
    assert "Stopped before the end" in done.stdout
    assert "0 of 0" not in done.stdout


def test_a_second_ctrl_c_ends_it_at_once(office: Tenant, tmp_path: Path) -> None:
    """Whoever cannot wait for the page need not, and nothing is harmed."""
    done = interrupted(office, "sync", times=2)

    assert done.returncode == 130
    assert done.stderr.startswith(HEARD)
    assert "Traceback" not in done.stderr
    assert sameface("sync", cwd=tmp_path).returncode == 5


def test_ctrl_c_while_it_loads_is_no_traceback(tmp_path: Path) -> None:
    """The first half second of a command is as quiet as any other."""
    interrupts = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"
    loads = (
        "import sys, importlib\n"
        "from sameface.cli import main\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == 'sameface.cli.session': {interrupts}\n"
        "sys.meta_path.insert(0, Finder())\n"
        "sys.exit(main(['sync']))\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", loads],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "\nStopped; running the same command again continues from here.\n"
