"""Arithmetic on small grids of brightness: averages, windows, what one leaves unexplained."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Plane = NDArray[np.floating[Any]]

GRID = 16
"""Pictures are compared on this many cells a side."""

_STEP = 0.5  # windows are tried this many cells apart
_NOISE = 0.001  # what re-encoding may add to the energy of edges (full scale squared, per step)


def averages(image: Any, rows: int, columns: int) -> Plane:
    """height x width x bands, reduced to rows x columns by averaging what each cell covers."""
    height, width, bands = image.shape
    down = _weights(height, rows) @ image.reshape(height, -1).astype("f4")
    across = down.reshape(rows, width, bands).transpose(1, 0, 2).reshape(width, -1)
    made: Plane = (_weights(width, columns) @ across).reshape(columns, rows, bands)
    return made.transpose(1, 0, 2)


def resampled(plane: Plane, top: float, left: float, side: float, grid: int) -> Plane:
    """The square of `side` cells at that corner, as `grid` x `grid` averages."""
    rows = window(plane.shape[0], top, side, grid)
    columns = window(plane.shape[1], left, side, grid)
    made: Plane = rows @ plane @ columns.T
    return made


def windows(plane: Plane, sides: tuple[float, ...], like: Plane, grid: int) -> list[Plane]:
    """For each side (in cells) the square of that side that is most like `like`; best first."""
    found = [_best(plane, side, like, grid) for side in sides]
    found.sort(key=lambda one: -one[0])
    return [window for _, window in found]


def _best(plane: Plane, side: float, like: Plane, grid: int) -> tuple[float, Plane]:
    rows, columns = (_windows(length, side, grid) for length in plane.shape)
    down, across = rows.shape[0] // grid, columns.shape[0] // grid
    # One row of windows at a time: a larger product is shared out to threads, which costs more.
    every = ((rows @ plane).reshape(down, grid, -1) @ columns.T).reshape(down, grid, across, grid)
    squares = every.transpose(0, 2, 1, 3).reshape(down * across, grid * grid)
    wanted = (like - like.mean()).ravel()
    levels = squares @ wanted
    spread = squares.var(axis=1) ** 0.5 + 1e-6
    best = int((levels / spread).argmax())
    return float(levels[best] / spread[best]), squares[best].reshape(grid, grid)


def unexplained(one: Plane, other: Plane) -> float:
    """How much of the edges of either is left once the other's tones are fitted; the worse of two.

    0 nothing, 1 (at most) all of it.
    """
    return min(1.0, max(_rest(one, other), _rest(other, one)))


def energy(plane: Plane) -> float:
    """Of a step from cell to cell, on average: edges tell pictures apart, brightness does not."""
    across, down = plane[:, 1:] - plane[:, :-1], plane[1:] - plane[:-1]
    return float((across * across).mean() + (down * down).mean()) / 2


def correlation(one: Plane, other: Plane) -> float:
    """From -1 to 1; 0 where either is flat."""
    a, b = one - one.mean(), other - other.mean()
    return _ratio((a * b).sum(), ((a * a).sum() * (b * b).sum()) ** 0.5)


def _rest(known: Plane, told: Plane) -> float:
    """What is left of the edges in `told` after the best smooth curve through `known`'s tones."""
    base = known - known.mean()
    bend = base**2 - (base**2).mean()
    bend -= base * _ratio((base * bend).sum(), (base * base).sum())
    rest = told - told.mean()
    for part in (base, bend):
        rest = rest - part * _ratio((rest * part).sum(), (part * part).sum())
    return float((energy(rest) / (energy(told) + _NOISE)) ** 0.5)


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole > 1e-9 else 0.0


@lru_cache(maxsize=256)
def _weights(side: int, cells: int) -> Plane:
    """How much of each pixel belongs to each cell; rows sum to 1, and pixels may be divided."""
    return window(side, 0, side, cells)


@lru_cache(maxsize=512)
def _windows(length: int, side: float, grid: int) -> Plane:
    """The weights of every window of that side along that length, below each other."""
    import numpy as np  # noqa: PLC0415

    room = max(0.0, length - side)
    starts = np.linspace(0, room, 1 + round(room / _STEP))
    return np.concatenate([window(length, float(start), side, grid) for start in starts])


@lru_cache(maxsize=4096)
def window(length: int, start: float, side: float, grid: int) -> Plane:
    """The weights that make `grid` averages of the stretch of `side` cells from `start` on."""
    import numpy as np  # noqa: PLC0415 - importing sameface.pictures must stay cheap

    edges = (start + np.arange(grid + 1) * side / grid)[:, None]
    cells = np.arange(length)[None, :]
    inside = np.minimum(edges[1:], cells + 1) - np.maximum(edges[:-1], cells)
    weights: Plane = (inside.clip(0, None) * grid / side).astype("f4")
    return weights
