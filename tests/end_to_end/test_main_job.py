"""See, explain, keep: from the first look to one face everywhere, over the real protocols."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import httpx2 as httpx
import pytest
from tests.end_to_end.kit import Tenant, same, sameface, tenant, told

from sameface.pictures import inspect


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Tenant:  # type: ignore[misc]
    with tenant(tmp_path_factory.mktemp("world")) as started:
        yield started


def upload_in_yammer(world: Tenant, upn: str) -> None:
    """The person uploads in Yammer what SharePoint shows of them."""
    picture = world.picture(f"stores/sharepoint/{upn}", file="large")
    assert picture is not None
    world.post(
        "events",
        do="change",
        person=upn,
        channel="yammer",
        picture=base64.b64encode(picture).decode(),
    )


def test_the_main_job_from_the_first_look_to_one_face_everywhere(world: Tenant) -> None:
    """Status exits 3, sync writes and proves, then 5 for Yammer alone, then 0 (issue 2)."""
    folder = world.settings.parent
    code, before = told("status", cwd=folder)
    assert code == before["exit"] == 3
    assert before["people"] == 24

    code, done = told("sync", cwd=folder)
    assert code == 5
    assert done["results"]["written"] > 0
    assert set(done["results"]) == {"written"}

    code, after = told("status", cwd=folder)
    assert code == 5
    left = {
        (row["person"], spot["id"])
        for row in after["rows"]
        for spot in row["stores"]
        if spot["is"] not in ("same", "not connected", "no account")
    }
    assert {store for _, store in left} == {"yammer"}
    text = sameface("status", cwd=folder).stdout
    assert all(f"({person}), yammer: " in text for person, _ in left)

    world.post("clock", advance="1h")
    for person, _ in left:
        upload_in_yammer(world, person)
    code, last = told("status", cwd=folder)
    assert (code, last["agreeing"]) == (0, 24)


def test_a_second_sync_writes_nothing_and_asks_little(world: Tenant) -> None:
    """An unchanged organisation costs at most one request per ten people, beside signing in."""
    folder = world.settings.parent
    told("sync", cwd=folder)
    world.post("clock", advance="1m")

    httpx.delete(f"{world.url}/_tenant/requests").raise_for_status()
    code, done = told("sync", cwd=folder)

    assert done["results"] == {}
    assert world.writes() == 0
    assert code in (0, 5)


def test_every_store_really_shows_the_photo_wanted(world: Tenant) -> None:
    """Asked from outside, the mailbox and SharePoint's files show one picture per person."""
    told("sync", cwd=world.settings.parent)
    for person in world.people():
        upn = person["upn"]
        large = world.picture(f"stores/sharepoint/{upn}", file="large")
        mailbox = world.picture(f"stores/exchange/{upn}")
        if large is None or mailbox is None:
            continue
        assert same(large, mailbox), upn
        for file in ("small", "medium"):
            other = world.picture(f"stores/sharepoint/{upn}", file=file)
            assert other is not None
            assert same(large, other), (upn, file)


def test_a_plan_is_saved_reviewed_and_applied_exactly(tmp_path: Path) -> None:
    """Plan exits 3 and writes nothing; apply does what it says; what moved since is refused."""
    with tenant(tmp_path, people=10, seed=3) as world:
        code, plan = told("plan", "-o", "plan.json", cwd=tmp_path)
        assert code == 3
        assert world.writes() == 0
        assert plan["actions"]
        moved = plan["actions"][0]
        world.post(
            "events", do="change", person=moved["name"], channel="user-photos-upload", photo="Z"
        )
        world.post("events", do="change", person=moved["name"], channel="set-userphoto", photo="Z")

        code, done = told("apply", "plan.json", cwd=tmp_path)

        assert code == 4
        assert done["results"]["moved"] >= 1
        assert done["results"]["written"] == len(plan["actions"]) - done["results"]["moved"]


def test_everything_works_with_the_tenants_own_pages_switched_off(tmp_path: Path) -> None:
    """Status, explain and sync use the real protocols only: without /_tenant/ they work alike."""
    with tenant(tmp_path, "--no-control", people=8) as world:
        assert httpx.get(f"{world.url}/_tenant/people").status_code == 404
        code, before = told("status", cwd=tmp_path)
        assert code == 3
        someone = before["rows"][0]["person"]
        code, explained = told("explain", someone, cwd=tmp_path)
        assert code == 0
        assert len(explained["surfaces"]) == 11
        code, _ = told("sync", cwd=tmp_path)
        assert code == 5


def test_check_says_what_sameface_may_do_and_writes_nothing(world: Tenant) -> None:
    """Check connects to every store; stores without a connector are named."""
    done = sameface("check", cwd=world.settings.parent)

    assert done.returncode == 0
    assert "exchange" in done.stdout
    assert re.search(r"^active-directory +not connected$", done.stdout, re.MULTILINE)


def test_init_writes_settings_that_teach_and_never_overwrites(tmp_path: Path) -> None:
    """The file is commented, reads only, and is not replaced unless told."""
    assert sameface("init", cwd=tmp_path).returncode == 0
    text = (tmp_path / "sameface.toml").read_text()
    assert 'mode = "both"' not in [line.strip() for line in text.splitlines()]

    again = sameface("init", cwd=tmp_path)

    assert again.returncode == 2
    assert "--force overwrites it" in again.stderr
    assert "Traceback" not in again.stderr


def test_sharepoint_gets_a_file_of_each_size(tmp_path: Path) -> None:
    """The small, medium and large file have 48, 72 and 200 pixels, as SharePoint's own (A-S7)."""
    with tenant(tmp_path, people=12, seed=4) as world:
        code, plan = told("plan", cwd=tmp_path)
        assert code == 3
        people = {a["name"] for a in plan["actions"] if a["store"] == "sharepoint"}
        assert people
        told("apply", cwd=tmp_path)

        for person in people:
            known = world.get(f"people/{person}")
            prefix = known["upn"].replace("@", "_").replace(".", "_")
            assert set(known["stores"]["sharepoint"]["files"]) == {"small", "medium", "large"}, (
                prefix
            )
            for file, px in (("small", 48), ("medium", 72), ("large", 200)):
                picture = world.picture(f"stores/sharepoint/{person}", file=file)
                assert picture is not None
                assert inspect(picture).width_px == px
