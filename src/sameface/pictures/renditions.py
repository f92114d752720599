"""Renditions: squares made from a photo, each as sharp as its store's ceiling allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sameface.errors import DoesNotFit
from sameface.pictures.decoding import LIMITS, Limits, decode
from sameface.values import Rendition

if TYPE_CHECKING:
    import pyvips

BEST_QUALITY, WORST_QUALITY = 92, 30
"""JPEG and WebP qualities: above, bytes grow and nobody sees why; below, everybody sees it."""

LOOK_PX = 96
"""The size at which a crop is decided, so that every size shows the same part."""

_LOSSLESS = "image/png"


@dataclass(frozen=True, slots=True)
class Want:
    """A square that a store should get: its side, its ceiling in bytes, its format."""

    px: int
    max_bytes: int | None = None
    media_type: str = "image/jpeg"

    def __post_init__(self) -> None:
        if self.px < 1 or self.media_type not in _SAVERS:
            raise ValueError(f"no rendition of {self.px} px as {self.media_type} can be made")


def render(data: bytes, want: Want, limits: Limits = LIMITS) -> Rendition:
    """One square. See `ladder`."""
    return ladder(data, (want,), limits)[0]


def ladder(data: bytes, wants: Sequence[Want], limits: Limits = LIMITS) -> tuple[Rendition, ...]:
    """A square for each want, in their order, from one decode at the largest.

    Upright, sRGB, without metadata; never enlarged, so a small source gives a smaller square. The
    same bytes for the same input and library version. Raises as `decode` does, and DoesNotFit.
    """
    if not wants:
        return ()
    largest = square(decode(data, max(LOOK_PX, *(want.px for want in wants)), limits))
    sides = [min(want.px, largest.width) for want in wants]
    squares = {px: reduced(largest, px) for px in set(sides)}
    return tuple(_saved(squares[px], want) for px, want in zip(sides, wants, strict=True))


def square(image: pyvips.Image) -> pyvips.Image:
    """The square of a decoded picture that keeps what draws the eye; the same part at every size.

    Where to crop is decided on a small copy, so a thumbnail and an original give the same square;
    for that, the picture must have been decoded at LOOK_PX or more.
    """
    side = min(image.width, image.height)
    if image.width == image.height:
        return image
    small = _fit(image, LOOK_PX / side) if side > LOOK_PX else image
    edge = min(small.width, small.height)
    _, found = small.smartcrop(
        edge, edge, interesting="attention", attention_x=True, attention_y=True
    )
    left = _start(found["attention_x"] / small.width, image.width, side)
    top = _start(found["attention_y"] / small.height, image.height, side)
    return image.crop(left, top, side, side).copy_memory()


def _start(centre: float, length: int, side: int) -> int:
    """Where a stretch of `side` around `centre` (0-1) starts, kept within `length`."""
    return min(max(round(centre * length - side / 2), 0), length - side)


def _fit(image: pyvips.Image, scale: float) -> pyvips.Image:
    width, height = round(image.width * scale), round(image.height * scale)
    return image.thumbnail_image(width, height=height, size="force").copy_memory()


def reduced(image: pyvips.Image, px: int) -> pyvips.Image:
    """A square at another size."""
    return image if image.width == px else _fit(image, px / image.width)


def _saved(image: pyvips.Image, want: Want) -> Rendition:
    data = _within(lambda quality: _SAVERS[want.media_type](image, quality), want, image.width)
    return Rendition(data, image.width, image.height, want.media_type)


def _within(save: Callable[[int], bytes], want: Want, px: int) -> bytes:
    """The best quality that meets the ceiling, by bisection; most photos fit at the first try."""
    best = save(BEST_QUALITY)
    if want.max_bytes is None or len(best) <= want.max_bytes:
        return best
    fitting, smallest = b"", len(best)
    low, high = BEST_QUALITY if want.media_type == _LOSSLESS else WORST_QUALITY, BEST_QUALITY - 1
    while low <= high:
        quality = (low + high) // 2
        data = save(quality)
        if len(data) <= want.max_bytes:
            fitting, low = data, quality + 1
        else:
            smallest, high = len(data), quality - 1
    if not fitting:
        raise DoesNotFit(
            f"{px} x {px} px need {smallest:,} bytes even at the lowest quality, the ceiling is "
            f"{want.max_bytes:,}; ask for a smaller square."
        )
    return fitting


def _jpeg(image: pyvips.Image, quality: int) -> bytes:
    return _bytes(image.jpegsave_buffer(Q=quality, optimize_coding=True, keep="none"))


def _webp(image: pyvips.Image, quality: int) -> bytes:
    return _bytes(image.webpsave_buffer(Q=quality, keep="none"))


def _png(image: pyvips.Image, _: int) -> bytes:
    return _bytes(image.pngsave_buffer(compression=9, keep="none"))


def _bytes(data: Any) -> bytes:
    return bytes(data)


_SAVERS = {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp}
