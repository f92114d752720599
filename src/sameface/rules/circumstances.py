"""A person's options, and what follows from them: decided once for all who have the same."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from sameface.rules.conditions import Value, holds

if TYPE_CHECKING:
    from sameface.rules.rulebook import Rulebook, Surface


class Circumstances:
    """How somebody with these options stands under a rulebook. Immutable; answers by row id.

    There is one of them for each combination of options (`Rulebook.circumstances`), so that what
    a million people have in common is found out once.
    """

    __slots__ = (
        *("_book", "_but", "options"),
        *("barred", "hides", "stores", "surface", "works", "writes"),
    )

    def __init__(self, book: Rulebook, options: dict[str, Value]) -> None:
        self._book = book
        self.options: Mapping[str, Value] = MappingProxyType(options)
        self.stores = cache(self._stores)
        self.works = cache(self._works)
        self.hides = cache(self._hides)
        self.surface = cache(self._surface)
        self.barred = cache(self._barred)
        self.writes = cache(self._writes)
        self._but = cache(self._changed)

    def but(self, option: str, value: Value) -> Circumstances:
        """The same, but for one option."""
        return self if self.options[option] == value else self._but(option, value)

    def _changed(self, option: str, value: Value) -> Circumstances:
        return self._book.circumstances({**self.options, option: value})

    def _stores(self) -> tuple[str, ...]:
        """The stores that there are for them."""
        rows = self._book.stores.values()
        return tuple(s.id for s in rows if s.needs is None or holds((s.needs,), self.options))

    def _works(self, route: str) -> bool:
        """Whether a route works for them, its two stores included."""
        return holds(self._book.needs_of(self._book.routes[route]), self.options)

    def _hides(self, surface: str) -> bool:
        """Whether a surface shows nothing of them, whatever is in its store."""
        return not holds(self._book.surfaces[surface].needs, self.options)

    def _surface(self, surface: str) -> Surface:
        """What a surface is for them."""
        return self._book.surfaces[surface].seen_by(self.options)

    def _barred(self, channel: str) -> str | None:
        """Why a channel changes nothing of theirs; None where it may."""
        row = self._book.channels[channel]
        return row.closed or (None if holds(row.needs, self.options) else row.lacking)

    def _writes(self, channel: str) -> str | None:
        """Where a channel writes for them; None where they have nothing there."""
        row = self._book.channels[channel]
        return row.writes if row.writes in self.stores() else row.otherwise
