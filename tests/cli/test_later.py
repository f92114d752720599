"""What a run says will follow, a later run checks: on time it says nothing, late it says so."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.servers.memory_store import StillClock, face
from tests.sync.kit import Office

from sameface import sync
from sameface.cli.session import Session
from sameface.cli.syncing import ended, keeping
from sameface.rules import load_rulebook
from sameface.vault import Vault

ALICE = "alice@x.test"


async def told(office: Office, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What `sameface sync --json` would say now."""
    settings, stores, vault, clock, progress = office._work()
    session = Session(settings, load_rulebook(settings.rulebook), vault, dict(stores), clock)
    with keeping(as_json=True) as kept:
        outcome = await sync.sync(settings, stores, vault, clock, progress, tell=kept)
        await ended(session, outcome, kept, as_json=True)
    return dict(json.loads(capsys.readouterr().out))


@pytest.fixture
async def directories(tmp_path: Path) -> AsyncIterator[Office]:
    """A folder decides, Active Directory is written to, and DirSync carries on to Azure AD."""
    vault = await Vault.open(tmp_path / "vault")
    office = Office(vault, StillClock())
    folder = office.store("folder")
    directory = office.store("active-directory", writes=True)
    azure = office.store("entra-id")
    folder.join(ALICE, face(ALICE, 1))
    directory.join(ALICE, face(ALICE, 0))
    azure.join(ALICE, face(ALICE, 0))
    yield office
    await vault.close()


async def test_what_followed_in_time_is_not_spoken_of(
    directories: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """DirSync runs every three hours: two hours later nothing is due, and then it has come."""
    first = await told(directories, capsys)
    directories.clock.advance(timedelta(hours=2))
    waiting = await told(directories, capsys)
    directories.stores["entra-id"].put(ALICE, face(ALICE, 1))
    directories.clock.advance(timedelta(hours=2))
    followed = await told(directories, capsys)

    assert first["results"] == {"written": 1}
    assert [run["overdue"] for run in (first, waiting, followed)] == [[], [], []]


async def test_what_has_not_followed_is_told_with_rule_and_time(
    directories: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """Four hours later Azure AD shows the old one: a cycle did not run, or carried nothing."""
    await told(directories, capsys)
    directories.clock.advance(timedelta(hours=4))

    late = await told(directories, capsys)

    (overdue,) = late["overdue"]
    assert overdue["person"] == ALICE
    assert overdue["rule"] == "routes/ad-to-azure-ad"
    assert "Overdue since" in overdue["text"]


@pytest.mark.parametrize("days", [1, -1, 4000, -4000])
async def test_a_clock_that_jumped_foretells_nothing_that_is_past(
    directories: Office, days: int
) -> None:
    """Whatever the vault holds is then of the future, or long ago: no time told is over already."""
    for name, writes in (("exchange", True), ("sharepoint", False)):
        directories.store(name, writes=writes).join(ALICE, face(ALICE, 0))
    decisions: list[sync.Decision] = []
    settings, stores, vault, clock, progress = directories._work()
    session = Session(settings, load_rulebook(settings.rulebook), vault, dict(stores), clock)
    outcome = await sync.sync(settings, stores, vault, clock, progress, tell=decisions.append)
    clock.advance(timedelta(days=days))

    rows = await session.rows(decisions, outcome)

    told = [spot.explanation.until for row in rows for spot in row.surfaces if spot.explanation]
    told += [one.then for one in told if one.then] + [o for one in told for o in one.alternatives]
    assert told
    assert all(until.at is None or until.at >= clock.now() for until in told)
