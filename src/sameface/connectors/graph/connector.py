"""Graph as a store: `exchange` for people with a mailbox, `entra-id` for people without one.

Graph keeps a photo in the mailbox where there is one and in Entra ID where there is none
(protocols 1.6), behind the same address; the assigned plans tell which. The change key is Graph's
`mediaEtag`: `$value` knows no 304 and users/delta does not report photos (protocols 1.4, 1.10).

Guests and shared mailboxes are accounts like others, and an observation's fact `kind` names them;
a group is nobody's face and refused by name, and so is a mailbox that is not in Exchange Online.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sameface.connectors.graph.accounts import account_of, has_plan, kind_of, may_be_shared
from sameface.connectors.graph.client import (
    BATCH,
    MOST_USERS,
    PURPOSES,
    READS,
    SELECT,
    GraphClient,
    Part,
    is_no_photo,
    photo_metadata,
    photo_missing,
    segment,
)
from sameface.connectors.graph.policy import READS as POLICY_READS
from sameface.connectors.graph.policy import PolicyDesk
from sameface.connectors.guards import (
    by_administrator,
    called,
    refuse_if_moved,
    refuse_too_many_bytes,
    refuse_unless_writing,
    unknown,
    whole_picture,
)
from sameface.connectors.paging import Edge
from sameface.connectors.reading import Read
from sameface.connectors.tokens import offices_of, rights_of
from sameface.errors import Garbled, NoSuchAccount, StoreFailed
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

T = TypeVar("T")

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
        quota=(QUOTA[0], QUOTA[1] / quota_speed),
        by_hand=None if writes else by_administrator(store),
    )


@dataclass(frozen=True, slots=True)
class _User:
    """A user of this store; `kind` is "" for a person of the organisation's own."""

    account: Account
    kind: str


class GraphConnector:
    """One of Graph's two tiers of photos. See `base.Connector`; it also has `read_many`."""

    def __init__(
        self, store: str, door: Door, capabilities: Capabilities, page: int | None = None
    ) -> None:
        self.store, self.capabilities = store, capabilities
        self._door, self._graph = door, GraphClient(door, page or MOST_USERS)
        self._policy = PolicyDesk(door)
        self._may_ask_purposes = True

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._door.requests

    async def check(self) -> Checked:
        """Lists a page of users, reads one photo's metadata and the policy; tries no write.

        What may be written is told by the rights in the token, where it lets itself be read.
        """
        found = await self._sorted((await self._graph.users(None)).users)
        if found:
            await self._graph.metadata(found[0].account.ref, called(found[0].account))
        says = "users and their photos can be read" + _census(found)
        if not self._may_ask_purposes:
            says += f"; shared mailboxes are not told apart without {PURPOSES}"
        if not self.capabilities.writes:
            by_hand = f"write: {self.capabilities.by_hand}"
            return Checked(self.store, True, says, ("read",), (by_hand,))
        token = await self._door.token()
        rights, policy = rights_of(token), await self._policy.policy()
        forbids = policy.forbids(offices_of(token))
        if not policy.told:
            says += f"; whether a policy forbids writing is not known without {POLICY_READS}"
        if rights and not rights.intersection(_WRITES):
            forbids = f"the application lacks {_WRITES[0]}"
        if forbids is not None:
            return Checked(self.store, True, says, ("read",), (f"write: {forbids}",))
        return Checked(self.store, True, says, ("read", "write", "remove"))

    async def accounts(self) -> AsyncIterator[Account]:
        async for _, users, _ in self._pages(None):
            for user in users:
                yield user.account

    async def observe(self, cursor: str | None = None) -> AsyncIterator[Page]:
        """One request per 20 accounts; a page per page of users. `cursor` is Graph's own link."""
        async for at, users, following in self._pages(cursor):
            some = await asyncio.gather(
                *(self._observe(batch, at) for batch in _batches(users, BATCH))
            )
            yield Page(tuple(itertools.chain.from_iterable(some)), following)

    async def find(self, names: Iterable[str], ref: str | None = None) -> Observation | None:
        """By UPN or object id in one request; a mail address that is no UPN costs two more.

        Error: NoSuchAccount where an address is a group's.
        """
        tried = list(dict.fromkeys(names))
        for name in tried if ref is None else [ref, *tried]:
            seen = await self._find(segment(name), name)
            if seen is not None:
                return seen
        for name in (name for name in tried if "@" in name):
            ref = await self._graph.by_mail(name)
            seen = None if ref is None else await self._find(segment(ref), name)
            if seen is not None:
                return seen
            group = None if ref is not None else await self._graph.group_with(name)
            if group is not None:
                what = (
                    f'is the group "{group}", which has a picture and no face; its owners change '
                    "it in Outlook or Teams"
                )
                raise NoSuchAccount(self.store, what, account=name)
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
        await self._refuse_by_policy(account)
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
        await self._refuse_by_policy(account)
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
    ) -> AsyncIterator[tuple[datetime, list[_User], str | None]]:
        """(the server's time, this store's users, the next cursor) page by page of users.

        Somebody whom a change puts into two pages is told of once.
        """
        following, edge = cursor, Edge()
        while True:
            page = await self._graph.users(following)
            following = page.next
            users = await self._sorted(page.users)
            told = edge.repeats([user.account.ref for user in users])
            yield page.at, [u for u in users if u.account.ref not in told], following
            if following is None:
                return

    async def _sorted(self, rows: Sequence[dict[str, Any]]) -> list[_User]:
        """Those whose photo Graph keeps in this store: in the mailbox, or in Entra ID."""
        purposes = await self._purposes([account_of(r, "").ref for r in rows if may_be_shared(r)])
        users: list[_User] = []
        for row in rows:
            account = account_of(row, self.store)
            purpose = purposes.get(account.ref)
            if (has_plan(row) or purpose is not None) == (self.store == EXCHANGE):
                users.append(_User(account, kind_of(row, purpose)))
        return users

    async def _purposes(self, refs: Sequence[str]) -> dict[str, str | None]:
        """What the mailboxes of these are for; nothing where we may not know."""
        told: dict[str, str | None] = {}
        for some in _batches(refs, BATCH):
            purposes = await self._graph.purposes(some) if self._may_ask_purposes else None
            self._may_ask_purposes = purposes is not None
            told |= purposes or {}
        return told

    async def _observe(self, users: Sequence[_User], at: datetime) -> list[Observation]:
        parts = [Part(u.account.ref, f"/users/{segment(u.account.ref)}/photo") for u in users]
        try:
            answers = await self._graph.batch(parts)
        except Garbled as garbled:
            return [unknown(user.account, at, garbled) for user in users]
        return [self._observation(user, answers[user.account.ref]) for user in users]

    def _observation(self, user: _User, answer: Answer) -> Observation:
        account = user.account
        facts = (("kind", user.kind),) if user.kind else ()
        try:
            metadata = photo_metadata(answer, called(account))
        except StoreFailed as failed:
            return unknown(account, answer.at, failed)
        if metadata is None:
            return Observation(account, Standing.NONE, answer.at, facts=facts)
        key, width_px = metadata.etag, metadata.width_px
        return Observation(account, Standing.PHOTO, answer.at, key, width_px, facts=facts)

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
        users = await self._sorted([row])
        return self._observation(users[0], answers["photo"]) if users else None

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
        return whole_picture(self.store, account, answer.body, etag)

    async def _refuse_by_policy(self, account: Account) -> None:
        offices = offices_of(await self._door.token())
        await self._policy.refuse_if_forbidden(self.store, called(account), offices)

    async def _refuse_if_moved(self, account: Account, expected: str | None) -> None:
        refuse_if_moved(self.store, account, await self._change_key(account), expected)

    async def _change_key(self, account: Account) -> str | None:
        metadata = await self._graph.metadata(account.ref, called(account))
        return None if metadata is None else metadata.etag


def _census(users: Sequence[_User]) -> str:
    """How many of these users are no people of the organisation's own."""
    kinds = Counter(user.kind for user in users if user.kind)
    told = ", ".join(f"{many} {kind}" for kind, many in sorted(kinds.items()))
    return f" (of the first {len(users)}: {told})" if told else ""


def _batches(some: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    return (some[at : at + size] for at in range(0, len(some), size))
