"""Dice that always fall the same: choices named by what they are for, derived from a seed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Choices from a seed. Each has a name, so a new choice never changes an older one."""

    def __init__(self, seed: str) -> None:
        self._seed = seed

    def number(self, name: str, low: float = 0.0, high: float = 1.0) -> float:
        """A number from `low` to `high`, each of them possible, rounded to what can be seen."""
        digest = hashlib.blake2b(f"{self._seed}\0{name}".encode(), digest_size=8).digest()
        return round(low + (high - low) * int.from_bytes(digest) / 2**64, 3)

    def chance(self, name: str, odds: float) -> bool:
        return self.number(name) < odds

    def pick(self, name: str, options: Sequence[T]) -> T:
        return options[min(int(self.number(name) * len(options)), len(options) - 1)]

    def shuffled(self, name: str, options: Sequence[T]) -> list[T]:
        """All options in an order of their own."""
        return sorted(options, key=lambda option: self.number(f"{name}:{option}"))

    def in_turn(self, name: str, options: Sequence[T], turn: int) -> T:
        """One option after the other in an order of their own, so neighbours never agree."""
        return self.shuffled(name, options)[turn % len(options)]

    def near(self, name: str, reach: float) -> float:
        """A number from `-reach` to `reach`."""
        return self.number(name, -reach, reach)
