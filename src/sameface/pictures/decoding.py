"""Safe decoding: what a file is, whether it is within limits, and its pixels made right.

The only module that hands outside bytes to libvips. Formats are allowed by their magic bytes,
limits are checked on the header, and a cut or corrupt file is refused rather than patched up.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from sameface.errors import Damaged, NotAPicture, TooLarge

if TYPE_CHECKING:
    import pyvips

FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WebP",
    "image/gif": "GIF",
    "image/tiff": "TIFF",
    "image/avif": "AVIF",
}
"""What is read, by media type, and how people call it."""

_LOADERS = {
    "image/jpeg": "jpegload_buffer",
    "image/png": "pngload_buffer",
    "image/webp": "webpload_buffer",
    "image/gif": "gifload_buffer",
    "image/tiff": "tiffload_buffer",
    "image/avif": "heifload_buffer",
}
_SETTING_UP = Lock()
_CLASSES = ("Jpeg", "Png", "Webp", "Nsgif", "Tiff", "Heif", "Svg")  # Svg is for our own drawings
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


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may be at most; the defaults suit profile photos from telephones and cameras.

    `ratio` is the longer side over the shorter. AVIF has a limit of its own because libheif decodes
    a whole picture into memory (measured: 958 MB for 8000 x 8000, facts/stack.md section 3).
    """

    size_bytes: int = 30_000_000
    pixels: int = 50_000_000
    avif_pixels: int = 16_000_000
    ratio: float = 4.0
    pages: int = 100


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself, before any pixel is decoded.

    Width and height are those of the upright picture; `turned` says that the file stores it turned
    or mirrored (EXIF orientation 2-8). `pages` counts frames or pages; only the first is ever used.
    """

    media_type: str
    width_px: int
    height_px: int
    size_bytes: int
    pages: int
    turned: bool
    has_alpha: bool

    @property
    def short_px(self) -> int:
        """The shorter side: the largest square that can be had without enlarging."""
        return min(self.width_px, self.height_px)


def inspect(data: bytes, limits: Limits = LIMITS) -> Header:
    """Read the header only.

    Raises NotAPicture (empty, or no format we read), Damaged (no usable header) and TooLarge
    (beyond `limits`). A file may still turn out to be Damaged when its pixels are decoded.
    """
    return _opened(data, limits)[0]


def decode(data: bytes, px: int, limits: Limits = LIMITS) -> pyvips.Image:
    """The whole first frame in memory, its shorter side `px` or its own where that is smaller.

    Upright, 8-bit sRGB in three bands, alpha laid on white. Raises as `inspect` does, and Damaged.
    """
    header, options = _opened(data, limits)
    scale = min(1.0, px / header.short_px)
    width = max(1, round(header.width_px * scale))
    height = max(1, round(header.height_px * scale))
    vips = libvips()
    try:
        # thumbnail_buffer silently ignores `fail_on` as an argument (facts/stack.md, trap 1).
        image = vips.Image.thumbnail_buffer(
            data, width, height=height, size="force", option_string="[fail_on=error]", **options
        )
        return _plain(image).copy_memory()
    except vips.Error as wrong:
        raise _damaged(header.media_type) from wrong


def libvips() -> Any:
    """The pyvips module, imported at first use and set up once for this process."""
    with _SETTING_UP:  # a second thread must not find half of it set up
        return _set_up()


@cache
def _set_up() -> Any:
    import pyvips  # noqa: PLC0415 - importing sameface.pictures must stay cheap

    # Nothing is worth caching between photos, and a cache keyed on buffers would hold them.
    pyvips.cache_set_max(0)
    # A second thread gains nothing on one photo (facts/stack.md section 3); callers run several.
    if "VIPS_CONCURRENCY" not in os.environ:
        pyvips.concurrency_set(1)
    # Nothing else is ever tried, whatever this build of libvips could read.
    pyvips.operation_block_set("VipsForeignLoad", True)
    for name in _CLASSES:
        pyvips.operation_block_set(f"VipsForeignLoad{name}", False)
    return pyvips


def media_type(data: bytes) -> str | None:
    """One of FORMATS by the magic bytes alone, or None."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return "image/avif" if b"avif" in _brands(data) else None


def _opened(data: bytes, limits: Limits) -> tuple[Header, dict[str, Any]]:
    """The checked header, and what the decoder must be told about colour."""
    kind = media_type(data)
    if kind is None:
        raise NotAPicture(_what_it_is(data))
    if len(data) > limits.size_bytes:
        raise TooLarge(
            f"This {FORMATS[kind]} has {len(data):,} bytes, {limits.size_bytes:,} are the limit; "
            "save it with fewer pixels."
        )
    vips = libvips()
    try:
        image = vips.Image.new_from_buffer(data, "")
        header = _header(image, kind, len(data))
        colour = _colour(image)
    except vips.Error as wrong:
        raise _damaged(kind) from wrong
    if image.get("vips-loader") != _LOADERS[kind]:  # it calls itself one thing and is another
        raise _damaged(kind)
    _refuse_beyond(header, limits)
    return header, colour


def _header(image: pyvips.Image, kind: str, size_bytes: int) -> Header:
    orientation = _field(image, "orientation", 1)
    width, height = image.width, image.height
    if orientation >= 5:
        width, height = height, width
    return Header(
        media_type=kind,
        width_px=width,
        height_px=height,
        size_bytes=size_bytes,
        pages=_field(image, "n-pages", 1),
        turned=orientation != 1,
        has_alpha=bool(image.hasalpha()),
    )


def _refuse_beyond(header: Header, limits: Limits) -> None:
    width, height, name = header.width_px, header.height_px, FORMATS[header.media_type]
    most = limits.avif_pixels if header.media_type == "image/avif" else limits.pixels
    if width * height > most:
        raise TooLarge(
            f"This {name} is {width:,} x {height:,} px; {most / 1e6:g} megapixels are the limit. "
            "Save it smaller: 648 x 648 px is enough for every store."
        )
    if max(width, height) > limits.ratio * header.short_px:
        raise TooLarge(
            f"This {name} is {width:,} x {height:,} px, one side more than {limits.ratio:g} times "
            "the other; crop it to a portrait."
        )
    if header.pages > limits.pages:
        raise TooLarge(
            f"This {name} has {header.pages:,} frames or pages, {limits.pages} are the limit; save "
            "one of them as a picture of its own."
        )


def _colour(image: pyvips.Image) -> dict[str, Any]:
    """Ask for a colour conversion only where there is something to convert: it costs a fifth."""
    plain = image.interpretation in {"srgb", "b-w"} and not image.get_typeof("icc-profile-data")
    return {} if plain else {"export_profile": "srgb"}


def _plain(image: pyvips.Image) -> pyvips.Image:
    if image.interpretation != "srgb" or image.format != "uchar":
        image = image.colourspace("srgb")
    if image.hasalpha():
        image = image.flatten(background=[255] * (image.bands - 1))
    return image


def _field(image: pyvips.Image, name: str, default: int) -> int:
    return int(image.get(name)) if image.get_typeof(name) else default


def _damaged(kind: str) -> Damaged:
    return Damaged(f"This {FORMATS[kind]} is cut short or damaged; save it anew from its source.")


def _what_it_is(data: bytes) -> str:
    """Why these bytes are refused, and what to do."""
    wanted = f"save it as one of {', '.join(FORMATS.values())}"
    if not data:
        return "The file is empty; fetch or save the picture again."
    if _HEIC & _brands(data):
        return "This is a HEIC picture, as iPhones take them, which is not read; save it as JPEG."
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
