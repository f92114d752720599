"""Graph as a store: `exchange` for people with a mailbox, `entra-id` for people without one.

Graph keeps a photo in the mailbox where there is one and in Entra ID where there is none
(protocols 1.6), behind the same address; the assigned plans tell which. The change key is Graph's
`mediaEtag`: `$value` knows no 304 and users/delta does not report photos (protocols 1.4, 1.10).
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sameface.connectors.graph.accounts import account_of, has_mailbox
from sameface.connectors.graph.client import (
    BATCH,
    MOST_USERS,
    READS,
    SELECT,
    GraphClient,
    Part,
    is_no_photo,
    photo_metadata,
    photo_missing,
    segment,
)
from sameface.connectors.guards import (
    by_administrator,
    called,
    refuse_if_moved,
    refuse_too_many_bytes,
    refuse_unless_writing,
    unknown,
    whole_picture,
)
from sameface.connectors.reading import Read
from sameface.connectors.tokens import rights_of
from sameface.errors import Garbled, StoreFailed
from sameface.http import Answer, Door
from sameface.values import (
    EXCHANGE,
    Account,
    Capabilities,
    Checked,
    Observation,
    Page,
    Picture,
    Rendition,
    Standing,
    Written,
)

SIZES_PX = (48, 64, 96, 120, 240, 360, 432, 504, 648)
CONCURRENCY = 4
QUOTA = (10_000, timedelta(minutes=10))
"""What the Outlook service grants one application at least (protocols 1.9)."""

_WRITES = ("ProfilePhoto.ReadWrite.All", "User.ReadWrite.All")
"""The application permissions that let one write, by their exact names, least first (1.5)."""


def capabilities(store: str, *, writes: bool, quota_speed: int = 1) -> Capabilities:
    """What Graph is and may do as that store; a mailbox takes 4 MB, Entra ID 100 KB (1.6)."""
    mailbox = store == EXCHANGE
    return Capabilities(
        writes=writes,
        removes=writes,
        max_bytes=4_000_000 if mailbox else 100_000,
        sizes_px=SIZES_PX if mailbox else (),
        change_key=True,
        finds=True,
        concurrency=CONCURRENCY,
        quota=(QUOTA[0] * quota_speed, QUOTA[1]),
        by_hand=None if writes else by_administrator(store),
    )


class GraphConnector:
    """One of Graph's two tiers of photos. See `base.Connector`; it also has `read_many`."""

    def __init__(
        self, store: str, door: Door, capabilities: Capabilities, page: int | None = None
    ) -> None:
        self.store, self.capabilities = store, capabilities
        self._door, self._graph = door, GraphClient(door, page or MOST_USERS)

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._door.requests

    async def check(self) -> Checked:
        """Lists a page of users and reads one photo's metadata; tries no write.

        What may be written is told by the rights in the token, where it lets itself be read.
        """
        accounts = [a for a in map(self._mine, (await self._graph.users(None)).users) if a]
        if accounts:
            await self._graph.metadata(accounts[0].ref, called(accounts[0]))
        rights = rights_of(await self._door.token())
        may: tuple[str, ...] = ("read",)
        may_not: tuple[str, ...] = ()
        if not self.capabilities.writes:
            may_not = (f"write: {self.capabilities.by_hand}",)
        elif rights and not rights.intersection(_WRITES):
            may_not = (f"write: the application lacks {_WRITES[0]}",)
        else:
            may = ("read", "write", "remove")
        says = "users and their photos can be read"
        return Checked(self.store, True, says, may, may_not)

    async def accounts(self) -> AsyncIterator[Account]:
        async for _, accounts, _ in self._pages(None):
            for account in accounts:
                yield account

    async def observe(self, cursor: str | None = None) -> AsyncIterator[Page]:
        """One request per 20 accounts; a page per page of users. `cursor` is Graph's own link."""
        async for at, accounts, following in self._pages(cursor):
            some = await asyncio.gather(
                *(self._observe(batch, at) for batch in _batches(accounts, BATCH))
            )
            yield Page(tuple(itertools.chain.from_iterable(some)), following)

    async def find(self, names: Iterable[str]) -> Observation | None:
        """By UPN or object id in one request; a mail address that is no UPN costs two more."""
        tried = list(dict.fromkeys(names))
        for name in tried:
            seen = await self._find(segment(name), name)
            if seen is not None:
                return seen
        for name in (name for name in tried if "@" in name):
            ref = await self._graph.by_mail(name)
            seen = None if ref is None else await self._find(segment(ref), name)
            if seen is not None:
                return seen
        return None

    async def read(self, account: Account, size_px: int | None = None) -> Picture | None:
        answer = await self._graph.ask(
            "GET",
            self._photo(account, size_px),
            allow=(404,),
            account=called(account),
            needs=READS,
            headers={"accept": "image/*, application/json"},
        )
        return self._picture(account, answer)

    async def read_many(
        self, accounts: Sequence[Account], size_px: int | None = None
    ) -> AsyncIterator[Read]:
        """20 photos with one request; one request's photos are in memory at a time."""
        for batch in _batches(accounts, BATCH):
            parts = [Part(a.ref, self._photo(a, size_px)) for a in batch]
            try:
                answers: dict[str, Answer] = await self._graph.batch(parts)
            except StoreFailed as failed:
                for account in batch:
                    yield account, failed
                continue
            for account in batch:
                try:
                    yield account, self._picture(account, answers[account.ref])
                except StoreFailed as failed:
                    yield account, failed

    async def write(
        self, account: Account, renditions: tuple[Rendition, ...], expected: str | None
    ) -> Written:
        """Two requests, and one more for the new change key, which Graph's answer does not hold."""
        refuse_unless_writing(self.store, account, self.capabilities)
        photo = max(renditions, key=lambda r: r.width_px)
        refuse_too_many_bytes(self.store, account, photo.size_bytes, self.capabilities.max_bytes)
        await self._refuse_if_moved(account, expected)
        await self._graph.ask(
            "PUT",
            self._photo(account, None),
            headers={"content-type": photo.media_type},
            body=photo.data,
            account=called(account),
            needs=_WRITES[0],
        )
        return Written(await self._change_key(account))

    async def remove(self, account: Account, expected: str | None) -> Written:
        refuse_unless_writing(self.store, account, self.capabilities)
        await self._refuse_if_moved(account, expected)
        await self._graph.ask(
            "DELETE",
            self._photo(account, None),
            allow=(404,),
            account=called(account),
            needs=_WRITES[0],
        )
        return Written(None)

    async def close(self) -> None:
        await self._door.close()

    # -- what follows is helpers, in the order of their use

    async def _pages(
        self, cursor: str | None
    ) -> AsyncIterator[tuple[datetime, list[Account], str | None]]:
        """(the server's time, this store's accounts, the next cursor) page by page of users."""
        following = cursor
        while True:
            page = await self._graph.users(following)
            following = page.next
            yield page.at, [a for a in map(self._mine, page.users) if a], following
            if following is None:
                return

    def _mine(self, row: dict[str, Any]) -> Account | None:
        """The account, if this store is where Graph keeps that user's photo."""
        if has_mailbox(row) != (self.store == EXCHANGE):
            return None
        return account_of(row, self.store)

    async def _observe(self, accounts: Sequence[Account], at: datetime) -> list[Observation]:
        parts = [Part(a.ref, f"/users/{segment(a.ref)}/photo") for a in accounts]
        try:
            answers = await self._graph.batch(parts)
        except Garbled as garbled:
            return [unknown(account, at, garbled) for account in accounts]
        return [self._observation(account, answers[account.ref]) for account in accounts]

    def _observation(self, account: Account, answer: Answer) -> Observation:
        try:
            metadata = photo_metadata(answer, called(account))
        except StoreFailed as failed:
            return unknown(account, answer.at, failed)
        if metadata is None:
            return Observation(account, Standing.NONE, answer.at)
        key, width_px = metadata.etag, metadata.width_px
        return Observation(account, Standing.PHOTO, answer.at, key, width_px=width_px)

    async def _find(self, name: str, shown: str) -> Observation | None:
        """A user and their photo with one request, by whatever Graph takes as a user's name."""
        user, photo = (
            Part("user", f"/users/{name}?$select={SELECT}"),
            Part("photo", f"/users/{name}/photo"),
        )
        answers = await self._graph.batch([user, photo])
        found = answers["user"]
        if found.status == 404:
            return None
        if found.status != 200:
            found.refuse(account=shown, needs="User.Read.All")
        row = found.json()
        if not isinstance(row, dict):
            raise Garbled(self.store, "answered a user that is none; check `url`", account=shown)
        account = self._mine(row)
        return None if account is None else self._observation(account, answers["photo"])

    def _photo(self, account: Account, size_px: int | None) -> str:
        """The path of the picture: the smallest size that is large enough, or the largest."""
        sizes = self.capabilities.sizes_px
        fit = next((s for s in sizes if size_px is not None and size_px <= s < sizes[-1]), None)
        photo = "photo" if fit is None else f"photos/{fit}x{fit}"
        return f"/users/{segment(account.ref)}/{photo}/$value"

    def _picture(self, account: Account, answer: Answer) -> Picture | None:
        if photo_missing(answer, called(account)) or is_no_photo(answer):
            return None
        etag = answer.headers.get("etag")
        return whole_picture(self.store, account, answer.body, answer.media_type, etag)

    async def _refuse_if_moved(self, account: Account, expected: str | None) -> None:
        refuse_if_moved(self.store, account, await self._change_key(account), expected)

    async def _change_key(self, account: Account) -> str | None:
        metadata = await self._graph.metadata(account.ref, called(account))
        return None if metadata is None else metadata.etag


def _batches(accounts: Sequence[Account], size: int) -> Iterable[Sequence[Account]]:
    return (accounts[at : at + size] for at in range(0, len(accounts), size))
