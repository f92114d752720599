"""The commands that keep, on a tenant: history, restore, undo, forget, audit, the plan's page."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.kit import Tenant, same, sameface, tenant, told


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Tenant]:
    """A tenant whose people disagree."""
    with tenant(tmp_path, people=6) as running:
        yield running


def versions(upn: str, cwd: Path) -> list[dict[str, Any]]:
    """What `history` says of somebody's versions."""
    code, history = told("history", upn, cwd=cwd)
    assert code == 0
    return list(history["versions"])


def everybody(cwd: Path) -> list[str]:
    """The UPNs of all people whom `status` lists."""
    return [row["person"] for row in told("status", cwd=cwd)[1]["rows"]]


def test_a_run_is_undone_and_nothing_of_it_is_lost(office: Tenant, tmp_path: Path) -> None:
    """Plan with its page, sync, undo: every photo written is put back, and the journal is whole."""
    code, plan = told("plan", "--html", "plan.html", cwd=tmp_path)
    assert code == 3
    page = (tmp_path / "plan.html").read_text()
    assert page.count('class="change"') == len(plan["actions"])
    assert all(action["because"].split("'")[0] in page for action in plan["actions"])
    assert "data:image/jpeg;base64," in page
    assert "<script" not in page

    _, synced = told("sync", cwd=tmp_path)
    written = synced["results"]["written"]
    assert written == len(plan["actions"])
    code, undone = told("undo", synced["run"], cwd=tmp_path)
    done = undone["outcome"]["results"]
    assert (code, undone["left"]) == (0, [])
    assert done.get("written", 0) + done.get("removed", 0) == written
    assert bool(done.get("removed")) is bool(undone["plan"].get("warnings"))

    code, again = told("plan", cwd=tmp_path)
    assert again["actions"] == []
    code, audit = told("audit", "verify", cwd=tmp_path)
    assert (code, audit["ok"]) == (0, True)
    exported = sameface("audit", "export", cwd=tmp_path).stdout.splitlines()
    assert len(exported) == audit["entries"]
    assert json.loads(exported[-1])["seal"] == audit["seal"].partition(":")[2]


def test_an_earlier_photo_is_restored_and_let_go(office: Tenant, tmp_path: Path) -> None:
    """By the digits that `history` prints; the next sync leaves it; unpinned, it follows again."""
    _, synced = told("sync", cwd=tmp_path)
    _, plan = told("plan", cwd=tmp_path)
    assert plan["actions"] == []
    changed = next(
        json.loads(line)
        for line in sameface("audit", "export", cwd=tmp_path).stdout.splitlines()
        if json.loads(line)["what"] == "written" and json.loads(line)["before"]
    )
    owners = {u: {v["version"] for v in versions(u, tmp_path)} for u in everybody(tmp_path)}
    upn = next(u for u, digests in owners.items() if changed["before"] in digests)

    code, restored = told("restore", upn, changed["before"][:8], cwd=tmp_path)
    assert code in (0, 5)
    assert restored["outcome"]["results"]["written"] >= 1
    assert told("plan", cwd=tmp_path)[1]["actions"] == []
    text = sameface("history", upn, cwd=tmp_path).stdout
    assert changed["before"][:8] in text
    assert "Pinned until an authority changes" in text

    assert sameface("restore", upn, "--unpin", cwd=tmp_path).returncode == 0
    refused = sameface("restore", upn, "ffffffff", cwd=tmp_path)
    assert refused.returncode == 2
    assert "`sameface history" in refused.stderr
    assert sameface("restore", upn, cwd=tmp_path).returncode == 2
    assert sameface("undo", "yesterday", cwd=tmp_path).returncode == 2
    assert synced["run"] in sameface("undo", "yesterday", cwd=tmp_path).stderr


def test_somebody_is_forgotten(office: Tenant, tmp_path: Path) -> None:
    """Stores that may be written are emptied, the vault knows no such name, and proof is left."""
    told("sync", cwd=tmp_path)
    upn = everybody(tmp_path)[0]
    digests = {version["version"] for version in versions(upn, tmp_path)}

    refused = sameface("forget", upn, cwd=tmp_path)
    assert (refused.returncode, "add --yes" in refused.stderr) == (2, True)
    assert {version["version"] for version in versions(upn, tmp_path)} == digests

    code, forgotten = told("forget", upn, "--yes", cwd=tmp_path)

    assert code in (0, 5)
    assert set(forgotten["proof"]["erased"]) == digests
    assert upn not in everybody(tmp_path)
    assert sameface("history", upn, cwd=tmp_path).returncode == 2
    code, audit = told("audit", "verify", "--seal", forgotten["proof"]["journal"], cwd=tmp_path)
    assert (code, audit["ok"]) == (0, True)
    assert sameface("forget", upn, "--allow", cwd=tmp_path).returncode == 0


def test_a_journal_that_was_altered_is_found_out(office: Tenant, tmp_path: Path) -> None:
    """Exit code 4, and the first entry that is not whole is named."""
    told("plan", cwd=tmp_path)
    told("sync", cwd=tmp_path)
    with closing(sqlite3.connect(next(tmp_path.rglob("vault.sqlite")))) as file:
        file.execute("UPDATE journal SET why = 'nothing happened' WHERE seq = 3")
        file.commit()

    done = sameface("audit", "verify", cwd=tmp_path)

    assert done.returncode == 4
    assert "entry 3 was altered" in done.stdout
    assert sameface("audit", "verify", "--seal", "x", cwd=tmp_path).returncode == 2


def test_a_plan_that_somebody_edited_is_refused(office: Tenant, tmp_path: Path) -> None:
    """Exit code 2, the file and the place are named, and no store is written to."""
    told("plan", "-o", "plan.json", cwd=tmp_path)
    plan = json.loads((tmp_path / "plan.json").read_text())
    (action, *_) = plan["actions"]
    action["after"] = action["before"]
    office.clear_requests()
    last = next(tmp_path.rglob("sameface-vault/plan.json"))
    for file in (tmp_path / "plan.json", last):
        file.write_text(json.dumps(plan))

    named, taken = sameface("apply", "plan.json", cwd=tmp_path), sameface("apply", cwd=tmp_path)

    for done in (named, taken):
        assert done.returncode == 2
        assert "plan.json: digest does not fit: the plan was altered; make a new one" in done.stderr
        assert done.stderr.count("\n") == 1
    assert office.writes() == 0


@pytest.mark.parametrize("mode", ["both", "write"])
def test_a_store_that_is_only_written_to_never_wins(
    office: Tenant, tmp_path: Path, mode: str
) -> None:
    """The mailbox got the newest photo: with "both" it goes on to SharePoint, with "write" the one
    that SharePoint shows is put back."""
    text = office.settings.read_text()
    text = text.replace('"exchange", "sharepoint", "yammer"]', '"sharepoint"]\nwins = "newest"')
    text = text.replace(
        'connector = "graph"\nmode = "both"', f'connector = "graph"\nmode = "{mode}"'
    )
    office.settings.write_text(text.partition('[[stores]]\nid = "yammer"')[0])
    upn = next(p["upn"] for p in office.people() if p["options"]["mailbox"])
    told("sync", cwd=tmp_path)
    agreed = shown(office, upn)
    office.post("clock", advance="1h")
    office.post("events", do="change", person=upn, channel="set-userphoto", photo="N")
    newest = shown(office, upn)

    _, synced = told("sync", cwd=tmp_path)

    assert not same(agreed, newest)
    assert synced["results"] == {"written": 1}
    assert same(shown(office, upn), newest if mode == "both" else agreed)


def shown(office: Tenant, upn: str) -> bytes:
    """What the mailbox shows."""
    photo = office.picture(f"stores/exchange/{upn}")
    assert photo is not None
    return photo
