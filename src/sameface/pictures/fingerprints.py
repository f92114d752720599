"""Fingerprints: what a picture looks like in some 700 bytes, and whether two show the same picture.

A fingerprint is a tiny copy of the whole picture: a version, the shorter side in pixels, the grid's
height and width, its luma (24 cells along the shorter side), then two colour differences on a grid
a third as fine. It holds values rather than a hash, so that how two are compared may improve
without any picture being read again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sameface.pictures.decoding import LIMITS, Header, Limits, measured
from sameface.pictures.planes import (
    GRID,
    averages,
    correlation,
    energy,
    resampled,
    unexplained,
    windows,
)
from sameface.values import Fingerprint, Likeness

if TYPE_CHECKING:
    from sameface.pictures.decoding import Pixels
    from sameface.pictures.planes import Plane

SAME_BELOW = 0.36
"""A `distance` below this is the same picture, as far as its whole square goes."""

CROPPED_BELOW = 0.50
"""A part that is as near as this to the other picture is cut from it.

Both chosen on one half of the pairs of `bench/pictures.py`; docs/pictures.md has the rates on the
other half.
"""

LEAST_PX = 24
"""A smaller square has too few pixels per cell to tell anything."""

LOOK_PX = 96
"""Fingerprints are taken at this shorter side, the size at which most stores serve a photo."""

_VERSION = 2
CELLS = 24  # along the shorter side
_COLOUR_CELLS = 8
_HEAD = 4
_FINE_PX = 48  # two pixels per cell; a smaller square is compared on half the grid, and uncropped
_FLAT = 0.0004  # edges with less energy than this drown in what re-encoding adds
_COLOURFUL = 0.1  # a deviation of colour (full scale 1) that a tint alone does not bring
_HOPELESS = 0.2  # no part of a picture that correlates less than this with another was cut from it
_SCALES = (0.975, 0.95, 0.925, 0.9, 0.875, 0.85, 0.825, 0.8)  # what crops leave of a side
_MIRROR_WINS = 0.9  # the mirror image explains a picture this much better: it is the mirror image
_DOUBT = 0.01  # but not by less than re-encoding may add, as it does to a symmetric picture


def fingerprint(data: bytes, limits: Limits = LIMITS) -> Fingerprint:
    """What the picture looks like. Raises as `decode` does."""
    return measure(data, limits)[1]


def measure(data: bytes, limits: Limits = LIMITS) -> tuple[Header, Fingerprint]:
    """What the file says of itself and what its picture looks like, from one opening."""
    header, image = measured(data, LOOK_PX, limits)
    return header, _mark(image)


def _mark(image: Pixels) -> Fingerprint:
    import numpy as np  # noqa: PLC0415 - importing sameface.pictures must stay cheap

    height, width = image.shape[:2]
    side = min(height, width)
    grid = [max(CELLS, round(length * CELLS / side)) for length in (height, width)]
    bands = averages(image, grid[0], grid[1])
    luma = bands @ np.array((0.299, 0.587, 0.114), "f4")
    tints = (bands[..., (0, 2)] - luma[..., None]) / 2 + 128
    small = averages(tints, *(round(cells * _COLOUR_CELLS / CELLS) for cells in grid))
    values = np.concatenate([luma.ravel(), small.ravel()])
    head = bytes((_VERSION, side, *grid))
    return Fingerprint(head + values.round().clip(0, 255).astype("u1").tobytes())


def compare(one: Fingerprint, other: Fingerprint, cropped_below: float = CROPPED_BELOW) -> Likeness:
    """SAME, CROPPED, DIFFERENT, or CANNOT_TELL where either is too small or too flat.

    Who compares everybody with everybody meets more likenesses by chance, and wants a lower
    `cropped_below`. A square taken along the longer side of a picture is SAME: that is what every
    store keeps of it.
    """
    first, second = look_of(one), look_of(other)
    if first is None or second is None or not _tells(first, second):
        return Likeness.CANNOT_TELL
    whole = _apart(first, second)
    if whole < SAME_BELOW:
        return Likeness.DIFFERENT if _is_mirrored(first, second, whole) else Likeness.SAME
    part = _part_apart(first, second)
    if part >= cropped_below:
        return Likeness.DIFFERENT
    turned = _part_apart(first.mirrored(), second)
    return Likeness.DIFFERENT if _wins(turned, part) else Likeness.CROPPED


def is_same(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether `compare` says SAME, in a third of the time: parts are not looked for."""
    first, second = look_of(one), look_of(other)
    if first is None or second is None or not _tells(first, second):
        return False
    whole = _apart(first, second)
    return whole < SAME_BELOW and not _is_mirrored(first, second, whole)


def _is_mirrored(one: Look, other: Look, upright: float) -> bool:
    return _wins(_apart(one.mirrored(), other), upright)


def _wins(turned: float, upright: float) -> bool:
    """True where the mirror image is the better explanation."""
    return turned < upright * _MIRROR_WINS - _DOUBT


def distance(one: Fingerprint, other: Fingerprint) -> float | None:
    """How far two pictures are apart: 0 the same, 1 nothing in common; None where nobody can tell.

    It is how much of one picture's edges the other leaves unexplained once its tones are fitted
    (so gamma, contrast and brightness do not count), in the worse direction.
    """
    first, second = look_of(one), look_of(other)
    if first is None or second is None or not _tells(first, second):
        return None
    return _apart(first, second)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A fingerprint unpacked, full scale 1: luma and colours as grids, and the middle square."""

    side_px: int
    luma: Plane
    tints: Plane

    @property
    def is_square(self) -> bool:
        return bool(self.luma.shape[0] == self.luma.shape[1])

    def square(self, grid: int) -> Plane:
        """The luma of the middle square, `grid` x `grid`."""
        height, width = self.luma.shape
        return resampled(self.luma, (height - CELLS) / 2, (width - CELLS) / 2, CELLS, grid)

    def mirrored(self) -> Look:
        """The same picture seen in a mirror."""
        return Look(self.side_px, self.luma[:, ::-1], self.tints[:, ::-1])


@lru_cache(maxsize=512)
def look_of(mark: Fingerprint) -> Look | None:
    """None where the picture was too small, or another version made the fingerprint."""
    import numpy as np  # noqa: PLC0415

    data = mark.data
    if len(data) < _HEAD or data[0] != _VERSION or data[1] < LEAST_PX:
        return None
    height, width = data[2], data[3]
    rows, columns = (round(cells * _COLOUR_CELLS / CELLS) for cells in (height, width))
    if len(data) != _HEAD + height * width + 2 * rows * columns or min(height, width) != CELLS:
        return None
    values = np.frombuffer(data, "u1", offset=_HEAD).astype("f4") / 255
    luma, tints = values[: height * width], values[height * width :] * 2
    return Look(data[1], luma.reshape(height, width), tints.reshape(rows, columns, 2))


def _grid(one: Look, other: Look) -> int:
    return GRID if min(one.side_px, other.side_px) >= _FINE_PX else GRID // 2


def _tells(one: Look, other: Look) -> bool:
    grid = _grid(one, other)
    return min(energy(one.square(grid)), energy(other.square(grid))) >= _FLAT


def _apart(one: Look, other: Look) -> float:
    """The distance of two whole squares: where one is longer, its square wherever it fits best."""
    if _clash(one, other):
        return 1.0
    grid = _grid(one, other)
    best = 1.0
    for whole, told in _directions(one, other):
        square = told.square(grid)
        for window in windows(whole.luma, (CELLS,), square, grid):
            if correlation(window, square) >= 0.5:
                best = min(best, unexplained(window, square))
    return best


def _directions(one: Look, other: Look) -> tuple[tuple[Look, Look], ...]:
    """Which of two is searched for the other's square: squares are searched once."""
    if other.is_square:
        return ((one, other),)
    return ((other, one),) if one.is_square else ((one, other), (other, one))


def _part_apart(one: Look, other: Look) -> float:
    """The distance of the part of either picture that is nearest to the other's square."""
    if min(one.side_px, other.side_px) < _FINE_PX or _clash(one, other):
        return 1.0
    sides = tuple(scale * CELLS for scale in _SCALES)
    best = 1.0
    for whole, part in ((one, other), (other, one)):
        square = part.square(GRID)
        for window in windows(whole.luma, sides, square, GRID)[:2]:
            if correlation(window, square) >= _HOPELESS:
                best = min(best, unexplained(window, square))
    return best


def _clash(one: Look, other: Look) -> bool:
    """Both very colourful, but not alike: another picture, however similar in its greys."""
    first, second = one.tints, other.tints
    if first.shape != second.shape or min(first.std(), second.std()) <= _COLOURFUL:
        return False
    return correlation(first, second) < 0.4
