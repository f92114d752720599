"""A store in memory: keeps what it is given, re-encodes it, changes its keys, and fails when told.

It speaks the connectors' contract, so that sync can be tested without a network. Whatever was ever
overwritten stays in `overwritten`, so that a test can ask whether the vault has it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pyvips

from sameface.connectors.guards import by_administrator, refuse_if_moved, refuse_unless_writing
from sameface.errors import NoSuchAccount, StoreFailed, Unreachable
from sameface.http import Clock
from sameface.pictures import Want, portrait, render
from sameface.values import (
    Account,
    Capabilities,
    Checked,
    Key,
    Observation,
    Page,
    Picture,
    Rendition,
    Standing,
    Written,
)


class StillClock(Clock):
    """Time that passes only when it is told to; waiting takes none."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by

    async def sleep(self, seconds: float) -> None:
        self.advance(timedelta(seconds=seconds))


class PowerCut(Exception):
    """The process is gone, as far as the code that runs in it can tell."""


@cache
def face(person: str, look: int = 0, px: int = 240) -> bytes:
    """A portrait; another `look` is another photo of the same person."""
    return portrait(person, look, px)


def _cropped(data: bytes) -> bytes:
    """Without a tenth of it at each edge."""
    image = pyvips.Image.new_from_buffer(data, "")
    side = round(0.8 * image.width)
    start = (image.width - side) // 2
    return bytes(image.crop(start, start, side, side).jpegsave_buffer(Q=90))


@cache
def reencoded(data: bytes, px: int) -> bytes:
    """The same picture as another program would save it: a square in other bytes."""
    return render(data, Want(px, media_type="image/webp")).data


def may_write(store: str, writes: bool, **more: object) -> Capabilities:
    """A store of files 120 px large; not to be written means: the administrator chose so."""
    able: dict[str, object] = {
        "writes": writes,
        "removes": writes,
        "largest_px": 120,
        "change_key": True,
        "finds": True,
        "by_hand": None if writes else by_administrator(store),
    }
    return Capabilities(**(able | more))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Touch:
    """A write or a removal that a store took: what it showed, was given, and shows now."""

    store: str
    ref: str
    before: bytes | None
    given: bytes | None
    after: bytes | None


def nobody(_: Touch) -> None:
    """Who watches a store that nobody watches."""


@dataclass
class MemoryStore:
    """One store. `faults[verb]` are raised by the next calls of that verb, one each."""

    store: str
    clock: Clock
    capabilities: Capabilities
    per_page: int = 3
    lies: str = ""  # says yes, and "keeps" the old photo, or "loses", "garbles", "crops" the new
    restless: bool = False  # its change keys move by themselves
    takes: timedelta = timedelta(0)  # until it answers
    dies_at: int | None = None  # the request at which the process ends
    meanwhile: tuple[int, Callable[[], None]] | None = None  # what happens at which request
    witness: Callable[[Touch], None] = nobody  # sees whatever we change
    faults: dict[str, list[StoreFailed]] = field(default_factory=lambda: defaultdict(list))
    asked: Counter[str] = field(default_factory=Counter)
    overwritten: list[tuple[str, bytes]] = field(default_factory=list)
    vanishing: set[str] = field(default_factory=set)  # whose photo goes between listing and reading
    hidden: set[str] = field(default_factory=set)  # whose photo it holds and does not show
    written: set[str] = field(default_factory=set)  # whom Sameface changed last, and nobody since
    halves: set[bytes] = field(default_factory=set)  # what it made of photos when it garbled them

    def __post_init__(self) -> None:
        self._people: dict[str, Account] = {}
        self._files: dict[str, dict[int, bytes]] = {}
        self._keys: dict[str, str] = {}
        self._deleted: set[str] = set()
        self._count = 0

    # What happens behind our back

    def join(
        self, upn: str, photo: bytes | None = None, *keys: tuple[Key, str], ref: str = ""
    ) -> Account:
        """Somebody gets an account, perhaps with a photo. `ref` is the UPN, or the store's own."""
        name, ref = upn.partition("@")[0].title(), ref or upn
        self._people[ref] = Account(self.store, ref, name, ((Key.UPN, upn), *keys))
        if photo is not None:
            self.put(ref, photo)
        return self._people[ref]

    def rename(self, ref: str, upn: str) -> None:
        """The same object signs in by another name, and keeps its old one as an address."""
        account = self._people[ref]
        rest = tuple(pair for pair in account.keys if pair[0] not in (Key.UPN, Key.MAIL))
        keys = ((Key.UPN, upn), (Key.MAIL, ref), *rest)
        self._people[ref] = replace(account, keys=keys)

    def leave(self, upn: str) -> None:
        """The account is deleted, and its photo with it."""
        del self._people[upn]
        self._files.pop(upn, None)
        self.written.discard(upn)

    def put(self, upn: str, photo: bytes) -> None:
        """A new photo, in every file the store keeps."""
        sizes = self.capabilities.sizes_px if self.capabilities.several_files else ()
        self._files[upn] = {px: reencoded(photo, px) for px in sizes} or {0: photo}
        self.written.discard(upn)
        self._touch(upn)

    def take_away(self, upn: str) -> None:
        """The photo is removed, and the store remembers that there was one."""
        if self._files.pop(upn, None) is not None:
            self._deleted.add(upn)
            self.written.discard(upn)
            self._touch(upn)

    @property
    def members(self) -> frozenset[str]:
        """Everybody who has an account."""
        return frozenset(self._people)

    def shows(self, upn: str) -> bytes | None:
        """The largest picture it would serve."""
        files = self._files.get(upn)
        return files[max(files)] if files else None

    def sizes(self, upn: str) -> set[int]:
        """The widths of the files it keeps, 0 for one as it came."""
        return set(self._files.get(upn, ()))

    # The contract

    async def check(self) -> Checked:
        return Checked(self.store, True, "it is in memory")

    async def accounts(self) -> AsyncIterator[Account]:
        for account in list(self._people.values()):
            yield account

    async def observe(self, cursor: str | None = None) -> AsyncIterator[Page]:
        self._ask("observe")
        rest = [upn for upn in sorted(self._people) if cursor is None or upn > cursor]
        for at in range(0, len(rest), self.per_page):
            if at:
                self._ask("observe")
            some = rest[at : at + self.per_page]
            last = at + self.per_page >= len(rest)
            yield Page(tuple(map(self._observed, some)), None if last else some[-1])

    async def find(self, names: Iterable[str], ref: str | None = None) -> Observation | None:
        self._ask("find")
        asked = names if ref is None else (ref, *names)
        upn = next((name for name in asked if name in self._people), None)
        return None if upn is None else self._observed(upn)

    async def read(self, account: Account, size_px: int | None = None) -> Picture | None:
        self._ask("read")
        self._refuse_unless_there(account)
        files = self._files.get(account.ref)
        if not files or account.ref in self.vanishing:
            return None
        fits = [px for px in files if size_px is not None and px >= size_px]
        return Picture(files[min(fits, default=max(files))], "image/webp", self._key(account.ref))

    async def write(
        self, account: Account, renditions: tuple[Rendition, ...], expected: str | None
    ) -> Written:
        refuse_unless_writing(self.store, account, self.capabilities)
        self._ask("write")
        self._refuse_unless_there(account)
        if self.capabilities.change_key:
            refuse_if_moved(self.store, account, self._keys.get(account.ref), expected)
        before = self.shows(account.ref)
        largest = max(renditions, key=lambda r: r.width_px)
        if self.lies == "keeps":
            self.witness(Touch(self.store, account.ref, before, largest.data, before))
            return Written(self._key(account.ref))
        if before is not None:
            self.overwritten.append((account.ref, before))
        if self.capabilities.several_files:
            files = {r.width_px: reencoded(r.data, r.width_px) for r in renditions}
        else:
            files = {0: reencoded(largest.data, self.capabilities.largest_px)}
        if self.lies == "garbles":
            files = {px: data[: len(data) // 2] for px, data in files.items()}
            self.halves |= set(files.values())
        if self.lies == "crops":
            files = {px: _cropped(data) for px, data in files.items()}
        self._files[account.ref] = {} if self.lies == "loses" else files
        self.hidden.discard(account.ref)
        self.written.add(account.ref)
        self._touch(account.ref)
        now = self.shows(account.ref)
        self.witness(Touch(self.store, account.ref, before, largest.data, now))
        self._ask("written")
        return Written(self._key(account.ref))

    async def remove(self, account: Account, expected: str | None) -> Written:
        refuse_unless_writing(self.store, account, self.capabilities)
        self._ask("remove")
        self._refuse_unless_there(account)
        if self.capabilities.change_key:
            refuse_if_moved(self.store, account, self._keys.get(account.ref), expected)
        before = self.shows(account.ref)
        if before is not None:
            self.overwritten.append((account.ref, before))
        if self.lies != "keeps":
            self.take_away(account.ref)
            self.written.add(account.ref)
        self.witness(Touch(self.store, account.ref, before, None, self.shows(account.ref)))
        self._ask("removed")
        return Written(None)

    async def close(self) -> None:
        """Nothing to let go of."""

    def _ask(self, verb: str) -> None:
        self.asked[verb] += 1
        if self.dies_at is not None and self.asked.total() >= self.dies_at:
            raise PowerCut
        self._behind_our_back(verb)
        if self.takes and isinstance(self.clock, StillClock):
            self.clock.advance(self.takes)
        if self.faults[verb]:
            raise self.faults[verb].pop(0)

    def _refuse_unless_there(self, account: Account) -> None:
        if account.ref not in self._people:
            what = "does not know that account; look whether it was deleted or renamed."
            raise NoSuchAccount(self.store, what, account=account.name)

    def _behind_our_back(self, verb: str) -> None:
        """Where a store has no keys, nobody can see what happens just before it is written to."""
        blind = verb in ("write", "remove") and not self.capabilities.change_key
        if self.meanwhile is not None and self.asked.total() >= self.meanwhile[0] and not blind:
            _, happens = self.meanwhile
            self.meanwhile = None
            happens()

    def _touch(self, upn: str) -> None:
        self._count += 1
        self._keys[upn] = f"key-{self._count}"

    def _key(self, upn: str) -> str | None:
        return self._keys.get(upn) if self.capabilities.change_key else None

    def _observed(self, upn: str) -> Observation:
        account, now = self._people[upn], self.clock.now()
        if self.faults[upn]:
            error = self.faults[upn].pop(0)
            return Observation(account, Standing.UNKNOWN, now, error=error.sentence())
        if upn in self._files:
            if self.restless:
                self._touch(upn)
            standing = Standing.PLACEHOLDER if upn in self.hidden else Standing.PHOTO
            return Observation(account, standing, now, self._key(upn))
        deleted = upn in self._deleted
        standing = Standing.DELETED if deleted else Standing.NEVER
        return Observation(account, standing, now, self._key(upn))


def broken(store: str) -> Unreachable:
    """A connection that broke off."""
    return Unreachable(store, "the connection broke off; try again later.")
