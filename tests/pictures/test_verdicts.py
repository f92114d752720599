"""What is nobody's photo is named, and a photo never is."""

from __future__ import annotations

from typing import Any

import pytest
import pyvips
from tests.photographs import photographs

from sameface.errors import Damaged, NotAPicture
from sameface.pictures import (
    ONE_PIXEL_GIF,
    examine,
    initials,
    inspect,
    measure,
    no_photo,
    not_a_photo,
    person_placeholder,
    portrait,
    unfit,
)


def plain(*colour: int) -> bytes:
    image = pyvips.Image.black(96, 96, bands=3) + list(colour)
    return bytes(image.cast("uchar").copy(interpretation="srgb").pngsave_buffer())


@pytest.mark.parametrize("px", [48, 72, 96, 200, 648])
def test_the_stores_own_placeholders_are_known_at_every_size(px: int) -> None:
    """A store's "there is none" must not be spread as somebody's face, however it re-encodes it."""
    for draw, whose in ((person_placeholder, "SharePoint"), (no_photo, "Yammer")):
        again = pyvips.Image.new_from_buffer(draw(px), "").jpegsave_buffer(Q=50)
        assert not_a_photo(draw(px)) == f"{whose}'s placeholder"
        assert not_a_photo(again) == f"{whose}'s placeholder"


@pytest.mark.parametrize("name", ["Ada Lovelace", "Wei", "Zoë Quist", "Ólafur Þór", "李小龍", ""])
def test_initials_are_no_photo(name: str) -> None:
    """Letters on a colour stand for a missing photo, whoever drew them and however encoded."""
    for px in (48, 96, 240):
        made = initials(name, px)
        again = pyvips.Image.new_from_buffer(made, "").jpegsave_buffer(Q=70)
        assert inspect(made).width_px == px
        assert "initials" in (not_a_photo(made) or "")
        assert "initials" in (not_a_photo(again) or "")


@pytest.mark.parametrize(
    "data", [portrait("x"), portrait("x", 1, 96), no_photo(96), plain(9, 9, 9)]
)
def test_a_first_look_says_what_two_would(data: bytes) -> None:
    """`examine` is `measure` and `unfit`, of any picture."""
    assert examine(data) == (*measure(data), unfit(data))


def test_a_first_look_refuses_what_two_would() -> None:
    """Half a file is no picture, however it is asked about."""
    with pytest.raises(Damaged):
        examine(portrait("x")[:9000])


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (ONE_PIXEL_GIF, "a 1x1 picture"),
        (plain(255, 255, 255), "a blank picture"),
        (plain(3, 2, 4), "a nearly black picture"),
        (plain(40, 90, 160), "a flat colour"),
    ],
)
def test_empty_pictures_are_named(data: bytes, named: str) -> None:
    """Each in the words that a report shows."""
    assert not_a_photo(data) == named


def test_an_underexposed_photo_is_nearly_black() -> None:
    """A lens cap makes noise rather than one colour."""
    dark = pyvips.Image.gaussnoise(96, 96, mean=10, sigma=5, seed=3).cast("uchar")
    assert not_a_photo(dark.pngsave_buffer()) == "a nearly black picture"


def test_what_is_transparent_throughout_is_blank(image: Any) -> None:
    """It would be shown as white."""
    clear = image.bandjoin(image[0] * 0).cast("uchar").copy(interpretation="srgb")
    assert not_a_photo(clear.pngsave_buffer()) == "a blank picture"


def test_a_portrait_may_be_a_photo() -> None:
    """Nobody's photo is withheld for being simple, also as a small or a grey copy."""
    for number in range(40):
        data = portrait(f"somebody {number}", number % 4, 200)
        grey = pyvips.Image.new_from_buffer(data, "").colourspace("b-w").thumbnail_image(48)
        assert not_a_photo(data) is None
        assert not_a_photo(grey.jpegsave_buffer(Q=60)) is None


def test_a_photograph_may_be_a_photo() -> None:
    """Whatever is on it: saying whether there is a face takes more than this."""
    for name, path in photographs().items():
        assert not_a_photo(path.read_bytes()) is None, name


def test_a_refused_file_gets_no_verdict() -> None:
    """What cannot be read is refused, not judged."""
    with pytest.raises(NotAPicture):
        not_a_photo(b"")
