"""A file is known by its header, refused when it must be, and never patched up."""

from __future__ import annotations

import contextlib
import random
import struct
import subprocess
import sys
import time
import zlib
from typing import Any

import pytest
import pyvips
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sameface.errors import Damaged, NotAPicture, PictureRefused, TooLarge
from sameface.pictures import Limits, Want, fingerprint, inspect, render

KINDS = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff", "image/avif")
ordinary = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def png(width: int, height: int) -> bytes:
    """A black PNG of one bit per pixel: a bomb costs some kilobytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + checksum

    row = bytes(1 + (width + 7) // 8)
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def animation(image: Any, frames: int) -> bytes:
    small = image.thumbnail_image(24).copy_memory()
    strip = pyvips.Image.arrayjoin([small.linear(1, n % 90) for n in range(frames)], across=1)
    strip = strip.cast("uchar").copy(interpretation="srgb")
    strip.set_type(pyvips.GValue.gint_type, "page-height", 24)
    return bytes(strip.gifsave_buffer(keep_duplicate_frames=True))


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_is_known_by_its_bytes(files: dict[str, bytes], kind: str) -> None:
    """What a file is called or said to be plays no part; its header tells size and format."""
    header = inspect(files[kind])

    assert header.media_type == kind
    assert (header.width_px, header.height_px) == (200, 200)
    assert (header.pages, header.turned) == (1, False)
    assert header.size_bytes == len(files[kind])


def test_the_header_tells_the_upright_size(image: Any) -> None:
    """A telephone stores a portrait lying on its side; people care for what they will see."""
    lying = image.crop(0, 0, 300, 200).copy()
    lying.set_type(pyvips.GValue.gint_type, "orientation", 6)

    header = inspect(lying.jpegsave_buffer())

    assert (header.width_px, header.height_px, header.turned) == (200, 300, True)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"hello", "no picture"),
        (b"  <!DOCTYPE html><html>", "web page"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"%PDF-1.7", "PDF"),
        (b"BM" + bytes(60), "BMP"),
    ],
)
def test_what_is_no_picture_is_named_with_its_remedy(data: bytes, word: str) -> None:
    """Whoever sent a sign-in page, or a drawing as a photo is told what it is."""
    with pytest.raises(NotAPicture, match=word) as refused:
        inspect(data)

    assert "save" in refused.value.sentence()


def test_a_bomb_is_refused_from_its_header() -> None:
    """900 megapixels in a hundred kilobytes cost no computing: to decode them takes seconds."""
    bomb = png(30_000, 30_000)
    assert len(bomb) < 150_000

    began = time.process_time()
    with pytest.raises(TooLarge, match="30,000 x 30,000"):
        inspect(bomb)
    with pytest.raises(TooLarge):
        fingerprint(bomb)
    assert time.process_time() - began < 1


def test_each_limit_is_named(image: Any, files: dict[str, bytes]) -> None:
    """Bytes, pixels, ratio and frames each refuse by their own number."""
    with pytest.raises(TooLarge, match="1,000 are the limit"):
        inspect(files["image/jpeg"], Limits(size_bytes=1000))
    with pytest.raises(TooLarge, match="megapixels"):
        inspect(files["image/jpeg"], Limits(pixels=39_999))
    with pytest.raises(TooLarge, match=r"0\.03 megapixels"):
        inspect(files["image/avif"], Limits(heif_pixels=30_000))
    with pytest.raises(TooLarge, match="4 times"):
        inspect(image.crop(0, 0, 401, 100).pngsave_buffer())
    with pytest.raises(TooLarge, match="101 frames"):
        inspect(animation(image, 101))

    assert inspect(files["image/jpeg"], Limits(pixels=40_000)).width_px == 200
    assert inspect(image.crop(0, 0, 100, 400).pngsave_buffer()).short_px == 100
    assert inspect(animation(image, 12)).pages == 12


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("left", [0.1, 0.35, 0.6, 0.85, 0.97])
def test_a_cut_file_is_damaged(files: dict[str, bytes], kind: str, left: float) -> None:
    """Half a picture must never become anybody's face, though decoders would gladly fill it up."""
    data = files[kind]
    with pytest.raises(Damaged):
        render(data[: int(len(data) * left)], Want(96))


@given(cut=st.integers(min_value=1, max_value=20_000), progressive=st.booleans())
@ordinary
def test_a_jpeg_cut_anywhere_is_damaged(image: Any, cut: int, progressive: bool) -> None:
    """Whatever is missing, even the last two bytes, is noticed at every size."""
    data = image.thumbnail_image(200).jpegsave_buffer(Q=90, interlace=progressive)
    cut = 1 + cut % (len(data) - 4)

    for px in (48, 200):
        with pytest.raises(Damaged):
            render(data[:-cut], Want(px))


@given(seed=st.integers(min_value=0), kind=st.sampled_from(KINDS))
@ordinary
def test_altered_bytes_give_a_picture_or_a_named_refusal(
    files: dict[str, bytes], seed: int, kind: str
) -> None:
    """No mutation of a file gets past the error tree."""
    dice = random.Random(seed)
    data = bytearray(files[kind])
    for _ in range(dice.randint(1, 30)):
        data[dice.randrange(len(data))] = dice.randrange(256)

    with contextlib.suppress(PictureRefused):
        made = render(bytes(data), Want(48))
        assert made.width_px == made.height_px <= 48


@given(
    data=st.binary(max_size=300), start=st.sampled_from((b"", b"\xff\xd8\xff", b"GIF89a", b"II*\0"))
)
@ordinary
def test_noise_is_refused(data: bytes, start: bytes) -> None:
    """Bytes that only begin like a picture are refused like any others."""
    with pytest.raises(PictureRefused):
        render(start + data, Want(48))


def test_a_file_that_pretends_is_refused() -> None:
    """A drawing behind an AVIF's first bytes would otherwise reach the drawing's loader."""
    box = b"\x00\x00\x00\x18ftypxxxx\x00\x00\x00\x00avifavif"
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'
    with pytest.raises(PictureRefused):
        inspect(box + drawing)


def test_importing_pictures_is_cheap() -> None:
    """A command that shows no picture must not pay for libvips and numpy."""
    script = "import sys, sameface.pictures; print({'numpy', 'pyvips'} & set(sys.modules))"
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "set()"


def test_the_first_use_may_be_in_many_threads_at_once() -> None:
    """Setting libvips up blocks all loaders for a moment: nobody else may find them blocked."""
    program = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from threading import Barrier\n"
        "from sameface.pictures import portrait\n"
        "together = Barrier(8)\n"
        "def draw(number):\n"
        "    together.wait()\n"
        "    return len(portrait(str(number), px=24))\n"
        "with ThreadPoolExecutor(8) as pool:\n"
        "    assert all(pool.map(draw, range(8)))\n"
    )
    for _ in range(5):
        subprocess.run([sys.executable, "-c", program], check=True)
