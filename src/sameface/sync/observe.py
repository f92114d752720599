"""Observing: what every store shows now, into the vault, reading only pictures that may be new."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta

from sameface.connectors.reading import read_many
from sameface.errors import PictureRefused, SignInRefused, StoreFailed
from sameface.jobs import ahead, grouped, run_pages
from sameface.sync.keeper import Group, Recognised
from sameface.sync.leftovers import LEFTOVERS
from sameface.sync.ours import left_there
from sameface.sync.outcome import Progress
from sameface.sync.wanted import Wanted
from sameface.sync.work import Work
from sameface.values import (
    STORES,
    Account,
    Likeness,
    Observation,
    Page,
    Person,
    Picture,
    Standing,
)
from sameface.vault import Finding, Remembered
from sameface.vault.blobs import digest_of

_AT_LEAST_EVERY = timedelta(days=7)
"""So often all of a store is looked at, whatever it tells of changes."""

_FEW = 20
"""So many accounts are asked for one by one; of a directory, 500 are one request."""

_AT_ONCE = 500
"""Accounts looked up with one query."""

_PICTURES = 10
"""Pictures put away at a time, while as many more are looked at, and as many more are read; a run
cut off reads these again."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One store looked at: whether to its end, and what broke it off if not."""

    store: str
    whole: bool
    failure: StoreFailed | None = None


async def observe(work: Work) -> tuple[Pass, ...]:
    """Look at all accounts of all stores. A store that fails harms no other."""
    passes: list[Pass] = []
    for store in sorted(work.connectors, key=order):
        if work.stop.is_set():
            break
        passes.append(await _Observer(work, store).whole())
    return tuple(passes)


async def observe_people(
    work: Work, asked: Iterable[tuple[str, Person | None]]
) -> tuple[Pass, ...]:
    """Look at some people where a store can find them, and at the whole store where it cannot.

    Each is a UPN or mail address and whom the vault takes it for; what one store tells of further
    names helps to find them in the next. Error: Interrupted where it was asked to stop, since what
    is about these people rests on all of their stores.
    """
    wanted = [Wanted(name, person) for name, person in asked]
    passes: list[Pass] = []
    for store in sorted(work.connectors, key=order):
        if work.stop.is_set():
            break
        observer = _Observer(work, store)
        finds = work.connectors[store].capabilities.finds
        passes.append(await (observer.some(wanted) if finds else observer.whole()))
    work.unless_stopped(unseen(work, passes))
    return tuple(passes)


def unseen(work: Work, passes: Iterable[Pass]) -> list[str]:
    """The stores that were not looked at, or not to their end, and did not fail."""
    done = {one.store for one in passes if one.whole or one.failure is not None}
    return [store for store in sorted(work.connectors, key=order) if store not in done]


async def observe_again(work: Work, account: Account, owner: str) -> None:
    """Look at the picture of one account, whose owner (a person's id) is known."""
    await _Observer(work, account.store).again(account, owner)


@dataclass(frozen=True, slots=True)
class _Read:
    """An account whose picture was read, and what is known of it: whose, and how it was."""

    seen: Observation
    owner: str
    known: Remembered | None
    read: Picture | StoreFailed | None

    @property
    def data(self) -> bytes:
        """The picture's bytes, where there is one."""
        return self.read.data if isinstance(self.read, Picture) else b""


@dataclass(frozen=True, slots=True)
class _Looked:
    """Accounts whose pictures were read: what that told at once, and what is to be recognised."""

    told: list[Finding]
    asked: list[_Read]
    group: Group


class _Observer:
    """Looks at one store."""

    def __init__(self, work: Work, store: str) -> None:
        self._work = work
        self._store = store
        self._connector = work.connectors[store]
        self._vault = work.vault
        self._clock = work.clock
        self._scope = work.settings.scope(store)
        self._look = 0
        self._done = 0
        self._told: set[str] | None = None  # who is gone, where the store tells only changes
        self._next: str | None = None

    async def whole(self) -> Pass:
        """Every account, page by page; or what changed, where the store goes on telling that."""
        since = await self._since()
        self._look = await self._vault.begin_look(self._store, self._clock.now())
        try:
            if since is not None and not await self._unsettled():
                since = None
            pages = self._connector.observe(since)
            ended = await run_pages(f"observe {self._store}", pages, self._page, self._work.stop)
        except StoreFailed as failure:
            await self._vault.break_look(self._look, failure.sentence())
            return Pass(self._store, whole=False, failure=failure)
        if ended and self._told is not None:
            await self._vault.looks.told(self._look, self._told, self._clock.now())
        elif ended:
            await self._vault.end_look(self._look, self._clock.now())
        if ended and self._next is not None:
            await self._vault.looks.remember(self._look, f"{self._scope} {self._next}")
        return Pass(self._store, whole=ended)

    async def _since(self) -> str | None:
        """Where the store goes on telling. Another scope, or a week, and all is looked at."""
        if not self._connector.capabilities.delta:
            return None
        since = await self._vault.looks.since(self._store, self._clock.now() - _AT_LEAST_EVERY)
        scope, _, cursor = (since or "").partition(" ")
        return cursor if since is not None and scope == self._scope else None

    async def _unsettled(self) -> bool:
        """Look one by one at what is doubtful or failed, of which the store tells nothing more.

        False where that cannot be, or is more than a look at all: then it is all looked at.
        """
        accounts = await self._vault.looks.unsettled(self._store, _FEW + 1)
        if accounts and (len(accounts) > _FEW or not self._connector.capabilities.finds):
            return False
        for account in accounts:
            if self._work.stop.is_set():
                return True
            seen = await self._connector.find((), account.ref)
            if seen is None or seen.account.ref != account.ref:
                return False
            await self._page(Page((seen,), None))
        return True

    async def some(self, wanted: Iterable[Wanted]) -> Pass:
        """The accounts of these people; after a failure the store is not asked again."""
        self._look = await self._vault.begin_look(self._store, self._clock.now())
        failure: StoreFailed | None = None
        for one in wanted:
            if self._work.stop.is_set():
                return Pass(self._store, whole=False, failure=failure)
            known = one.person.account(self._store) if one.person else None
            try:
                if failure is None:
                    await self._one(one, known)
            except StoreFailed as failed:
                failure = failed
            if failure is not None and known is not None:
                await self._page(Page((self._unknown(known, failure.sentence()),), None))
        return Pass(self._store, whole=failure is None, failure=failure)

    async def again(self, account: Account, owner: str) -> None:
        """One account, by nothing but its picture."""
        known = (await self._vault.remembered(self._store, [account.ref])).get(account.ref)
        now = self._clock.now()
        try:
            read = await self._connector.read(account)
        except StoreFailed as failed:
            await self._record([_carried(self._unknown(account, failed.sentence()), known)])
            return
        key = None if read is None else read.change_key
        seen = Observation(account, Standing.PHOTO, now, key)
        await self._record(
            await self._found(await self._look_at([_Read(seen, owner, known, read)]))
        )

    async def _one(self, wanted: Wanted, known: Account | None) -> None:
        """The account of that person; `known` is the one they had when they were last seen."""
        names = dict.fromkeys(wanted.names + wanted.aliases)
        seen = await self._connector.find(names, known.ref if known else None)
        if seen is not None:
            await self._page(Page((seen,), None))
            if wanted.may_be(seen.account):
                wanted.learn(seen.account)
        if known is not None and (seen is None or seen.account.ref != known.ref):
            await self._vault.lost(known)

    async def _page(self, page: Page) -> None:
        """One page into the vault; done twice, it leaves the same."""
        if page.delta:
            self._told = (self._told or set()) | set(page.gone)
        self._next = page.since
        for start in range(0, len(page.observations), _AT_ONCE):
            await self._some(page.observations[start : start + _AT_ONCE], page.brought)

    async def _some(
        self, observations: Sequence[Observation], brought: Mapping[str, Picture]
    ) -> None:
        mapping = self._work.settings.mapping
        accounts = [
            mapping.of(a) for a in {o.account.ref: o.account for o in observations}.values()
        ]
        matches = await self._vault.adopt(accounts, self._look, self._clock.now())
        kept = {m.account.ref for m in matches}  # without those who were forgotten
        seen = {o.account.ref: o for o in observations if o.account.ref in kept}
        owners = {m.account.ref: m.person for m in matches if m.person is not None}
        known = await self._vault.remembered(self._store, list(seen))
        may = {r for r, o in seen.items() if _may_be_new(o, known.get(r))}
        new = [r for r in seen if r in owners and r in may]
        # A photo in nobody's account is read once it is somebody's: it must not pass for the last.
        known = {r: was for r, was in known.items() if r in owners or r not in may}
        quiet = [_carried(o, known.get(r)) for r, o in seen.items() if r not in set(new)]
        await self._record(quiet)
        asked = [seen[ref].account for ref in new]
        reads = (
            _Read(seen[a.ref], owners[a.ref], known.get(a.ref), picture)
            async for a, picture in read_many(self._connector, asked, brought=brought)
        )
        looked = self._looked(ahead(grouped(reads, _PICTURES)))
        async with aclosing(ahead(looked)) as groups:
            async for group in groups:
                await self._record(await self._found(group))

    async def _looked(
        self, groups: AsyncGenerator[list[_Read], None]
    ) -> AsyncGenerator[_Looked, None]:
        """Each group once its pictures have been looked at."""
        async with aclosing(groups):
            async for read in groups:
                yield await self._look_at(read)

    async def _look_at(self, read: Sequence[_Read]) -> _Looked:
        told = [self._at_once(one) for one in read]
        asked = [one for one, known in zip(read, told, strict=True) if known is None]
        shown = [(one.owner, one.data) for one in asked]
        group = Group(self._vault, self._store, self._clock.now(), shown)
        await group.look()
        return _Looked([known for known in told if known is not None], asked, group)

    async def _found(self, looked: _Looked) -> list[Finding]:
        """What reading these accounts' pictures told."""
        new = await looked.group.recognised()
        findings = [await self._finding(*one) for one in zip(looked.asked, new, strict=True)]
        return looked.told + findings

    def _at_once(self, one: _Read) -> Finding | None:
        """What that told without the picture being recognised; None where it has to be."""
        if isinstance(one.read, SignInRefused):  # no other account will fare better
            raise one.read
        if isinstance(one.read, StoreFailed):
            return _carried(self._unknown(one.seen.account, one.read.sentence()), one.known)
        if one.read is None:  # removed since it was listed; the next look tells how
            return Finding(replace(one.seen, standing=Standing.NONE, change_key=None))
        if one.known is not None and one.known.holds(digest_of(one.data)):  # as before
            return _carried(one.seen, one.known)
        return None

    async def _finding(self, one: _Read, what: Recognised | PictureRefused) -> Finding:
        if left := await left_there(self._vault, one.owner, self._store, one.known, what):
            return _leftover(one.seen, digest_of(one.data), one.known, left)
        if isinstance(what, Recognised):
            return _finding(one.seen, what, one.known)
        why = f"{self._store}: {what.sentence()}"
        return _carried(self._unknown(one.seen.account, why), one.known)

    def _unknown(self, account: Account, error: str) -> Observation:
        return Observation(account, Standing.UNKNOWN, self._clock.now(), error=error)

    async def _record(self, findings: Sequence[Finding]) -> None:
        if not findings:
            return
        await self._vault.record(findings)
        self._done += len(findings)
        self._work.progress(Progress(self._done, None, self._store, "observe"))


def order(store: str) -> tuple[int, str]:
    """Directories first: they know most about who is who, and files in a folder least."""
    return (STORES.index(store) if store in STORES else len(STORES), store)


def _may_be_new(seen: Observation, known: Remembered | None) -> bool:
    """True for a photo of which what its change key was read with is not known (any more)."""
    if seen.standing is not Standing.PHOTO:
        return False
    if known is None or known.picture is None or known.change_key is None or known.is_lost:
        return True
    return seen.change_key != known.change_key


def _carried(seen: Observation, known: Remembered | None) -> Finding:
    """What an account shows without its picture being read."""
    if known is None:
        return Finding(_dated(seen, None, changed=True))
    if seen.standing is Standing.PHOTO:
        standing = Standing.PHOTO if _was_photo(known) else Standing.PLACEHOLDER
        dated = replace(_dated(seen, known, changed=False), standing=standing)
        return Finding(dated, known.picture, known.version, known.likeness, known.unfit)
    if seen.standing is Standing.UNKNOWN:  # what was read before need not be read again
        as_was = replace(
            seen,
            change_key=known.change_key,
            changed_after=known.changed_after,
            changed_by=known.changed_by,
        )
        return Finding(as_was, known.picture, known.version, known.likeness, known.unfit)
    return Finding(_dated(seen, known, changed=seen.standing is not known.standing))


def _finding(seen: Observation, what: Recognised, known: Remembered | None) -> Finding:
    """What an account shows, its picture having been read and recognised."""
    standing = Standing.PHOTO if what.version else Standing.PLACEHOLDER
    changed = known is None or known.picture != what.picture
    dated = replace(_dated(seen, known, changed=changed), standing=standing)
    return Finding(dated, what.picture, what.version, what.likeness, what.unfit)


def _leftover(seen: Observation, picture: str, known: Remembered | None, what: str) -> Finding:
    """What an account shows, its picture being what a write of ours left there."""
    dated = _dated(seen, known, changed=True)
    return Finding(dated, picture, None, Likeness.CANNOT_TELL, what)


def _was_photo(known: Remembered) -> bool:
    """True where what was read was no placeholder."""
    return known.version is not None or known.unfit in LEFTOVERS


def _dated(seen: Observation, known: Remembered | None, *, changed: bool) -> Observation:
    """Within what time it last changed: as the store tells, else as looking twice tells."""
    if seen.changed_by is not None or (known is None and seen.changed_after is not None):
        return seen
    if seen.standing is Standing.UNKNOWN:
        return seen
    if known is None:
        return replace(seen, changed_by=seen.observed_at)
    if changed and seen.observed_at < known.observed_at:  # a clock went back: who knows since when
        return replace(seen, changed_after=None, changed_by=None)
    if changed:
        # What could not be observed may have changed before that look, and after the one before.
        failed = known.standing is Standing.UNKNOWN
        after = known.changed_by if failed else known.observed_at
        return replace(seen, changed_after=after, changed_by=seen.observed_at)
    return replace(seen, changed_after=known.changed_after, changed_by=known.changed_by)
