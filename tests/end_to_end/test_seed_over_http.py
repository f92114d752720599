"""The seed's sentences against the tenant: driven through POST events, looked at over HTTP."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.kit import Tenant, same, tenant

from sameface.documents import parse_offset

FILES = sorted((Path(__file__).parent.parent / "scenarios").glob("*.toml"))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    """A tenant without people, whose clock stands still between steps."""
    with tenant(tmp_path_factory.mktemp("seed"), people=0) as started:
        started.post("clock", running=False)
        yield started


class Play:
    """One scenario, with people of its own, at the tenant's present time."""

    def __init__(self, world: Tenant, file: Path) -> None:
        self.world, self.prefix = world, f"s{FILES.index(file)}-"
        self.told = tomllib.loads(file.read_text())
        self.shown: dict[tuple[str, str], bytes] = {}

    def run(self) -> Iterator[tuple[int, dict[str, Any], dict[str, Any]]]:
        """Every look: its number, the step, and what the tenant says."""
        for person in self.told["people"]:
            self.world.post("people", **{**person, "id": self.prefix + person["id"]})
        passed = parse_offset("0s")
        for number, step in enumerate(self.told["steps"], 1):
            at = parse_offset(step["at"])
            assert at is not None
            assert passed is not None
            self.world.post("clock", advance=f"{int((at - passed).total_seconds())}s")
            passed = at
            answer = self.world.post("events", **self._named(step))
            if step["do"] == "look":
                yield number, step, answer

    def _named(self, step: dict[str, Any]) -> dict[str, Any]:
        """The step without its time, its people called as the tenant knows them."""
        named = {key: value for key, value in step.items() if key != "at"}
        for key in ("person", "viewer"):
            if key in named:
                named[key] = self.prefix + named[key]
        return named


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_seed_holds_in_the_tenant(empty: Tenant, file: Path) -> None:
    """Each look over HTTP shows exactly the photos that the scenario expects (design section 8)."""
    # background processes run every three hours from the tenant's start: begin at such a moment
    empty.post("clock", now=_next_cycle(empty))
    play = Play(empty, file)
    for number, step, answer in play.run():
        expected = step["sees"] if isinstance(step["sees"], list) else [step["sees"]]
        assert sorted(answer["sees"]) == sorted(expected), f"step {number}"
        _look_at_the_picture(play, step, answer, expected)


def _next_cycle(world: Tenant) -> str:
    clock = world.get("clock")
    opened, now = (datetime.fromisoformat(clock[key]) for key in ("opened", "now"))
    cycle = timedelta(hours=3)
    return (opened + cycle * ((now - opened) // cycle + 1)).isoformat()


def _look_at_the_picture(
    play: Play, step: dict[str, Any], answer: dict[str, Any], expected: list[str]
) -> None:
    """The picture really served is one of those expected, and the same photo always looks alike."""
    parameters = {"peek": "1"}
    if "viewer" in step:
        parameters["viewer"] = play.prefix + step["viewer"]
    place = f"surfaces/{step['surface']}/{play.prefix}{step['person']}"
    picture = play.world.picture(place, **parameters)
    if picture is None:
        assert "none" in expected
        return
    if len(answer["sees"]) == 1:
        first = play.shown.setdefault((step["person"], answer["sees"][0]), picture)
        assert same(first, picture)
        others = {
            p
            for (who, name), p in play.shown.items()
            if who == step["person"] and name != answer["sees"][0]
        }
        assert not any(same(other, picture) for other in others)
