"""docs/explain.md shows what the commands print: each block is run, times and digests aside."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.end_to_end.kit import sameface, tenant

ROOT = Path(__file__).parent.parent.parent
BLOCK = re.compile(r"^```\n\$ (sameface [^\n]+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall((ROOT / "docs" / "explain.md").read_text("utf-8"))
CHANGING = (
    (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "<time>"),
    (r"\b(?:\w{3} \d{1,2} \w{3} )?\d\d:\d\d(?::\d\d)?\b", "<time>"),
    (r"\b[0-9a-f]{16,64}\b", "<digest>"),
    (r"─+", "<line>"),
    (r"\s+", " "),
)


@pytest.fixture(scope="module")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The six people of the page, observed once, and the scenarios where the page has them."""
    folder = tmp_path_factory.mktemp("explained")
    (folder / "tests").symlink_to(ROOT / "tests")
    with tenant(folder, people=6):
        assert sameface("status", cwd=folder).returncode == 3
        yield folder


@pytest.mark.parametrize(("command", "shown"), BLOCKS, ids=[command for command, _ in BLOCKS])
def test_what_is_shown_is_what_is_printed(organisation: Path, command: str, shown: str) -> None:
    """Whoever reads the page and tries it sees the same."""
    done = sameface(*shlex.split(command)[1:], cwd=organisation)

    assert done.returncode == 0, done.stderr
    assert told(done.stdout) == told(shown)


def test_every_way_of_asking_is_shown() -> None:
    """Each option of `explain`, and those of `simulate` that show more, has its block."""
    commands = " ".join(command for command, _ in BLOCKS)

    asked = ("--ticket", "--if", "--best", "--by", "--json", "--timeline", "--variant")
    assert [option for option in asked if option not in commands] == []


def told(text: str) -> str:
    """The text without what is another every time."""
    for pattern, name in CHANGING:
        text = re.sub(pattern, name, text)
    return text.strip()
