"""A shelf: many fingerprints, searched at once, and sorted into groups in linear time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Generic, TypeVar

from sameface.pictures.fingerprints import compare, distance
from sameface.pictures.sketches import coefficients, keys, packed, probes
from sameface.values import Fingerprint, Likeness

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Name = TypeVar("Name", bound=Hashable)

_NEAR = 24
"""Sketches of the same picture differ in at most 15 of 128 bits, those of others in 30 or more."""


class Shelf(Generic[Name]):
    """Fingerprints by name. Too small or flat ones match nothing, here as in `compare`.

    Finds the same picture at any size and in any tone. Copies that are cut by more than a few
    hundredths are for `compare`, pair by pair.
    """

    def __init__(self, marks: Iterable[tuple[Name, Fingerprint]]) -> None:
        import numpy as np  # noqa: PLC0415 - importing sameface.pictures must stay cheap

        self._marks = list(marks)
        self.comparisons = 0
        sketched = [
            (number, packed(waves))
            for number, (_, mark) in enumerate(self._marks)
            for waves in coefficients(mark)
        ]
        self._owners = np.array([number for number, _ in sketched], "i8")
        words = np.array([words for _, words in sketched], "u8").reshape(len(sketched), 2)
        self._words = np.ascontiguousarray(words.T)

    def __len__(self) -> int:
        return len(self._marks)

    def find(self, mark: Fingerprint) -> list[Name]:
        """Who has this very picture, the nearest first: one look at every sketch."""
        import numpy as np  # noqa: PLC0415

        near: set[int] = set()
        for waves in coefficients(mark):
            apart = [np.bitwise_count(self._words[n] ^ packed(waves)[n]) for n in (0, 1)]
            near.update(self._owners[np.flatnonzero(apart[0] + apart[1] <= _NEAR)].tolist())
        same = [number for number in near if self._is_same(mark, self._marks[number][1])]
        same.sort(key=lambda number: (distance(mark, self._marks[number][1]) or 0.0, number))
        return [self._marks[number][0] for number in same]

    def groups(self) -> list[list[Name]]:
        """Everybody, sorted by picture; each group's first is who the others were compared with.

        Every picture is looked up in buckets and compared with the few group leaders it finds
        there, so the work grows with the number of pictures and not with its square. Pictures that
        nobody can tell stay alone.
        """
        buckets: defaultdict[int, list[int]] = defaultdict(list)
        groups: dict[int, list[Name]] = {}
        for number, (name, mark) in enumerate(self._marks):
            leader = self._leader(mark, buckets)
            if leader is not None:
                groups[leader].append(name)
                continue
            groups[number] = [name]
            for waves in coefficients(mark):
                for key in keys(waves):
                    buckets[key].append(number)
        return list(groups.values())

    def _leader(self, mark: Fingerprint, buckets: dict[int, list[int]]) -> int | None:
        for waves in coefficients(mark):
            words = packed(waves)
            met = {number for key in probes(waves) for number in buckets.get(key, ())}
            for number in sorted(met):
                other = self._marks[number][1]
                if self._is_near(words, other) and self._is_same(mark, other):
                    return number
        return None

    def _is_near(self, words: NDArray[np.uint64], other: Fingerprint) -> bool:
        import numpy as np  # noqa: PLC0415

        return any(
            int(np.bitwise_count(words ^ packed(waves)).sum()) <= _NEAR
            for waves in coefficients(other)
        )

    def _is_same(self, one: Fingerprint, other: Fingerprint) -> bool:
        self.comparisons += 1
        return compare(one, other) is Likeness.SAME
