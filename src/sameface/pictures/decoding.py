"""Safe decoding: what a file is, whether it is within limits, and its pixels made right.

The only module that hands outside bytes to a decoder. Formats are allowed by their magic bytes,
limits are checked on the header, and a cut or corrupt file is refused rather than patched up.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from sameface.errors import Damaged, NotAPicture, TooLarge
from sameface.pictures import heic
from sameface.pictures.formats import FORMATS, media_type, what_it_is

if TYPE_CHECKING:
    import numpy as np
    import pyvips
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

__all__ = ["LIMITS", "WHITE", "Header", "Limits", "decode", "inspect", "media_type", "pixels"]

WHITE = (255, 255, 255)

_HEIC = "image/heic"
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


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may be at most; the defaults suit profile photos from telephones and cameras.

    `ratio` is the longer side over the shorter. AVIF and HEIC have a limit of their own because
    libheif decodes a whole picture into memory (measured: 958 MB for 8000 x 8000, facts/stack.md
    section 3); telephones take 24 megapixels.
    """

    size_bytes: int = 30_000_000
    pixels: int = 50_000_000
    heif_pixels: int = 25_000_000
    ratio: float = 4.0
    pages: int = 100


LIMITS = Limits()

_SPARE = 1.25
"""How many more pixels a side than wanted a JPEG's decoder has to leave."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself, before any pixel is decoded.

    Width and height are those of the upright picture; `turned` says that the file stores it turned
    or mirrored (EXIF orientation 2-8). `pages` counts frames or pages; only the first is ever used.
    `is_located` says that it tells where it was taken, `has_profile` that it has a colour profile.
    """

    media_type: str
    width_px: int
    height_px: int
    size_bytes: int
    pages: int
    turned: bool
    has_alpha: bool
    is_located: bool = False
    has_profile: bool = False

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


def decode(
    data: bytes, px: int, limits: Limits = LIMITS, backdrop: tuple[int, int, int] = WHITE
) -> pyvips.Image:
    """The whole first frame in memory, its shorter side `px` or its own where that is smaller.

    Upright, 8-bit sRGB in three bands, alpha laid on `backdrop`. Raises as `inspect` does, and
    Damaged.
    """
    header, source = _opened(data, limits)
    try:
        return _made_right(data, header, source, px, backdrop).copy_memory()
    except (libvips().Error, heic.Broken) as wrong:
        raise _damaged(header.media_type, wrong) from wrong


def pixels(data: bytes, px: int, limits: Limits = LIMITS, *, spare: float = _SPARE) -> Pixels:
    """The same as an array of height x width x 3 bytes, the quickest way for small pictures.

    A JPEG may be decoded at a half, a quarter or an eighth where that leaves `spare` times the
    pixels a side; 1.0 is quicker and less sharp.
    """
    return measured(data, px, limits, spare=spare)[1]


def measured(
    data: bytes, px: int, limits: Limits = LIMITS, *, spare: float = _SPARE
) -> tuple[Header, Pixels]:
    """`inspect` and `pixels`, from one opening of the file."""
    import numpy as np  # noqa: PLC0415 - importing sameface.pictures must stay cheap

    header, source = _opened(data, limits)
    vips = libvips()
    try:
        image = _made_right(data, header, source, px, WHITE, spare=spare)
        # One fetch on this thread: starting libvips' pipeline costs more than a thumbnail's pixels.
        width, height = _size(header, px)
        found = vips.Region.new(image).fetch(0, 0, width, height)
    except (vips.Error, heic.Broken) as wrong:
        raise _damaged(header.media_type, wrong) from wrong
    return header, np.frombuffer(found, "u1").reshape(height, width, 3)


def libvips() -> Any:
    """The pyvips module, imported at first use and set up once for this process."""
    with _SETTING_UP:  # a second thread must not find half of it set up, nor undo it half
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


def _opened(data: bytes, limits: Limits) -> tuple[Header, Any]:
    """The checked header, and the opened picture: of libvips, or a `heic.Photo`."""
    kind = media_type(data)
    if kind is None:
        raise NotAPicture(what_it_is(data))
    if len(data) > limits.size_bytes:
        raise TooLarge(
            f"This {FORMATS[kind]} has too many bytes, {limits.size_bytes:,} are the limit; "
            "save it with fewer pixels."
        )
    try:
        if kind == _HEIC:
            photo = heic.opened(data)
            header = _heic_header(photo, len(data))
            _refuse_beyond(header, limits)
            return header, photo
        load = getattr(libvips().Image, _LOADERS[kind])  # what its bytes say, and nothing else
        image = load(data, access="sequential", fail_on="error")
        header = _header(image, kind, len(data))
    except (libvips().Error, heic.Broken) as wrong:
        raise _damaged(kind, wrong) from wrong
    _refuse_beyond(header, limits)
    return header, image


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
        is_located=image.get_typeof("exif-data") != 0 and _has_place(image),
        has_profile=image.get_typeof("icc-profile-data") != 0,
    )


def _has_place(image: pyvips.Image) -> bool:
    return any(name.startswith("exif-ifd3-GPSL") for name in image.get_fields())


def _heic_header(photo: heic.Photo, size_bytes: int) -> Header:
    """A HEIC is turned by its own boxes, which pi-heif obeys; its EXIF orientation is history."""
    return Header(
        media_type=_HEIC,
        width_px=photo.width_px,
        height_px=photo.height_px,
        size_bytes=size_bytes,
        pages=photo.pages,
        turned=False,
        has_alpha=photo.has_alpha,
        is_located=photo.is_located,
        has_profile=bool(photo.profile),
    )


def _refuse_beyond(header: Header, limits: Limits) -> None:
    width, height, name = header.width_px, header.height_px, FORMATS[header.media_type]
    heif = header.media_type in ("image/avif", _HEIC)
    most = limits.heif_pixels if heif else limits.pixels
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


def _made_right(
    data: bytes,
    header: Header,
    source: Any,
    px: int,
    backdrop: tuple[int, int, int],
    *,
    spare: float = _SPARE,
) -> pyvips.Image:
    """Upright, at its size, sRGB, without alpha; still to be computed."""
    if _is_right(header, source, px):
        return source
    width, height = _size(header, px)
    vips = libvips()
    if isinstance(source, heic.Photo):
        image = _heic_image(source)
        image = image.thumbnail_image(width, height=height, size="force", **_colour(image))
    elif header.media_type == "image/jpeg" and source.interpretation in {"srgb", "b-w"}:
        shrink = header.short_px / px / spare
        image = _shrunk_jpeg(data, shrink, _colour(source), width, height)
    else:
        # thumbnail_buffer silently ignores `fail_on` as an argument (facts/stack.md, trap 1).
        strict = "[fail_on=error]"
        image = vips.Image.thumbnail_buffer(
            data, width, height=height, size="force", option_string=strict, **_colour(source)
        )
    return _plain(image, backdrop)


def _size(header: Header, px: int) -> tuple[int, int]:
    """Width and height where the shorter side is to be `px`; never enlarged."""
    scale = min(1.0, px / header.short_px)
    return max(1, round(header.width_px * scale)), max(1, round(header.height_px * scale))


def _is_right(header: Header, source: Any, px: int) -> bool:
    """True where what was opened is what is wanted: small, upright, sRGB. So are most thumbnails,
    and every property that is asked of libvips costs a fiftieth of their fingerprint."""
    return (
        header.short_px <= px
        and not (header.turned or header.has_profile or header.has_alpha)
        and not isinstance(source, heic.Photo)
        and source.interpretation == "srgb"
        and source.format == "uchar"
    )


def _shrunk_jpeg(
    data: bytes, shrink: float, colour: dict[str, Any], width: int, height: int
) -> pyvips.Image:
    """A JPEG decoded at a half, a quarter or an eighth, then reduced.

    libvips' own choice leaves a factor of two to be reduced; a quarter of that costs a tenth less
    time and keeps 48 dB (`bench/pictures.py`).
    """
    whole = next(n for n in (8, 4, 2, 1) if n == 1 or shrink >= n)
    load = libvips().Image.jpegload_buffer
    image = load(data, shrink=whole, access="sequential", fail_on="error")
    return image.thumbnail_image(width, height=height, size="force", **colour)


def _heic_image(photo: heic.Photo) -> pyvips.Image:
    data, width, height, bands = photo.pixels()
    meaning = "srgb" if bands >= 3 else "b-w"
    image = libvips().Image.new_from_memory(data, width, height, bands, "uchar")
    image = image.copy(interpretation=meaning)
    if photo.profile:
        image.set_type(libvips().GValue.blob_type, "icc-profile-data", photo.profile)
    return image


def _colour(image: pyvips.Image) -> dict[str, Any]:
    """Ask for a colour conversion only where there is something to convert: it costs a fifth."""
    plain = image.interpretation in {"srgb", "b-w"} and not image.get_typeof("icc-profile-data")
    return {} if plain else {"export_profile": "srgb"}


def _plain(image: pyvips.Image, backdrop: tuple[int, int, int]) -> pyvips.Image:
    if image.interpretation != "srgb" or image.format != "uchar":
        image = image.colourspace("srgb")
    if image.hasalpha():
        image = image.flatten(background=list(backdrop))
    return image


def _field(image: pyvips.Image, name: str, default: int) -> int:
    return int(image.get(name)) if image.get_typeof(name) else default


def _damaged(kind: str, wrong: Exception | None = None) -> Damaged | TooLarge:
    if wrong is not None and "out of memory" in str(wrong).lower():
        return TooLarge(f"This {FORMATS[kind]} takes too much memory to read; save it smaller.")
    return Damaged(f"This {FORMATS[kind]} is cut short or damaged; save it anew from its source.")
