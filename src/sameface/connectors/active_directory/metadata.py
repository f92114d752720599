"""replPropertyMetaData: when each attribute of an object was last written.

Its layout is MS-ADTS' PROPERTY_META_DATA_VECTOR. It says the same on every domain controller.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

PHOTO_IDS = {"thumbnailPhoto": 0x160023, "jpegPhoto": 0x15003C}
"""The attributes' numbers: prefix and last arc of their OIDs, the same in every forest."""

_HEAD, _ROW = struct.Struct("<IIII"), struct.Struct("<IIq16sqq")
_BEGINNING = datetime(1601, 1, 1, tzinfo=UTC)


def written_at(metadata: bytes, attribute: str) -> datetime | None:
    """The second in which the attribute was last written, or emptied; None: never, or not told."""
    if len(metadata) < _HEAD.size:
        return None
    version, _, count, _ = _HEAD.unpack_from(metadata)
    ends = _HEAD.size + count * _ROW.size
    if version != 1 or len(metadata) < ends:
        return None
    number = struct.pack("<I", PHOTO_IDS[attribute])
    at = metadata.find(number, _HEAD.size, ends)  # of some thirty rows, of everybody: so no loop
    while at >= 0:
        if (at - _HEAD.size) % _ROW.size == 0:
            _, _, seconds, *_ = _ROW.unpack_from(metadata, at)
            return _moment(seconds)
        at = metadata.find(number, at + 1, ends)
    return None


def _moment(seconds: int) -> datetime | None:
    try:
        return _BEGINNING + timedelta(seconds=seconds)
    except OverflowError:
        return None
