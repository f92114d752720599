"""Nothing that decoders have ever stumbled over, nor anything near it, gets past a worker."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
import pyvips
from tests.photographs import photograph
from tests.workshop.conftest import ODD_FILES, png

from sameface.errors import PictureRefused
from sameface.pictures import LIMITS, Limits, Want
from sameface.workshop.service import Workshop

MUTATED = 2000
RESPONSIVE_S = 2
BOUNDLESS = Limits(10**9, 10**10, 10**10, 10**6, 10**6)


@pytest.fixture(scope="module")
def shop() -> Iterator[Workshop]:
    some = Workshop(2)
    yield some
    asyncio.run(some.close())


@pytest.fixture(scope="module")
def seeds() -> list[bytes]:
    """One real photograph, small, in every format that is read, and in some of its variants."""
    image = pyvips.Image.new_from_file(str(photograph("hopper"))).thumbnail_image(120)
    image = image.copy_memory()
    return [
        image.jpegsave_buffer(Q=85),
        image.jpegsave_buffer(Q=60, interlace=True),
        image.pngsave_buffer(),
        image.pngsave_buffer(interlace=True, palette=True),
        image.webpsave_buffer(Q=80),
        image.webpsave_buffer(lossless=True),
        image.gifsave_buffer(),
        image.tiffsave_buffer(compression="lzw"),
        image.tiffsave_buffer(compression="jpeg", tile=True),
        image.heifsave_buffer(compression="av1", Q=70),
        (ODD_FILES / "pi-heif/heif/zPug_3.heic").read_bytes(),
        (ODD_FILES / "pi-heif/heif/RGBA_8__128x128.heif").read_bytes(),
    ]


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Cut, with bytes altered, a stretch doubled or left out, or a number blown up."""
    changed = bytearray(data)
    start, length = dice.randrange(len(data)), dice.randint(1, 64)
    match dice.randrange(5):
        case 0:
            del changed[start:]
        case 1:
            changed[start:start] = changed[start : start + length]
        case 2:
            del changed[start : start + length]
        case 3:
            at = dice.randrange(min(len(data) - 4, 400))
            changed[at : at + 4] = dice.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", bytes(4)))
        case _:
            for _ in range(dice.randint(1, 40)):
                changed[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(changed)


def outcomes(
    shop: Workshop, files: Iterable[tuple[str, bytes]], limits: Limits = LIMITS
) -> dict[str, str]:
    """What became of each file: "a picture", or the code of its refusal.

    Whoever shares the process with the workshop is served all the while.
    """
    return asyncio.run(_outcomes(shop, iter(files), limits))


async def _outcomes(
    shop: Workshop, files: Iterator[tuple[str, bytes]], limits: Limits
) -> dict[str, str]:
    found: dict[str, str] = {}

    async def some() -> None:
        for name, data in files:
            found[name] = await _outcome(shop, data, limits)

    served = asyncio.create_task(_longest_wait())
    await asyncio.gather(*(some() for _ in range(4)))
    served.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await served
    return found


async def _outcome(shop: Workshop, data: bytes, limits: Limits) -> str:
    try:
        made = await shop.render(data, Want(96), limits)
    except PictureRefused as refused:
        return refused.code if refused.sentence().endswith(".") else "half a sentence"
    assert made.width_px == made.height_px <= 96
    return "a picture"


async def _longest_wait() -> None:
    """Somebody who wants to be served a hundred times a second, and never waits two seconds."""
    last = time.perf_counter()
    while True:
        await asyncio.sleep(0.01)
        now = time.perf_counter()
        assert now - last < RESPONSIVE_S
        last = now


def test_every_odd_file_is_a_picture_or_refused(shop: Workshop) -> None:
    """A thousand files that broke Pillow or libheif once: no crash, no hang, no limit passed."""
    files = sorted(path for path in ODD_FILES.rglob("*") if path.is_file())
    named = ((str(path.relative_to(ODD_FILES)), path.read_bytes()) for path in files)
    found = outcomes(shop, named)
    count = Counter(found.values())

    assert len(found) > 1100
    assert set(count) <= {"a picture", "SF-201", "SF-202", "SF-203"}
    assert count["a picture"] > 500
    assert found["pillow/hopper.jpg"] == "a picture"
    assert found["pillow/decompression_bomb.gif"] != "a picture"
    assert found["pi-heif/heif_other/pug.heic"] == "a picture"
    assert found["pi-heif/heif_special/200MP.heic"] == "SF-203"
    assert found["pi-heif/heif_corrupted/corrupted.heic"] == "SF-202"
    assert shop.workers.deaths == 0
    assert shop.workers.peak_bytes < shop.workers.allowance.memory_bytes


def test_every_mutated_file_is_a_picture_or_refused(shop: Workshop, seeds: list[bytes]) -> None:
    """Two thousand files with something wrong somewhere, of every format."""
    dice = random.Random(20)
    files = [(str(n), mutated(seeds[n % len(seeds)], dice)) for n in range(MUTATED)]
    count = Counter(outcomes(shop, files).values())

    assert count.total() == MUTATED
    assert set(count) <= {"a picture", "SF-201", "SF-202", "SF-203"}
    assert min(count["a picture"], count["SF-202"]) > 100
    assert shop.workers.deaths == 0
    assert shop.workers.peak_bytes < shop.workers.allowance.memory_bytes


def black(width: int, height: int, **options: Any) -> pyvips.Image:
    image = pyvips.Image.black(width, height, bands=3, **options)
    return image.copy(interpretation="srgb")


def animation() -> bytes:
    strip = black(300, 300 * 400)
    strip.set_type(pyvips.GValue.gint_type, "page-height", 300)
    return bytes(strip.gifsave_buffer(keep_duplicate_frames=True, effort=1))


BOMBS: dict[str, Callable[[], bytes]] = {
    "30,000 x 30,000 PNG": lambda: png(30_000, 30_000),
    "12,000 x 12,000 WebP": lambda: bytes(black(12_000, 12_000).webpsave_buffer(effort=0)),
    "8,000 x 8,000 AVIF": lambda: bytes(
        black(8_000, 8_000).heifsave_buffer(compression="av1", effort=0)
    ),
    "GIF of 400 frames": animation,
    "SVG of a billion pixels": lambda: (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"/>'
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_and_survived(shop: Workshop, name: str) -> None:
    """By its header where limits are on; and where they are not, the worker's own limits hold."""
    data = BOMBS[name]()

    assert outcomes(shop, [(name, data)])[name] in {"SF-201", "SF-203"}
    assert shop.workers.deaths == 0
    assert outcomes(shop, [(name, data)], BOUNDLESS)[name].startswith(("SF-20", "a picture"))
    assert shop.workers.peak_bytes < shop.workers.allowance.memory_bytes


def test_a_text_that_unpacks_to_300_megabytes_is_survived(shop: Workshop) -> None:
    """A comment is no part of a picture, and costs no worker its life."""
    text = b"Comment\0\0" + zlib.compress(bytes(300_000_000), 9)
    data = png(64, 64, (b"zTXt", text))

    assert outcomes(shop, [("zTXt", data)])["zTXt"] in {"a picture", "SF-202", "SF-203"}
    assert shop.workers.deaths == 0
    assert shop.workers.peak_bytes < shop.workers.allowance.memory_bytes
