"""Stores that misbehave and files that are wrong: what people are told."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from tests.end_to_end.kit import SAMEFACE, Tenant, environment, sameface, tenant, told


@pytest.mark.parametrize(
    ("fault", "code", "says"),
    [
        ({"service": "login", "kind": "401"}, 2, "SF-302"),
        ({"store": "sharepoint", "kind": "403"}, 4, "SF-303"),
        ({"store": "exchange", "kind": "500", "path": "/v1.0/users"}, 4, "SF-305"),
        ({"store": "yammer", "kind": "cut"}, 4, "SF-301"),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else str(value),
)
def test_a_store_out_of_order_is_one_sentence_and_the_others_go_on(
    tmp_path: Path, fault: dict[str, Any], code: int, says: str
) -> None:
    """Exit code as design section 5 fixes it; the error's code; no traceback; nothing lost."""
    with tenant(tmp_path, people=6) as world:
        impatient(world)
        world.post("faults", **fault)

        done = sameface("status", cwd=tmp_path)

        assert done.returncode == code, done.stdout + done.stderr
        assert says in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        httpx.delete(f"{world.url}/_tenant/faults").raise_for_status()
        assert sameface("status", cwd=tmp_path).returncode == 3


def impatient(world: Tenant) -> None:
    """Settings that give up on a store after a moment rather than after two minutes."""
    text = world.settings.read_text()
    world.settings.write_text(text.replace("quota-speed", 'patience = "1s"\nquota-speed'))


@pytest.mark.parametrize("kind", ["429", "500", "cut", "half"])
def test_passing_trouble_is_waited_out(tmp_path: Path, kind: str) -> None:
    """A store that is throttled, broken or cut off for a moment costs time and nothing else."""
    with tenant(tmp_path, people=6) as world:
        extra = {"retry-after": 0} if kind == "429" else {}
        for store in ("exchange", "sharepoint", "yammer"):
            world.post("faults", store=store, kind=kind, times=2, **extra)

        code, done = told("sync", cwd=tmp_path)

        assert set(done["results"]) <= {"written"}
        again, _ = told("status", cwd=tmp_path)
        assert (code, again) in ((5, 5), (4, 5), (4, 3), (3, 3), (4, 4))
        last, _ = told("sync", cwd=tmp_path)
        assert last == 5


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ('rulebook = "office365-2014"', 'rulebook = "office365-2015"', "did you mean"),
        ('authorities = ["exchange"', 'authorities = ["exchnge"', "exchange"),
        ('connector = "graph"', 'connector = "graf"', 'did you mean "graph"'),
        ('mode = "both"', 'mode = "all"', "both"),
        ("[policy]", "[polices]", "policy"),
        ('id = "sharepoint"', 'id = "exchange"', "exchange"),
        ("[organisation]", "[organisation", "TOML"),
    ],
)
def test_a_mistake_in_the_settings_is_named_with_its_remedy(
    tmp_path: Path, wrong: str, right: str, says: str
) -> None:
    """Exit code 2 and one sentence that names file, key and what would be right."""
    with tenant(tmp_path, people=2) as world:
        text = world.settings.read_text()
        assert wrong in text
        world.settings.write_text(text.replace(wrong, right, 1))

        done = sameface("status", cwd=tmp_path)

    assert done.returncode == 2
    assert "sameface.toml" in done.stderr or "rulebook" in done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_no_settings_at_all_is_answered_with_the_way_to_get_some(tmp_path: Path) -> None:
    """A newcomer who types `sameface status` is told about `sameface init`."""
    done = sameface("status", cwd=tmp_path)

    assert done.returncode == 2
    assert "sameface init" in done.stderr


def test_two_syncs_at_once_are_one_too_many(tmp_path: Path) -> None:
    """The second says so and leaves; the first is not disturbed."""
    with tenant(tmp_path, people=24) as world:
        world.post("faults", store="exchange", kind="429", times=3, **{"retry-after": 2})
        first = subprocess.Popen(
            [*SAMEFACE, "sync", "--json"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        while not (tmp_path / "sameface-vault").exists() or world.get("requests")["total"] < 3:
            assert first.poll() is None
        second = sameface("sync", cwd=tmp_path)
        out, _ = first.communicate(timeout=120)

    assert second.returncode == 4
    assert "SF-403" in second.stderr
    assert first.returncode == 5, out
