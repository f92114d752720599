"""Two files are the same picture when a person would say so, whatever a store did to the bytes."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
import pyvips
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.photographs import photographs

from sameface.pictures import Want, compare, distance, fingerprint, is_same, portrait, render
from sameface.values import Fingerprint, Likeness

PEOPLE = [f"person {number}" for number in range(12)]
ordinary = settings(max_examples=40, deadline=None)


def opened(data: bytes) -> Any:
    return pyvips.Image.new_from_buffer(data, "").copy_memory()


def as_srgb(image: Any) -> Any:
    return image.cast("uchar").copy(interpretation="srgb")


COPIES: dict[str, Callable[[Any], bytes]] = {
    "48 px": lambda i: i.thumbnail_image(48).jpegsave_buffer(Q=85),
    "48 px at quality 40": lambda i: i.thumbnail_image(48).jpegsave_buffer(Q=40),
    "30 px": lambda i: i.thumbnail_image(30).jpegsave_buffer(Q=75),
    "quality 40": lambda i: i.jpegsave_buffer(Q=40),
    "WebP": lambda i: i.thumbnail_image(72).webpsave_buffer(Q=60),
    "PNG": lambda i: i.thumbnail_image(200).pngsave_buffer(),
    "GIF": lambda i: i.thumbnail_image(96).gifsave_buffer(),
    "AVIF": lambda i: i.thumbnail_image(96).heifsave_buffer(compression="av1"),
    "brighter": lambda i: as_srgb(i.gamma(exponent=1.3)).thumbnail_image(96).jpegsave_buffer(),
    "darker": lambda i: as_srgb(i.gamma(exponent=0.77)).thumbnail_image(96).jpegsave_buffer(),
    "less contrast": lambda i: as_srgb(i.linear(0.8, 24)).thumbnail_image(96).jpegsave_buffer(),
    "warmer": lambda i: as_srgb(i.linear([1.08, 1, 0.9], [0, 0, 0])).jpegsave_buffer(),
    "an edge trimmed": lambda i: i.crop(5, 5, 638, 638).thumbnail_image(96).jpegsave_buffer(),
}


CROPS: dict[str, Callable[[Any], Any]] = {
    "5 % off each edge": lambda i: i.crop(32, 32, 584, 584),
    "10 % off left and top": lambda i: i.crop(65, 65, 583, 583),
    "10 % off right and bottom": lambda i: i.crop(0, 0, 583, 583),
    "10 % off each edge": lambda i: i.crop(65, 65, 518, 518),
}


@pytest.mark.parametrize("name", COPIES)
def test_a_store_s_copy_is_the_same_picture(name: str) -> None:
    """Stores resize, re-encode and drift in tone; that is no change of photo."""
    for person in PEOPLE:
        photo = portrait(person)
        copy = COPIES[name](opened(photo))
        assert compare(fingerprint(photo), fingerprint(copy)) is Likeness.SAME, person


def test_different_portraits_are_different() -> None:
    """Of all pairs, also of two photos of one person: none is taken for the same."""
    prints = {
        (person, look): fingerprint(portrait(person, look, 96))
        for person in PEOPLE
        for look in range(6)
    }
    for one, other in itertools.combinations(prints, 2):
        assert compare(prints[one], prints[other]) is Likeness.DIFFERENT, (one, other)


@pytest.mark.parametrize("person", PEOPLE)
def test_a_mirror_image_is_another_picture(person: str) -> None:
    """A selfie turned around is not the photo that was uploaded."""
    photo = portrait(person)
    mirrored = opened(photo).fliphor().jpegsave_buffer(Q=90)
    assert compare(fingerprint(photo), fingerprint(mirrored)) is Likeness.DIFFERENT


def test_our_own_square_is_the_same_picture(tall: Any, photo: bytes) -> None:
    """What Sameface wrote must be known again, of a square source and of any other."""
    wide = tall.rot90().jpegsave_buffer(Q=90)
    for source in (photo, tall.jpegsave_buffer(Q=90), wide):
        for px in (648, 200, 96, 48):
            made = render(source, Want(px, 10_240 if px < 200 else None)).data
            assert compare(fingerprint(source), fingerprint(made)) is Likeness.SAME, px


def test_real_photographs_are_known_again_and_told_apart() -> None:
    """Portrait or landscape: what a store gets is the same picture, any other photograph is not."""
    originals = {name: path.read_bytes() for name, path in photographs().items()}
    prints = {name: fingerprint(data) for name, data in originals.items()}

    for name, data in originals.items():
        for px in (648, 96, 48):
            made = render(data, Want(px)).data
            assert compare(prints[name], fingerprint(made)) is Likeness.SAME, (name, px)
    for one, other in itertools.combinations(prints, 2):
        assert compare(prints[one], prints[other]) is Likeness.DIFFERENT, (one, other)


@given(sides=st.tuples(st.integers(330, 600), st.integers(330, 600)), px=st.integers(48, 400))
@ordinary
def test_any_frame_s_square_is_the_same_picture(sides: tuple[int, int], px: int) -> None:
    """Where a frame is cropped depends on the picture only, not on the size asked for."""
    frame = opened(portrait("frame", 2)).crop(40, 40, *sides).jpegsave_buffer(Q=92)
    made = render(frame, Want(px)).data
    assert compare(fingerprint(frame), fingerprint(made)) is Likeness.SAME


def test_too_small_or_flat_cannot_be_told() -> None:
    """Below 24 px, and where there is nothing to see, any answer would be a guess."""
    photo = portrait("alice")
    small = opened(photo).thumbnail_image(23).pngsave_buffer()
    flat = (opened(photo) * 0 + 128).cast("uchar").pngsave_buffer()

    assert compare(fingerprint(photo), fingerprint(small)) is Likeness.CANNOT_TELL
    assert compare(fingerprint(small), fingerprint(small)) is Likeness.CANNOT_TELL
    assert compare(fingerprint(photo), fingerprint(flat)) is Likeness.CANNOT_TELL
    assert distance(fingerprint(flat), fingerprint(flat)) is None


def test_a_fingerprint_of_another_make_cannot_be_told() -> None:
    """The vault keeps fingerprints for years; one of an unknown version is no difference."""
    mark = fingerprint(portrait("alice"))
    later = Fingerprint(bytes([mark.data[0] + 1]) + mark.data[1:])
    assert compare(mark, later) is Likeness.CANNOT_TELL
    assert compare(mark, Fingerprint(b"")) is Likeness.CANNOT_TELL


@given(one=st.integers(0, 40), other=st.integers(0, 40))
@ordinary
def test_comparing_knows_no_direction(one: int, other: int) -> None:
    """The answer is the same whichever comes first, and a picture is always itself."""
    a, b = (fingerprint(portrait(f"pair {number}", px=64)) for number in (one, other))
    assert distance(a, b) == distance(b, a)
    assert distance(a, a) == 0
    assert (compare(a, b) is Likeness.SAME) == (one == other)


@pytest.mark.parametrize("other", ["itself", "another", "a part", "mirrored", "tiny", "nothing"])
def test_the_quick_question_has_the_same_answer(other: str) -> None:
    """Asked only whether two pictures are the same, it says so exactly where comparing does."""
    one = portrait("alice")
    others = {
        "itself": fingerprint(COPIES["darker"](opened(one))),
        "another": fingerprint(portrait("bob")),
        "a part": fingerprint(CROPS["10 % off each edge"](opened(one)).jpegsave_buffer()),
        "mirrored": fingerprint(opened(one).fliphor().jpegsave_buffer()),
        "tiny": fingerprint(portrait("alice", px=16)),
        "nothing": Fingerprint(b""),
    }
    marks = fingerprint(one), others[other]
    assert is_same(*marks) == (compare(*marks) is Likeness.SAME) == (other == "itself")


def test_a_fingerprint_is_small_and_repeatable(photo: bytes) -> None:
    """A few hundred bytes per photo, and nothing in them by chance."""
    mark = fingerprint(photo)
    assert len(mark.data) < 800
    assert mark == fingerprint(photo)


@pytest.mark.parametrize("name", CROPS)
def test_a_part_of_a_picture_is_cropped_from_it(name: str) -> None:
    """Also small, re-encoded and in another tone; whichever of the two is the part."""
    for person in PEOPLE:
        photo = portrait(person)
        part = as_srgb(CROPS[name](opened(photo)).gamma(exponent=1.15)).thumbnail_image(96)
        marks = fingerprint(photo), fingerprint(part.jpegsave_buffer(Q=70))
        assert compare(*marks) is Likeness.CROPPED, person
        assert compare(marks[1], marks[0]) is Likeness.CROPPED, person


@pytest.mark.parametrize("name", CROPS)
def test_a_part_of_the_mirror_image_is_another_picture(name: str) -> None:
    """Cutting does not hide that a picture was turned around."""
    for person in PEOPLE:
        photo = portrait(person)
        part = CROPS[name](opened(photo)).fliphor().jpegsave_buffer(Q=85)
        assert compare(fingerprint(photo), fingerprint(part)) is Likeness.DIFFERENT, person


def test_any_square_of_a_long_picture_is_the_same_picture() -> None:
    """Every store cuts its own square; that is no reason to call it another photo."""
    image = pyvips.Image.new_from_file(str(photographs()["hopper"])).copy_memory()
    whole = fingerprint(image.jpegsave_buffer())
    for top in (0, 20, image.height - image.width):
        square = image.crop(0, top, image.width, image.width).thumbnail_image(96)
        assert compare(whole, fingerprint(square.jpegsave_buffer())) is Likeness.SAME
        turned = fingerprint(square.fliphor().jpegsave_buffer())
        assert compare(whole, turned) is Likeness.DIFFERENT


def test_a_symmetric_picture_is_the_same_as_its_copy() -> None:
    """Where a mirror image looks like the picture, a copy is still a copy."""
    half = opened(portrait("halves")).crop(0, 0, 324, 648)
    both = half.join(half.fliphor(), "horizontal").copy_memory()
    small = both.thumbnail_image(64).jpegsave_buffer(Q=50)
    assert compare(fingerprint(both.pngsave_buffer()), fingerprint(small)) is Likeness.SAME
