"""Pixels only, no I/O: safe decoding, renditions, fingerprints, verdicts, faces, portraits.

Everything here is a plain function over bytes, safe to run in threads (`asyncio.to_thread`).
"""

from sameface.pictures.cropping import Frame, cropped, upright
from sameface.pictures.decoding import LIMITS, Header, Limits, inspect
from sameface.pictures.faces import can_find_faces, count_faces
from sameface.pictures.fingerprints import compare, distance, fingerprint, is_same, measure
from sameface.pictures.judging import Fitness, Remark, Verdict, judge
from sameface.pictures.placeholders import ONE_PIXEL_GIF, initials, no_photo, person_placeholder
from sameface.pictures.portraits import portrait
from sameface.pictures.renditions import Want, ladder, render
from sameface.pictures.shelves import Shelf
from sameface.pictures.stores import SLOTS, Slot
from sameface.pictures.verdicts import Unfit, examine, not_a_photo, unfit
from sameface.pictures.wrong_faces import Photo, Shared, Swapped, wrong_faces

__all__ = [
    "LIMITS",
    "ONE_PIXEL_GIF",
    "SLOTS",
    "Fitness",
    "Frame",
    "Header",
    "Limits",
    "Photo",
    "Remark",
    "Shared",
    "Shelf",
    "Slot",
    "Swapped",
    "Unfit",
    "Verdict",
    "Want",
    "can_find_faces",
    "compare",
    "count_faces",
    "cropped",
    "distance",
    "examine",
    "fingerprint",
    "initials",
    "inspect",
    "is_same",
    "judge",
    "ladder",
    "measure",
    "no_photo",
    "not_a_photo",
    "person_placeholder",
    "portrait",
    "render",
    "unfit",
    "upright",
    "wrong_faces",
]
