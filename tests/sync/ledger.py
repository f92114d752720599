"""What stores saw of our writes, held against the journal: it has to explain every byte of them.

The moment a store takes a write, the vault's file is asked what was announced, and how many writes
of that person and store have ended before; so each is known to belong to one entry of the journal.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cache

from tests.servers.memory_store import MemoryStore, Touch, face
from tests.sync.kit import Office

from sameface.errors import BlobLost
from sameface.pictures import compare, fingerprint
from sameface.values import Fingerprint, Likeness
from sameface.vault import Entry
from sameface.vault.blobs import digest_of

PROVEN = frozenset({"written", "removed"})
TOOK = PROVEN | {"not proven", "failed", "cut off"}
"""Ends of writes that the store may have taken; one that failed or was cut off may also not be."""

SETTLED = TOOK | {"moved", "refused"}
"""How an announced write ends in the journal."""

LOOKS = 4

Place = tuple[str, str]
"""A person (the vault's id) and a store."""


@dataclass(frozen=True, slots=True)
class Deed:
    """A write that a store took: the `number` of its end among those of its place, and what was
    announced to be overwritten (a version), and by what."""

    number: int
    touch: Touch
    before: str | None
    after: str | None


@dataclass
class Ledger:
    """Everything that stores took of us. `unexplained` are those whose end nobody has compared."""

    office: Office
    unexplained: dict[Place, list[Deed]] = field(default_factory=lambda: defaultdict(list))
    last: dict[Place, Deed] = field(default_factory=dict)
    ended: dict[Place, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    taken: list[Touch] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    read: int = 0

    def watch(self, store: MemoryStore) -> None:
        """From now on whatever this store takes is written down."""
        store.witness = self._took

    def _took(self, touch: Touch) -> None:
        """No store is written to unannounced, nor twice on one announcement, nor with a face that
        is not its person's."""
        with closing(sqlite3.connect(self.office.vault.folder / "vault.sqlite")) as file:
            (person,) = file.execute(
                "SELECT person FROM accounts WHERE store = ? AND ref = ?", (touch.store, touch.ref)
            ).fetchone()
            place = person, touch.store
            ((before, after),) = file.execute(
                "SELECT before, after FROM actions"
                " WHERE person = ? AND store = ? AND outcome IS NULL",
                place,
            ).fetchall()
            told = file.execute("SELECT what FROM journal WHERE person = ? AND store = ?", place)
            number = sum(what in SETTLED for (what,) in told)
        assert touch.given is None or _is_theirs(touch.ref, touch.given)
        assert place not in self.last or self.last[place].number < number
        deed = Deed(number, touch, before, after)
        self.unexplained[place].append(deed)
        self.last[place] = deed
        self.taken.append(touch)

    async def learn(self, versions: Iterable[str]) -> None:
        """What these are pictures of, which will be forgotten."""
        for version in versions:
            with suppress(BlobLost):  # it is being forgotten for the second time
                self.pictures[version] = await self.office.vault.picture(version)

    async def explain(self) -> None:
        """Hold what has ended against what the journal says of it."""
        for seq, entry, _ in await self.office.vault.export(self.read, 1_000_000):
            self.read = seq
            if entry.store and entry.person and entry.what in SETTLED:
                place = entry.person, entry.store
                number = len(self.ended[place])
                self.ended[place].append(entry)
                await self._explain(entry, self._taken(place, number))

    async def rest(self) -> None:
        """Nothing is left unexplained, and where nobody has been since, it is what we left."""
        await self.explain()
        assert not any(self.unexplained.values())
        latest = {(touch.store, touch.ref): touch for touch in self.taken}
        for touch in latest.values():
            store = self.office.stores[touch.store]
            if touch.ref in store.written:
                assert store.shows(touch.ref) == touch.after

    def _taken(self, place: Place, number: int) -> Deed | None:
        found = next((d for d in self.unexplained[place] if d.number == number), None)
        if found is not None:
            self.unexplained[place].remove(found)
        return found

    async def _explain(self, entry: Entry, deed: Deed | None) -> None:
        """One end of a write, and what the store took, if it took anything."""
        if deed is None:
            assert entry.what not in (*PROVEN, "not proven")
            return
        assert entry.what in TOOK
        assert (entry.before, entry.after) == (deed.before, deed.after)
        touch, halves = deed.touch, self.office.stores[deed.touch.store].halves
        if touch.before not in halves:
            assert await self._shows(entry.before, touch.before)
        assert await self._shows(entry.after, touch.given)
        if entry.what in PROVEN:
            assert await self._shows(entry.after, touch.after)
            assert (touch.after is None) == (entry.what == "removed")

    async def _shows(self, version: str | None, photo: bytes | None) -> bool:
        """True where this is that version's picture, or both are none."""
        if version is None or photo is None:
            return (version is None) == (photo is None)
        if version == digest_of(photo):
            return True
        shown = self.pictures.get(version) or await self.office.vault.picture(version)
        return alike(shown, photo)


def alike(one: bytes, other: bytes) -> bool:
    """True when both are the same picture."""
    return compare(_mark(one), _mark(other)) is Likeness.SAME


def _is_theirs(upn: str, photo: bytes) -> bool:
    """True for one of the photos that this person has in a random world, or a part of one."""
    ours = (compare(_mark(face(upn, look)), _mark(photo)) for look in range(LOOKS))
    return any(likeness in (Likeness.SAME, Likeness.CROPPED) for likeness in ours)


@cache
def _mark(data: bytes) -> Fingerprint:
    return fingerprint(data)
