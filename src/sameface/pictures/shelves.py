"""A shelf: many fingerprints, searched at once, and sorted into groups in linear time."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

from sameface.pictures.buckets import Buckets
from sameface.pictures.fingerprints import SAME_BELOW, compare, distance
from sameface.pictures.sketches import packed, squares, waves_of
from sameface.values import Fingerprint, Likeness

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sameface.pictures.planes import Plane

Name = TypeVar("Name", bound=Hashable)

_NEAR = 24
"""Sketches of the same picture differ in at most 20 of 128 bits, those of others in 30 or more."""

_ALIKE = (Likeness.SAME, Likeness.CROPPED)

_PIECE = 1024
"""Squares unpacked at a time."""


class Shelf(Generic[Name]):
    """Fingerprints by name. Too small or flat ones match nothing, here as in `compare`."""

    def __init__(self, marks: Iterable[tuple[Name, Fingerprint]]) -> None:
        self._marks = list(marks)
        self.comparisons = 0

    def __len__(self) -> int:
        return len(self._marks)

    def find(self, mark: Fingerprint) -> list[Name]:
        """Who has this very picture, whole, the nearest first: one look at every sketch."""
        import numpy as np  # noqa: PLC0415

        near: set[int] = set()
        owners, sketches = self._sketches
        asked = squares(mark)
        for words in packed(waves_of(asked)) if asked else ():
            first, second = (np.bitwise_count(sketches[n] ^ words[n]) for n in (0, 1))
            near.update(owners[np.flatnonzero(first + second <= _NEAR)].tolist())
        same = [n for n in near if self._likeness(mark, self._marks[n][1]) is Likeness.SAME]
        same.sort(key=lambda number: (distance(mark, self._marks[number][1]) or 0.0, number))
        return [self._marks[number][0] for number in same]

    def groups(self) -> list[list[Name]]:
        """Everybody, sorted by picture, whole or cut; the others of a group are like its first.

        Every picture is looked up in buckets and compared with the first of the few groups that it
        meets there, so the work grows with the number of pictures and not with its square. Pictures
        that nobody can tell stay alone.
        """
        first = list(range(len(self._marks)))
        tried: set[tuple[int, int]] = set()
        for pair in Buckets(self._pieces(), len(self._marks)).pairs():
            later, earlier = sorted((_first(first, number) for number in pair), reverse=True)
            if later == earlier or (later, earlier) in tried:
                continue
            tried.add((later, earlier))
            if self._likeness(self._marks[later][1], self._marks[earlier][1]) in _ALIKE:
                first[later] = earlier
        groups: dict[int, list[Name]] = {}
        for number, (name, _) in enumerate(self._marks):
            groups.setdefault(_first(first, number), []).append(name)
        return list(groups.values())

    @cached_property
    def _sketches(self) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """Whose each sketch is, and the first and the second half of all of them."""
        import numpy as np  # noqa: PLC0415 - importing sameface.pictures must stay cheap

        owners, words = [np.zeros(0, "i8")], [np.zeros((0, 2), "u8")]
        for whose, some in self._pieces():
            owners.append(np.array(whose, "i8"))
            words.append(packed(waves_of(some)))
        return np.concatenate(owners), np.ascontiguousarray(np.concatenate(words).T)

    def _pieces(self) -> Iterator[tuple[list[int], list[Plane]]]:
        """Every square, and whose it is, some at a time."""
        whose: list[int] = []
        some: list[Plane] = []
        for number, (_, mark) in enumerate(self._marks):
            for square in squares(mark):
                whose.append(number)
                some.append(square)
            if len(some) >= _PIECE:
                yield whose, some
                whose, some = [], []
        if some:
            yield whose, some

    def _likeness(self, one: Fingerprint, other: Fingerprint) -> Likeness:
        self.comparisons += 1
        return compare(one, other, SAME_BELOW)


def _first(first: list[int], number: int) -> int:
    """Whom this one's group begins with; the way there is shortened as it is walked."""
    while first[number] != number:
        first[number] = first[first[number]]
        number = first[number]
    return number
