"""Variants at the command: the same scenario by what another source says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sameface.cli import main

SCENARIO = """
title = "AD's photo after the first"
rulebook = "office365-2014"
[[people]]
id = "alice"
photo = "A"
[[steps]]
at = "0s"
do = "change"
person = "alice"
channel = "dirsync"
photo = "B"
bytes = 9000
[[steps]]
at = "27h"
do = "look"
surface = "outlook-client"
person = "alice"
sees = "B"
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "ad.toml"
    path.write_text(SCENARIO)
    return str(path)


def test_a_variant_is_what_another_source_says(
    file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exchange takes AD's photo once, or by another source every time (X3)."""
    assert main(["simulate", "--json", file]) == 1
    told = json.loads(capsys.readouterr().out)
    assert ("variant" in told, told["looks"][0]["sees"]) == (False, ["A"])

    assert main(["simulate", "--json", "--variant", "aad-copies-every-time", file]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rulebook"], told["variant"]) == ("office365-2014", "aad-copies-every-time")
    assert told["looks"][0]["sees"] == ["B"]


def test_a_variant_that_the_rulebook_lacks_is_a_wrong_file(
    file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, with the nearest name."""
    assert main(["simulate", "--variant", "aad-copies", file]) == 2

    assert 'did you mean "aad-copies-every-time"?' in capsys.readouterr().err
