"""Sketches: 128 bits of a fingerprint, to find the few worth comparing among a million."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sameface.pictures.fingerprints import CELLS, look_of
from sameface.pictures.planes import GRID, resampled
from sameface.values import Fingerprint

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sameface.pictures.planes import Plane

BITS = 128
BANDS = 8
"""A sketch is cut into so many bands; two pictures alike agree in one of them, nearly always."""

_BAND_BITS = BITS // BANDS
_DOUBTFUL = 4  # bits of a band that re-encoding is most likely to turn, tried both ways


def coefficients(mark: Fingerprint) -> tuple[Plane, ...]:
    """The 128 slowest waves (discrete cosine transform) of each square to be known by.

    A square picture has one; of a longer one the first, the middle and the last square. None where
    the fingerprint is of another make.
    """
    look = look_of(mark)
    if look is None:
        return ()
    height, width = look.luma.shape
    corners = {
        (share * (height - CELLS), share * (width - CELLS))
        for share in ((0.5,) if look.is_square else (0.0, 0.5, 1.0))
    }
    wave, order = _waves(), _order()
    squares = [resampled(look.luma, top, left, CELLS, GRID) for top, left in sorted(corners)]
    return tuple((wave @ square @ wave.T).ravel()[order] for square in squares)


def packed(waves: Plane) -> NDArray[np.uint64]:
    """Their signs as two words of 64 bits."""
    import numpy as np  # noqa: PLC0415

    return np.packbits(waves > 0).view("u8")


def keys(waves: Plane) -> list[int]:
    """The bucket of each band: its number and its bits."""
    signs = (waves > 0).reshape(BANDS, _BAND_BITS)
    return [_key(band, bits) for band, bits in enumerate(signs)]


def probes(waves: Plane) -> list[int]:
    """The buckets to look into: those of `keys`, and with every doubtful bit turned too."""
    found = []
    for band, values in enumerate(waves.reshape(BANDS, _BAND_BITS)):
        key, weakest = _key(band, values > 0), abs(values).argsort()[:_DOUBTFUL]
        turns = [0]
        for bit in weakest.tolist():
            turns += [turn | 1 << bit for turn in turns]
        found += [key ^ turn for turn in turns]
    return found


def _key(band: int, bits: Any) -> int:
    return band << _BAND_BITS | sum(1 << place for place, bit in enumerate(bits.tolist()) if bit)


@cache
def _waves() -> Plane:
    """The cosines of GRID samples, one wave a row."""
    import numpy as np  # noqa: PLC0415 - importing sameface.pictures must stay cheap

    place, wave = np.meshgrid(np.arange(GRID) + 0.5, np.arange(GRID))
    waves: Plane = np.cos(np.pi * wave * place / GRID).astype("f4")
    return waves


@cache
def _order() -> NDArray[np.intp]:
    """The slowest waves, brightness itself left out, dealt to the bands like cards."""
    import numpy as np  # noqa: PLC0415

    down, across = np.divmod(np.arange(GRID * GRID), GRID)
    slowest = np.lexsort((down, down**2 + across**2))[1 : BITS + 1]
    return slowest.reshape(_BAND_BITS, BANDS).T.ravel()
