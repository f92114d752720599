"""Yammer as a store: mugshots, read only, because no upload is documented (protocols 4).

The change key is the `mugshot_id`; addresses of mugshots are signed and expire, so they are kept
in memory for the next read only, and asked for anew when they no longer work.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta

from sameface.connectors.guards import by_hand, called, whole_picture
from sameface.connectors.keys import handle_key, mail_keys
from sameface.connectors.paging import Edge, place
from sameface.connectors.yammer.client import PER_PAGE, User, YammerClient
from sameface.errors import Garbled
from sameface.http import Door
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

QUOTA = (10, timedelta(seconds=10))
"""What Yammer grants one person with one application (protocols 4)."""

BY_HAND = "the person uploads the photo in Yammer: Settings, Edit profile, Change photo"

_LARGEST_PX = 648
_KEPT_ADDRESSES = 5_000


def capabilities(*, quota_speed: int = 1) -> Capabilities:
    """What Yammer is; it takes no photos from programs."""
    return Capabilities(
        largest_px=_LARGEST_PX,
        change_key=True,
        finds=True,
        concurrency=4,
        quota=(QUOTA[0], QUOTA[1] / quota_speed),
        by_hand=BY_HAND,
    )


class YammerConnector:
    """A Yammer network. See `base.Connector`."""

    def __init__(
        self, store: str, door: Door, capabilities: Capabilities, page: int | None = None
    ) -> None:
        self.store, self.capabilities = store, capabilities
        self._page = page or PER_PAGE
        self._door, self._wire = door, YammerClient(door, self._page)
        self._addresses: dict[str, str | None] = {}

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._door.requests

    async def check(self) -> Checked:
        """Reads the first page of users."""
        await self._wire.users(1)
        may_not = (f"write: {self.capabilities.by_hand}",)
        return Checked(self.store, True, "users and their mugshots can be read", ("read",), may_not)

    async def accounts(self) -> AsyncIterator[Account]:
        async for page in self.observe():
            for seen in page.observations:
                yield seen.account

    async def observe(self, cursor: str | None = None) -> AsyncIterator[Page]:
        """One request per 50 users; `cursor` is the number of the next page."""
        number, edge = place(self.store, cursor, 1), Edge()
        while True:
            page = await self._wire.users(number)
            number += 1
            last = len(page.users) < self._page
            told = edge.repeats([user.id for user in page.users])
            users = (user for user in page.users if user.id not in told)
            seen = tuple(self._observation(user, page.at) for user in users)
            yield Page(seen, None if last else str(number))
            if last:
                return

    async def find(self, names: Iterable[str], ref: str | None = None) -> Observation | None:
        """By number, then by mail address, one request each until one is known."""
        page = None if ref is None else await self._wire.by_number(ref)
        if page is not None and page.users:
            return self._observation(page.users[0], page.at)
        for name in dict.fromkeys(names):
            page = await self._wire.by_mail(name)
            if page.users:
                return self._observation(page.users[0], page.at)
        return None

    async def read(self, account: Account, size_px: int | None = None) -> Picture | None:
        """One request where the address is still fresh, up to three where it is not."""
        px = size_px or _LARGEST_PX
        if account.ref in self._addresses:
            template = self._addresses[account.ref]
            picture = await self._fetched(account, template, px)
            if template is None or picture is not None:
                return picture
        user = await self._wire.user(account.ref, called(account))
        self._remember(user)
        picture = await self._fetched(account, user.template, px, user.mugshot_id)
        if picture is None and user.template is not None:
            what = "names a mugshot that is not there; try again later"
            raise Garbled(self.store, what, account=called(account))
        return picture

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
        await self._door.close()

    # -- what follows is helpers, in the order of their use

    def _observation(self, user: User, at: datetime) -> Observation:
        self._remember(user)
        keys = (handle_key(self.store, user.id), *mail_keys([user.mail]))
        account = Account(self.store, user.id, user.name, keys)
        if user.template is None:
            return Observation(account, Standing.NONE, at)
        return Observation(account, Standing.PHOTO, at, user.mugshot_id)

    def _remember(self, user: User) -> None:
        """Keep the address for the next read; the oldest make room."""
        self._addresses.pop(user.id, None)
        self._addresses[user.id] = user.template
        if len(self._addresses) > _KEPT_ADDRESSES:
            del self._addresses[next(iter(self._addresses))]

    async def _fetched(
        self, account: Account, template: str | None, px: int, mugshot_id: str | None = None
    ) -> Picture | None:
        if template is None:
            return None
        answer = await self._wire.picture(template, px, called(account))
        if answer is None:
            return None
        return whole_picture(self.store, account, answer.body, mugshot_id)
