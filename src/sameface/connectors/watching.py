"""Hearing of changes as they happen: an ability that directories have."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol, runtime_checkable

from sameface.values import Page


@runtime_checkable
class Watches(Protocol):
    """An optional ability: the store itself says when something changed."""

    def watch(self, since: str | None = None) -> AsyncGenerator[Page, None]:
        """Changes as they happen, each in a page as `observe(since)` gives it; it never ends.

        `since` is the `since` of an earlier page: what changed after that comes first. A lost
        connection is taken up again, and what was missed is told. Error: StoreFailed where
        watching cannot begin.
        """
