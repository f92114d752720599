"""Material for the picture tests: drawn portraits, and the many files they may come in."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
import pyvips

from sameface.pictures import portrait


@pytest.fixture(scope="session")
def photo() -> bytes:
    """A portrait as a JPEG of 648 x 648 px."""
    return portrait("alice")


@pytest.fixture(scope="session")
def image(photo: bytes) -> Any:
    """The same as pixels."""
    return pyvips.Image.new_from_buffer(photo, "").copy_memory()


@pytest.fixture(scope="session")
def tall(image: Any) -> Any:
    """A portrait that is not square: 400 x 600 px, with noise below the person."""
    dice = random.Random(7)
    noise = pyvips.Image.new_from_memory(dice.randbytes(400 * 200 * 3), 400, 200, 3, "uchar")
    return image.thumbnail_image(400).join(noise.gaussblur(3), "vertical").copy_memory()


@pytest.fixture(scope="session")
def files(image: Any) -> dict[str, bytes]:
    """The photo in every format that is read, 200 x 200 px."""
    small = image.thumbnail_image(200).copy_memory()
    return {
        "image/jpeg": small.jpegsave_buffer(Q=90),
        "image/png": small.pngsave_buffer(),
        "image/webp": small.webpsave_buffer(Q=90),
        "image/gif": small.gifsave_buffer(),
        "image/tiff": small.tiffsave_buffer(compression="deflate"),
        "image/avif": small.heifsave_buffer(compression="av1", Q=80),
    }


@pytest.fixture(scope="session")
def unlike() -> Callable[[bytes, bytes], float]:
    """Mean difference of two pictures of one size, per band, 0-255."""

    def measured(one: bytes, other: bytes) -> float:
        first, second = (pyvips.Image.new_from_buffer(data, "") for data in (one, other))
        return float((first - second).abs().avg())

    return measured
