"""A quota is the organisation's, not a command's: what was just used up is not asked for again."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.end_to_end.kit import sameface, tenant

from sameface.cli.session import open_session
from sameface.values import YAMMER

SPEED, TIMES = 10, 8
"""Yammer grants ten requests in ten seconds; here in one, and two commands want sixteen."""


async def test_commands_that_follow_one_another_keep_one_quota(tmp_path: Path) -> None:
    """By the tenant's own log: both were answered in full, and nothing was refused with a 429."""
    with tenant(tmp_path, "--speed", str(SPEED), people=3) as world:
        mail = world.people()[0]["mail"]
        world.clear_requests()
        for _ in range(2):
            async with open_session(world.settings) as session:
                for _ in range(TIMES):
                    assert await session.connectors[YAMMER].find([mail]) is not None
        log = world.get("requests")

    told = [row for row in log["counts"] if row["service"] == "yammer"]
    assert [(row["status"], row["count"]) for row in told] == [(200, 2 * TIMES)]


def test_every_request_is_counted_as_sharepoint_counts_it(tmp_path: Path) -> None:
    """What a sync takes of the quota is what the tenant charges for what it asked: one thing read
    is one unit; a search, a folder and whatever is posted are two."""
    with tenant(tmp_path, people=6) as world:
        done = sameface("sync", "--json", cwd=tmp_path)
        log = world.get("requests")["requests"]

    assert json.loads(done.stdout)["results"]["written"]
    asked = [(row["method"], row["path"].lower()) for row in log if row["service"] == "sharepoint"]
    many = ("/files", "/search/query")
    charged = sum(2 if how != "GET" or path.endswith(many) else 1 for how, path in asked)
    with closing(sqlite3.connect(tmp_path / "sameface-vault" / "vault.sqlite")) as vault:
        (taken,) = vault.execute(
            "SELECT sum(units) FROM leases WHERE quota LIKE 'sharepoint %'"
        ).fetchone()
    assert "POST" in {how for how, _ in asked}
    assert taken == charged
