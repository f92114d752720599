"""Renditions: squares made from a photo, each as sharp as its store's ceiling allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sameface.errors import DoesNotFit
from sameface.pictures.decoding import LIMITS, WHITE, Limits, decode
from sameface.pictures.faces import FACES_PX, can_find_faces, faces_on
from sameface.values import Rendition

if TYPE_CHECKING:
    import pyvips

BEST_QUALITY, WORST_QUALITY = 92, 30
"""JPEG and WebP qualities: above, bytes grow and nobody sees why; below, everybody sees it."""

LOOK_PX = 96
"""The size at which a crop is decided, so that every size shows the same part."""

_LOSSLESS = "image/png"
_MIDDLE_PX = 240  # measured: 50 dB and more for what comes from a square of this side


@dataclass(frozen=True, slots=True)
class Want:
    """A square that a store should get: its side, its ceiling in bytes, its format."""

    px: int
    max_bytes: int | None = None
    media_type: str = "image/jpeg"

    def __post_init__(self) -> None:
        if self.px < 1 or self.media_type not in _SAVERS:
            raise ValueError(f"no rendition of {self.px} px as {self.media_type} can be made")


def render(
    data: bytes, want: Want, limits: Limits = LIMITS, backdrop: tuple[int, int, int] = WHITE
) -> Rendition:
    """One square. See `ladder`."""
    return ladder(data, (want,), limits, backdrop)[0]


def ladder(
    data: bytes,
    wants: Sequence[Want],
    limits: Limits = LIMITS,
    backdrop: tuple[int, int, int] = WHITE,
) -> tuple[Rendition, ...]:
    """A square for each want, in their order, from one decode at the largest.

    Upright, sRGB, without metadata, transparent parts laid on `backdrop` (red, green, blue); never
    enlarged, so a small source gives a smaller square. Around the face with the extra `[faces]`,
    around what draws the eye without. The same bytes for the same input and library version.
    Raises as `decode` does, and DoesNotFit.
    """
    if not wants:
        return ()
    largest = square(decode(data, max(LOOK_PX, *(want.px for want in wants)), limits, backdrop))
    sides = [min(want.px, largest.width) for want in wants]
    squares = _rungs(largest, set(sides))
    return tuple(_saved(squares[px], want) for px, want in zip(sides, wants, strict=True))


def _rungs(largest: pyvips.Image, sides: set[int]) -> dict[int, pyvips.Image]:
    """All squares: the small ones from a middle one, which is quicker and no softer."""
    made: dict[int, pyvips.Image] = {}
    for px in sorted(sides, reverse=True):
        middle = [side for side in made if side >= max(_MIDDLE_PX, 2 * px)]
        made[px] = reduced(made[min(middle)] if middle else largest, px)
    return made


def square(image: pyvips.Image) -> pyvips.Image:
    """The square of a decoded picture around its face, or around what draws the eye.

    A face can be found with the extra `[faces]` only. Where to crop is decided on a small copy, so
    a thumbnail and an original give the same square; for that, the picture must have been decoded
    at LOOK_PX or more.
    """
    side = min(image.width, image.height)
    if image.width == image.height:
        return image
    across, down = _face(image) or _attention(image, side)
    left, top = _start(across, image.width, side), _start(down, image.height, side)
    return image.crop(left, top, side, side).copy_memory()


def _face(image: pyvips.Image) -> tuple[float, float] | None:
    """The middle of the largest face, as shares of width and height; None where none is found."""
    if not can_find_faces():
        return None
    side = min(image.width, image.height)
    small = _fit(image, FACES_PX / side) if side > FACES_PX else image
    found = faces_on(small.numpy())
    return found[0].centre if found else None


def _attention(image: pyvips.Image, side: int) -> tuple[float, float]:
    """What draws the eye, as shares of width and height."""
    small = _fit(image, LOOK_PX / side) if side > LOOK_PX else image
    edge = min(small.width, small.height)
    _, found = small.smartcrop(
        edge, edge, interesting="attention", attention_x=True, attention_y=True
    )
    return found["attention_x"] / small.width, found["attention_y"] / small.height


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
    data = _SAVERS[want.media_type](image, BEST_QUALITY, False)
    if want.max_bytes is not None and len(data) > want.max_bytes:
        save = _SAVERS[want.media_type]
        data = _within(
            lambda quality: save(image, quality, True), want.max_bytes, want, image.width
        )
    return Rendition(data, image.width, image.height, want.media_type)


def _within(save: Callable[[int], bytes], ceiling: int, want: Want, px: int) -> bytes:
    """The best quality that meets the ceiling, by bisection."""
    fitting, smallest = b"", 0
    low, high = BEST_QUALITY if want.media_type == _LOSSLESS else WORST_QUALITY, BEST_QUALITY
    while low <= high:
        quality = (low + high) // 2
        data = save(quality)
        if len(data) <= ceiling:
            fitting, low = data, quality + 1
        else:
            smallest, high = len(data), quality - 1
    if not fitting:
        raise DoesNotFit(
            f"{px} x {px} px need {smallest:,} bytes even at the lowest quality, the ceiling is "
            f"{ceiling:,}; ask for a smaller square."
        )
    return fitting


def _jpeg(image: pyvips.Image, quality: int, thrifty: bool) -> bytes:
    """Thrifty: Huffman tables of its own, 5 % fewer bytes for twice the time."""
    return _bytes(image.jpegsave_buffer(Q=quality, optimize_coding=thrifty, keep="none"))


def _webp(image: pyvips.Image, quality: int, _: bool) -> bytes:
    return _bytes(image.webpsave_buffer(Q=quality, keep="none"))


def _avif(image: pyvips.Image, quality: int, _: bool) -> bytes:
    return _bytes(image.heifsave_buffer(Q=quality, compression="av1", effort=2, keep="none"))


def _png(image: pyvips.Image, _: int, __: bool) -> bytes:
    return _bytes(image.pngsave_buffer(compression=9, keep="none"))


def _bytes(data: Any) -> bytes:
    return bytes(data)


_SAVERS = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
    "image/avif": _avif,
}
