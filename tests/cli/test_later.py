"""What a run says will follow, a later run checks: on time it says nothing, late it says so."""

from __future__ import annotations

import gc
import json
import tracemalloc
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
from sameface.connectors.base import Connector
from sameface.rules import load_rulebook
from sameface.values import Person
from sameface.vault import Vault

ALICE = "alice@x.test"


def session_of(office: Office) -> Session:
    """What a command would work with."""
    settings, stores = office.settings, dict[str, Connector](office.stores)
    return Session(settings, load_rulebook(settings.rulebook), office.vault, stores, office.clock)


async def said(
    office: Office, capsys: pytest.CaptureFixture[str], *, as_json: bool = True, plan: bool = False
) -> str:
    """What `sameface sync` would say now; or `sameface apply`, of a plan made just before."""
    office.clock.advance(timedelta(minutes=1))
    session = session_of(office)
    tools = session.settings, session.connectors, session.vault, session.clock
    made = (await sync.plan(*tools))[0] if plan else None
    with keeping(session, as_json=as_json) as kept:
        if made is None:
            outcome = await sync.sync(*tools, kept.beside(), tell=kept)
        else:
            outcome = await sync.apply(*tools, kept.beside(), plan=made, tell=kept)
        ended(session, outcome, kept, as_json=as_json)
    return capsys.readouterr().out


async def told(
    office: Office, capsys: pytest.CaptureFixture[str], *, plan: bool = False
) -> dict[str, Any]:
    """The same as data."""
    return dict(json.loads(await said(office, capsys, plan=plan)))


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


def crowd(office: Office) -> None:
    """250 others, who come before Alice by name."""
    for store in office.stores.values():
        store.per_page = 251
        for number in range(250):
            store.join(f"aaron{number:03}@x.test")


async def test_who_is_late_is_told_after_any_number_of_others(
    directories: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everybody is judged, wherever their name stands: by a sync and by an apply."""
    crowd(directories)
    await told(directories, capsys)
    directories.clock.advance(timedelta(hours=4))

    synced = await told(directories, capsys)
    applied = await told(directories, capsys, plan=True)

    assert synced["people"] == applied["people"] == 251
    assert [one["person"] for one in synced["overdue"]] == [ALICE]
    assert [one["person"] for one in applied["overdue"]] == [ALICE]
    assert synced["overdue_more"] == applied["overdue_more"] == 0


async def test_of_many_who_are_late_all_are_counted_and_memory_stays_flat(
    directories: Office,
) -> None:
    """Two hundred are named; 3,000 take no more memory than 1,000."""
    await directories.sync()
    directories.clock.advance(timedelta(hours=4))
    await directories.sync()
    (one,) = directories.told.values()

    with keeping(session_of(directories), as_json=True) as kept:
        for _ in range(1_000):
            kept(one)
        tracemalloc.start()
        for _ in range(2_000):
            kept(one)
        gc.collect()
        grown, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        data, lines = kept.late.as_json(), list(kept.late.lines())

    assert grown < 100_000
    assert (len(data["overdue"]), data["overdue_more"]) == (200, 2_800)
    assert lines[-1].startswith("  2800 more people are overdue")


@pytest.mark.parametrize("plan", [False, True])
async def test_the_lag_is_told_of_those_who_were_written(
    directories: Office, capsys: pytest.CaptureFixture[str], *, plan: bool
) -> None:
    """By a sync and by an apply, as data and in words, after 250 others whom nobody wrote."""
    mailboxes = directories.store("exchange", writes=True)
    crowd(directories)
    mailboxes.join(ALICE, face(ALICE, 0))

    first = (await told(directories, capsys, plan=plan))["lag"]
    second = (await told(directories, capsys, plan=plan))["lag"]
    mailboxes.put(ALICE, face(ALICE, 2))
    words = await said(directories, capsys, as_json=False, plan=plan)

    assert (first["people"], first["of"]) == (1, 1)
    assert {upn for place in first["places"] for upn in place["people"]} == {ALICE}
    assert "outlook-client" in {one for place in first["places"] for one in place["surfaces"]}
    assert all(place["until"] for place in first["places"])
    assert second == {"people": 0, "of": 0, "places": []}
    assert "What will still be seen for a while:\n  The former photo of Alice in " in words


def test_of_many_who_were_written_all_are_counted(directories: Office) -> None:
    """Two hundred are told of, and how many others there are."""
    session = session_of(directories)
    with keeping(session, as_json=False) as kept:
        hear = kept.beside()
        for number in range(250):
            upn = f"aaron{number}@x.test"
            came = "written" if number % 2 else "removed"
            hear(sync.Progress(number, 500, "exchange", "write", upn, came))
            hear(sync.Progress(number, 500, "sharepoint", "write", upn, came))
            kept(sync.Decision(Person(upn, upn, upn, ()), None, "", ()))

        data, lines = kept.written.as_json(session), list(kept.written.lines(session))

    assert (data["people"], data["of"]) == (250, 200)
    assert lines[-1].startswith("  50 more people were written")


@pytest.mark.parametrize("days", [1, -1, 4000, -4000])
async def test_a_clock_that_jumped_foretells_nothing_that_is_past(
    directories: Office, days: int
) -> None:
    """Whatever the vault holds is then of the future, or long ago: no time told is over already."""
    for name, writes in (("exchange", True), ("sharepoint", False)):
        directories.store(name, writes=writes).join(ALICE, face(ALICE, 0))
    await directories.sync()
    session = session_of(directories)
    directories.clock.advance(timedelta(days=days))

    rows = session.rows(directories.told.values())

    told = [spot.explanation.until for row in rows for spot in row.surfaces if spot.explanation]
    told += [one.then for one in told if one.then] + [o for one in told for o in one.alternatives]
    assert told
    assert all(until.at is None or until.at >= directories.clock.now() for until in told)
