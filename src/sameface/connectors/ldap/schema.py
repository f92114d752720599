"""What a directory's kind must tell of itself: its entries as accounts, and what changed there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sameface.connectors.ldap.controls import Control
from sameface.connectors.ldap.entries import Entry
from sameface.values import Account, Standing


@dataclass(frozen=True, slots=True)
class Dated:
    """What a directory tells of a photo beside its bytes: changed within (after, by]."""

    standing: Standing
    after: datetime | None = None
    by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delta:
    """Refs of what changed since a cursor and of what is gone, and the cursor for the next time."""

    changed: tuple[str, ...]
    gone: tuple[str, ...]
    cursor: str


class Schema(Protocol):
    """How one kind of directory spells people."""

    people: str  # the filter that people satisfy, and machines and the system's own do not
    attributes: tuple[str, ...]  # what is asked of an entry beside its photo
    rights: tuple[str, ...]  # what is asked beside, to know whether we may write
    naming: tuple[str, ...]  # attributes by which somebody can be found

    def account(self, store: str, entry: Entry) -> Account | None:
        """The account; None for an entry that does not say which it is."""

    def named(self, ref: str) -> str:
        """The filter that only this account satisfies."""

    def dated(self, entry: Entry, photo: bytes | None) -> Dated:
        """What is known of the photo's past."""

    def condition(self, entry: Entry) -> tuple[Control, ...]:
        """Controls that let a write pass only while the entry is as read, where it has such."""

    def may_write(self, entry: Entry, attribute: str) -> bool | None:
        """Whether the directory says that we may; None where it does not say."""


class Changes(Protocol):
    """How one kind of directory tells what changed. Errors: StoreFailed."""

    async def mark(self) -> str:
        """A cursor from now on."""

    async def since(self, cursor: str) -> Delta | None:
        """What changed; None where the server does not know the cursor any more."""

    def alarms(self, cursor: str) -> AsyncIterator[None]:
        """Once when the server listens, and whenever anything may have changed after that."""
