"""Three workers on PostgreSQL, one killed in each phase: all ends as if nothing had been."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import pytest
from tests.end_to_end.kit import Tenant, same, sameface, tenant
from tests.end_to_end.wire import writes
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
from sameface.settings import Storage, load_settings
from sameface.sync.parts import new_run
from sameface.sync.shared import works
from sameface.vault import Run, Vault

pytestmark = pytest.mark.servers

STORES = ("exchange", "sharepoint")
MOMENTS = [*((phase, 2) for phase in PHASES), ("write", 5)]
"""Who comes to the nth moment of a phase first is killed, one worker in each run."""


@dataclass
class Organisation:
    """A tenant with the settings that keep it, beside which its portraits are."""

    world: Tenant
    file: Path
    vault: Vault

    def asked(self) -> Counter[str]:
        """The writes in the tenant's own log since this was asked before."""
        told = self.world.clear_requests()["requests"]
        return Counter(
            f"{r['method']} {r['path'].lower()}" for r in told if writes(r["method"], r["path"])
        )

    async def kept(self) -> set[tuple[str, str]]:
        """(UPN, digest) of every version, each whole."""
        found = set()
        for person in await self.vault.people():
            for version in await self.vault.versions(person.id):
                assert await self.vault.holds(version.digest)
                found.add((person.upn, version.digest))
        return found

    async def cut_off(self, run: str) -> Counter[str]:
        """UPN -> the writes that were announced and not settled when their worker died."""
        people = {person.id: person.upn for person in await self.vault.people()}
        told = await self.vault.export(limit=1_000_000)
        ends = [entry for _, entry, _ in told if entry.what == "cut off" and entry.run == run]
        return Counter(people[entry.person or ""] for entry in ends)


@asynccontextmanager
async def kept_by(folder: Path, storage: Storage) -> AsyncIterator[Organisation]:
    """A tenant of twelve people whose mailboxes and SharePoint follow a folder of portraits."""
    with tenant(folder / "tenant", "--speed", "100", people=12) as world:
        file = settings(folder, world, storage, *STORES)
        wishes = load_settings(file)
        async with await Vault.open(wishes.vault, wishes.storage) as vault:
            yield Organisation(world, file, vault)


def repeated_in_flight(
    world: Tenant, rough: Counter[str], quiet: Counter[str], allowed: Counter[str]
) -> None:
    """Both made the same writes, and what was made again is of those who were in flight."""
    assert set(rough) == set(quiet)
    names = {
        p["upn"]: (p["object-id"].lower(), p["upn"].replace("@", "_").replace(".", "_").lower())
        for p in world.people()
    }
    for what, count in rough.items():
        if "setsinglevalue" in what:  # its body says whose it is: one of two for each in flight
            assert 0 <= count - quiet[what] <= 2 * allowed.total()
        else:
            (upn,) = (upn for upn, theirs in names.items() if any(name in what for name in theirs))
            assert 0 <= count - quiet[what] <= allowed[upn], what


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


async def test_one_of_three_is_killed_in_each_phase(tmp_path: Path, postgres: Postgres) -> None:
    """Stores and vault end as a twin's that nothing disturbs, and no write is made again but those
    of people who were in flight."""
    async with (
        kept_by(tmp_path / "rough", postgres.storage()) as rough,
        kept_by(tmp_path / "quiet", postgres.storage()) as quiet,
    ):
        people = mailboxes(rough.world)
        crew = Crew(rough.file)
        try:
            for _ in range(3):
                crew.join()
            for look, (phase, nth) in enumerate(MOMENTS, 1):
                assert len(crew.at_work()) == 3
                for one in (rough, quiet):
                    portraits(one.file.parent, people, look % 4)
                crew.doom(phase, nth)

                run = await finished(rough.file, rough.vault)
                calm = await asyncio.to_thread(sameface, "sync", cwd=quiet.file.parent)

                (dead,) = crew.bury()
                assert (run.exit, await left(rough.vault)) == (calm.returncode, []), phase
                allowed = await rough.cut_off(run.id)
                repeated_in_flight(rough.world, rough.asked(), quiet.asked(), allowed)
                for store, upn in product(STORES, people):
                    shown = rough.world.picture(f"stores/{store}/{upn}")
                    assert shown == quiet.world.picture(f"stores/{store}/{upn}"), (phase, upn)
                    assert shown is not None
                    assert same(shown, face(upn, look % 4)), (phase, store, upn)
                assert await rough.vault.in_flight() == ()
                crew.join()
                assert dead in crew.at_work()  # its place was free, and is taken again
            assert crew.leave() == [0, 0, 0]
            assert (await rough.vault.verify()).broken is None
            assert await rough.kept() == await quiet.kept()
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
