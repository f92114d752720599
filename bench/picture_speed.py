"""Nine squares from one photo, in every way we are measured against; a process for each way.

`python -m bench.picture_speed WAY FILE TIMES` prints CPU seconds per photo, and peak megabytes.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

SIZES = (648, 504, 432, 360, 240, 120, 96, 64, 48)
QUALITY = 92
Pixels = Any
Way = Callable[[bytes, bool], list[Any]]


def sameface(data: bytes, lossless: bool) -> list[Any]:
    """What `sameface picture render` does."""
    from sameface.pictures import Want, ladder

    kind = "image/png" if lossless else "image/jpeg"
    made = [one.data for one in ladder(data, [Want(px, media_type=kind) for px in SIZES])]
    return [_opened(one) for one in made] if lossless else made


def thumbnails(data: bytes, lossless: bool) -> list[Any]:
    """A `vipsthumbnail` for each size."""
    from sameface.pictures.decoding import libvips

    def one(px: int) -> Any:
        made = libvips().Image.thumbnail_buffer(
            data, px, height=px, crop="attention", export_profile="srgb"
        )
        return made.numpy() if lossless else made.jpegsave_buffer(Q=QUALITY, keep="none")

    return [one(px) for px in SIZES]


def pillow(data: bytes, lossless: bool) -> list[Any]:
    """Pillow with its reduced decoding (draft), turned and converted."""
    return _pillow(data, lossless, draft=True)


def pillow_whole(data: bytes, lossless: bool) -> list[Any]:
    """Pillow from all pixels."""
    return _pillow(data, lossless, draft=False)


def _pillow(data: bytes, lossless: bool, *, draft: bool) -> list[Any]:
    from PIL import Image, ImageCms, ImageOps

    image = Image.open(io.BytesIO(data))
    profile = image.info["icc_profile"]
    if draft:
        image.draft("RGB", (2 * SIZES[0], 2 * SIZES[0]))
    whole = ImageOps.exif_transpose(image)
    largest = whole.resize((SIZES[0], SIZES[0]), Image.Resampling.LANCZOS)
    srgb = ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(largest, io.BytesIO(profile), srgb)
    assert converted is not None
    return _squares(converted, lossless)


def opencv(data: bytes, lossless: bool) -> list[Any]:
    """OpenCV from a quarter of the pixels; it knows no colour profile."""
    import cv2

    cv2.setNumThreads(1)
    whole = cv2.imdecode(np.frombuffer(data, "u1"), cv2.IMREAD_REDUCED_COLOR_4)
    assert whole is not None
    made = [cv2.resize(whole, (px, px), interpolation=cv2.INTER_AREA) for px in SIZES]
    if lossless:
        return [one[:, :, ::-1] for one in made]
    quality = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    return [cv2.imencode(".jpg", one, quality)[1].tobytes() for one in made]


def simplejpeg(data: bytes, lossless: bool) -> list[Any]:
    """libjpeg-turbo's reduced decoding, resized by Pillow; neither turned nor converted."""
    import simplejpeg as jpeg
    from PIL import Image

    pixels = jpeg.decode_jpeg(data, min_height=2 * SIZES[0], min_width=2 * SIZES[0], min_factor=1)
    image = Image.fromarray(pixels)
    return _squares(image.resize((SIZES[0], SIZES[0]), Image.Resampling.LANCZOS), lossless)


def _squares(largest: Any, lossless: bool) -> list[Any]:
    from PIL import Image

    made = [largest.resize((px, px), Image.Resampling.LANCZOS) for px in SIZES]
    if lossless:
        return [np.asarray(one) for one in made]
    files = []
    for one in made:
        file = io.BytesIO()
        one.save(file, "JPEG", quality=QUALITY)
        files.append(file.getvalue())
    return files


def _opened(data: bytes) -> Pixels:
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(data)))


def reference(data: bytes) -> list[Pixels]:
    """Every size by a Lanczos reduction of all pixels, turned and converted."""
    from PIL import Image, ImageCms, ImageOps

    image = Image.open(io.BytesIO(data))
    profile = io.BytesIO(image.info["icc_profile"])
    srgb = ImageCms.createProfile("sRGB")
    whole = ImageCms.profileToProfile(ImageOps.exif_transpose(image), profile, srgb)
    assert whole is not None
    return [np.asarray(whole.resize((px, px), Image.Resampling.LANCZOS)) for px in SIZES]


def psnr(one: Pixels, other: Pixels) -> float:
    """Decibels of 8-bit pixels; two of the same shape."""
    error = float(((one.astype("f8") - other.astype("f8")) ** 2).mean())
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


WAYS: dict[str, Way] = {
    "sameface": sameface,
    "vipsthumbnail, nine times": thumbnails,
    "Pillow with draft": pillow,
    "Pillow": pillow_whole,
    "OpenCV, reduced to a quarter": opencv,
    "simplejpeg + Pillow": simplejpeg,
}


def main(way: str, file: str, times: int) -> None:
    """Time a way, its first photo left out."""
    data = Path(file).read_bytes()
    WAYS[way](data, False)
    began = time.process_time()
    for _ in range(times):
        WAYS[way](data, False)
    print((time.process_time() - began) / times, _peak_mb())


def _peak_mb() -> float:
    """The most memory of this process itself; `ru_maxrss` would tell its parent's at the fork."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1e3


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
