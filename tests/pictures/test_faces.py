"""With the extra `[faces]`, faces are counted and squares are cut around them."""

from __future__ import annotations

from pathlib import Path

import pytest
import pyvips
from tests.photographs import FOLDER, photograph, photographs

from sameface.pictures import (
    Fitness,
    Want,
    can_find_faces,
    count_faces,
    judge,
    not_a_photo,
    portrait,
    render,
    unfit,
)
from sameface.pictures.decoding import pixels
from sameface.pictures.faces import faces_on

SIX = FOLDER / "insightface/data/images/t1.jpg"
ONE = ("astronaut", "hopper", "camera")


def test_faces_are_counted() -> None:
    """One on a portrait, six on a picture of six, none on a landscape or a cup."""
    assert can_find_faces()
    assert count_faces(SIX.read_bytes()) == 6
    for name, path in photographs().items():
        if name != "cat":  # which may pass for one: who has a face must not be held up
            assert count_faces(path.read_bytes()) == (name in ONE), name


def test_a_tiny_picture_is_not_held_against_anybody() -> None:
    """Below 64 px nobody can count, so nobody does."""
    tiny = render(photograph("astronaut").read_bytes(), Want(48)).data
    assert count_faces(tiny) is None
    assert unfit(tiny) is None


@pytest.mark.parametrize("at", ["left", "right"])
def test_the_square_is_cut_around_the_face(at: str) -> None:
    """Also where something else draws the eye: the face is whole, and near the middle."""
    face = pyvips.Image.new_from_file(str(photograph("astronaut"))).thumbnail_image(300)
    bright = pyvips.Image.new_from_file(str(photograph("flower"))).thumbnail_image(300, height=300)
    bright = bright.gravity("centre", 500, 300, extend="mirror")
    parts = [face.colourspace("srgb")[0:3], bright[0:3]]
    wide = (
        parts[0].join(parts[1], "horizontal")
        if at == "left"
        else parts[1].join(parts[0], "horizontal")
    )

    made = render(wide.jpegsave_buffer(Q=92), Want(300)).data

    (found, *_) = faces_on(pixels(made, 300))
    across, _ = found.centre
    assert 0.3 < across < 0.7


@pytest.mark.parametrize(
    ("file", "code"), [(SIX, "several-faces"), (photograph("rocket"), "no-face")]
)
def test_a_picture_of_nobody_or_of_many_is_nobody_s_photo(file: Path, code: str) -> None:
    """The verdict names it, and so does whoever asks before spreading it."""
    verdict = judge(file.read_bytes())
    assert (verdict.fitness, verdict.remarks[0].code) == (Fitness.NOT_A_PHOTO, code)
    against = unfit(file.read_bytes())
    assert against is not None
    assert (against.code, against.is_photo) == (code, True)
    assert against.text in verdict.remarks[0].text
    assert not_a_photo(file.read_bytes()) is None


def test_a_dark_face_in_poor_light_is_seen() -> None:
    """Whom the model misses at first sight it is shown again: nobody is held up for their skin."""
    for person, look in ((46, 2), (85, 1), (296, 2)):
        assert count_faces(portrait(f"who {person}", look, 240)) == 1, person
