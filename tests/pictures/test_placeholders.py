"""Placeholders look like themselves everywhere, and like nobody."""

from __future__ import annotations

import pytest

from sameface.pictures import (
    ONE_PIXEL_GIF,
    compare,
    fingerprint,
    initials,
    inspect,
    no_photo,
    person_placeholder,
)
from sameface.values import Likeness


def test_each_comes_in_the_form_its_store_serves() -> None:
    """SharePoint a JPEG, Yammer a PNG, Graph a GIF of one pixel (facts, protocols 3.4, 4, 1.3)."""
    assert inspect(person_placeholder(72)).media_type == "image/jpeg"
    assert inspect(no_photo(48)).media_type == "image/png"
    header = inspect(ONE_PIXEL_GIF)
    assert (header.media_type, header.width_px, header.height_px) == ("image/gif", 1, 1)
    assert len(ONE_PIXEL_GIF) < 100


@pytest.mark.parametrize("px", [48, 72, 200])
def test_each_has_the_size_asked(px: int) -> None:
    """Drawn for the size rather than scaled to it."""
    for made in (person_placeholder(px), no_photo(px), initials("Ada Lovelace", px)):
        assert (inspect(made).width_px, inspect(made).height_px) == (px, px)


def test_they_are_told_apart() -> None:
    """A report names the store whose placeholder it is."""
    marks = [fingerprint(draw) for draw in (person_placeholder(96), no_photo(96))]
    assert compare(marks[0], marks[1]) is Likeness.DIFFERENT


def test_initials_are_first_and_last() -> None:
    """As people are addressed: middle names and accents do not count."""
    assert initials("Ada King Lovelace", 96) == initials("Ada King Lovelace", 96)
    two, one = initials("Åsa Lind", 96), initials("Åsa", 96)
    assert two != one
    assert compare(fingerprint(initials("Bo Ek", 96)), fingerprint(initials("Åsa Lind", 96))) is (
        Likeness.DIFFERENT
    )
