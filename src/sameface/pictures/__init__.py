"""Pixels only, no I/O: safe decoding, renditions, fingerprints, placeholders, drawn portraits.

Everything here is a plain function over bytes, safe to run in threads (`asyncio.to_thread`).
"""

from sameface.pictures.decoding import LIMITS, Header, Limits, inspect
from sameface.pictures.fingerprints import compare, distance, fingerprint
from sameface.pictures.placeholders import ONE_PIXEL_GIF, initials, no_photo, person_placeholder
from sameface.pictures.portraits import portrait
from sameface.pictures.renditions import Want, ladder, render
from sameface.pictures.verdicts import not_a_photo

__all__ = [
    "LIMITS",
    "ONE_PIXEL_GIF",
    "Header",
    "Limits",
    "Want",
    "compare",
    "distance",
    "fingerprint",
    "initials",
    "inspect",
    "ladder",
    "no_photo",
    "not_a_photo",
    "person_placeholder",
    "portrait",
    "render",
]
