"""What is left to the workers is told like a sync of one's own: what, by whom, until when."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_later import ALICE, session_of
from tests.servers.memory_store import StillClock, broken, face
from tests.sync.kit import UPLOAD, Office

from sameface import sync
from sameface.cli import handing
from sameface.cli.syncing import ended, keeping
from sameface.errors import BadSettings, BadUsage, SyncStopped, VaultFailed
from sameface.http import Clock
from sameface.jobs import hand_over, progress, working
from sameface.settings import PolicySettings, StopAbove, Wishes
from sameface.sync.shared import works
from sameface.vault import Vault

BOB = "bob@x.test"


async def office_in(folder: Path) -> Office:
    """A folder decides; the directory and mailboxes are written to, Azure AD and Yammer are not."""
    office = Office(await Vault.open(folder), StillClock())
    mine = {"folder": 1, "active-directory": 0, "exchange": 0, "entra-id": 0, "yammer": 0}
    for store, look in mine.items():
        more = {"by_hand": UPLOAD} if store == "yammer" else {}
        here = office.store(store, writes=store in ("active-directory", "exchange"), **more)
        here.join(ALICE, face(ALICE, look))
        here.join(BOB, face(BOB, 1))
    return office


@pytest.fixture
async def offices(tmp_path: Path) -> AsyncIterator[tuple[Office, Office]]:
    """Two alike: one syncs by itself, the other one by workers."""
    alone, shared = await office_in(tmp_path / "alone"), await office_in(tmp_path / "shared")
    yield alone, shared
    await alone.vault.close()
    await shared.vault.close()


async def by_itself(office: Office, *, as_json: bool = True) -> int:
    """`sameface sync`."""
    office.clock.advance(timedelta(minutes=1))
    session = session_of(office)
    tools = session.settings, session.connectors, session.vault, session.clock
    with keeping(session, as_json=as_json) as kept:
        outcome = await sync.sync(*tools, kept.beside(), tell=kept)
        return ended(session, outcome, kept, as_json=as_json)


async def by_workers(
    office: Office, run: str, capsys: pytest.CaptureFixture[str], *, as_json: bool = True
) -> int:
    """`sameface sync --by-workers`, while one of them is at work."""
    office.clock.advance(timedelta(minutes=1))
    session = session_of(office)
    able = works(session.settings, session.connectors, session.vault, session.clock, page=1)
    with capsys.disabled():  # the engine keeps hold of the stderr that it finds
        async with working(session.settings, session.vault, able):
            await hand_over(session.settings, able, run)
            while await session.vault.run(run) is None:
                await Clock().sleep(0.05)
            heard = [advance async for advance in progress(session.vault, run, Clock())]
    return await handing.told(session, heard[-1].run, as_json=as_json)


def without_run(data: str) -> dict[str, Any]:
    """What was told, without the name of the run."""
    return {key: value for key, value in json.loads(data).items() if key != "run"}


async def test_it_tells_the_same(
    offices: tuple[Office, Office], capsys: pytest.CaptureFixture[str]
) -> None:
    """What was written, what lags, and later who is overdue: all as a sync of one's own would."""
    alone, shared = offices
    for run in ("r1", "r2"):
        codes = [await by_itself(alone)]
        one = without_run(capsys.readouterr().out)
        codes.append(await by_workers(shared, run, capsys))
        other = without_run(capsys.readouterr().out)

        assert codes == [other["exit"]] * 2
        assert other == one
        if run == "r1":
            assert other["results"] == {"written": 2}
            assert other["lag"]["people"] == 1
            assert "outlook-client" in str(other["lag"]["places"])
            alone.clock.advance(timedelta(hours=4))
            shared.clock.advance(timedelta(hours=4))
    assert [late["person"] for late in other["overdue"]] == [ALICE]
    assert other["results"] == {}


async def test_it_says_the_same_in_words(
    offices: tuple[Office, Office], capsys: pytest.CaptureFixture[str]
) -> None:
    """Also who has to act, and how the organisation stands."""
    alone, shared = offices
    await by_itself(alone, as_json=False)
    one = capsys.readouterr().out
    await by_workers(shared, "r1", capsys, as_json=False)
    other = capsys.readouterr().out

    def of_a_run(text: str) -> list[str]:
        return [line for line in text.splitlines() if "(run " not in line]

    assert of_a_run(other) == of_a_run(one)
    assert "Writes, each read back: 2 written (run r1)." in other
    assert "What will still be seen for a while:" in other
    assert "Alice (alice@x.test), yammer: " in other
    assert f"  {UPLOAD[:1].upper()}{UPLOAD[1:]}" in other


async def test_a_store_that_could_not_be_seen_is_named(
    offices: tuple[Office, Office], capsys: pytest.CaptureFixture[str]
) -> None:
    """With the next step, and with the exit code of the run."""
    _, shared = offices
    shared.stores["yammer"].faults["observe"] += [broken("yammer")] * 9

    code = await by_workers(shared, "r1", capsys)

    told = json.loads(capsys.readouterr().out)
    assert code == told["exit"] == 4
    (failure,) = told["failures"]
    assert failure["text"].startswith("yammer: was not looked at to its end in that run;")
    assert "`sameface check`" in failure["text"]


async def test_a_sync_that_was_stopped_says_why(
    offices: tuple[Office, Office], capsys: pytest.CaptureFixture[str]
) -> None:
    """As a sync of one's own that would change too much."""
    _, shared = offices
    shared.stop_above = StopAbove(people=0)

    with pytest.raises(SyncStopped, match=r"would change 1 of 2 people, more than .*stop-above"):
        await by_workers(shared, "r1", capsys)

    ended = (await shared.vault.history())[-1][1]
    assert (ended.run, ended.what) == ("r1", "run ended")
    assert ended.why.startswith("exit code 5: A sync would change 1 of 2 people")


async def test_a_sync_that_could_not_begin_says_why(
    offices: tuple[Office, Office], capsys: pytest.CaptureFixture[str]
) -> None:
    """Another run had the vault for longer than workers wait."""
    _, shared = offices

    async with shared.vault.alone():
        with pytest.raises(VaultFailed, match=r"Another run .* is writing"):
            await by_workers(shared, "r1", capsys)


async def test_wrong_settings_end_the_run_at_once(
    offices: tuple[Office, Office], capsys: pytest.CaptureFixture[str]
) -> None:
    """A pin that is nobody's version: not tried again, and the journal names nobody."""
    _, shared = offices
    await by_workers(shared, "r0", capsys)
    shared.policy = PolicySettings(people=((ALICE, Wishes(pin="deadbeef", whose=ALICE)),))

    with pytest.raises(BadSettings, match=r"ended by an error \[SF-102\]"):
        await by_workers(shared, "r1", capsys)

    ended = (await shared.vault.history())[-1][1]
    assert (ended.run, ended.what) == ("r1", "run ended")
    assert ALICE not in ended.why


async def test_a_page_that_fails_ends_the_run(
    offices: tuple[Office, Office], capsys: pytest.CaptureFixture[str]
) -> None:
    """The vault's pictures cannot be written: told as what it is, after all tries."""
    _, shared = offices
    pictures = shared.vault.folder / "pictures"
    shutil.rmtree(pictures)
    pictures.write_text("in the way")

    with pytest.raises(VaultFailed, match="pictures"):
        await by_workers(shared, "r1", capsys)


async def test_of_a_run_that_never_was_nothing_is_told(offices: tuple[Office, Office]) -> None:
    """Its name is not in this vault."""
    office, _ = offices

    with pytest.raises(BadUsage, match="no run r9"):
        await sync.look_back(office.settings, office.stores, office.vault, office.clock, "r9")
