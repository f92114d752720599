"""Syncs over HTTP against a tenant with latency and the published quotas, beside the plain loop.

`python -m bench.sync --people 10000 --speed 100` measures another size; 100,000 want hours.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.measuring import SAMEFACE, Measured, measured, say, table
from tests.end_to_end.kit import Tenant, tenant

PEOPLE = 1_000
SPEED = 10
LATENCY = "20ms"
UNITS_A_MINUTE = ((1_000, 1_250), (5_000, 2_500), (15_000, 3_750), (50_000, 5_000))
"""SharePoint's resource units of one application by people, 6,250 beyond (protocols 3.7)."""

LOOP = (sys.executable, "-m", "bench.loop", ".")
_FINE = (0, 3, 5)  # what is left in the end is for people to do


@dataclass(frozen=True)
class Stage:
    """One command and what the tenant says was asked of it meanwhile."""

    name: str
    done: Measured
    told: dict[str, Any]
    written: int = 0

    @property
    def throttled(self) -> int:
        return sum(request["status"] == 429 for request in self.told["requests"])

    @property
    def units(self) -> int:
        """SharePoint's resource units: 1 for one thing, 2 for many or a write."""
        asked = [r for r in self.told["requests"] if r["service"] == "sharepoint"]
        many = ("/files", "/search/query")
        dear: int = sum(r["method"] != "GET" or r["path"].lower().endswith(many) for r in asked)
        return len(asked) + dear

    def row(self) -> tuple[str, ...]:
        return (
            self.name,
            f"{self.done.wall_s:,.1f}",
            f"{self.done.cpu_s:,.1f}",
            f"{self.told['total']:,}",
            f"{self.told['batch-parts']:,}",
            f"{self.written:,}",
            f"{self.throttled:,}",
            f"{self.done.peak_mb:,.0f}",
        )


def run(people: int = PEOPLE, speed: int = SPEED, *, loop: bool = True) -> None:
    """Requests as the tenant counted them; seconds and memory of each command."""
    with tempfile.TemporaryDirectory(prefix="sameface-bench-") as name:
        folder = Path(name)
        with tenant(folder, "--speed", str(speed), "--latency", LATENCY, people=people) as served:
            stages = _stages(served, folder, loop=loop)
    headings = ("", "seconds", "CPU s", "requests", "batch parts", "photos written", "429", "MB")
    title = f"{people:,} people in Exchange, SharePoint and Yammer"
    table(title, headings, [stage.row() for stage in stages.values()])
    writing = stages["apply: everybody has a new photo"]
    share = writing.units / (_units_a_minute(people) / 60 * speed * writing.done.wall_s)
    say(
        f"Writing used {writing.units:,} of SharePoint's resource units, {share:.0%} of what was "
        f"granted in that time. Every answer took {LATENCY} longer; quotas ran {speed} times "
        "faster than the published ones, on both sides alike. The tenant worked on the same "
        "machine; parts of a batch travel in one request."
    )
    if loop:
        reading = stages["the loop: reading"].told["total"]
        unchanged = stages["sync: nothing changed"].told["total"]
        say(
            f"Goals: of an unchanged organisation 20 times fewer requests than the loop's reading "
            f"({reading / unchanged:.0f} times); over 90 % of the quota while writing, no 429.\n"
        )


def _stages(served: Tenant, folder: Path, *, loop: bool) -> dict[str, Stage]:
    stages = [
        _sync(served, folder, "sync: all is new", "sync"),
        _sync(served, folder, "sync: nothing changed", "sync"),
    ]
    if served.writes():
        raise SystemExit("a sync of an unchanged organisation made requests that write")
    for person in _everybody(served):
        if person["options"]["mailbox"] is True:
            told = {"do": "change", "person": person["id"], "channel": "set-userphoto"}
            served.post("events", **told, photo="new")
    stages += [
        _sync(served, folder, "plan: everybody has a new photo", "plan"),
        _sync(served, folder, "apply: everybody has a new photo", "apply"),
    ]
    if loop:
        stages.append(_stage(served, folder, "the loop: reading", LOOP))
        stages.append(_stage(served, folder, "the loop: reading and writing", (*LOOP, "write")))
    return {stage.name: stage for stage in stages}


def _sync(served: Tenant, folder: Path, name: str, verb: str) -> Stage:
    said = folder / "said.json"
    stage = _stage(served, folder, name, (*SAMEFACE, verb, "--json"), said)
    if stage.done.code not in _FINE:
        raise SystemExit(f"{name} ended with {stage.done.code}: {said.read_text()[:500]}")
    written = json.loads(said.read_text()).get("results", {}).get("written", 0)
    return Stage(name, stage.done, stage.told, written)


def _stage(
    served: Tenant, folder: Path, name: str, command: Sequence[str], output: Path | None = None
) -> Stage:
    served.clear_requests()
    done = measured(command, folder, output=output)
    return Stage(name, done, served.get("requests"))


def _everybody(served: Tenant) -> list[dict[str, Any]]:
    """All people, in pages."""
    found: list[dict[str, Any]] = []
    skip: int | None = 0
    while skip is not None:
        page = served.get("people", skip=str(skip))
        found += page["people"]
        skip = page["next"]
    return found


def _units_a_minute(people: int) -> int:
    return next((units for most, units in UNITS_A_MINUTE if people <= most), 6_250)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE, metavar="N")
    parser.add_argument(
        "--speed", type=int, default=SPEED, metavar="N", help="quotas so much faster"
    )
    parser.add_argument("--no-loop", action="store_true", help="leave the plain loop out")
    told = parser.parse_args()
    run(told.people, told.speed, loop=not told.no_loop)
