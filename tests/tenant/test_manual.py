"""docs/tenant.md tells all that the tenant can be asked for; the command says what is wrong."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from sameface.cli import main, tenant
from sameface.tenant.exchange.services import OPERATIONS
from sameface.tenant.faults import KINDS
from sameface.tenant.members import KINDS as PEOPLE

PAGE = (Path(__file__).parents[2] / "docs" / "tenant.md").read_text("utf-8")


def test_every_fault_kind_of_person_and_operation_is_told_of() -> None:
    """The tables name each of them as it is written in an order."""
    told = set(re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)))

    assert set(KINDS) <= told
    assert set(PEOPLE[1:]) <= told
    assert set(OPERATIONS) <= told


def test_every_option_of_the_command_is_told_of() -> None:
    """So is what `sameface tenant` takes."""
    parser = argparse.ArgumentParser()
    tenant.add(parser)
    options = {o for action in parser._actions for o in action.option_strings if o[:2] == "--"}

    assert {option for option in options if option not in PAGE} == {"--help"}


@pytest.mark.parametrize(
    ("argument", "value"),
    [("--latency", "soon"), ("--pictures", "Profilbilder"), ("--faults", "{"), ("--faults", "odd")],
)
def test_a_wrong_option_is_answered_in_one_sentence(
    argument: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, and what it should be like."""
    code = main(["tenant", "--port", "0", "--people", "0", argument, value])
    said = capsys.readouterr().err

    assert code == 2
    assert said.count("\n") == 1
    assert "SF-1" in said
