"""What the visitor's own browser keeps for each viewer, and under which addresses.

A browser's HTTP cache can neither be emptied by a page nor aged by our clock. So an address holds a
generation: a cleared cache is one whose addresses are never asked for again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import NamedTuple


class Address(NamedTuple):
    """One picture as a browser knows it: whose cache, and what the request asks for.

    `stamp` is the store's timestamp where the address carries it, else 0.
    """

    viewer: str
    cache: str
    person: str
    store: str
    file: str | None
    stamp: int


class Copy(NamedTuple):
    """A picture that was fetched: under which generation, and on which surface it was seen."""

    generation: str
    surface: str


class Browsers:
    """The viewers' browsers. No two generations are ever alike, not even of two runs of ours."""

    def __init__(self) -> None:
        self._run, self._turn = secrets.token_hex(4), 1
        self._copies: dict[Address, Copy] = {}

    def generation(self, address: Address) -> str:
        """The one under which the browser has it; else that of what is fetched from now on."""
        copy = self._copies.get(address)
        return copy.generation if copy else f"{self._run}-{self._turn}"

    def fetched(self, address: Address, copy: Copy) -> None:
        """The browser has it from now on."""
        self._copies[address] = copy

    def forget(self, gone: Callable[[Address, Copy], bool]) -> None:
        """The copies that are gone will be asked for under new addresses."""
        kept = {a: c for a, c in self._copies.items() if not gone(a, c)}
        if len(kept) < len(self._copies):
            self.turn(kept)

    def copies(self) -> Mapping[Address, Copy]:
        """All of them, to come back to."""
        return dict(self._copies)

    def turn(self, copies: Mapping[Address, Copy]) -> None:
        """These copies and no others: whatever else the browser has, it is not asked for."""
        self._copies, self._turn = dict(copies), self._turn + 1
