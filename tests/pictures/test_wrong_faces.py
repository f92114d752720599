"""A picture on the wrong person is found over a whole organisation, in time that grows linearly."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest
import pyvips
from tests.photographs import photograph

from sameface.pictures import Photo, Shelf, fingerprint, portrait, wrong_faces
from sameface.values import Fingerprint

PEOPLE = [f"person {number}" for number in range(40)]


@pytest.fixture(scope="module")
def marks() -> dict[str, Fingerprint]:
    """Everybody's photo."""
    return {person: fingerprint(portrait(person, 0, 96)) for person in PEOPLE}


@pytest.fixture(scope="module")
def copies() -> dict[str, Fingerprint]:
    """The same as another store keeps it."""
    made = {}
    for person in PEOPLE:
        image = pyvips.Image.new_from_buffer(portrait(person, 0, 240), "")
        made[person] = fingerprint(image.thumbnail_image(64).jpegsave_buffer(Q=50))
    return made


def invented(count: int, seed: int = 1) -> list[Fingerprint]:
    """Pictures that nobody took: smooth noise, each unlike all others."""
    dice = np.random.default_rng(seed)
    coarse = dice.integers(0, 256, (count, 6, 6), dtype="u1")
    lumas = np.kron(coarse, np.ones((4, 4), "u1"))
    head, tints = bytes((2, 96, 24, 24)), bytes([128]) * 128
    return [Fingerprint(head + luma.tobytes() + tints) for luma in lumas]


def test_the_same_picture_on_two_people_is_found(
    marks: dict[str, Fingerprint], copies: dict[str, Fingerprint]
) -> None:
    """Whatever its size and encoding, and with all the places where it is shown."""
    photos = [Photo(person, "exchange", marks[person]) for person in PEOPLE]
    photos += [Photo(person, "yammer", copies[person]) for person in PEOPLE[:20]]
    photos += [Photo("a stranger", "sharepoint", copies["person 7"])]

    shared, swapped = wrong_faces(photos)

    assert [one.people for one in shared] == [("a stranger", "person 7")]
    assert set(shared[0].places) == {
        ("person 7", "exchange"),
        ("person 7", "yammer"),
        ("a stranger", "sharepoint"),
    }
    assert swapped == ()


def test_photos_swapped_between_stores_are_found(
    marks: dict[str, Fingerprint], copies: dict[str, Fingerprint]
) -> None:
    """Right in one store, the wrong way round in another: told once, as what it is."""
    photos = [Photo(person, "exchange", marks[person]) for person in PEOPLE]
    there = copies | {"person 3": copies["person 9"], "person 9": copies["person 3"]}
    photos += [Photo(person, "yammer", there[person]) for person in PEOPLE]

    shared, swapped = wrong_faces(photos)

    assert shared == ()
    assert [(one.people, {one.store, one.elsewhere}) for one in swapped] == [
        (("person 3", "person 9"), {"exchange", "yammer"})
    ]


def test_a_logo_on_everybody_is_one_finding(marks: dict[str, Fingerprint]) -> None:
    """A thousand people with one picture cost a thousand comparisons, not half a million."""
    shelf = Shelf((number, marks["person 1"]) for number in range(1000))
    assert len(shelf.groups()) == 1
    assert shelf.comparisons <= 1000


def test_the_work_grows_with_the_organisation_and_not_with_its_square() -> None:
    """Four times as many people cost about four times as many comparisons."""

    def work(count: int) -> int:
        marks = invented(count)
        dice = random.Random(2)
        again = [(f"again {n}", marks[n]) for n in dice.sample(range(count), count // 2)]
        shelf = Shelf([*((f"first {n}", mark) for n, mark in enumerate(marks)), *again])
        assert sum(len(group) == 2 for group in shelf.groups()) == count // 2
        return shelf.comparisons

    small, large = work(500), work(2000)
    assert small >= 250
    assert large <= 5 * small


def test_one_is_found_among_many(
    marks: dict[str, Fingerprint], copies: dict[str, Fingerprint]
) -> None:
    """A store's copy finds its person, and nobody else, with a comparison or two."""
    crowd: Sequence[tuple[str, Fingerprint]] = [
        *marks.items(),
        *((f"nobody {n}", mark) for n, mark in enumerate(invented(3000))),
    ]
    shelf = Shelf(crowd)
    assert len(shelf) == 3040

    for person in PEOPLE:
        assert shelf.find(copies[person]) == [person]
    assert shelf.comparisons < 3 * len(PEOPLE)


def test_what_nobody_can_tell_stays_alone() -> None:
    """Flat and tiny pictures are no evidence against anybody."""
    flat = fingerprint(pyvips.Image.black(96, 96, bands=3).cast("uchar").pngsave_buffer())
    other = Fingerprint(b"of another make")
    shelf = Shelf([("a", flat), ("b", flat), ("c", other), ("d", other)])

    assert shelf.groups() == [["a"], ["b"], ["c"], ["d"]]
    assert shelf.find(flat) == []
    assert shelf.find(other) == []


def test_a_long_picture_is_found_by_any_square_of_it() -> None:
    """Stores keep different squares of a photo that is not square."""
    image = pyvips.Image.new_from_file(str(photograph("hopper"))).copy_memory()
    whole = fingerprint(image.jpegsave_buffer())
    shelf = Shelf([("hopper", whole), *enumerate(invented(200))])
    for top in (0, image.height - image.width):
        part = image.crop(0, top, image.width, image.width)
        assert shelf.find(fingerprint(part.jpegsave_buffer())) == ["hopper"]


def test_a_face_that_was_cut_out_anew_is_found(marks: dict[str, Fingerprint]) -> None:
    """Wherever it was cut, up to a fifth of a side: at least nine of ten, and nobody else."""
    dice = random.Random(4)
    cut = []
    for person in PEOPLE:
        image = pyvips.Image.new_from_buffer(portrait(person, 0, 400), "")
        side = round(400 * dice.uniform(0.82, 0.97))
        left, top = (dice.randint(0, 400 - side) for _ in range(2))
        part = image.crop(left, top, side, side).thumbnail_image(120)
        cut.append(fingerprint(part.jpegsave_buffer(Q=75)))
    photos = [Photo(person, "exchange", marks[person]) for person in PEOPLE]
    photos += [
        Photo(f"thief of {person}", "folder", one) for person, one in zip(PEOPLE, cut, strict=True)
    ]

    shared, _ = wrong_faces(photos)

    assert len(shared) >= 0.9 * len(PEOPLE)
    for one in shared:
        first, second = one.people
        assert second == f"thief of {first}"
