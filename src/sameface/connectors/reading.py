"""Reading many photos: in the store's own batches where it has them, side by side where not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from sameface.connectors.base import Connector
from sameface.errors import StoreFailed
from sameface.values import Account, Picture

Read = tuple[Account, Picture | StoreFailed | None]
"""An account, and its photo, None where it has none, or what went wrong with just this one."""


@runtime_checkable
class ReadsMany(Protocol):
    """An optional ability: several photos with one request."""

    def read_many(
        self, accounts: Sequence[Account], size_px: int | None = None
    ) -> AsyncIterator[Read]:
        """Each account once, in any order. Errors of single photos are yielded, not raised."""


async def read_many(
    connector: Connector,
    accounts: Sequence[Account],
    size_px: int | None = None,
    *,
    brought: Mapping[str, Picture] = MappingProxyType({}),
) -> AsyncIterator[Read]:
    """The photos of these accounts, each once, in any order; a bounded number is in memory.

    What their page `brought` is not asked for again; whom a batch passes over is asked for alone.
    A failure of one account is its own; SignInRefused concerns all of them and is yielded too.
    """
    for account in accounts:
        if account.ref in brought:
            yield account, brought[account.ref]
    away = {account.ref: account for account in accounts if account.ref not in brought}
    if away and isinstance(connector, ReadsMany):
        async for read in connector.read_many(list(away.values()), size_px):
            away.pop(read[0].ref, None)
            yield read
    async for read in _one_by_one(connector, list(away.values()), size_px):
        yield read


async def _one_by_one(
    connector: Connector, accounts: Sequence[Account], size_px: int | None
) -> AsyncIterator[Read]:
    """As many at once as the store bears."""
    width = max(1, connector.capabilities.concurrency)
    for start in range(0, len(accounts), width):
        some = accounts[start : start + width]
        for read in await asyncio.gather(*(_read(connector, a, size_px) for a in some)):
            yield read


async def _read(connector: Connector, account: Account, size_px: int | None) -> Read:
    try:
        return account, await connector.read(account, size_px)
    except StoreFailed as failed:
        return account, failed
