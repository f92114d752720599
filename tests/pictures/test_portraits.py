"""A seed is a person, a look a photo of them, and both stay what they are."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from sameface.pictures import inspect, portrait
from sameface.pictures.drawn import palette
from sameface.pictures.drawn.characters import character
from sameface.pictures.drawn.dice import Dice
from sameface.pictures.portraits import scene


def test_a_portrait_is_a_square_jpeg_of_the_size_asked() -> None:
    """Stores take JPEG, and 648 px is the largest they keep."""
    for px in (48, 200, 648):
        header = inspect(portrait("alice", px=px))
        assert (header.media_type, header.width_px, header.height_px) == ("image/jpeg", px, px)


def test_the_same_seed_and_look_give_the_same_bytes() -> None:
    """Also in another process: nothing is left to chance or to the order of a set."""
    script = (
        "import hashlib; from sameface.pictures import portrait;"
        "print(hashlib.sha256(portrait('alice', 2)).hexdigest())"
    )
    told = {
        subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout
        for _ in range(2)
    }
    assert len(told) == 1
    assert portrait("alice", 2) == portrait("alice", 2)


def test_every_photo_of_a_person_shows_the_same_face() -> None:
    """Skin and hair are the person's; place and clothes are the photo's."""
    for number in range(20):
        seed = f"same {number}"
        who = character(seed)
        drawn = [scene(seed, look).decode() for look in range(6)]
        assert all(f'fill="{who.head.skin}"' in one for one in drawn)
        assert len(set(drawn)) == 6


def test_people_differ() -> None:
    """No two of two hundred share all of face, hair and build."""
    assert len({character(f"other {number}") for number in range(200)}) == 200


def test_a_person_can_be_made_to_fit_a_name() -> None:
    """Who needs an Alice or a Bob says so; the rest is the seed's."""
    for number in range(30):
        seed = f"named {number}"
        assert character(seed, woman=True).woman
        assert not character(seed, woman=False).woman
        assert character(seed, woman=True).head.beard is None


@pytest.mark.parametrize("seed", ["", "é ü 李", "<script>&", "x" * 500])
def test_any_seed_draws_somebody(seed: str) -> None:
    """The seed is nowhere in the drawing, so it cannot break it."""
    assert inspect(portrait(seed, 7, 64)).width_px == 64


def test_the_rarest_throw_draws_somebody() -> None:
    """Dice may come to their very end, as they do for one in some ten thousand people."""
    seed = "anybody 2918"
    assert Dice(f"person {seed}").number("skin", 0, len(palette.SKINS)) == len(palette.SKINS)
    assert inspect(portrait(seed, px=64)).width_px == 64


def test_a_drawing_needs_nothing_from_outside() -> None:
    """No font, no file, no address: the same picture on every machine."""
    for look in range(20):
        drawn = scene("alone", look).decode()
        assert not re.search(r"<text|<image|href|font", drawn)
