"""Pictures: how often likeness is told wrongly; how fast sizes and fingerprints are made."""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import imagehash
import numpy as np
from bench import picture_bursts
from bench.measuring import measured, say, table
from bench.picture_pairs import Pair, pairs, sources
from bench.picture_speed import SIZES, WAYS, psnr, reference
from PIL import Image

from sameface.pictures import Shelf, compare, fingerprint, portrait
from sameface.pictures.decoding import decode, libvips
from sameface.values import Fingerprint, Likeness

_HEIC = Path(sys.prefix) / "odd-files/pi-heif/heif_other/pug.heic"
_SQUARE_PX = 3464  # 12 megapixels
_PHOTOS = 12
_MILLION = 1_000_000


def run() -> None:
    """Likeness, then speed."""
    likeness()
    picture_bursts.run()
    ladders()
    fingerprints()


# ---------------------------------------------------------------------------
# The same picture?


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of the pairs, in per cent; a pair that nobody can tell is in neither."""

    false_same: float
    false_different: float
    cannot_tell: float = 0.0


def likeness() -> None:
    """Thresholds by the photographs of one half, rates on those of the other."""
    found = sources()
    chosen, told = ([*pairs(half, seed)] for seed, half in enumerate((found[0::2], found[1::2])))
    same = sum(pair.same for pair in told)
    rows: list[tuple[str, ...]] = [_ours(told)]
    for name, make in _HASHES.items():
        rows.append(_theirs(name, make, chosen, told))
    heading = f"{same:,} pairs of the same picture, {len(told) - same:,} of different ones"
    table(heading, ("way", "threshold", "false same %", "false different %", "cannot tell %"), rows)
    table(
        "sameface, by what was done to a copy", ("copy", "pairs", "wrong", "cropped"), _kinds(told)
    )


def _ours(told: Sequence[Pair]) -> tuple[str, ...]:
    rates = _rates(told, [_answer(pair) for pair in told])
    return ("sameface", "as shipped", *_shown(rates))


def _answer(pair: Pair) -> Likeness:
    return compare(_mark(pair.one), _mark(pair.other))


_marks: dict[bytes, Fingerprint] = {}


def _mark(data: bytes) -> Fingerprint:
    if data not in _marks:
        _marks[data] = fingerprint(data)
    return _marks[data]


_HASHES: dict[str, Callable[[Any], Any]] = {
    "imagehash pHash": imagehash.phash,
    "imagehash dHash": imagehash.dhash,
    "imagehash wHash": imagehash.whash,
}


def _theirs(
    name: str, make: Callable[[Any], Any], chosen: Sequence[Pair], told: Sequence[Pair]
) -> tuple[str, ...]:
    """At the threshold whose two rates, added, are least on the other half."""
    made: dict[bytes, Any] = {}

    def bits(data: bytes) -> Any:
        if data not in made:
            made[data] = make(Image.open(io.BytesIO(data)))
        return made[data]

    def answers(some: Sequence[Pair]) -> Any:
        return np.array([bits(pair.one) - bits(pair.other) for pair in some])

    before, after = answers(chosen), answers(told)
    rates = [_rates(chosen, _likenesses(before <= limit)) for limit in range(64)]
    best = min(range(64), key=lambda n: rates[n].false_same + rates[n].false_different)
    return (name, f"{best} of 64 bits", *_shown(_rates(told, _likenesses(after <= best))))


def _likenesses(same: Any) -> list[Likeness]:
    return [Likeness.SAME if one else Likeness.DIFFERENT for one in same.tolist()]


def _rates(some: Sequence[Pair], answers: Sequence[Likeness]) -> Rates:
    count = Counter((pair.same, answer) for pair, answer in zip(some, answers, strict=True))
    same = sum(pair.same for pair in some)
    wrong = count[False, Likeness.SAME] + count[False, Likeness.CROPPED]
    blank = count[True, Likeness.CANNOT_TELL] + count[False, Likeness.CANNOT_TELL]
    return Rates(
        100 * wrong / (len(some) - same),
        100 * count[True, Likeness.DIFFERENT] / same,
        100 * blank / len(some),
    )


def _shown(rates: Rates) -> tuple[str, str, str]:
    return (
        f"{rates.false_same:.3f}",
        f"{rates.false_different:.3f}",
        f"{rates.cannot_tell:.2f}",
    )


def _kinds(told: Sequence[Pair]) -> list[tuple[str, ...]]:
    count = Counter((pair.kind, pair.same, _answer(pair)) for pair in told)
    rows: list[tuple[str, ...]] = []
    for kind, same in dict.fromkeys((pair.kind, pair.same) for pair in told):
        of = {answer: count[kind, same, answer] for answer in Likeness}
        alike = of[Likeness.SAME] + of[Likeness.CROPPED]
        wrong = of[Likeness.DIFFERENT] if same else alike
        rows.append((kind, f"{sum(of.values()):,}", str(wrong), f"{of[Likeness.CROPPED]:,}"))
    return rows


# ---------------------------------------------------------------------------
# How fast?


def photo() -> bytes:
    """12 megapixels, square, stored turned (EXIF 6), in Display P3: a telephone's photo."""
    image = decode(_HEIC.read_bytes(), _SQUARE_PX)
    side = min(image.width, image.height)
    image = image.crop(0, 0, side, side).resize(_SQUARE_PX / side).rot270()
    image = image.icc_transform("p3", input_profile="srgb").copy_memory().copy()
    image.set_type(libvips().GValue.gint_type, "orientation", 6)
    return bytes(image.jpegsave_buffer(Q=90, profile="p3"))


def ladders() -> None:
    """Each way in a process of its own, on one core."""
    data = photo()
    exact = reference(data)
    rows = []
    with tempfile.TemporaryDirectory(prefix="sameface-bench-") as name:
        file, said = Path(name) / "photo.jpg", Path(name) / "said"
        file.write_bytes(data)
        for way, make in WAYS.items():
            command = (sys.executable, "-m", "bench.picture_speed", way, str(file), str(_PHOTOS))
            measured(command, Path.cwd(), one_core=True, output=said)
            near = [psnr(*both) for both in zip(make(data, True), exact, strict=True)]
            seconds, peak_mb = (float(word) for word in said.read_text().split())
            worst = min(near)
            rows.append((
                way, f"{1 / seconds:.1f}", f"{peak_mb:.0f}", f"{worst:.1f}",
                str(SIZES[near.index(worst)]), " ".join(f"{one:.0f}" for one in near),
            ))  # fmt: skip
    title = f"nine sizes of a 12-megapixel JPEG ({len(data):,} bytes, turned, Display P3), one core"
    table(title, ("way", "photos/s", "peak MB", "worst dB", "at px", "dB 648 ... 48"), rows)


def fingerprints() -> None:
    """From thumbnails, and one against a million."""
    thumbnails = [portrait(f"speed {n}", 0, 96) for n in range(200)]
    made = [fingerprint(data) for data in thumbnails]
    began = time.process_time()
    for data in thumbnails * 5:
        fingerprint(data)
    rate = 5 * len(thumbnails) / (time.process_time() - began)
    shelf, dice = _crowd(made), np.random.default_rng(1)
    seconds = []
    for number in dice.integers(0, len(made), 20).tolist():
        began = time.process_time()
        assert shelf.find(made[number]) == [number]
        seconds.append(time.process_time() - began)
    say(f"fingerprints of 96 px thumbnails: {rate:,.0f} a second on one core")
    say(f"one fingerprint against {_MILLION:,}: {1000 * max(seconds):.1f} ms at worst")


def _crowd(made: Sequence[Fingerprint]) -> Shelf[int]:
    """A million: those made, and smooth noise."""
    dice, head, tints = np.random.default_rng(2), bytes((2, 96, 24, 24)), bytes([128]) * 128
    count = _MILLION - len(made)

    def noise(number: int) -> tuple[int, Fingerprint]:
        luma = np.kron(dice.integers(0, 256, (6, 6), "u1"), np.ones((4, 4), "u1"))
        return number, Fingerprint(head + luma.tobytes() + tints)

    return Shelf([*enumerate(made), *(noise(len(made) + n) for n in range(count))])


if __name__ == "__main__":
    run()
