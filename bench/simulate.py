"""Ten thousand people in the simulator: one change each, and a look at every surface."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from bench.measuring import SAMEFACE, measured, table

from sameface.rules import load_rulebook

RULEBOOK = "office365-2014"
PEOPLE = 10_000
CHANNELS = ("sharepoint-my-site", "outlook-client", "outlook-online", "lync-client", "yammer")


def run() -> None:
    """The command itself on one core, in one file of ten thousand people and in a hundred files."""
    with tempfile.TemporaryDirectory(prefix="sameface-bench-") as name:
        folder = Path(name)
        rows = [
            _row("one file", folder, [_written(folder, "all", PEOPLE)]),
            _row(
                "a hundred files",
                folder,
                [_written(folder, f"part-{number}", PEOPLE // 100) for number in range(100)],
            ),
        ]
    table(
        f"`sameface simulate`: {PEOPLE:,} people, one change and eleven looks each, one core",
        ("in", "seconds", "looks per second", "peak memory, MB"),
        rows,
    )


def _row(what: str, folder: Path, files: list[str]) -> tuple[str, ...]:
    done = measured((*SAMEFACE, "simulate", "--json", *files), folder, one_core=True)
    if done.code:
        raise SystemExit(f"simulate ended with {done.code}")
    looks = PEOPLE * len(load_rulebook(RULEBOOK).surfaces)
    return what, f"{done.wall_s:,.1f}", f"{looks / done.wall_s:,.0f}", f"{done.peak_mb:,.0f}"


def _written(folder: Path, name: str, people: int) -> str:
    """A scenario: everybody changes their photo somehow, and a colleague looks everywhere."""
    dice = random.Random(name)
    lines = [f'title = "{people} people"', f'rulebook = "{RULEBOOK}"']
    for number in range(people):
        lines += ["[[people]]", f'id = "p{number}"', 'photo = "A"']
    surfaces = load_rulebook(RULEBOOK).surfaces
    for number in range(people):
        person = f'person = "p{number}"'
        channel = f'channel = "{dice.choice(CHANNELS)}"'
        lines += ["[[steps]]", 'at = "1h"', 'do = "change"', person, channel, 'photo = "B"']
        for surface in surfaces:
            look = ['do = "look"', f'surface = "{surface}"']
            lines += ["[[steps]]", 'at = "1h"', *look, person]
    (folder / f"{name}.toml").write_text("\n".join(lines))
    return f"{name}.toml"
