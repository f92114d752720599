"""Observing: what every store shows now, into the vault, reading only pictures that may be new."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from sameface.connectors.reading import read_many
from sameface.errors import PictureRefused, SignInRefused, StoreFailed
from sameface.jobs import run_pages, together
from sameface.people import keys_of
from sameface.sync.keeper import Recognised, recognise
from sameface.sync.outcome import Progress
from sameface.sync.work import Work
from sameface.values import STORES, Account, Key, Observation, Page, Person, Picture, Standing
from sameface.vault import Finding, Remembered

T = TypeVar("T")

_THREADS = max(2, os.cpu_count() or 2)
"""Pictures decoded at a time."""

_AT_ONCE = 500
"""Accounts looked up with one query."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One store looked at: whether to its end, and what broke it off if not."""

    store: str
    whole: bool
    failure: StoreFailed | None = None


async def observe(work: Work) -> tuple[Pass, ...]:
    """Look at all accounts of all stores. A store that fails harms no other."""
    passes: list[Pass] = []
    for store in sorted(work.connectors, key=_order):
        if work.stop.is_set():
            break
        passes.append(await _Observer(work, store).whole())
    return tuple(passes)


async def observe_person(work: Work, name: str, person: Person | None) -> tuple[Pass, ...]:
    """Look at one person where a store can find them, and at the whole store where it cannot.

    `name` is a UPN or mail address, `person` who the vault takes it for; what one store tells of
    further names helps to find them in the next.
    """
    names = [name, *(other for a in (person.accounts if person else ()) for other in _of(a))]
    passes: list[Pass] = []
    for store in sorted(work.connectors, key=_order):
        observer = _Observer(work, store)
        if not work.connectors[store].capabilities.finds:
            passes.append(await observer.whole())
            continue
        known = person.account(store) if person else None
        done, found = await observer.one(dict.fromkeys(names), known)
        passes.append(done)
        names += _of(found) if found else []
    return tuple(passes)


class _Observer:
    """Looks at one store."""

    def __init__(self, work: Work, store: str) -> None:
        self._work = work
        self._store = store
        self._connector = work.connectors[store]
        self._vault = work.vault
        self._clock = work.clock
        self._look = 0
        self._done = 0

    async def whole(self) -> Pass:
        """Every account, page by page."""
        self._look = await self._vault.begin_look(self._store, self._clock.now())
        pages = self._connector.observe()
        try:
            ended = await run_pages(f"observe {self._store}", pages, self._page, self._work.stop)
        except StoreFailed as failure:
            await self._vault.break_look(self._look, failure.sentence())
            return Pass(self._store, whole=False, failure=failure)
        if ended:
            await self._vault.end_look(self._look, self._clock.now())
        return Pass(self._store, whole=ended)

    async def one(self, names: Iterable[str], known: Account | None) -> tuple[Pass, Account | None]:
        """The account of those names; `known` is the one they had when they were last seen."""
        self._look = await self._vault.begin_look(self._store, self._clock.now())
        try:
            seen = await self._connector.find(names)
            if seen is not None:
                await self._page(Page((seen,), None))
        except StoreFailed as failure:
            if known is not None:
                await self._page(Page((self._unknown(known, failure.sentence()),), None))
            return Pass(self._store, whole=False, failure=failure), None
        if known is not None and (seen is None or seen.account.ref != known.ref):
            await self._vault.lost(known)
        return Pass(self._store, whole=True), None if seen is None else seen.account

    async def _page(self, page: Page) -> None:
        """One page into the vault; done twice, it leaves the same."""
        for start in range(0, len(page.observations), _AT_ONCE):
            await self._some(page.observations[start : start + _AT_ONCE])

    async def _some(self, observations: Sequence[Observation]) -> None:
        accounts = list({o.account.ref: o.account for o in observations}.values())
        matches = await self._vault.adopt(accounts, self._look, self._clock.now())
        kept = {m.account.ref for m in matches}  # without those who were forgotten
        seen = {o.account.ref: o for o in observations if o.account.ref in kept}
        owners = {m.account.ref: m.person for m in matches if m.person is not None}
        known = await self._vault.remembered(self._store, list(seen))
        new = [r for r, o in seen.items() if r in owners and _may_be_new(o, known.get(r))]
        quiet = [_carried(o, known.get(r)) for r, o in seen.items() if r not in set(new)]
        await self._record(quiet)
        reads = read_many(self._connector, [seen[ref].account for ref in new])
        async for group in _grouped(reads, _THREADS):
            await self._record(
                await together(
                    self._found(seen[a.ref], owners[a.ref], known.get(a.ref), read)
                    for a, read in group
                )
            )

    async def _found(
        self,
        seen: Observation,
        owner: str,
        known: Remembered | None,
        read: Picture | StoreFailed | None,
    ) -> Finding:
        """What reading an account's picture told."""
        if isinstance(read, SignInRefused):  # no other account will fare better
            raise read
        if isinstance(read, StoreFailed):
            return Finding(self._unknown(seen.account, read.sentence()))
        if read is None:  # removed since it was listed; the next look tells how
            return Finding(replace(seen, standing=Standing.NONE, change_key=None))
        try:
            what = await recognise(self._vault, read.data, owner, self._store, self._clock.now())
        except PictureRefused as refused:
            return Finding(self._unknown(seen.account, f"{self._store}: {refused.sentence()}"))
        return _finding(seen, what, known)

    def _unknown(self, account: Account, error: str) -> Observation:
        return Observation(account, Standing.UNKNOWN, self._clock.now(), error=error)

    async def _record(self, findings: Sequence[Finding]) -> None:
        if not findings:
            return
        await self._vault.record(findings)
        self._done += len(findings)
        self._work.progress(Progress(self._done, None, self._store, "observe"))


def _order(store: str) -> tuple[int, str]:
    """Directories first: they know most about who is who, and files in a folder least."""
    return (STORES.index(store) if store in STORES else len(STORES), store)


def _may_be_new(seen: Observation, known: Remembered | None) -> bool:
    """True for a photo whose change key is not the one under which it was read before."""
    if seen.standing is not Standing.PHOTO:
        return False
    if known is None or known.picture is None or known.change_key is None:
        return True
    return seen.change_key != known.change_key


def _carried(seen: Observation, known: Remembered | None) -> Finding:
    """What an account shows without its picture being read."""
    if known is None:
        return Finding(_dated(seen, None, changed=True))
    if seen.standing is Standing.PHOTO:
        standing = Standing.PHOTO if known.version else Standing.PLACEHOLDER
        dated = replace(_dated(seen, known, changed=False), standing=standing)
        return Finding(dated, known.picture, known.version, known.likeness)
    if seen.standing is Standing.UNKNOWN:  # what was read before need not be read again
        key = replace(seen, change_key=known.change_key)
        return Finding(key, known.picture, known.version, known.likeness)
    return Finding(_dated(seen, known, changed=seen.standing is not known.standing))


def _finding(seen: Observation, what: Recognised, known: Remembered | None) -> Finding:
    """What an account shows, its picture having been read and recognised."""
    standing = Standing.PHOTO if what.version else Standing.PLACEHOLDER
    changed = known is None or known.picture != what.picture
    dated = replace(_dated(seen, known, changed=changed), standing=standing)
    return Finding(dated, what.picture, what.version, what.likeness)


def _dated(seen: Observation, known: Remembered | None, *, changed: bool) -> Observation:
    """Within what time it last changed: as the store tells, else as looking twice tells."""
    if seen.changed_by is not None or (known is None and seen.changed_after is not None):
        return seen
    if known is None:
        return replace(seen, changed_by=seen.observed_at)
    if changed:
        return replace(seen, changed_after=known.observed_at, changed_by=seen.observed_at)
    return replace(seen, changed_after=known.changed_after, changed_by=known.changed_by)


def _of(account: Account) -> list[str]:
    """The names by which other stores may know this account's person, the surest first."""
    return [value for kind, value in keys_of(account) if kind is not Key.OBJECT_GUID]


async def _grouped(items: AsyncIterator[T], size: int) -> AsyncIterator[list[T]]:
    """The items in lists of `size`, the last one shorter."""
    group: list[T] = []
    async for item in items:
        group.append(item)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group
