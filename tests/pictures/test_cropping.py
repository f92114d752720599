"""Turning and cropping: upright, without metadata, exactly the square that was chosen."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.photographs import photograph

from sameface.errors import NotAPicture
from sameface.pictures import Frame, compare, cropped, fingerprint, inspect, portrait, upright
from sameface.values import Likeness

ASTRONAUT = photograph("astronaut").read_bytes()
SQUARE = portrait("alice", 0, 400)
SHARES = st.floats(0, 1, allow_nan=False)


def test_the_whole_picture_is_kept_smaller() -> None:
    """The short side is as asked for, never enlarged, and the proportions are the picture's."""
    small, _ = upright(ASTRONAUT, 200)
    as_it_is, _ = upright(ASTRONAUT, 4000)

    assert (small.width_px, small.height_px, small.media_type) == (200, 200, "image/jpeg")
    assert as_it_is.width_px == inspect(ASTRONAUT).width_px
    assert not inspect(as_it_is.data).is_located


def test_the_frame_offered_is_around_the_face() -> None:
    """Where a face is found, the square is around it and within the picture."""
    _, frame = upright(ASTRONAUT, 512)

    assert frame.turns == 0
    assert 0.2 < frame.side < 0.8
    assert frame.left + frame.side <= 1.001
    assert abs(frame.left + frame.side / 2 - 0.44) < 0.1


def test_the_whole_square_is_the_same_picture() -> None:
    """A frame of all of it changes nothing; a turned one is another picture until turned back."""
    whole = cropped(SQUARE, Frame(), 400).data
    turned = cropped(SQUARE, Frame(1), 400).data
    back = cropped(turned, Frame(3), 400).data

    assert compare(fingerprint(whole), fingerprint(SQUARE)) is Likeness.SAME
    assert compare(fingerprint(turned), fingerprint(SQUARE)) is Likeness.DIFFERENT
    assert compare(fingerprint(back), fingerprint(SQUARE)) is Likeness.SAME


@settings(max_examples=25)
@given(st.integers(0, 3), SHARES, SHARES, SHARES, st.integers(1, 300))
def test_every_frame_gives_a_square(
    turns: int, left: float, top: float, side: float, px: int
) -> None:
    """Whatever is asked for is kept within the picture: a square, never larger than asked."""
    made = cropped(SQUARE, Frame(turns, left, top, side), px)

    assert made.width_px == made.height_px
    assert made.width_px <= min(px, max(1, round(side * 400)))


@pytest.mark.parametrize("wrong", [(4, 0, 0, 1), (-1, 0, 0, 1), (0, float("nan"), 0, 1)])
def test_a_frame_that_is_none_is_refused(wrong: tuple[int, float, float, float]) -> None:
    """More than three quarters, or a number that is none, is a mistake of ours."""
    with pytest.raises(ValueError, match="a frame is turned"):
        Frame(*wrong)


def test_what_is_no_picture_is_refused() -> None:
    """Outside bytes are decoded as carefully here as anywhere."""
    with pytest.raises(NotAPicture):
        upright(b"no picture", 100)
