"""Three workers on PostgreSQL, one killed in each phase: all ends as if nothing had been."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.end_to_end.kit import Tenant, same, tenant
from tests.jobs.kit import done, never
from tests.jobs.kit import settings as plain
from tests.jobs.kit import works as written
from tests.servers.crew import Crew, portraits, settings
from tests.servers.memory_store import face
from tests.servers.mortal_worker import PHASES, SOON
from tests.servers.postgres import Postgres

from sameface.errors import BadUsage, VaultFailed
from sameface.http import Clock
from sameface.jobs import hand_over, progress, working
from sameface.settings import load_settings
from sameface.sync.run import new_run
from sameface.sync.shared import works
from sameface.vault import Run, Vault
from sameface.vault.blobs import digest_of

pytestmark = pytest.mark.servers

AT_ONCE = 8
"""Writes that one worker has in flight: so many may be repeated when it dies."""


@pytest.fixture
def organisation(tmp_path: Path) -> Iterator[Tenant]:
    with tenant(tmp_path / "tenant", "--speed", "100", people=12) as running:
        yield running


async def finished(file: Path, vault: Vault) -> Run:
    """A run by the workers, handed over and followed to its end."""
    wishes, clock = load_settings(file), Clock()
    run = new_run(clock)
    await hand_over(wishes, works(wishes, {}, vault, clock), run)
    while await vault.run(run) is None:
        await clock.sleep(0.05)
    async for advance in progress(vault, run, clock):
        last = advance.run
    return last


async def left(vault: Vault) -> list[str]:
    """What a person would have to decide."""
    return [f"{doubt.account}: {doubt.why}" for doubt in await vault.doubts()]


def mailboxes(organisation: Tenant) -> list[str]:
    return [p["upn"] for p in organisation.people() if p["options"]["mailbox"]]


async def test_one_of_three_is_killed_in_each_phase(
    tmp_path: Path, postgres: Postgres, organisation: Tenant
) -> None:
    """Same end state, every photo in the vault, and no write repeated but those in flight."""
    people = mailboxes(organisation)
    file = settings(tmp_path, organisation, postgres.storage(), "exchange")
    wishes = load_settings(file)
    crew = Crew(file)
    try:
        async with await Vault.open(wishes.vault, wishes.storage) as vault:
            for _ in range(3):
                crew.join()
            for look, phase in enumerate(PHASES, 1):
                assert len(crew.at_work()) == 3
                portraits(tmp_path, people, look)
                organisation.clear_requests()
                crew.doom(phase, 2)

                run = await finished(file, vault)

                (dead,) = crew.bury()
                assert (run.exit, await left(vault)) == (0, []), phase
                assert len(people) <= organisation.writes() <= len(people) + AT_ONCE
                for upn in people:
                    shown = organisation.picture(f"stores/exchange/{upn}")
                    assert shown is not None
                    assert same(shown, face(upn, look)), (phase, upn)
                assert await vault.in_flight() == ()
                crew.join()
                assert dead in crew.at_work()  # its place was free, and is taken again
            assert crew.leave() == [0, 0, 0]
            assert (await vault.verify()).broken is None
            for upn in people:
                found = await vault.versions((await vault.person(upn)).id)
                looks = {digest_of(face(upn, look)) for look in range(1, len(PHASES) + 1)}
                assert looks <= {version.digest for version in found}
    finally:
        crew.leave()


async def test_where_no_worker_was_ever_nothing_is_handed_over(
    tmp_path: Path, postgres: Postgres
) -> None:
    """Nobody would come for it."""
    wishes = replace(plain(tmp_path), storage=postgres.storage())

    with pytest.raises(BadUsage, match="start `sameface worker` first"):
        await hand_over(wishes, written(tmp_path / "done", never), "r1")


async def test_a_worker_that_loses_the_database_ends_and_its_work_goes_on(tmp_path: Path) -> None:
    """Nobody may write without a place that others respect; started again, it goes on."""
    server, file = Postgres(), tmp_path / "done"
    begun = asyncio.Event()

    async def waits(_: str) -> None:
        begun.set()
        await asyncio.Event().wait()

    try:
        server.make()
        server.start()
        wishes = replace(plain(tmp_path), storage=server.storage())
        async with await Vault.open(wishes.vault, wishes.storage) as vault:

            async def work() -> None:
                async with working(wishes, vault, written(file, waits), name="one"):
                    await hand_over(wishes, written(file, waits), "r1")
                    await begun.wait()
                    server.halt()
                    server.start()
                    await asyncio.Event().wait()

            with pytest.raises(VaultFailed, match=r"lost its place|does not answer"):
                await work()
        ended = asyncio.Event()

        async def heard(what: str) -> None:
            if what.startswith("last"):
                ended.set()

        async with (
            await Vault.open(wishes.vault, wishes.storage) as vault,
            working(wishes, vault, written(file, heard), name="two", notice=SOON),
        ):
            await asyncio.wait_for(ended.wait(), 120)
    finally:
        server.stop()

    assert done(file) == ["first of r1", "left", "right", "last after first of r1, left, right"]
