"""Fingerprints: what a picture looks like in 386 bytes, and whether two show the same picture.

A fingerprint is a tiny picture of the square that Sameface would keep: a version, the square's
side, 16 x 16 luma bytes, then 8 x 8 bytes each of two colour differences. It holds values rather
than a hash, so that how two are compared may improve without any picture being read again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sameface.pictures.decoding import LIMITS, Limits, decode
from sameface.pictures.renditions import LOOK_PX, square
from sameface.values import Fingerprint, Likeness

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Plane = NDArray[np.float64]

SAME_BELOW = 0.36
"""A `distance` below this is the same picture.

Measured on drawn portraits: copies down to 24 px, 48 px at JPEG quality 40 or WebP 50, and gamma
0.75 to 1.35, all stay below 0.29; mirror images begin at 0.44, other portraits at 0.56.
"""

LEAST_PX = 24
"""A smaller square has too few pixels per cell to tell anything."""

_VERSION = 1
_CELLS, _COARSE_CELLS = 16, 8
_LENGTH = 2 + _CELLS**2 + 2 * _COARSE_CELLS**2
_FINE_PX = 48  # three pixels per cell; a smaller square is compared on the coarser grid
_NOISE = 0.001  # what re-encoding may add to the energy of edges (full scale squared, per step)
_FLAT = 0.0004  # edges with less energy than this drown in that noise
_COLOURFUL = 0.1  # a deviation of colour (full scale 1) that a tint alone does not bring


def fingerprint(data: bytes, limits: Limits = LIMITS) -> Fingerprint:
    """What the picture's square looks like. Raises as `decode` does."""
    import numpy as np  # noqa: PLC0415 - importing sameface.pictures must stay cheap

    image = square(decode(data, LOOK_PX, limits))
    cells = _averaged(image.numpy().astype("f8"), _CELLS)
    luma = cells @ (0.299, 0.587, 0.114)
    colours = [_averaged((cells[..., band] - luma) / 2 + 128, _COARSE_CELLS) for band in (0, 2)]
    values = np.concatenate([plane.ravel() for plane in (luma, *colours)])
    return Fingerprint(
        bytes((_VERSION, image.width)) + values.round().clip(0, 255).astype("u1").tobytes()
    )


def compare(one: Fingerprint, other: Fingerprint) -> Likeness:
    """SAME, DIFFERENT, or CANNOT_TELL where either picture is too small or too flat."""
    apart = distance(one, other)
    if apart is None:
        return Likeness.CANNOT_TELL
    return Likeness.SAME if apart < SAME_BELOW else Likeness.DIFFERENT


def distance(one: Fingerprint, other: Fingerprint) -> float | None:
    """How far two pictures are apart: 0 the same, 1 nothing in common; None where nobody can tell.

    It is how much of one picture's edges the other leaves unexplained once its tones are fitted
    (so gamma, contrast and brightness do not count), in the worse direction.
    """
    first, second = _Look.of(one), _Look.of(other)
    if first is None or second is None:
        return None
    luma, luma2 = first.luma, second.luma
    if min(first.side_px, second.side_px) < _FINE_PX:
        luma, luma2 = _averaged(luma, _COARSE_CELLS), _averaged(luma2, _COARSE_CELLS)
    if min(_energy(luma), _energy(luma2)) < _FLAT:
        return None
    if _correlation(luma, luma2) < 0.5 or _clash(first.colour, second.colour):
        return 1.0
    return min(1.0, max(_rest(luma, luma2), _rest(luma2, luma)))


@dataclass(frozen=True, slots=True)
class _Look:
    """A fingerprint unpacked, full scale 1: luma as 16 x 16, both colours as one vector."""

    side_px: int
    luma: Plane
    colour: Plane

    @classmethod
    def of(cls, mark: Fingerprint) -> _Look | None:
        """None where the picture was too small, or another version made the fingerprint."""
        import numpy as np  # noqa: PLC0415

        if len(mark.data) != _LENGTH or mark.data[0] != _VERSION or mark.data[1] < LEAST_PX:
            return None
        values = np.frombuffer(mark.data, "u1", offset=2) / 255
        luma, colour = values[: _CELLS**2].reshape(_CELLS, _CELLS), values[_CELLS**2 :] * 2
        return cls(mark.data[1], luma, colour)


def _rest(known: Plane, told: Plane) -> float:
    """What is left of the edges in `told` after the best smooth curve through `known`'s tones."""
    base = known - known.mean()
    bend = base**2 - (base**2).mean()
    bend -= base * _ratio((base * bend).sum(), (base * base).sum())
    rest = told - told.mean()
    for part in (base, bend):
        rest = rest - part * _ratio((rest * part).sum(), (part * part).sum())
    return float((_energy(rest) / (_energy(told) + _NOISE)) ** 0.5)


def _clash(one: Plane, other: Plane) -> bool:
    """Both very colourful, but not alike: another picture, however similar in its greys."""
    return min(one.std(), other.std()) > _COLOURFUL and _correlation(one, other) < 0.4


def _energy(plane: Plane) -> float:
    """Of a step from cell to cell, on average: edges tell pictures apart, brightness does not."""
    across, down = plane[:, 1:] - plane[:, :-1], plane[1:] - plane[:-1]
    return float((across * across).mean() + (down * down).mean()) / 2


def _correlation(one: Plane, other: Plane) -> float:
    a, b = one - one.mean(), other - other.mean()
    return _ratio((a * b).sum(), ((a * a).sum() * (b * b).sum()) ** 0.5)


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole > 1e-9 else 0.0


def _averaged(plane: Plane, cells: int) -> Plane:
    """A square reduced to `cells` x `cells` by averaging what each covers; a third axis stays."""
    weights = _weights(plane.shape[0], cells)
    down: Plane = weights @ plane.reshape(plane.shape[0], -1)
    across: Plane = weights @ down.reshape(cells, plane.shape[0], -1)
    return across.reshape(cells, cells, *plane.shape[2:])


@lru_cache(maxsize=256)
def _weights(side: int, cells: int) -> Plane:
    """How much of each pixel belongs to each cell; rows sum to 1, and pixels may be divided."""
    import numpy as np  # noqa: PLC0415

    edges = np.arange(cells + 1)[:, None] * side / cells
    pixels = np.arange(side)[None, :]
    inside = np.minimum(edges[1:], pixels + 1) - np.maximum(edges[:-1], pixels)
    weights: Plane = inside.clip(0, None) * cells / side
    return weights
