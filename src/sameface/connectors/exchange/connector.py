"""An Exchange of one's own as a store: the photos in its mailboxes, by Exchange Web Services.

Exchange lists its mailboxes to nobody by this way, so sameface.toml names a distribution group
that holds everybody, or a file of addresses. The change key is the etag of a small square. A photo
that only the directory has is shown by Exchange as if the mailbox had it (protocols 2.1): which of
the two it is, the wire does not tell. Nor does it take a photo away.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from sameface.connectors.exchange.client import ExchangeClient, Photo
from sameface.connectors.exchange.soap import Member
from sameface.connectors.guards import (
    by_administrator,
    by_hand,
    called,
    refuse_if_moved,
    refuse_too_many_bytes,
    refuse_unless_writing,
    unknown,
    whole_picture,
)
from sameface.connectors.paging import pages_after
from sameface.documents import text_of
from sameface.errors import BadSettings, ByHand, StoreFailed
from sameface.http import Door
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

SIZES_PX = (48, 64, 96, 120, 240, 360, 432, 504, 648)
"""The squares that Exchange makes of what it is given (protocols 2.1)."""

MOST_BYTES = 500_000
"""What Exchange takes on premises (protocols 2.3)."""

CONCURRENCY = 8
"""Of the 27 requests at a time that one account may have (protocols 2.2)."""

PER_PAGE = 100
"""People per page; each costs a request."""

_KEY_PX = 96  # 48 is what a directory's thumbnail may be served for (protocols 2.1)
_WRITES_FROM = (15, 1)  # Exchange 2016
_REMOVED_BY = "an administrator takes it away with Remove-UserPhoto in the Exchange shell"


def capabilities(store: str, *, writes: bool, one_at_a_time: bool = False) -> Capabilities:
    """What an Exchange of one's own is and may do."""
    return Capabilities(
        writes=writes,
        max_bytes=MOST_BYTES,
        sizes_px=SIZES_PX,
        change_key=True,
        finds=True,
        concurrency=1 if one_at_a_time else CONCURRENCY,
        by_hand=None if writes else by_administrator(store),
    )


class ExchangeConnector:
    """The mailboxes of a group, or of a list. See `base.Connector`."""

    def __init__(
        self,
        store: str,
        door: Door,
        capabilities: Capabilities,
        *,
        group: str = "",
        people: Path | None = None,
        page: int | None = None,
    ) -> None:
        self.store, self.capabilities = store, capabilities
        self._door, self._wire = door, ExchangeClient(door)
        self._group, self._people, self._page = group, people, page or PER_PAGE

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._door.requests

    async def check(self) -> Checked:
        """Asks who is there, and for one photo; tries no write."""
        accounts = await self._accounts()
        if accounts:
            await self._wire.photo(accounts[0].ref, _KEY_PX)
        says = f"the photos of {len(accounts)} mailboxes can be read"
        release = self._wire.release
        if not self.capabilities.writes:
            forbids = self.capabilities.by_hand
        elif release is not None and release < _WRITES_FROM:
            told = ".".join(map(str, release))
            forbids = f"this Exchange ({told}) is older than 2016 (15.1), which takes no photos"
        else:
            return Checked(self.store, True, says, ("read", "write"), (f"remove: {_REMOVED_BY}",))
        return Checked(self.store, True, says, ("read",), (f"write: {forbids}",))

    async def accounts(self) -> AsyncIterator[Account]:
        for account in await self._accounts():
            yield account

    async def observe(self, cursor: str | None = None) -> AsyncIterator[Page]:
        """A request per person, several at a time; `cursor` is the last address seen."""
        everybody = await self._accounts()
        for some, following in pages_after(everybody, lambda a: a.ref, cursor, self._page):
            seen = tuple(await asyncio.gather(*map(self._observation, some)))
            yield Page(seen, following)

    async def find(self, names: Iterable[str], ref: str | None = None) -> Observation | None:
        """By mail address, among those that sameface.toml names."""
        known = {account.ref: account for account in await self._accounts()}
        for name in names if ref is None else [ref, *names]:
            if name.lower() in known:
                return await self._observation(known[name.lower()])
        return None

    async def read(self, account: Account, size_px: int | None = None) -> Picture | None:
        """The smallest square that is large enough, or the largest there is."""
        px = next((px for px in SIZES_PX if size_px is not None and px >= size_px), SIZES_PX[-1])
        photo, _ = await self._wire.photo(account.ref, px)
        if photo is None:
            return None
        key = photo.key if px == _KEY_PX else None
        return whole_picture(self.store, account, photo.data, key)

    async def write(
        self, account: Account, renditions: tuple[Rendition, ...], expected: str | None
    ) -> Written:
        """Three requests: the key before, the largest square, the key after."""
        refuse_unless_writing(self.store, account, self.capabilities)
        photo = max(renditions, key=lambda r: r.width_px)
        refuse_too_many_bytes(self.store, account, photo.size_bytes, self.capabilities.max_bytes)
        refuse_if_moved(self.store, account, await self._key(account), expected)
        await self._wire.put(account.ref, photo.data)
        return Written(await self._key(account))

    async def remove(
        self,
        account: Account,
        expected: str | None,  # noqa: ARG002 - the contract's
    ) -> Written:
        """Error: ByHand, always: Exchange Web Services cannot."""
        if not self.capabilities.writes:
            raise by_hand(self.store, account, self.capabilities)
        what = f"takes no photo away for programs; {_REMOVED_BY}"
        raise ByHand(self.store, what, account=called(account))

    async def close(self) -> None:
        await self._door.close()

    # -- what follows is helpers, in the order of their use

    async def _accounts(self) -> list[Account]:
        """Everybody named, by address. Errors: BadSettings, StoreFailed."""
        if self._people is not None:
            members = await asyncio.to_thread(_listed, self._people)
        else:
            members = await self._wire.members(self._group)
        by_mail = {member.mail.lower(): member for member in members}
        return [self._account(ref, by_mail[ref]) for ref in sorted(by_mail)]

    def _account(self, ref: str, member: Member) -> Account:
        return Account(self.store, ref, member.name or ref, ((Key.MAIL, member.mail),))

    async def _observation(self, account: Account) -> Observation:
        try:
            photo, answer = await self._wire.photo(account.ref, _KEY_PX)
        except StoreFailed as failed:
            if failed.account is None or failed.exit == 2:  # not this person's failure
                raise
            return unknown(account, self._door.clock.now(), failed)
        if photo is None:
            return Observation(account, Standing.NONE, answer.at)
        return Observation(account, Standing.PHOTO, answer.at, photo.key)

    async def _key(self, account: Account) -> str | None:
        photo: Photo | None
        photo, _ = await self._wire.photo(account.ref, _KEY_PX)
        return None if photo is None else photo.key


def _listed(file: Path) -> tuple[Member, ...]:
    """The addresses in a file, one a line; empty lines and those with a `#` are passed over."""
    try:
        lines = text_of(file).splitlines()
    except (OSError, UnicodeDecodeError):
        raise BadSettings(f"{file.name}, which people names, cannot be read as text.") from None
    mails = (line.strip() for line in lines)
    return tuple(Member(mail, "", "Mailbox") for mail in mails if mail and "#" not in mail)
