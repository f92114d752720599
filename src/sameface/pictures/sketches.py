"""Sketches: 128 bits of a square, and the buckets by which the few worth comparing are found.

A sketch is the signs of a picture's 128 slowest waves (discrete cosine transform). Copies turn few
of them, and mostly those of weak waves. A copy that was cut has the sketch of a part, so sketches
are made of parts too: of the whole square, and of squares of 95 to 80 % of its side all over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from sameface.pictures.fingerprints import CELLS, look_of
from sameface.pictures.planes import GRID, resampled, window
from sameface.values import Fingerprint

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sameface.pictures.planes import Plane

BITS = 128
_PARTS = ((1.0, 1), (0.95, 2), (0.9, 3), (0.85, 3), (0.8, 3))
"""Sides of parts, and at how many places along a side each is taken."""

PARTS = sum(places * places for _, places in _PARTS)
"""How many parts a square has; the first is the whole."""


@dataclass(frozen=True, slots=True)
class Bands:
    """A sketch cut into `count` keys of `bits` each; two alike agree in one of them, nearly always.

    `doubtful` bits of each key, those of its weakest waves, are tried both ways.
    """

    count: int
    bits: int
    doubtful: int

    @classmethod
    def of(cls, pictures: int) -> Bands:
        """Longer keys for more pictures, so that a bucket holds as many of them as before."""
        if pictures <= 4_000:
            return cls(8, 16, 4)
        return cls(6, 20, 6) if pictures <= 40_000 else cls(5, 24, 7)


def squares(mark: Fingerprint) -> tuple[Plane, ...]:
    """The squares to be known by: one of a square picture, of a longer one first, middle and last.

    None where the fingerprint is of another make.
    """
    look = look_of(mark)
    if look is None:
        return ()
    if look.is_square:
        return (look.luma,)
    height, width = look.luma.shape
    corners = sorted((share * (height - CELLS), share * (width - CELLS)) for share in (0, 0.5, 1))
    return tuple(resampled(look.luma, top, left, CELLS, CELLS) for top, left in corners)


def waves_of(some: Sequence[Plane]) -> Plane:
    """Squares x BITS: the waves of each whole square."""
    return _times(some, _transform()[:BITS])


def parts_of(some: Sequence[Plane]) -> Plane:
    """Squares x PARTS x BITS: the waves of every part. A thousand squares make 20 MB."""
    return _times(some, _transform()).reshape(len(some), PARTS, BITS)


def packed(waves: Plane) -> NDArray[np.uint64]:
    """... x BITS to ... x 2: their signs as two words of 64 bits."""
    import numpy as np  # noqa: PLC0415

    return np.packbits(waves > 0, axis=-1).view("u8")


def keys(waves: Plane, bands: Bands) -> NDArray[np.uint64]:
    """... x BITS to ... x bands: the bucket of each band, its number and its bits."""
    import numpy as np  # noqa: PLC0415

    used = waves[..., _dealt(bands)].reshape(*waves.shape[:-1], bands.count, bands.bits)
    numbers = np.arange(bands.count, dtype="u8") << np.uint64(bands.bits)
    found: NDArray[np.uint64] = (used > 0) @ _places(bands) + numbers
    return found


def probes(waves: Plane, bands: Bands) -> NDArray[np.uint64]:
    """Squares x BITS to squares x buckets to look into: with every doubtful bit both ways."""
    import numpy as np  # noqa: PLC0415

    used = waves[:, _dealt(bands)].reshape(len(waves), bands.count, bands.bits)
    weakest = np.argpartition(abs(used), bands.doubtful, axis=-1)[..., : bands.doubtful]
    turns = _places(bands)[weakest]
    found = keys(waves, bands)[..., None]
    for one in range(bands.doubtful):
        found = np.concatenate([found, found ^ turns[..., one : one + 1]], axis=-1)
    return found.reshape(len(waves), -1)


def _times(some: Sequence[Plane], transform: Plane) -> Plane:
    import numpy as np  # noqa: PLC0415

    flat: Plane = np.array(some, "f4").reshape(len(some), CELLS * CELLS) @ transform.T
    return flat


@cache
def _transform() -> Plane:
    """From a square's cells to the waves of all its parts, one wave a row."""
    import numpy as np  # noqa: PLC0415 - importing sameface.pictures must stay cheap

    place, wave = np.meshgrid(np.arange(GRID) + 0.5, np.arange(GRID))
    cosines = np.cos(np.pi * wave * place / GRID)
    rows = []
    for share, places in _PARTS:
        starts = np.linspace(0, CELLS * (1 - share), places)
        lines = [cosines @ window(CELLS, float(start), share * CELLS, GRID) for start in starts]
        rows += [np.kron(down, across)[_slowest()] for down in lines for across in lines]
    made: Plane = np.concatenate(rows).astype("f4")
    return made


@cache
def _slowest() -> NDArray[np.intp]:
    """The slowest waves, brightness itself left out."""
    import numpy as np  # noqa: PLC0415

    down, across = np.divmod(np.arange(GRID * GRID), GRID)
    return np.lexsort((down, down**2 + across**2))[1 : BITS + 1]


@lru_cache
def _dealt(bands: Bands) -> NDArray[np.intp]:
    """Which waves are in which band: dealt like cards, so that each has slow ones."""
    import numpy as np  # noqa: PLC0415

    return np.arange(bands.count * bands.bits).reshape(bands.bits, bands.count).T.ravel()


@lru_cache
def _places(bands: Bands) -> NDArray[Any]:
    import numpy as np  # noqa: PLC0415

    return np.uint64(1) << np.arange(bands.bits, dtype="u8")
