"""Syncs over HTTP against a tenant with latency and the published quotas, beside the plain loop.

`python -m bench.sync --people 10000 --speed 10` measures another size. Reading every picture of
100,000 people takes hours: `--first` leaves out `plan` and `apply`, `--loop` some of the loop, and
`--remembered` begins with a vault that has seen them (bench.remembered) and measures what a sync of
the unchanged organisation costs. `--to exchange` lets Yammer decide and SharePoint only be read, so
that mailboxes are written to.
"""

from __future__ import annotations

import argparse
import json
import math
import re
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

WINDOW_S = 60
CALLS_AT_A_TIME = 4
"""Graph's, of one application where photos are concerned (protocols 1.9)."""

CHANNELS = {"sharepoint": "set-userphoto", "exchange": "yammer"}
"""Where people change their photos, by the store that is to be written to then."""

LOOP = (sys.executable, "-m", "bench.loop", ".")
READING, WRITING = "the loop: reading", "the loop: reading and writing"
NEW, UNCHANGED = "sync: all is new", "sync: nothing changed"
APPLY = "apply: everybody has a new photo"
REMEMBER = (sys.executable, "-m", "bench.remembered", ".")
_FINE = (0, 3, 4, 5)
"""What is left in the end is for people to do; 4 may be one picture among many thousands."""


@dataclass(frozen=True)
class Stage:
    """One command and what the tenant says was asked of it meanwhile."""

    name: str
    done: Measured
    told: dict[str, Any]
    written: int = 0

    @property
    def throttled(self) -> int:
        """Requests, and parts of batches, that were refused as too many."""
        return sum(row["count"] for row in self.told["counts"] if row["status"] == 429)

    @property
    def units(self) -> int:
        """SharePoint's resource units while nothing is listed: 1 to read, 2 to write."""
        asked = [row for row in self.told["counts"] if row["service"] == "sharepoint"]
        return sum(row["count"] * (1 if row["method"] == "GET" else 2) for row in asked)

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


def first(
    people: int, speed: int, latency: str = LATENCY, *, loop: int = 2, loops: int | None = None
) -> None:
    """The first sync of an organisation, and one that finds nothing changed, beside the loop.

    `loops`: how many people the loop goes through, if not through all: it is the same for each.
    """
    with tempfile.TemporaryDirectory(prefix="sameface-bench-") as name:
        folder = Path(name)
        with tenant(folder, "--speed", str(speed), "--latency", latency, people=people) as served:
            listed = _syncs(served, folder) + _loops(served, folder, loop, loops)
    stages = {stage.name: stage for stage in listed}
    _tell(people, speed, latency, stages)
    if loop:
        _tell_loop(stages, people, loops or people)


def run(
    people: int = PEOPLE,
    speed: int = SPEED,
    latency: str = LATENCY,
    *,
    loop: int = 2,
    to: str = "sharepoint",
) -> None:
    """Requests as the tenant counted them; seconds and memory of each command.

    `loop`: 0 leaves the plain loop out, 1 lets it read only, 2 also write. `to`: the store that is
    written to, `sharepoint` or `exchange`.
    """
    with tempfile.TemporaryDirectory(prefix="sameface-bench-") as name:
        folder = Path(name)
        with tenant(folder, "--speed", str(speed), "--latency", latency, people=people) as served:
            if to == "exchange":
                _let_yammer_decide(served)
            stages = _stages(served, folder, loop, CHANNELS[to])
    _tell(people, speed, latency, stages)
    if to == "exchange":
        _tell_calls(stages[APPLY])
    else:
        _tell_share(people, speed, stages[APPLY])
    if loop:
        _tell_loop(stages, people, people)


def remembered(
    people: int, speed: int, latency: str = LATENCY, *, loops: int | None = None
) -> None:
    """An organisation that a first sync has seen, unchanged: what looking at it again costs.

    Stores are only read, since there is no picture in the vault to write. `loops`: for how many
    people the loop reads beside it, if for any.
    """
    with tempfile.TemporaryDirectory(prefix="sameface-bench-") as name:
        folder = Path(name)
        with tenant(folder, "--speed", str(speed), "--latency", latency, people=people) as served:
            reading = served.settings.read_text().replace('mode = "both"', 'mode = "read"')
            served.settings.write_text(reading)
            stages = [_stage(served, folder, "a vault that has seen them", REMEMBER)]
            if stages[0].done.code:
                raise SystemExit("the vault could not be filled")
            stages.append(_sync(served, folder, UNCHANGED, "sync"))
            if loops:
                stages += _loops(served, folder, 1, loops)
    _tell(people, speed, latency, {stage.name: stage for stage in stages})
    if loops:
        _tell_loop({stage.name: stage for stage in stages}, people, loops)


def _tell(people: int, speed: int, latency: str, stages: dict[str, Stage]) -> None:
    headings = ("", "seconds", "CPU s", "requests", "batch parts", "photos written", "429", "MB")
    title = f"{people:,} people in Exchange, SharePoint and Yammer"
    table(title, headings, [stage.row() for stage in stages.values()])
    say(
        f"Every answer took {latency} longer by the tenant's time, which ran {speed} times as fast "
        "as life, with the published quotas; on both sides alike. The tenant worked on the same "
        "machine; parts of a batch travel in one request."
    )


def _tell_loop(stages: dict[str, Stage], people: int, looped: int) -> None:
    reading = stages[READING].told["total"] * people / looped
    many = reading / stages[UNCHANGED].told["total"]
    if looped < people:
        say(f"The loop went through {looped:,} people; for all it takes {reading:,.0f} requests.")
    say(
        "Goals: of an unchanged organisation 20 times fewer requests than the loop's reading "
        f"({many:.0f} times); over 90 % of the quota while writing, no 429.\n"
    )


def _tell_share(people: int, speed: int, writing: Stage) -> None:
    """Of what all windows grant that the writing touched, its first and its last included."""
    granted = _units_a_minute(people) * math.ceil(writing.done.wall_s * speed / WINDOW_S)
    say(
        f"Writing used {writing.units:,} of SharePoint's resource units, "
        f"{writing.units / granted:.0%} of the {granted:,} that were granted in that time."
    )


def _tell_calls(writing: Stage) -> None:
    """Of the calls that Graph lets one application have under way."""
    took_s, wall_s = writing.told["seconds"]["graph"], writing.done.wall_s
    calls = writing.told["services"]["graph"]
    say(
        f"Writing had {took_s / wall_s:.1f} calls under way at Graph, of {CALLS_AT_A_TIME}: "
        f"{took_s / wall_s / CALLS_AT_A_TIME:.0%}; {calls / wall_s:.0f} calls a second, each of "
        f"{took_s / calls * 1000:.0f} ms."
    )


def _let_yammer_decide(served: Tenant) -> None:
    """And write to mailboxes alone."""
    head, exchange, sharepoint, yammer = served.settings.read_text().split("[[stores]]")
    head = re.sub("authorities = .*", 'authorities = ["yammer", "exchange", "sharepoint"]', head)
    sharepoint = sharepoint.replace('mode = "both"', 'mode = "read"')
    served.settings.write_text("[[stores]]".join((head, exchange, sharepoint, yammer)))


def _stages(served: Tenant, folder: Path, loop: int, channel: str) -> dict[str, Stage]:
    stages = _syncs(served, folder)
    for person in _everybody(served):
        if person["options"]["mailbox"] is True:
            told = {"do": "change", "person": person["id"], "channel": channel}
            served.post("events", **told, photo="new")
    stages += [
        _sync(served, folder, "plan: everybody has a new photo", "plan"),
        _sync(served, folder, APPLY, "apply"),
    ]
    stages += _loops(served, folder, loop)
    return {stage.name: stage for stage in stages}


def _loops(served: Tenant, folder: Path, loop: int, people: int | None = None) -> list[Stage]:
    """The plain loop, reading and then writing as well, as far as that is wanted."""
    command = (*LOOP, str(people)) if people else LOOP
    wanted = ((READING, command), (WRITING, (*command, "write")))[:loop]
    return [_stage(served, folder, name, command) for name, command in wanted]


def _syncs(served: Tenant, folder: Path) -> list[Stage]:
    stages = [_sync(served, folder, NEW, "sync"), _sync(served, folder, UNCHANGED, "sync")]
    if served.writes():
        raise SystemExit("a sync of an unchanged organisation made requests that write")
    return stages


def _sync(served: Tenant, folder: Path, name: str, verb: str) -> Stage:
    said = folder / "said.json"
    stage = _stage(served, folder, name, (*SAMEFACE, verb, "--json"), said)
    if stage.done.code not in _FINE:
        raise SystemExit(f"{name} ended with {stage.done.code}: {said.read_text()[:500]}")
    outcome = json.loads(said.read_text())
    if stage.done.code == 4:
        if failures := outcome.get("failures"):
            raise SystemExit(f"{name} failed: {failures}")
        say(f"{name}: exit code 4, with {outcome.get('results')}")
    written = outcome.get("results", {}).get("written", 0)
    return Stage(name, stage.done, stage.told, written)


def _stage(
    served: Tenant, folder: Path, name: str, command: Sequence[str], output: Path | None = None
) -> Stage:
    served.clear_requests()
    done = measured(command, folder, output=output)
    say(f"{name}: {done.wall_s:,.0f} s, {done.peak_mb:,.0f} MB")
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
    parser.add_argument("--latency", default=LATENCY, metavar="20ms", help="of every answer")
    parser.add_argument(
        "--loop", type=int, choices=(0, 1, 2), default=2, help="leave it out, let it read, or write"
    )
    parser.add_argument(
        "--loop-of", type=int, metavar="N", help="with --first or --remembered: the loop for N"
    )
    parser.add_argument(
        "--first", action="store_true", help="the first and the unchanged sync, and the loop"
    )
    parser.add_argument(
        "--remembered", action="store_true", help="unchanged only, with a vault that has seen them"
    )
    parser.add_argument(
        "--to", choices=tuple(CHANNELS), default="sharepoint", help="the store that is written to"
    )
    told = parser.parse_args()
    if told.remembered:
        remembered(told.people, told.speed, told.latency, loops=told.loop_of)
    elif told.first:
        first(told.people, told.speed, told.latency, loop=told.loop, loops=told.loop_of)
    else:
        run(told.people, told.speed, told.latency, loop=told.loop, to=told.to)
