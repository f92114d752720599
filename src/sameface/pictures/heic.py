"""HEIC, as telephones take it: read by pi-heif, since libvips as we have it decodes no HEVC.

Nothing here goes through Pillow, so that none of its other formats can ever be reached.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


class Broken(Exception):
    """The file is cut short, corrupt or holds no picture of a kind that is read."""


@contextmanager
def _reading() -> Iterator[None]:
    """pi-heif meets broken files with whatever error happens first, IndexError among them."""
    try:
        yield
    except MemoryError:
        raise
    except Exception as wrong:
        raise Broken(str(wrong)) from wrong


@dataclass(frozen=True, slots=True)
class Photo:
    """An opened file, nothing decoded yet. Sizes are those of the upright picture."""

    width_px: int
    height_px: int
    pages: int
    has_alpha: bool
    exif: bytes
    profile: bytes
    frame: Any

    @property
    def is_located(self) -> bool:
        """True where the camera wrote down where it stood: EXIF's pointer 0x8825 to GPS data."""
        return b"\x88\x25\x00\x04" in self.exif or b"\x25\x88\x04\x00" in self.exif

    def pixels(self) -> tuple[bytes, int, int, int]:
        """Decoded: eight bits a band, without padding; width, height and bands. Error: Broken."""
        import numpy as np  # noqa: PLC0415 - importing sameface.pictures must stay cheap

        with _reading():
            array = np.asarray(self.frame)
        if array.dtype != np.uint8:
            array = (array >> 8).astype("u1")
        height, width = array.shape[:2]
        return array.tobytes(), width, height, array.size // (height * width)


def opened(data: bytes) -> Photo:
    """The primary picture of a file. Error: Broken."""
    import pi_heif  # noqa: PLC0415 - only who meets a HEIC pays for it

    if not _is_whole(data):
        raise Broken("cut short")
    with _reading():
        file = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
        frame = file[file.primary_index]
    width, height = frame.size
    if min(width, height) < 1:
        raise Broken("a picture without pixels")
    info = frame.info
    return Photo(
        width_px=width,
        height_px=height,
        pages=len(file),
        has_alpha="A" in frame.mode.upper(),
        exif=info.get("exif") or b"",
        profile=info.get("icc_profile") or b"",
        frame=frame,
    )


def _is_whole(data: bytes) -> bool:
    """True where every box ends within the file (ISO/IEC 14496-12).

    libheif fills missing tiles with one colour rather than refuse the picture.
    """
    at = 0
    while at + 8 <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        if size == 0:  # to the end of the file
            return True
        if size == 1 and at + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, at + 8)
        if size < 8:
            return False
        at += size
    return at == len(data)
