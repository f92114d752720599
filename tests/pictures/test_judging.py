"""A verdict says whether a file is fit, why, and what to do, in words that do not change."""

from __future__ import annotations

from typing import Any

import pytest
import pyvips
from tests.photographs import photograph

from sameface.pictures import Fitness, Verdict, Want, judge, person_placeholder, render


def face(px: int) -> Any:
    return (
        pyvips.Image.new_from_file(str(photograph("astronaut"))).thumbnail_image(px).copy_memory()
    )


def codes(verdict: Verdict) -> list[str]:
    return [one.code for one in verdict.remarks]


@pytest.mark.parametrize(
    ("px", "says"),
    [
        (40, "40 px wide: every place will look blurred; 648 px or more is best."),
        (132, "132 px wide: Teams will look blurred; 648 px or more is best."),
        (400, "400 px wide: large views will look soft; 648 px or more is best."),
    ],
)
def test_too_few_pixels_are_told_with_where_it_shows(px: int, says: str) -> None:
    """A small photo is fit all the same."""
    verdict = judge(face(px).jpegsave_buffer(Q=92))
    assert verdict.fitness is Fitness.FIT
    assert says in [one.text for one in verdict.remarks]


def test_a_good_photo_needs_no_words() -> None:
    """Large, square, upright, a JPEG: nothing to remark."""
    large = face(512).resize(1.5).jpegsave_buffer(Q=92)
    assert judge(large).remarks == ()


def test_what_will_be_done_is_told() -> None:
    """Cut to a square, laid on white, made a JPEG: nobody is surprised by what a store shows."""
    image = face(700).resize(1.4).crop(0, 0, 700, 660).bandjoin(200)
    verdict = judge(image.copy(interpretation="srgb").cast("uchar").webpsave_buffer(Q=90))
    assert codes(verdict) == ["not-square", "transparent", "other-format"]


def test_what_is_no_photo_and_what_is_no_picture() -> None:
    """Both are answers, with a code for programs."""
    placeholder, nothing = judge(person_placeholder(96)), judge(b"hello")
    assert (placeholder.fitness, codes(placeholder)) == (Fitness.NOT_A_PHOTO, ["not-a-photo"])
    assert (nothing.fitness, nothing.header, codes(nothing)) == (Fitness.REFUSED, None, ["SF-201"])


def test_transparency_is_laid_on_a_chosen_backdrop() -> None:
    """White unless somebody wants another colour."""
    clear = face(96).bandjoin(0).copy(interpretation="srgb").pngsave_buffer()
    made = render(clear, Want(48, media_type="image/png"), backdrop=(10, 120, 200))
    assert pyvips.Image.new_from_buffer(made.data, "")(5, 5) == [10, 120, 200]


def test_a_wide_picture_is_told_by_its_height_and_its_face() -> None:
    """The shorter side is what counts, and the square is cut around the face that was found."""
    image = face(400).embed(100, 0, 600, 400, extend="copy")
    told = [one.text for one in judge(image.jpegsave_buffer(Q=92)).remarks]
    assert told[0].startswith("400 px high: large views will look soft")
    assert told[1] == "Not square: we will crop it around the face."
