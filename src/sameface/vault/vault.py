"""The vault: one door to people, versions, observations and runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import compress
from pathlib import Path
from typing import Self

from sqlalchemy.ext.asyncio import AsyncConnection

from sameface.errors import VaultFailed
from sameface.people import Match
from sameface.settings import Storage
from sameface.values import Account, Cell, Person, Version
from sameface.vault import (
    database,
    forgetting,
    journal,
    listing,
    observations,
    people,
    runs,
    versions,
)
from sameface.vault.blobs import Blobs
from sameface.vault.database import Database
from sameface.vault.looks import Looks
from sameface.vault.review import Review
from sameface.vault.upkeep import Upkeep
from sameface.vault.values import (
    Agreement,
    Counts,
    Deed,
    Dossier,
    Doubt,
    Entry,
    Finding,
    Fresh,
    Intent,
    Pin,
    Remembered,
    Run,
    Shown,
    Whole,
)
from sameface.vault.workers import Workers

PATIENCE = timedelta(seconds=30)
"""How long to wait for another program's transaction on the same file."""

_ASKED = "asked for by an administrator"


class Vault:
    """Memory of one organisation, in one folder: `vault.sqlite`, `pictures/`, `lock`.

    Where `Storage` says so, the first is a database server and the second an object store.

    Every method is one transaction. Lists come in pages, so that memory does not grow with the
    number of people. Errors: VaultFailed, and BlobLost for a picture that is not there whole.
    `workers` is what they share beside it, `upkeep` what keeps it in order, `looks` where stores
    go on telling, `review` what somebody looks through.
    """

    def __init__(self, folder: Path, tables: Database, blobs: Blobs) -> None:
        self.folder = folder
        self._database = tables
        self._blobs = blobs
        self._writer = asyncio.Lock()
        self.workers = Workers(self._reading, self._writing, tables)
        self.upkeep = Upkeep(self._reading, self._writing, blobs)
        self.looks = Looks(self._reading, self._writing)
        self.review = Review(self._reading, self._writing)

    @classmethod
    async def open(
        cls, folder: Path, storage: Storage | None = None, *, patience: timedelta = PATIENCE
    ) -> Self:
        """The vault in that folder, or where `storage` says; made where there is none.

        Errors: VaultFailed; BadSettings where an extra is missing.
        """
        _make(folder)
        where = storage or Storage()
        blobs = Blobs.of(folder / "pictures", where.blobs)
        return cls(folder, await database.opened(folder, where, patience), blobs)

    async def close(self) -> None:
        """Let go of the database."""
        await self._database.engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def alone(self, *, shared: bool = False) -> AsyncIterator[None]:
        """Hold the vault's one place for a run that writes to stores.

        `shared` is for the workers of one run, who hold it together. VaultBusy at once where
        another run has it.
        """
        with database.spoken(self._database):
            async with self._database.alone(shared=shared):
                yield

    # People

    async def person(self, name: str) -> Person:
        """Who answers to a UPN, mail, account name, display name or id.

        UnknownPerson, with names that are near, where that is nobody or more than one.
        """
        async with self._reading() as connection:
            return await people.find(connection, name)

    async def people(self, after: Person | None = None, limit: int = 200) -> tuple[Person, ...]:
        """The next people, by name, after where that one stood when it was listed."""
        async with self._reading() as connection:
            return await people.page(connection, after, limit)

    async def adopt(self, listed: Sequence[Account], look: int, at: datetime) -> tuple[Match, ...]:
        """Whose each of these accounts of one store is; `look` is the pass that listed them.

        Accounts of people who were forgotten are left out (`forgetting.parted`).
        """
        async with self._writing() as connection:
            rest = await forgetting.parted(connection, listed, look)
            return await people.adopt(connection, rest, look, at)

    async def doubts(
        self, after: tuple[str, str] | None = None, limit: int = 200
    ) -> tuple[Doubt, ...]:
        """The next doubtful accounts after that (store, ref)."""
        async with self._reading() as connection:
            return await people.doubts(connection, after, limit)

    async def begin_look(self, store: str, at: datetime) -> int:
        """A pass over a whole store begins; gives its number."""
        async with self._writing() as connection:
            return await people.begin_look(connection, store, at)

    async def end_look(self, look: int, at: datetime) -> None:
        """The pass saw everything: what it did not list is gone from that store."""
        async with self._writing() as connection:
            await people.end_look(connection, look, at)

    async def break_look(self, look: int, error: str) -> None:
        """The pass broke off: what it had not come to is unknown now, for the reason `error`."""
        async with self._writing() as connection:
            await observations.break_look(connection, look, error)

    async def lost(self, account: Account) -> None:
        """The store, asked for just this account, does not know it any more."""
        async with self._writing() as connection:
            await people.lost(connection, account)

    # Versions

    async def versions(self, person_id: str) -> tuple[Version, ...]:
        """Every version of that person's photos, oldest first."""
        return (await self.versions_of([person_id]))[person_id]

    async def versions_of(self, ids: Collection[str]) -> dict[str, tuple[Version, ...]]:
        """The same of all these people, by id."""
        async with self._reading() as connection:
            return await versions.of(connection, ids)

    async def everywhere(
        self, after: tuple[str, str] | None = None, limit: int = 2000
    ) -> tuple[Shown, ...]:
        """What the next accounts after that (person's id, store) were last seen to show."""
        async with self._reading() as connection:
            return await versions.everywhere(connection, after, limit)

    async def picture(self, digest: str) -> bytes:
        """Exactly the bytes of that version."""
        return await self._blobs.read(digest)

    async def holds(self, digest: str) -> bool:
        """True when the bytes of that version are there, whole."""
        return await self._blobs.holds(digest)

    async def keep(self, found: Sequence[Fresh]) -> tuple[bool, ...]:
        """Put new versions away, bytes first.

        False where its person has others by now than when it was found to be new: nothing is kept
        of it, compare with those too. Nothing is kept of people who were forgotten meanwhile.
        """
        async with self._writing() as connection:
            still = await versions.are_new(connection, found)
            kept = await versions.of_known(connection, list(compress(found, still)))
            await self._blobs.keep_all(fresh.data for fresh in kept)
            await versions.keep(connection, kept)
        return still

    async def mend(self, data: bytes) -> None:
        """Put these bytes back where a version has lost its own."""
        await self._blobs.keep(data)

    # Observations

    async def remembered(self, store: str, refs: Collection[str]) -> dict[str, Remembered]:
        """What the last look at these accounts of that store left behind, by `ref`."""
        async with self._reading() as connection:
            return await observations.remembered(connection, store, refs)

    async def record(self, findings: Sequence[Finding]) -> None:
        """Remember these as the latest of their accounts."""
        async with self._writing() as connection:
            await observations.record(connection, findings)

    async def cells(self, person_id: str) -> tuple[Cell, ...]:
        """What each store holds for that person, as last observed and named."""
        return (await self._dossiers_of(await self._chosen({person_id})))[0].cells

    async def dossiers(self, after: Person | None = None, limit: int = 200) -> tuple[Dossier, ...]:
        """Cells and agreements of the next `people`."""
        return await self._dossiers_of(await self.people(after, limit))

    async def dossiers_of(self, ids: Collection[str]) -> tuple[Dossier, ...]:
        """Cells and agreements of these people, by name; who is not known is left out."""
        return await self._dossiers_of(await self._chosen(ids))

    async def agree(self, reached: Sequence[Agreement]) -> None:
        """Remember these as the latest agreements of their people and stores."""
        async with self._writing() as connection:
            await observations.agree(connection, reached)

    async def pin(self, pin: Pin, run: str) -> None:
        """Remember that pin instead of any other of that person."""
        entry = Entry(pin.at, "pinned", pin.why, run, pin.person, after=pin.photo)
        async with self._writing() as connection:
            await observations.pin(connection, pin)
            await journal.write(connection, [entry])

    async def unpin(
        self, person: str, at: datetime, why: str = _ASKED, of: tuple[Pin, str] | None = None
    ) -> bool:
        """Lift that person's pin; False where there is none. `of`: only this one, by that run."""
        since, run = (of[0].at, of[1]) if of else (None, None)
        async with self._writing() as connection:
            there = await observations.unpin(connection, person, since)
            if there:
                await journal.write(connection, [Entry(at, "unpinned", why, run, person)])
        return there

    # Forgetting

    async def erase(self, person_id: str, run: str, at: datetime) -> tuple[str, ...]:
        """Remove everything about that person; gives the digests of the pictures taken away.

        The bytes go before the transaction ends: cut off, it is simply done again.
        """
        async with self._writing() as connection:
            had = await forgetting.erase(connection, person_id, run, at)
            digests = await versions.nobodys(connection, had)
            await self._blobs.remove_all(digests)
        return tuple(digests)

    async def allow(self, name: str, at: datetime) -> bool:
        """Somebody forgotten may be taken up again; False where nobody so called was forgotten."""
        async with self._writing() as connection:
            allowed = await forgetting.allow(connection, name, at)
        if allowed:
            await self.looks.begin_anew()
        return allowed

    # Runs

    async def begin_run(self, run: str, verb: str, at: datetime, by: str = "") -> None:
        """A run starts; `by` is under whose account, and where."""
        async with self._writing() as connection:
            await runs.begin(connection, run, verb, at, by)

    async def end_run(self, run: str, code: int, at: datetime, why: str = "") -> None:
        """A run ends, with that exit code; `why` is a sentence where it did not come to its end."""
        async with self._writing() as connection:
            await runs.end(connection, run, code, at, why)

    async def intend(self, entry: Entry, expected: str | None, standing: str | None = None) -> int:
        """Announce a write before it is made; gives the number to settle it by.

        `standing` is how the store stood before.
        """
        async with self._writing() as connection:
            return await runs.intend(connection, entry, expected, standing)

    async def settle(
        self,
        intent: int,
        entry: Entry,
        *,
        error: str | None = None,
        finding: Finding | None = None,
        agreement: Agreement | None = None,
    ) -> None:
        """What came of an announced write, and what is now known of the account, all at once."""
        key = finding.observation.change_key if finding else None
        async with self._writing() as connection:
            await runs.settle(connection, intent, entry, key, error)
            await observations.record(connection, [finding] if finding else [])
            await observations.agree(connection, [agreement] if agreement else [])

    async def in_flight(self) -> tuple[Intent, ...]:
        """Writes that were announced and never settled: their run was cut off."""
        async with self._reading() as connection:
            return await runs.in_flight(connection)

    async def deeds(self, run: str) -> tuple[Deed, ...] | None:
        """The actions of that run, in their order; None where there is no such run."""
        async with self._reading() as connection:
            return await runs.deeds(connection, run)

    async def unproven(
        self, person_id: str, store: str, key: str | None, since: datetime | None
    ) -> tuple[str | None, str | None] | None:
        """(before, after) of our last write there, where it was never proven and came after a
        look that saw that change key, `since` then."""
        async with self._reading() as connection:
            return await runs.unproven(connection, person_id, store, key, since)

    async def latest_runs(self, limit: int = 3) -> tuple[str, ...]:
        """The last runs that did something, the newest first."""
        async with self._reading() as connection:
            return await runs.latest(connection, limit)

    async def run(self, run: str) -> Run | None:
        """That run, or None."""
        async with self._reading() as connection:
            return await listing.one(connection, run)

    # Journal

    async def note(self, entry: Entry) -> None:
        """A line of the journal about something that changes no photo, such as an approval."""
        async with self._writing() as connection:
            await journal.write(connection, [entry])

    async def verify(self, known: tuple[int, str] | None = None) -> Whole:
        """Recompute the journal's chain; `known` is a (number, seal) noted earlier."""
        async with self._reading() as connection:
            return await journal.verify(connection, known)

    async def export(self, after: int = 0, limit: int = 1000) -> tuple[tuple[int, Entry, str], ...]:
        """Numbered entries of the journal after that number, each with its seal."""
        async with self._reading() as connection:
            return await journal.exported(connection, after, limit)

    async def history(
        self, person_id: str | None = None, after: int = 0, limit: int = 200
    ) -> tuple[tuple[int, Entry], ...]:
        """Numbered lines of the journal (of that person) after that number, oldest first."""
        async with self._reading() as connection:
            return await journal.history(connection, person_id, after, limit)

    async def counts(self) -> Counts:
        """How much there is."""
        async with self._reading() as connection:
            return await listing.counts(connection)

    async def _chosen(self, ids: Collection[str]) -> tuple[Person, ...]:
        async with self._reading() as connection:
            return await people.chosen(connection, ids)

    async def _dossiers_of(self, who: Sequence[Person]) -> tuple[Dossier, ...]:
        async with self._reading() as connection:
            return await observations.dossiers(connection, who)

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        with database.spoken(self._database):
            async with self._database.reading() as connection:
                yield connection

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        with database.spoken(self._database):
            async with self._writer, self._database.writing() as connection:
                yield connection


def _make(folder: Path) -> None:
    """Photos are personal: nobody but the owner of the vault looks into it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as wrong:
        raise VaultFailed(
            f"The vault's folder {folder} cannot be made ({wrong.strerror}); "
            "name another one in sameface.toml."
        ) from wrong
