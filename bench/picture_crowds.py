"""Wrong faces over a whole organisation: how many are found, how many by mistake, in what time.

Strangers are three drawn portraits laid over each other, two moved and some mirrored: enough
of such for everybody to be somebody else. Among them are photographs of `bench.picture_pairs`, each
on a second person too, as a copy.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from bench.measuring import say, table
from bench.picture_pairs import COPIES, Source, sources

from sameface.pictures import Photo, fingerprint, portrait, wrong_faces
from sameface.values import Fingerprint

PEOPLE = (1_000, 10_000, 100_000)
_DRAWN = 1_000
_HEAD = 4
_CUT = tuple(kind for kind in COPIES if " off " in kind or kind.startswith("cropped"))
_WHOLE = ("48 px at quality 40", "64 px WebP", "gamma 1.35")
_ANYWHERE = "cut anywhere, up to a fifth"


def run() -> None:
    """The time of more and more people, then rates among a thousand."""
    strangers = _strangers()
    rows = []
    for count in PEOPLE:
        photos = [Photo(f"{n}", "exchange", mark) for n, mark in enumerate(_some(strangers, count))]
        again = random.Random(3).sample(photos, count // 100)
        photos += [Photo(f"again {one.person}", "exchange", one.mark) for one in again]
        began = time.process_time()
        shared, _ = wrong_faces(photos)
        rows.append((f"{count:,}", f"{time.process_time() - began:.1f}", f"{len(shared):,}"))
    table("a hundredth of them on two people", ("people", "CPU s", "found"), rows)
    _rates(strangers)


def _rates(strangers: Sequence[Fingerprint]) -> None:
    dice = random.Random(8)
    found = sources()[1::2]  # sketches were designed with the others in view
    owners = [
        Photo(one.name, "exchange", fingerprint(one.image.jpegsave_buffer(Q=92))) for one in found
    ]
    crowd = [Photo(f"stranger {n}", "exchange", mark) for n, mark in enumerate(strangers[:1000])]
    rows = []
    for kind in (*_WHOLE, *_CUT, _ANYWHERE):
        copies = [
            Photo(f"again {one.name}", "exchange", fingerprint(_copy(one, kind, dice)))
            for one in found
        ]
        shared, _ = wrong_faces([*owners, *crowd, *copies])
        right = {(one.name, f"again {one.name}") for one in found}
        pairs = {(a, b) for one in shared for a in one.people for b in one.people if a != b}
        wrong = {tuple(sorted(pair)) for pair in pairs if not {pair, pair[::-1]} & right}
        rows.append((kind, f"{len(found)}", f"{len(pairs & right)}", f"{len(wrong)}"))
    cut = [row for row in rows if row[0] in _CUT]
    share = sum(int(row[2]) for row in cut) / sum(int(row[1]) for row in cut)
    table(
        "copies on a second person, among 1,000 strangers", ("copy", "on", "found", "false"), rows
    )
    say(f"of cut copies {share:.1%} were found")


def _copy(one: Source, kind: str, dice: random.Random) -> bytes:
    if kind != _ANYWHERE:
        return COPIES[kind](one.image)
    image: Any = one.image
    side = round(image.width * dice.uniform(0.8, 1))
    left, top = (dice.randint(0, image.width - side) for _ in range(2))
    part = image.crop(left, top, side, side).thumbnail_image(96, size="down")
    return bytes(part.jpegsave_buffer(Q=75))


def _strangers() -> list[Fingerprint]:
    return [fingerprint(portrait(f"stranger {n}", 0, 96)) for n in range(_DRAWN)]


def _some(strangers: Sequence[Fingerprint], count: int) -> list[Fingerprint]:
    """So many, each of three of those."""
    head = strangers[0].data[:_HEAD]
    high, wide = head[2:4]
    drawn = np.array([list(mark.data[_HEAD:]) for mark in strangers], "u1")
    lumas, tints = drawn[:, : high * wide].reshape(-1, high, wide), drawn[:, high * wide :]
    dice = np.random.default_rng(5)
    made: dict[bytes, None] = {}
    while len(made) < count:
        one, other, third = dice.choice(len(drawn), 3, replace=False)
        blend = (
            lumas[one] // 3 + _shifted(lumas[other], dice) // 3 + _shifted(lumas[third], dice) // 3
        )
        span = int(blend.max()) - int(blend.min())
        luma = ((blend - blend.min()) * (255 / span)).astype("u1")
        made[head + luma.tobytes() + tints[one].tobytes()] = None
    return [Fingerprint(data) for data in made]


def _shifted(luma: Any, dice: np.random.Generator) -> Any:
    """Anywhere else in its square, mirrored or not."""
    there = np.roll(luma, tuple(dice.integers(0, len(luma), 2)), (0, 1))
    return there[:, :: dice.choice([1, -1])]


if __name__ == "__main__":
    run()
