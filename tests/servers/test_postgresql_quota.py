"""A quota that three processes share through PostgreSQL: together they never ask too often."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.end_to_end.kit import environment, tenant
from tests.servers.crew import HOUSE, settings
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.servers

SPEED, PROCESSES, TIMES = 10, 3, 14
"""Yammer grants ten requests in ten seconds: here in one, so 42 requests take over three."""


def test_three_processes_keep_one_quota(tmp_path: Path, postgres: Postgres) -> None:
    """By the tenant's own log: everything was answered, and nothing was refused with a 429."""
    with tenant(tmp_path / "tenant", "--speed", str(SPEED), people=10) as organisation:
        file = settings(tmp_path, organisation, postgres.storage(), "yammer")
        command = [sys.executable, "-m", "tests.servers.asking", str(file), str(TIMES)]
        crew = [
            subprocess.Popen(
                command,
                cwd=HOUSE,
                env=environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(PROCESSES)
        ]
        for process in crew:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        organisation.clear_requests()
        began = time.monotonic()
        for process in crew:
            process.communicate("go\n", timeout=200)
        took_s = time.monotonic() - began

        log = organisation.get("requests")

    assert [process.returncode for process in crew] == [0, 0, 0]
    assert log["statuses"] == {"200": log["total"]}
    assert log["services"]["yammer"] >= PROCESSES * TIMES
    assert took_s > 3 * 10 / SPEED
