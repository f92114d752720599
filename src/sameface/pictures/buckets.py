"""Buckets: which pictures of many are worth comparing, found without looking at every pair."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sameface.pictures.sketches import BITS, PARTS, Bands, keys, packed, parts_of, probes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sameface.pictures.planes import Plane

    Words = NDArray[np.uint64]

_NEAR = 24
"""Sketches of the same picture, cut or not, differ in so many of 128 bits, and seldom in more."""

_NEAREST = 2
"""So many are compared with a picture, the nearest; its copies are, and strangers now and then."""

_CROWD = 16
"""So many of a bucket are looked at, its first ones: more are copies of one picture."""

_PIECE = 1024
"""Pictures looked up at a time."""


class Buckets:
    """The parts of every picture in buckets, in which every whole picture is looked up.

    100,000 pictures take 25 s and 400 MB.
    """

    def __init__(self, pieces: Iterable[tuple[list[int], list[Plane]]], pictures: int) -> None:
        """`pieces` of squares and whose they are, in order."""
        import numpy as np  # noqa: PLC0415 - importing sameface.pictures must stay cheap

        self._pictures = pictures
        self._bands = Bands.of(pictures)
        self._room = np.uint64(60 - self._bands.bits)  # for the number of a part, beside its key
        owners, waves = [np.zeros(0, "i8")], [np.zeros((0, BITS), "f4")]
        words, filed = [np.zeros((0, PARTS, 2), "u8")], [np.zeros(0, "u8")]
        count = 0
        for whose, some in pieces:
            parts = parts_of(some)
            numbers = np.arange(count * PARTS, (count + len(some)) * PARTS, dtype="u8")
            addressed = keys(parts, self._bands).reshape(-1, self._bands.count) << self._room
            filed.append((addressed | numbers[:, None]).ravel())
            owners.append(np.array(whose, "i8"))
            waves.append(parts[:, 0])
            words.append(packed(parts))
            count += len(some)
        self._owners, self._waves = np.concatenate(owners), np.concatenate(waves)
        self._words, self._filed = np.concatenate(words), np.concatenate(filed)
        self._filed.sort()

    def pairs(self) -> list[tuple[int, int]]:
        """(later, earlier) of those worth comparing, in the order of the later.

        At most `_NEAREST` for each square, so that the work never grows with the square of many.
        """
        import numpy as np  # noqa: PLC0415

        found = [np.zeros(0, "i8")]
        for start in range(0, len(self._waves), _PIECE):
            asked, parts = self._met(start, self._waves[start : start + _PIECE])
            apart = self._apart(asked, parts)
            one, other = self._owners[asked], self._owners[parts // PARTS]
            worth = np.flatnonzero((apart <= _NEAR) & (one != other))
            nearest = worth[_nearest(asked[worth], other[worth], apart[worth])]
            one, other = one[nearest], other[nearest]
            found.append(np.maximum(one, other) * self._pictures + np.minimum(one, other))
        numbers = np.unique(np.concatenate(found)).tolist()
        return [divmod(number, self._pictures) for number in numbers]

    def _met(self, start: int, waves: Plane) -> tuple[Any, Any]:
        """Squares, and parts that are in a bucket with them."""
        import numpy as np  # noqa: PLC0415

        looked = probes(waves, self._bands)
        order = looked.ravel().argsort()
        wanted = looked.ravel()[order] << self._room
        first = self._filed.searchsorted(wanted)
        last = self._filed.searchsorted(wanted + (np.uint64(1) << self._room))
        count = np.minimum(last - first, _CROWD)
        asked = np.repeat(start + order // looked.shape[1], count)
        within = np.arange(count.sum()) - np.repeat(count.cumsum() - count, count)
        parts = self._filed[np.repeat(first, count) + within]
        return asked, (parts & ((np.uint64(1) << self._room) - np.uint64(1))).astype("i8")

    def _apart(self, asked: Any, parts: Any) -> Any:
        """In how many bits each square's sketch differs from that of a part."""
        import numpy as np  # noqa: PLC0415

        bits = self._words[asked, 0] ^ self._words[parts // PARTS, parts % PARTS]
        return np.bitwise_count(bits).sum(axis=1)


def _nearest(asked: Any, other: Any, apart: Any) -> Any:
    """Which to keep: of each square asked about the nearest few, every other picture once."""
    import numpy as np  # noqa: PLC0415

    order = np.lexsort((apart, other, asked))
    both = np.stack([asked[order], other[order]])
    order = order[np.r_[True, (both[:, 1:] != both[:, :-1]).any(axis=0)][: len(order)]]
    order = order[np.lexsort((other[order], apart[order], asked[order]))]
    first = np.searchsorted(asked[order], asked[order])
    return order[np.arange(len(order)) - first < _NEAREST]
