"""Two shots of one moment: whether they are told apart. Nothing was chosen on these pairs.

Real ones are a telephone's burst and stereo pairs; the others are photographs with a head that
moved: the middle is shifted by so much of the side, the edges stay where they are.
"""

from __future__ import annotations

import io
import itertools
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pi_heif
import pyvips
from bench.measuring import table
from bench.picture_pairs import sources

from sameface.pictures import compare, fingerprint
from sameface.values import Fingerprint, Likeness

_HEICS = Path(sys.prefix) / "odd-files/pi-heif/heif_other"
_STEREO = Path(sys.prefix) / "photographs/skimage/data"
_MOVED = (0.01, 0.02, 0.04, 0.08)
_PX = 400


def run() -> None:
    """How often each is told as what."""
    rows = [_row("a telephone's burst of a bird", _pairs(_frames("nokia/bird_burst.heic")))]
    rows.append(_row("a telephone's stereo pair", _pairs(_frames("spatial_photo.heic"))))
    cameras = [_STEREO / f"motorcycle_{side}.png" for side in ("left", "right")]
    stereo = [pyvips.Image.thumbnail(str(file), _PX)[0:3] for file in cameras]
    rows.append(_row("two cameras side by side", _pairs(stereo)))
    found = [one.image for one in sources() if one.kind != "drawn"]
    for share in _MOVED:
        pairs = [(_mark(image), _mark(_moved(image, share))) for image in found]
        rows.append(_row(f"the middle moved by {share:.0%}", iter(pairs)))
    table("two shots of one moment", ("shots", "pairs", *Likeness), rows)


def _row(name: str, pairs: Iterator[tuple[Fingerprint, Fingerprint]]) -> tuple[str, ...]:
    told = Counter(compare(*pair) for pair in pairs)
    return (name, f"{told.total()}", *(f"{told[one]}" for one in Likeness))


def _pairs(images: list[Any]) -> Iterator[tuple[Fingerprint, Fingerprint]]:
    return itertools.combinations([_mark(image) for image in images], 2)


def _mark(image: Any) -> Fingerprint:
    return fingerprint(image.jpegsave_buffer(Q=92))


def _frames(name: str) -> list[Any]:
    """Every shot in a HEIC."""
    file = pi_heif.open_heif(io.BytesIO((_HEICS / name).read_bytes()), convert_hdr_to_8bit=True)
    arrays = [np.ascontiguousarray(np.asarray(frame)[..., :3]) for frame in file]
    images = [pyvips.Image.new_from_array(one).copy(interpretation="srgb") for one in arrays]
    return [image.thumbnail_image(_PX).copy_memory() for image in images]


def _moved(image: Any, share: float) -> Any:
    """The middle shifted to the right, less and less towards the edges."""
    across, down = np.meshgrid(np.arange(image.width), np.arange(image.height))
    away = (across / image.width - 0.5) ** 2 + (down / image.height - 0.45) ** 2
    shift = share * image.width * np.exp(-away / 0.06)
    field = np.stack([across - shift, down.astype("f8")], axis=-1).astype("f4")
    moved = image.mapim(pyvips.Image.new_from_array(field)).cast("uchar")
    return moved.copy(interpretation="srgb").copy_memory()


if __name__ == "__main__":
    run()
