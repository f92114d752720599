"""A folder of portraits as a store, read only: files named by UPN, mail or account name, or a CSV.

One unusable file is one person's observation; the others go on. The change key is the file's size
and time, so an unchanged folder costs no reading.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from sameface.connectors.folder.portraits import Portrait, content, look_again, portraits
from sameface.connectors.guards import by_hand, called, unknown, whole_picture
from sameface.connectors.paging import pages_after
from sameface.errors import Garbled, NoSuchAccount
from sameface.http import Clock
from sameface.values import (
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

BY_HAND = "whoever keeps the folder of portraits replaces the file there"

PER_PAGE = 1000
"""People per page of observations: nothing is saved by more."""


def capabilities() -> Capabilities:
    """What a folder is; nothing is ever written into it."""
    return Capabilities(change_key=True, finds=True, by_hand=BY_HAND)


class FolderConnector:
    """A folder of portraits. See `base.Connector`."""

    requests = 0

    def __init__(
        self,
        store: str,
        folder: Path,
        listing: Path | None = None,
        page: int | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.store, self.capabilities = store, capabilities()
        self._folder, self._listing = folder, listing
        self._clock, self._page = clock or Clock(), page or PER_PAGE
        self._known: dict[str, Portrait] = {}

    async def check(self) -> Checked:
        """Lists the folder."""
        found = await self._portraits()
        bad = sum(1 for portrait in found if portrait.wrong)
        says = f"{len(found)} portraits are there" + (f", {bad} of them unusable" if bad else "")
        return Checked(self.store, True, says, ("read",), (f"write: {BY_HAND}",))

    async def accounts(self) -> AsyncIterator[Account]:
        for portrait in await self._portraits():
            yield self._account(portrait)

    async def observe(self, cursor: str | None = None) -> AsyncIterator[Page]:
        """Looks at each file's size, time and first bytes; `cursor` is the last name seen."""
        everybody = await self._portraits()
        for some, following in pages_after(everybody, lambda p: p.ref, cursor, self._page):
            yield Page(tuple(map(self._observation, some)), following)

    async def find(self, names: Iterable[str], ref: str | None = None) -> Observation | None:
        """By any key a portrait has, whatever its kind and case."""
        portraits = await self._portraits()
        if ref in self._known:
            return self._observation(self._known[ref])
        for name in (name.lower() for name in names):
            found = [p for p in portraits if any(v.lower() == name for _, v in p.keys)]
            if len(found) == 1:
                return self._observation(found[0])
        return None

    async def read(
        self,
        account: Account,
        size_px: int | None = None,  # noqa: ARG002 - the contract's
    ) -> Picture | None:
        """The file as it is, whatever the size. Errors: as its observation would tell."""
        portrait = self._known.get(account.ref)
        if portrait is None:
            await self._portraits()
            portrait = self._known.get(account.ref)
        if portrait is None:
            what = "has no portrait of that name any more; it was renamed or taken out"
            raise NoSuchAccount(self.store, what, account=called(account))
        portrait = await asyncio.to_thread(look_again, self._folder, portrait)
        if portrait.wrong:
            raise Garbled(self.store, portrait.wrong, account=called(account))
        data = await asyncio.to_thread(content, self.store, self._folder, portrait)
        return whole_picture(self.store, account, data, portrait.stamp)

    async def write(
        self,
        account: Account,
        renditions: tuple[Rendition, ...],  # noqa: ARG002 - the contract's
        expected: str | None,  # noqa: ARG002
    ) -> Written:
        """Error: ByHand, always."""
        raise by_hand(self.store, account, self.capabilities)

    async def remove(
        self,
        account: Account,
        expected: str | None,  # noqa: ARG002 - the contract's
    ) -> Written:
        """Error: ByHand, always."""
        raise by_hand(self.store, account, self.capabilities)

    async def close(self) -> None:
        """Nothing is held open."""

    # -- what follows is helpers, in the order of their use

    async def _portraits(self) -> list[Portrait]:
        found = await asyncio.to_thread(portraits, self.store, self._folder, self._listing)
        self._known = {portrait.ref: portrait for portrait in found}
        return found

    def _account(self, portrait: Portrait) -> Account:
        return Account(self.store, portrait.ref, portrait.keys[0][1], portrait.keys)

    def _observation(self, portrait: Portrait) -> Observation:
        account, now = self._account(portrait), self._clock.now()
        if portrait.wrong:
            return unknown(
                account, now, Garbled(self.store, portrait.wrong, account=called(account))
            )
        return Observation(
            account,
            Standing.PHOTO,
            now,
            portrait.stamp,
            size_bytes=portrait.size_bytes,
            changed_by=portrait.modified,
        )
