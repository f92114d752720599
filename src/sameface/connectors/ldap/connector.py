"""A directory as a store: people with a photo in one attribute of their entry.

The change key is a digest of the photo itself: it is the same on every server of the directory,
and other attributes do not touch it. So a look takes the photos along, and each page brings its own
(`Page.brought`). `observe(since)` asks only for what changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from uuid import UUID

from sameface.connectors.guards import (
    by_administrator,
    called,
    refuse_if_moved,
    refuse_too_many_bytes,
    refuse_unless_writing,
    whole_picture,
)
from sameface.connectors.ldap.client import SUBTREE, Directory, Refused
from sameface.connectors.ldap.cursor import cursor_of, said_by
from sameface.connectors.ldap.entries import Entry, all_of, any_of, escaped
from sameface.connectors.ldap.schema import Changes, Schema
from sameface.connectors.reading import Read
from sameface.errors import Moved, NoSuchAccount, StoreFailed
from sameface.http import Clock
from sameface.people import aliases_of, keys_of
from sameface.settings import DirectorySettings, PhotoAttribute
from sameface.values import (
    Account,
    Capabilities,
    Checked,
    Observation,
    Page,
    Picture,
    Rendition,
    Written,
)

PER_PAGE = 500
"""Entries per page: with their photos some 5 MB usually, and 50 MB at most in AD."""

LARGEST_PX = {PhotoAttribute.THUMBNAIL: 96, PhotoAttribute.JPEG: 648}

_AT_ONCE = 50
"""Accounts named in one filter."""

_ASSERTION_FAILED = 122
_AGAIN_S = 5.0


def capabilities(
    store: str, settings: DirectorySettings, *, writes: bool, conditional: bool
) -> Capabilities:
    """What a directory is; one connection is used, so one request is under way at a time."""
    return Capabilities(
        writes=writes,
        removes=writes,
        max_bytes=settings.max_bytes,
        largest_px=LARGEST_PX[settings.photo_attribute],
        change_key=True,
        conditional_write=conditional,
        delta=True,
        finds=True,
        concurrency=1,
        by_hand=None if writes else by_administrator(store),
    )


class DirectoryConnector:
    """A directory. See `base.Connector`; it also has `read_many` and `watch`."""

    def __init__(
        self,
        directory: Directory,
        schema: Schema,
        changes: Changes,
        able: Capabilities,
        clock: Clock,
    ) -> None:
        self.store, self.capabilities = directory.store, able
        self._directory, self._schema, self._changes = directory, schema, changes
        self._clock = clock
        self._photo = str(directory.settings.photo_attribute)
        self._people = all_of(schema.people, directory.settings.filter)

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._directory.requests

    async def check(self) -> Checked:
        """Signs in, reads a page of people, asks what changed and whether we may write."""
        pages = self._directory.pages(self._people, (*self._asked, *self._schema.rights))
        some: list[Entry] = await anext(pages, [])
        may, may_not = ["read"], []
        if not self.capabilities.writes:
            may_not.append(f"write: {self.capabilities.by_hand}")
        elif any(self._schema.may_write(e, self._photo) is False for e in some):
            may_not.append(f"write: the directory does not let this account write {self._photo}")
        else:
            may += ["write", "remove"]
        says = f"people below {self._directory.base_dn} can be read at {self._directory.url}"
        try:
            await self._changes.mark()
        except StoreFailed as failed:
            says += f"; changes cannot be asked for ({failed.what})"
        else:
            may.append("hear of changes")
        return Checked(self.store, True, says, tuple(may), tuple(may_not))

    async def accounts(self) -> AsyncIterator[Account]:
        async for entries in self._pages(self._schema.attributes):
            for _, account in entries:
                yield account

    async def observe(self, cursor: str | None = None) -> AsyncIterator[Page]:
        """One request per page. `cursor` is where a page ended, or where changes are told from."""
        told = said_by(cursor)
        if "since" in told:
            page = await self._since(told["since"])
            if page is not None:
                yield page
                return
            told = {}
        begun = told.get("begun") or await self._mark()
        pages = self._following(told.get("after"))
        page_now: list[tuple[Entry, Account]] = await anext(pages, [])
        while True:
            page_next = await anext(pages, None)
            if page_next is None:
                yield self._page(page_now, None, since=begun and cursor_of(since=begun))
                return
            yield self._page(page_now, cursor_of(after=page_now[-1][1].ref, begun=begun))
            page_now = page_next

    async def watch(self, since: str | None = None) -> AsyncGenerator[Page, None]:
        """See `watching.Watches`."""
        told = said_by(since).get("since")
        cursor = told if told is not None else await self._changes.mark()
        while True:
            try:
                async for _ in self._changes.alarms(cursor):
                    async for page in self.observe(cursor_of(since=cursor)):
                        cursor = said_by(page.since).get("since", cursor)
                        if page.observations or page.gone or not page.delta:
                            yield page
            except StoreFailed as failed:
                if failed.exit == 2:  # who we are will not be accepted later either
                    raise
                await self._clock.sleep(_AGAIN_S)

    async def find(self, names: Iterable[str], ref: str | None = None) -> Observation | None:
        """By handle or any of the attributes that name people, with one request."""
        asked = [name for name in dict.fromkeys(names) if name]
        by_any = [f"({a}={escaped(name)})" for name in asked for a in self._schema.naming]
        if ref is not None and _is_handle(ref):
            by_any.append(self._schema.named(ref))
        found = await self._named(any_of(by_any)) if by_any else []
        one = _one_of(found, ref, [name.casefold() for name in asked], self._schema.naming)
        return None if one is None else self._observation(*one)

    async def read(
        self,
        account: Account,
        size_px: int | None = None,  # noqa: ARG002 - there is one size
    ) -> Picture | None:
        """The photo as it is kept, whatever the size."""
        entry = await self._entry(account)
        photo = entry.octets(self._photo)
        return None if photo is None else self._picture(account, photo, None)

    async def read_many(
        self,
        accounts: Sequence[Account],
        size_px: int | None = None,  # noqa: ARG002 - there is one size
    ) -> AsyncIterator[Read]:
        """50 photos with one request."""
        for start in range(0, len(accounts), _AT_ONCE):
            some = accounts[start : start + _AT_ONCE]
            try:
                found = await self._named(any_of([self._schema.named(a.ref) for a in some]))
            except StoreFailed as failed:
                for account in some:
                    yield account, failed
                continue
            photos = {known.ref: entry.octets(self._photo) for entry, known in found}
            for account in some:
                if account.ref in photos:
                    yield account, self._read(account, photos[account.ref])
                else:
                    yield account, self._missing(account)

    async def write(
        self, account: Account, renditions: tuple[Rendition, ...], expected: str | None
    ) -> Written:
        """Two requests: the entry is read, and its photo replaced."""
        refuse_unless_writing(self.store, account, self.capabilities)
        photo = max(renditions, key=lambda r: r.width_px)
        refuse_too_many_bytes(self.store, account, photo.size_bytes, self.capabilities.max_bytes)
        await self._replace(account, photo.data, expected)
        return Written(_digest(photo.data))

    async def remove(self, account: Account, expected: str | None) -> Written:
        refuse_unless_writing(self.store, account, self.capabilities)
        await self._replace(account, None, expected)
        return Written(None)

    async def close(self) -> None:
        await self._directory.close()

    # -- what follows is helpers, in the order of their use

    @property
    def _asked(self) -> tuple[str, ...]:
        return (*self._schema.attributes, self._photo)

    async def _mark(self) -> str | None:
        """Taken before the first entry is read, so that nothing falls in between."""
        try:
            return await self._changes.mark()
        except StoreFailed as failed:
            if failed.exit == 2:
                raise
            return None  # a directory that tells no changes can be read all the same

    async def _pages(self, attributes: Sequence[str]) -> AsyncIterator[list[tuple[Entry, Account]]]:
        """Every account once, even where a server is lost and the next one begins anew."""
        seen: set[str] = set()
        async for entries in self._directory.pages(self._people, attributes):
            page = [p for p in self._known(entries) if p[1].ref not in seen]
            seen.update(account.ref for _, account in page)
            if page:
                yield page

    async def _following(self, after: str | None) -> AsyncIterator[list[tuple[Entry, Account]]]:
        """The pages after that account; all of them where it is not there any more."""
        passing = after is not None
        async for page in self._pages(self._asked):
            refs = [account.ref for _, account in page]
            rest = page
            if passing:
                rest = page[refs.index(after) + 1 :] if after in refs else []
                passing = after not in refs
            if rest:
                yield rest
        if passing:
            async for page in self._pages(self._asked):
                yield page

    def _known(self, entries: Iterable[Entry]) -> list[tuple[Entry, Account]]:
        known = ((entry, self._schema.account(self.store, entry)) for entry in entries)
        return [(entry, account) for entry, account in known if account is not None]

    def _page(
        self,
        found: Sequence[tuple[Entry, Account]],
        cursor: str | None,
        since: str | None = None,
        *,
        delta: bool = False,
        gone: tuple[str, ...] = (),
    ) -> Page:
        """What these entries show, and their photos; one that breaks off is left to `read`."""
        seen = tuple(self._observation(entry, account) for entry, account in found)
        photos = (
            self._read(account, entry.octets(self._photo), one.change_key)
            for (entry, account), one in zip(found, seen, strict=True)
        )
        brought = {
            one.account.ref: photo
            for one, photo in zip(seen, photos, strict=True)
            if isinstance(photo, Picture)
        }
        return Page(seen, cursor, since, delta, gone, brought)

    def _observation(self, entry: Entry, account: Account) -> Observation:
        photo = entry.octets(self._photo)
        dated = self._schema.dated(entry, photo)
        now = self._clock.now()
        return Observation(
            account,
            dated.standing,
            now if dated.by is None else max(now, dated.by),  # our clock may be behind theirs
            None if photo is None else _digest(photo),
            size_bytes=None if photo is None else len(photo),
            changed_after=dated.after,
            changed_by=dated.by,
        )

    async def _since(self, cursor: str) -> Page | None:
        """What changed, looked up as it is now; None where all must be read."""
        delta = await self._changes.since(cursor)
        if delta is None:
            return None
        found: list[tuple[Entry, Account]] = []
        for start in range(0, len(delta.changed), _AT_ONCE):
            some = delta.changed[start : start + _AT_ONCE]
            found += await self._named(any_of([self._schema.named(ref) for ref in some]))
        there = {account.ref for _, account in found}
        gone = [r for r in dict.fromkeys((*delta.gone, *delta.changed)) if r not in there]
        since = cursor_of(since=delta.cursor)
        return self._page(found, None, since, delta=True, gone=tuple(gone))

    async def _named(self, which: str) -> list[tuple[Entry, Account]]:
        found = await self._directory.search(
            self._directory.base_dn, SUBTREE, all_of(self._people, which), self._asked
        )
        return self._known(found.entries)

    async def _entry(self, account: Account) -> Entry:
        """Error: NoSuchAccount."""
        found = await self._directory.search(
            self._directory.base_dn,
            SUBTREE,
            self._schema.named(account.ref),
            self._asked,
            account=called(account),
        )
        if not found.entries:
            raise self._missing(account)
        return found.entries[0]

    def _missing(self, account: Account) -> NoSuchAccount:
        what = f"is not below {self._directory.base_dn} any more; it was moved or deleted"
        return NoSuchAccount(self.store, what, account=called(account))

    def _picture(self, account: Account, photo: bytes, change_key: str | None) -> Picture:
        return whole_picture(self.store, account, photo, change_key or _digest(photo))

    def _read(
        self, account: Account, photo: bytes | None, change_key: str | None = None
    ) -> Picture | StoreFailed | None:
        try:
            return None if photo is None else self._picture(account, photo, change_key)
        except StoreFailed as failed:
            return failed

    async def _replace(self, account: Account, photo: bytes | None, expected: str | None) -> None:
        """Error: Moved where another photo is there than the plan saw."""
        entry = await self._entry(account)
        now = entry.octets(self._photo)
        refuse_if_moved(self.store, account, None if now is None else _digest(now), expected)
        condition = self._schema.condition(entry)
        try:
            await self._directory.replace(
                entry.dn, self._photo, photo, condition, account=called(account)
            )
        except Refused as refused:
            if condition and refused.said.code == _ASSERTION_FAILED:
                what = "changed in this very moment; nothing was written, make a new plan"
                raise Moved(self.store, what, account=called(account)) from None
            raise refused.failed from None


def _is_handle(ref: str) -> bool:
    """False for what the vault keeps instead of a handle of somebody forgotten."""
    try:
        UUID(ref)
    except ValueError:
        return False
    return True


def _one_of(
    found: Sequence[tuple[Entry, Account]],
    ref: str | None,
    names: Sequence[str],
    naming: Sequence[str],
) -> tuple[Entry, Account] | None:
    """The one with that handle, or whose own name the first is that one alone has; else an alias.

    An alias is often somebody's who left, or several people's.
    """
    for one in found:
        if one[1].ref == ref:
            return one
    own = [{value for _, value in keys_of(a)} - set(aliases_of(a)) for _, a in found]
    any_ = [{v.casefold() for a in naming for v in entry.texts(a)} for entry, _ in found]
    for held in (own, any_):
        for name in names:
            having = [one for one, theirs in zip(found, held, strict=True) if name in theirs]
            if len(having) == 1:
                return having[0]
    return None


def _digest(photo: bytes) -> str:
    return hashlib.sha256(photo).hexdigest()
