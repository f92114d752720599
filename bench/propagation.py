"""A day of the 2024 rulebook for very many people, and beside it SimPy on the same rules."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from bench.living import WAYS, by_interpreter
from bench.measuring import measured, say, table
from bench.population import days

_PEOPLE = (10_000, 100_000, 1_000_000)
_SIDE_BY_SIDE = 30_000
_SAMPLE = 20_000
_TIMES = 5


def run() -> None:
    """First that all see the same; then how much memory, and how fast."""
    _check()
    with tempfile.TemporaryDirectory(prefix="sameface-bench-") as name:
        folder = Path(name)
        table(
            "a day of the 2024 rulebook, one change and one look each, one core",
            ("people", "CPU seconds", "events per second", "peak memory, MB"),
            [_row(folder, "sameface", people) for people in _PEOPLE],
        )
        table(
            f"the same events for {_SIDE_BY_SIDE:,} people, one core, the best of {_TIMES} turns",
            ("by", "microseconds of CPU per person", "events per second"),
            _side_by_side(folder),
        )
    say(
        f"All saw the same photos, for {_SAMPLE:,} people. An event is a change or a look; what "
        "follows from a change is not counted, and both worlds, the earliest and the latest, are "
        "lived by all. SimPy's model is made by hand for this day alone (bench/simpy_model.py).\n"
    )


def _check() -> None:
    """`SystemExit` where any way sees other photos than the interpreter: it is another job then."""
    for way, living in WAYS.items():
        pairs = zip(by_interpreter(days(_SAMPLE)), living(days(_SAMPLE)), strict=True)
        if any(ours != theirs for ours, theirs in pairs):
            raise SystemExit(f"{way} does not see what the interpreter sees")


def _row(folder: Path, way: str, people: int) -> tuple[str, ...]:
    seconds, peak_mb = _lived(folder, way, people)
    return f"{people:,}", f"{seconds:,.1f}", f"{2 * people / seconds:,.0f}", f"{peak_mb:,.0f}"


def _side_by_side(folder: Path) -> list[tuple[str, ...]]:
    """Turn by turn, so that what else the machine does meets all of them."""
    best = dict.fromkeys(WAYS, float("inf"))
    for _ in range(_TIMES):
        for way in WAYS:
            best[way] = min(best[way], _lived(folder, way, _SIDE_BY_SIDE)[0])
    return [
        (way, f"{seconds / _SIDE_BY_SIDE * 1e6:,.1f}", f"{2 * _SIDE_BY_SIDE / seconds:,.0f}")
        for way, seconds in best.items()
    ]


def _lived(folder: Path, way: str, people: int) -> tuple[float, float]:
    """CPU seconds of living, and the most memory that its process held, in megabytes."""
    output = folder / "lived.json"
    command = (sys.executable, "-m", "bench.living", way, str(people))
    done = measured(command, Path(__file__).parent.parent, one_core=True, output=output)
    if done.code:
        raise SystemExit(f"living {people} people by {way} ended with {done.code}")
    told = json.loads(output.read_text())
    return told["seconds"], told["peak_mb"]
