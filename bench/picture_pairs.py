"""Pairs of pictures whose likeness is known: copies, mirror images, other shots, other people.

Real photographs come out of well-known packages (`tests/photographs`, and the tests of pi-heif),
faces out of scikit-image's subset of Labeled Faces in the Wild (25 px, enlarged); the rest is
drawn.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyvips

from sameface.pictures import portrait
from sameface.pictures.decoding import decode, libvips
from sameface.pictures.renditions import square

_WHEELS = Path(sys.prefix) / "photographs"
_HEICS = Path(sys.prefix) / "odd-files/pi-heif/heif_other"
_REAL = (
    *(_WHEELS / "skimage/data" / name for name in (
        "astronaut.png", "brick.png", "camera.png", "cell.png", "chelsea.png", "clock_motion.png",
        "coffee.png", "coins.png", "grass.png", "gravel.png", "hubble_deep_field.jpg", "ihc.png",
        "moon.png", "motorcycle_left.png", "retina.jpg", "rocket.jpg",
    )),
    _WHEELS / "matplotlib/mpl-data/sample_data/grace_hopper.jpg",
    _WHEELS / "sklearn/datasets/images/china.jpg",
    _WHEELS / "sklearn/datasets/images/flower.jpg",
    _WHEELS / "insightface/data/images/t1.jpg",
    _WHEELS / "insightface/data/images/Tom_Hanks_54745.png",
    *(_HEICS / name for name in (
        "arrow.heic", "cat.hif", "empty_icc.heic", "pug.heic", "spatial_photo.heic",
        "nokia/bird_burst.heic", "invalid_id.heic",
    )),
)  # fmt: skip
_FACES = 100  # the first hundred of skimage's subset are faces, the rest is not
_DRAWN = 120
_SIDE_PX = 400


@dataclass(frozen=True, slots=True)
class Source:
    """A photograph; `rival` is another shot of the same person, where there is one."""

    name: str
    kind: str
    image: Any
    rival: Any = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two files; `kind` says what was done, `source` which photograph it is about."""

    one: bytes
    other: bytes
    same: bool
    kind: str
    source: str


def _as_srgb(image: Any) -> Any:
    return image.cast("uchar").copy(interpretation="srgb")


def _cut(image: Any, left: float, top: float, right: float, bottom: float) -> Any:
    """The image without those shares of its sides, made square again as a store would."""
    width, height = image.width, image.height
    x, y = round(left * width), round(top * height)
    part = image.crop(x, y, round(width * (1 - right)) - x, round(height * (1 - bottom)) - y)
    side = min(part.width, part.height)
    return part.crop((part.width - side) // 2, (part.height - side) // 2, side, side)


def _small(image: Any, px: int) -> Any:
    return image.thumbnail_image(px, height=px, size="down").copy_memory()


def _gamma(image: Any, exponent: float) -> Any:
    return _as_srgb(image.gamma(exponent=exponent))


def _other_space(image: Any) -> Any:
    """What becomes of sRGB numbers that somebody takes for Display P3."""
    return _as_srgb(image.icc_transform("srgb", input_profile="p3"))


COPIES: dict[str, Callable[[Any], bytes]] = {
    "96 px": lambda i: _small(i, 96).jpegsave_buffer(Q=85),
    "48 px": lambda i: _small(i, 48).jpegsave_buffer(Q=85),
    "48 px at quality 40": lambda i: _small(i, 48).jpegsave_buffer(Q=40),
    "quality 40": lambda i: i.jpegsave_buffer(Q=40),
    "64 px WebP": lambda i: _small(i, 64).webpsave_buffer(Q=60),
    "200 px PNG": lambda i: _small(i, 200).pngsave_buffer(),
    "96 px GIF": lambda i: _small(i, 96).gifsave_buffer(),
    "240 px AVIF": lambda i: _small(i, 240).heifsave_buffer(compression="av1", Q=50, effort=2),
    "twice re-encoded": lambda i: libvips().Image.new_from_buffer(
        _small(i, 240).webpsave_buffer(Q=50), "").thumbnail_image(64).jpegsave_buffer(Q=50),
    "gamma 0.75": lambda i: _small(_gamma(i, 0.75), 96).jpegsave_buffer(),
    "gamma 1.35": lambda i: _small(_gamma(i, 1.35), 96).jpegsave_buffer(),
    "less contrast": lambda i: _small(_as_srgb(i.linear(0.8, 24)), 96).jpegsave_buffer(),
    "warmer": lambda i: _small(_as_srgb(i.linear([1.08, 1, 0.9], [0, 0, 0])), 96).jpegsave_buffer(),
    "taken for Display P3": lambda i: _small(_other_space(i), 96).jpegsave_buffer(),
    "grey": lambda i: _small(i, 96).colourspace("b-w").jpegsave_buffer(),
    "2 % off each edge": lambda i: _small(_cut(i, 0.02, 0.02, 0.02, 0.02), 96).jpegsave_buffer(),
    "5 % off each edge": lambda i: _small(_cut(i, 0.05, 0.05, 0.05, 0.05), 96).jpegsave_buffer(),
    "10 % off left and bottom": lambda i: _small(_cut(i, 0.1, 0, 0, 0.1), 96).jpegsave_buffer(),
    "10 % off right and bottom": lambda i: _small(_cut(i, 0, 0, 0.1, 0.1), 96).jpegsave_buffer(),
    "10 % off right and top": lambda i: _small(_cut(i, 0, 0.1, 0.1, 0), 96).jpegsave_buffer(),
    "10 % off the bottom, squared": lambda i: _small(_cut(i, 0, 0, 0, 0.1), 96).jpegsave_buffer(),
    "10 % off each edge": lambda i: _small(_cut(i, 0.1, 0.1, 0.1, 0.1), 120).jpegsave_buffer(),
    "cropped, 64 px at quality 50": lambda i: _small(
        _cut(i, 0.07, 0.03, 0.03, 0.07), 64).jpegsave_buffer(Q=50),
    "cropped, gamma 1.2, WebP": lambda i: _small(
        _gamma(_cut(i, 0.1, 0.05, 0, 0.05), 1.2), 96).webpsave_buffer(Q=70),
}  # fmt: skip
"""What is still the same picture: what stores, re-encoders and people with a crop tool do."""

_BEFORE = ("48 px at quality 40", "gamma 1.35")
"""Copies that are compared with all other copies too, as two stores' files are."""


def sources() -> list[Source]:
    """Every photograph, squared, in an order that never changes."""
    found = [Source(path.name, "photograph", _squared(path.read_bytes())) for path in _REAL]
    faces = np.load(_WHEELS / "skimage/data/lfw_subset.npy")[:_FACES]
    found += [Source(f"face {n}", "face", _enlarged(face)) for n, face in enumerate(faces)]
    for n in range(_DRAWN):
        shots = [_squared(portrait(f"bench {n}", look, _SIDE_PX)) for look in (0, 1)]
        found.append(Source(f"drawn {n}", "drawn", *shots))
    return found


def pairs(found: list[Source], seed: int) -> Iterator[Pair]:
    """Pairs of these sources only: every copy, mirror images, other shots, other sources."""
    dice = random.Random(seed)
    files = {one.name: _files(one.image) for one in found}
    for one in found:
        yield from _same(one, files[one.name])
        yield from _unlike_itself(one, files[one.name])
    everything = [(one.name, kind, file) for one in found for kind, file in files[one.name].items()]
    for one in found:
        for _, file in dice.sample(sorted(files[one.name].items()), 6):
            for _ in range(10):
                other, _, data = dice.choice(everything)
                if other != one.name:
                    yield Pair(file, data, same=False, kind="another photograph", source=one.name)


def _same(one: Source, files: dict[str, bytes]) -> Iterator[Pair]:
    for kind in COPIES:
        yield Pair(files["original"], files[kind], same=True, kind=kind, source=one.name)
        for before in _BEFORE:
            if before != kind:
                yield Pair(files[before], files[kind], same=True, kind=kind, source=one.name)


def _unlike_itself(one: Source, files: dict[str, bytes]) -> Iterator[Pair]:
    mirrored = _files(one.image.fliphor())
    rival = {} if one.rival is None else _files(one.rival)
    for kind in ("original", *COPIES):
        for name, others in (("its mirror image", mirrored), ("another shot", rival)):
            if others:
                yield Pair(files["original"], others[kind], same=False, kind=name, source=one.name)
                yield Pair(files[kind], others["96 px"], same=False, kind=name, source=one.name)


def _files(image: Any) -> dict[str, bytes]:
    original = {"original": bytes(image.jpegsave_buffer(Q=92))}
    return original | {kind: bytes(make(image)) for kind, make in COPIES.items()}


def _squared(data: bytes) -> Any:
    image = square(decode(data, _SIDE_PX))
    return image if image.width <= _SIDE_PX else _small(image, _SIDE_PX)


def _enlarged(face: Any) -> Any:
    grey = pyvips.Image.new_from_array((face * 255).astype("u1").tolist()).cast("uchar")
    bands = grey.resize(6, kernel="cubic").bandjoin([grey.resize(6, kernel="cubic")] * 2)
    return _as_srgb(bands).copy_memory()
