"""Turning and cropping as a person chooses: the whole picture upright, and a square cut from it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sameface.pictures.decoding import LIMITS, WHITE, Limits, decode, pixels
from sameface.pictures.faces import FACES_PX, can_find_faces, faces_on
from sameface.pictures.renditions import BEST_QUALITY, reduced
from sameface.values import Rendition

_AROUND = 2.2
"""A face takes up so much less than the square around it: head and shoulders."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A square within an upright picture that was first turned `turns` quarters clockwise.

    `left`, `top` and `side` are shares of the turned picture's short side: the square begins that
    far from its left and upper edge.
    """

    turns: int = 0
    left: float = 0.0
    top: float = 0.0
    side: float = 1.0

    def __post_init__(self) -> None:
        numbers = (self.left, self.top, self.side)
        if self.turns not in range(4) or not all(map(math.isfinite, numbers)):
            raise ValueError("a frame is turned by 0 to 3 quarters, and has finite sides")


def upright(data: bytes, px: int, limits: Limits = LIMITS) -> tuple[Rendition, Frame]:
    """The whole picture as a JPEG, its short side at most `px`, and where the face's square is.

    Upright, without metadata. Without the extra `[faces]`, or without a face, the frame is the
    square in the middle. Raises as `decode` does.
    """
    image = decode(data, px, limits, WHITE)
    short = min(image.width, image.height)
    middle = Frame(0, (image.width / short - 1) / 2, (image.height / short - 1) / 2, 1.0)
    made = bytes(image.jpegsave_buffer(Q=BEST_QUALITY, keep="none"))
    frame = _around_face(data, limits) or middle
    return Rendition(made, image.width, image.height, "image/jpeg"), frame


def cropped(data: bytes, frame: Frame, px: int, limits: Limits = LIMITS) -> Rendition:
    """The square of that frame as a JPEG of at most `px`, never enlarged; kept within the picture.

    `data` is what `upright` made. Raises as `decode` does.
    """
    image = decode(data, 10 * px, limits, WHITE)
    for _ in range(frame.turns):
        image = image.rot90()
    short = min(image.width, image.height)
    side = min(max(round(frame.side * short), 1), short)
    left = min(max(round(frame.left * short), 0), image.width - side)
    top = min(max(round(frame.top * short), 0), image.height - side)
    square = reduced(image.crop(left, top, side, side).copy_memory(), min(px, side))
    made = bytes(square.jpegsave_buffer(Q=BEST_QUALITY, keep="none"))
    return Rendition(made, square.width, square.height, "image/jpeg")


def _around_face(data: bytes, limits: Limits) -> Frame | None:
    """A square around the largest face, a little above its middle, within the picture."""
    if not can_find_faces():
        return None
    array = pixels(data, FACES_PX, limits)
    found = faces_on(array)
    if not found:
        return None
    height, width = array.shape[:2]
    edge = min(width, height)
    face = found[0]
    across, down = face.centre
    side = min(1.0, _AROUND * max(face.width * width, face.height * height) / edge)
    left = min(max(across * width / edge - side / 2, 0.0), width / edge - side)
    top = min(max(down * height / edge - side * 0.48, 0.0), height / edge - side)
    return Frame(0, round(left, 4), round(top, 4), round(side, 4))
