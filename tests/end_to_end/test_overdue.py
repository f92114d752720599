"""Overdue, end to end: an organisation that does not do what the rulebook says is told as such."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from tests.end_to_end.kit import Tenant, sameface, tenant, told

LATER = timedelta(days=3)
MOMENTS = ("changed_after", "changed_by", "observed_at")


def test_status_and_explain_say_since_when_and_by_which_rule(tmp_path: Path) -> None:
    """Viva Engage takes Entra ID's photo within a day; three days later it has not: overdue.

    The tenant lives by the rules of 2014, in which nothing reaches Yammer, and Sameface expects
    those of 2024.
    """
    with tenant(tmp_path, people=3) as world:
        _expect_2024(world)
        told("status", cwd=tmp_path)
        told("status", cwd=tmp_path)  # Yammer's photo is older than Entra ID's last look
        upn = _changed(world)
        _, before = told("status", cwd=tmp_path)
        by = _let_days_pass(tmp_path)
        code, data = told("status", cwd=tmp_path)
        text = sameface("status", upn, cwd=tmp_path)
        _, why = told("explain", upn, "--surface", "yammer", cwd=tmp_path)
        words = sameface("explain", upn, "--surface", "yammer", cwd=tmp_path)

    (late,) = next(row["overdue"] for row in data["rows"] if row["person"] == upn)
    since = by + timedelta(days=1)
    assert [row["overdue"] for row in before["rows"]] == [[], [], []]
    assert code in (3, 5)
    assert late["rule"] == "routes/entra-to-viva-engage"
    assert abs(datetime.fromisoformat(late["at"]) - since) < timedelta(seconds=1)
    (place,) = why["surfaces"]
    assert place["until"]["kind"] == "unknown"
    assert "overdue since" in place["until"]["text"]
    assert late["text"] in [reason["text"] for reason in place["because"]]
    for said in (text.stdout, words.stdout):
        assert "verdue since" in " ".join(said.split())
        assert "entra-to-viva-engage" in said


def _changed(world: Tenant) -> str:
    """Somebody without a mailbox, whose photo Graph serves from Entra ID: AD brings another."""
    asked = {"do": "change", "channel": "set-userphoto", "photo": "Z"}
    upns = [str(person["upn"]) for person in world.people()]
    upn = next(u for u in upns if world.post("events", person=u, **asked)["refusals"])
    world.post("events", do="change", person=upn, channel="dirsync", photo="Z", bytes=9000)
    world.post("events", do="sync", process="dirsync")
    return upn


def _expect_2024(world: Tenant) -> None:
    """Settings by the rules of another era, in which Graph's photo is Entra ID's."""
    text = world.settings.read_text()
    assert 'rulebook = "office365-2014"' in text
    text = text.replace("office365-2014", "microsoft365-2024").replace('"exchange"', '"entra-id"')
    world.settings.write_text(text)


def _let_days_pass(folder: Path) -> datetime:
    """All that the vault remembers of the stores was seen days earlier; by when Z was there."""
    with closing(sqlite3.connect(next(folder.rglob("vault.sqlite")))) as file:
        for moment in MOMENTS:
            rows = file.execute(
                f"SELECT rowid, {moment} FROM observations WHERE {moment} IS NOT NULL"
            )
            for row, at in rows.fetchall():
                earlier = datetime.fromisoformat(at) - LATER
                told = (str(earlier), row)
                file.execute(f"UPDATE observations SET {moment} = ? WHERE rowid = ?", told)
        file.commit()
        (at,) = file.execute(
            "SELECT max(changed_by) FROM observations WHERE store = 'entra-id'"
        ).fetchone()
    return datetime.fromisoformat(f"{at}+00:00")
