"""What a connector is: three mandatory verbs, and capabilities for everything else.

A connector normalises its store's spellings of "no photo" (facts, protocols section 7) and raises
only `StoreFailed` and its children. It decides nothing: what to write, and whether, is for sync.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Protocol

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


class Connector(Protocol):
    """One store, as the rest of the house sees it."""

    store: str
    capabilities: Capabilities

    async def check(self) -> Checked:
        """Sign in and look, writing nothing: what may Sameface do here?"""

    def accounts(self) -> AsyncIterator[Account]:
        """Everybody the store knows, in the store's own order, page by page inside."""

    def observe(self, cursor: str | None = None) -> AsyncIterator[Page]:
        """What every account's photo is now, in pages; `cursor` continues after that page.

        Costs as few requests as the store allows: change keys rather than pictures. An account
        that cannot be observed is in its page with standing UNKNOWN and an `error`.

        With the last page's `since` for a cursor it tells what changed after that look began, and
        everything anew, in pages that are no `delta`, where the store does not know it any more.
        """

    async def find(self, names: Iterable[str], ref: str | None = None) -> Observation | None:
        """One person's account by UPN or mail (the first that is known), observed; else None.

        `ref` is the handle of the account they had: it comes before all names, so that another
        account, or None, means that this one is there no more. A name that several accounts have
        finds none of them, and whose own name it is comes before whose alias it is.

        Only where `capabilities.finds`.
        """

    async def read(self, account: Account, size_px: int | None = None) -> Picture | None:
        """The photo as served at that size (None: the largest); None where there is no photo."""

    async def write(
        self, account: Account, renditions: tuple[Rendition, ...], expected: str | None
    ) -> Written:
        """Put the photo there; `expected` is the change key the plan saw.

        The change key is read immediately before (or with the write, where the store can);
        `Moved` where it is another. `renditions` are the squares of `capabilities.sizes_px` where
        the store keeps several files, and one otherwise.
        """

    async def remove(self, account: Account, expected: str | None) -> Written:
        """Empty the account's photo, under the same condition as `write`."""

    async def close(self) -> None:
        """Let go of connections."""
