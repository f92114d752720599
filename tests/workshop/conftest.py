"""Pictures that are hard on whoever reads them."""

from __future__ import annotations

import struct
import sys
import zlib
from pathlib import Path

import pytest

ODD_FILES = Path(sys.prefix) / "odd-files"
"""Where `make test` puts the test pictures of Pillow and pi-heif."""


def png(width: int, height: int, *more: tuple[bytes, bytes]) -> bytes:
    """A black PNG of one bit per pixel, with further chunks: a bomb costs some kilobytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + checksum

    row = bytes(1 + (width + 7) // 8)
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = (b"IHDR", header), *more, (b"IDAT", pixels), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in chunks)


@pytest.fixture(scope="session")
def bomb() -> bytes:
    """1,800 megapixels in some hundred kilobytes: seconds of work for any decoder."""
    return png(60_000, 30_000)


@pytest.fixture(scope="session")
def heic() -> bytes:
    """A telephone's photo of 12 megapixels."""
    return (ODD_FILES / "pi-heif/heif_other/pug.heic").read_bytes()


@pytest.fixture(scope="session")
def wide() -> bytes:
    """A telephone's photo of 200 megapixels, in 2.4 MB."""
    return (ODD_FILES / "pi-heif/heif_special/200MP.heic").read_bytes()
