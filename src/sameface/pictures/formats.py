"""What a file is, by its first bytes alone: a format we read, or a name for what else it is."""

from __future__ import annotations

import struct

FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WebP",
    "image/gif": "GIF",
    "image/tiff": "TIFF",
    "image/avif": "AVIF",
    "image/heic": "HEIC",
}
"""What is read, by media type, and how people call it."""

_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
)
_FOREIGN = (
    (b"BM", "a BMP"),
    (b"%PDF", "a PDF"),
    (b"<svg", "an SVG drawing"),
    (b"<?xml", "an XML document"),
    (b"<!doctype html", "a web page (perhaps a sign-in page saved as a photo)"),
    (b"<html", "a web page (perhaps a sign-in page saved as a photo)"),
    (b"\xff\x0a", "a JPEG XL"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000"),
    (b"PK\x03\x04", "a ZIP archive or Office document"),
)
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


def media_type(data: bytes) -> str | None:
    """One of FORMATS by the magic bytes alone, or None."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    brands = _brands(data)
    if b"avif" in brands:
        return "image/avif"
    return "image/heic" if _HEIC & brands else None


def what_it_is(data: bytes) -> str:
    """Why bytes of no format are refused, and what to do."""
    wanted = f"save it as one of {', '.join(FORMATS.values())}"
    if not data:
        return "The file is empty; fetch or save the picture again."
    text = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for magic, name in _FOREIGN:
        if (text if magic.startswith(b"<") else data).startswith(magic):
            return f"This is {name}, not a photo; {wanted}."
    return f"This is no picture of a kind that is read; {wanted}."


def _brands(data: bytes) -> set[bytes]:
    """The brands of an ISO media file's first box (ISO/IEC 14496-12, `ftyp`); empty for others."""
    if data[4:8] != b"ftyp":
        return set()
    (length,) = struct.unpack(">I", data[:4])
    box = data[: min(length, 256)]
    return {box[8:12]} | {box[at : at + 4] for at in range(16, len(box) - 3, 4)}
