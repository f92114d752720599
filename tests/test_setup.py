"""How a newcomer's machine is met: which Python is taken, what is said where one is missing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent

Machine = Callable[..., None]


@pytest.fixture
def python(tmp_path: Path) -> Machine:
    """Puts a command on the machine that answers like a Python of that version."""

    def put(name: str, version: str, *, venv: bool = True) -> None:
        command = tmp_path / name
        command.write_text(
            "#!/bin/sh\n"
            f'case "$2" in *version*) echo {version} ;; *venv*) exit {0 if venv else 1} ;; esac\n'
        )
        command.chmod(0o755)

    return put


def find(machine: Path, *asked: str) -> subprocess.CompletedProcess[str]:
    """What `scripts/find-python` says on a machine that has nothing but what is in that folder."""
    return subprocess.run(
        ["/bin/sh", str(HOUSE / "scripts" / "find-python"), *asked],
        env={"PATH": str(machine)},
        capture_output=True,
        text=True,
        check=False,
    )


def judge(tmp_path: Path, *cases: str) -> subprocess.CompletedProcess[str]:
    """What `.ci/judge.py` says of a run with those test cases."""
    file = tmp_path / "run.xml"
    file.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")
    return subprocess.run(
        [sys.executable, str(HOUSE / ".ci" / "judge.py"), str(file)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_python3_is_taken_where_it_will_do(tmp_path: Path, python: Machine) -> None:
    """The Python that people get when they type python3 comes first."""
    python("python3", "3.11")
    python("python3.13", "3.13")

    assert find(tmp_path).stdout == f"{tmp_path}/python3\n"


def test_an_old_python3_is_passed_over(tmp_path: Path, python: Machine) -> None:
    """An old python3 does not hide a newer one beside it."""
    python("python3", "3.9")
    python("python3.12", "3.12")

    assert find(tmp_path).stdout == f"{tmp_path}/python3.12\n"


def test_a_python_newer_than_the_wheels_comes_last(tmp_path: Path, python: Machine) -> None:
    """A Python that our packages may not be built for is better than none, and only that."""
    python("python3", "3.15")
    assert find(tmp_path).stdout == f"{tmp_path}/python3\n"

    python("python3.11", "3.11")
    assert find(tmp_path).stdout == f"{tmp_path}/python3.11\n"


def test_a_machine_without_python_is_told_so(tmp_path: Path) -> None:
    """One sentence names what is needed and the next step, and nothing is on stdout."""
    found = find(tmp_path)

    assert found.returncode == 1
    assert found.stdout == ""
    assert found.stderr == (
        "Sameface needs Python 3.11 or newer, and there is no python3 here: "
        "install one, or name it: make PYTHON=/path/to/python3.\n"
    )


def test_a_machine_with_an_old_python_is_told_which(tmp_path: Path, python: Machine) -> None:
    """The sentence names the Python that is too old, with its version."""
    python("python3", "3.10")

    assert f"and {tmp_path}/python3 is Python 3.10:" in find(tmp_path).stderr


def test_a_python_without_venv_is_told_the_package(tmp_path: Path, python: Machine) -> None:
    """Debian ships venv apart: the sentence says what the package is called."""
    python("python3", "3.11", venv=False)
    found = find(tmp_path)

    assert found.returncode == 1
    assert "venv module" in found.stderr
    assert "python3.11-venv" in found.stderr


def test_a_command_that_leads_nowhere_is_no_python(tmp_path: Path) -> None:
    """A version manager's shim for a Python that is not there counts as none."""
    shim = tmp_path / "python3"
    shim.write_text("#!/bin/sh\necho 'python3: command not found' >&2\nexit 127\n")
    shim.chmod(0o755)

    assert "there is no python3 here" in find(tmp_path).stderr


def test_the_python_asked_for_is_the_only_one_looked_at(tmp_path: Path, python: Machine) -> None:
    """`make PYTHON=...` never falls back to another."""
    python("python3", "3.11")

    assert "there is no python3.14 here" in find(tmp_path, "python3.14").stderr


def test_a_run_whose_tests_all_passed_is_good(tmp_path: Path) -> None:
    """The closing line counts them."""
    said = judge(tmp_path, '<testcase classname="a" name="b"/>', '<testcase name="c"/>')

    assert (said.returncode, said.stdout) == (0, "2 passed, 0 failed, 0 skipped\n")


@pytest.mark.parametrize("what", ["skipped", "failure", "error"])
def test_a_run_with_a_test_that_did_not_pass_fails(tmp_path: Path, what: str) -> None:
    """A skipped test fails a run like a failed one."""
    said = judge(tmp_path, '<testcase name="a"/>', f'<testcase name="b"><{what}/></testcase>')

    assert said.returncode == 1
    assert "1 passed" in said.stdout


def test_a_run_without_tests_fails(tmp_path: Path) -> None:
    """Nothing failed is not enough where nothing ran."""
    assert judge(tmp_path).returncode == 1
