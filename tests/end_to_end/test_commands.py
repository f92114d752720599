"""The command line: fixed names and exit codes, one sentence for a slip, plain text for pipes."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import httpx2 as httpx
import pytest
from tests.end_to_end.kit import SAMEFACE, environment, sameface

from sameface.cli import COMMANDS

SCENARIOS = Path(__file__).parent.parent / "scenarios"
GOOD = str(SCENARIOS / "16-lync-after-sign-in.toml")


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_says_how_it_is_used(command: str, tmp_path: Path) -> None:
    """`--help` works for every command and names its arguments."""
    done = sameface(command, "--help", cwd=tmp_path)

    assert done.returncode == 0
    assert f"sameface {command}" in done.stdout
    assert done.stderr == ""


def test_a_slip_is_answered_in_one_sentence(tmp_path: Path) -> None:
    """An unknown command, and an unknown argument, exit 2 without a traceback."""
    command, argument = sameface("statsu", cwd=tmp_path), sameface("status", "--jsn", cwd=tmp_path)

    assert command.returncode == argument.returncode == 2
    assert (
        command.stderr
        == 'sameface: there is no command "statsu"; did you mean "status"? [SF-103]\n'
    )
    assert argument.stderr.startswith("sameface: ")
    assert argument.stderr.count("\n") == 1


def test_simulate_runs_all_files_and_exits_with_the_worst(tmp_path: Path) -> None:
    """0 all hold, 1 a look does not, 2 a file is wrong; every file is run (design section 4)."""
    text = Path(GOOD).read_text()
    (tmp_path / "off.toml").write_text(text.replace('sees = "D"', 'sees = "C"'))
    (tmp_path / "wrong.toml").write_text(text.replace('do = "sign-in"', 'do = "signin"'))
    (tmp_path / "odd.toml").write_text(text.replace('sees = "D"', 'sees = "Z"'))

    assert sameface("simulate", GOOD, cwd=tmp_path).returncode == 0
    assert sameface("simulate", GOOD, "off.toml", cwd=tmp_path).returncode == 1
    assert sameface("simulate", "odd.toml", cwd=tmp_path).returncode == 1
    mixed = sameface("simulate", "--json", "wrong.toml", "off.toml", GOOD, cwd=tmp_path)

    assert mixed.returncode == 2
    wrong, off, good = (json.loads(line) for line in mixed.stdout.splitlines())
    assert wrong == {
        "file": "wrong.toml",
        "ok": False,
        "error": {"code": "SF-101", "text": wrong["error"]["text"]},
    }
    assert 'steps[3].do has no "signin"; did you mean "sign-in"?' in wrong["error"]["text"]
    assert (off["ok"], good["ok"]) == (False, True)
    look = off["looks"][-1]
    assert set(look) == {
        "step", "at", "surface", "person", "viewer", "sees", "expected", "ok", "because", "until",
    }  # fmt: skip
    assert (look["sees"], look["expected"], look["ok"]) == (["D"], ["C"], False)
    assert look["at"] == "2014-03-03T11:00:00Z"
    assert set(look["because"][0]) == {"rule", "at", "text", "certain"}


def test_a_scenario_that_cannot_be_read_is_a_wrong_file(tmp_path: Path) -> None:
    """A missing file and one that is no text are told like any other wrong file."""
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")

    done = sameface("simulate", "missing.toml", "binary.toml", GOOD, cwd=tmp_path)

    assert done.returncode == 2
    assert "missing.toml cannot be read" in done.stderr
    assert "binary.toml is not UTF-8" in done.stderr
    assert "All 4 looks hold" in done.stdout


def test_pipes_get_plain_text(tmp_path: Path) -> None:
    """Without a terminal there is neither colour nor a sign outside ASCII."""
    done = sameface("simulate", GOOD, cwd=tmp_path, LANG="C")

    assert done.stdout.isascii()
    assert "\x1b" not in done.stdout


def test_rulebooks_are_listed_shown_and_checked(tmp_path: Path) -> None:
    """List names them, show has every row with its facts, check refuses a wrong file with 2."""
    listed = json.loads(sameface("rulebook", "list", "--json", cwd=tmp_path).stdout)
    shown = json.loads(
        sameface("rulebook", "show", "office365-2014", "--json", cwd=tmp_path).stdout
    )
    (tmp_path / "bad.toml").write_text('id = "x"\n')

    checked = sameface("rulebook", "check", "bad.toml", cwd=tmp_path)

    assert [book["id"] for book in listed] == sorted(book["id"] for book in listed)
    assert "office365-2014" in [book["id"] for book in listed]
    assert len(shown["surfaces"]) == 11
    assert all(row["source"] for kind in shown["rows"] for row in shown[kind])
    assert checked.returncode == 2
    assert "bad.toml: dated is missing" in checked.stderr
    table = sameface("rulebook", "show", "office365-2014", cwd=tmp_path)
    assert table.returncode == 0
    assert "exchange-to-sharepoint" in table.stdout


def test_the_demo_tells_its_whole_story_and_ends(tmp_path: Path) -> None:
    """Before, three explanations, plan, apply, after, what lags; a report that needs no server."""
    done = sameface("demo", "--no-serve", "--people", "24", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    acts = (
        "Before:",
        "Why? Three",
        "The plan:",
        "Applied:",
        "After:",
        "Left for a person",
        "What may still",
    )
    places = [done.stdout.index(act) for act in acts]
    assert places == sorted(places)
    assert done.stdout.count("  because ") == 3
    assert done.stdout.count("  until ") >= 3
    html = (tmp_path / "report.html").read_text()
    assert html.count("data:image/jpeg;base64,") > 30
    assert "<script" not in html
    assert "http://" not in html
    assert "https://" not in html


def test_another_seed_has_other_stories(tmp_path: Path) -> None:
    """With another seed other people disagree, and others are explained."""
    one, other = (
        sameface("demo", "--no-serve", "--seed", seed, cwd=tmp_path).stdout for seed in "12"
    )

    def explained(text: str) -> list[str]:
        return [line for line in text.splitlines() if line.startswith("A colleague sees of")]

    assert explained(one) != explained(other)


def test_a_tenant_prints_settings_that_work_as_they_are(tmp_path: Path) -> None:
    """What `sameface tenant` prints is a sameface.toml; a busy port means the next one."""
    command = [*SAMEFACE, "tenant", "--people", "3", "--port", "29300"]
    one, other = (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment())
        for _ in range(2)
    )
    try:
        text = _settings_of(one)
        (tmp_path / "sameface.toml").write_text(text)
        addresses = {_settings_of(other).splitlines()[1], text.splitlines()[1]}

        done = sameface("check", cwd=tmp_path)
    finally:
        for process in (one, other):
            process.terminate()
            process.communicate(timeout=30)

    assert len(addresses) == 2
    assert done.returncode == 0, done.stdout + done.stderr


def _settings_of(process: subprocess.Popen[str]) -> str:
    """Everything it prints, up to the last key of the last store."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "".join(lines).count("[[stores]]") == 3 and line.startswith("quota-speed"):
            break
    return "".join(lines)


def test_the_demo_serves_the_console_until_it_is_stopped(tmp_path: Path) -> None:
    """It ends in the real console beside the desk; Ctrl-C ends it with 0, also after a visit."""
    process = subprocess.Popen(
        [*SAMEFACE, "demo", "--people", "6", "--port", "0"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    try:
        assert process.stdout is not None
        links = (line.strip() for line in process.stdout if line.startswith("  http://"))
        desk, console = (next(links) for _ in range(2))
        with httpx.Client(trust_env=False, timeout=60) as browser:
            played = browser.get(desk, follow_redirects=True)
            assert browser.get(console).status_code == 200
            home = console.partition("enter")[0]
            while not (told := browser.get(f"{home}api/people").json())["whole"]:
                pass
            page = browser.get(home)
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=30)
    finally:
        process.kill()

    assert played.status_code == 200
    assert len(told["rows"]) == 6
    assert "Amara Okafor" in page.text
    assert (process.returncode, complaints) == (0, "")
