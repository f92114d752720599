"""A rendition is an upright sRGB square that meets its ceiling at the best quality."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import pyvips
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sameface.errors import DoesNotFit
from sameface.pictures import Want, inspect, ladder, render

GRAPH = (48, 64, 96, 120, 240, 360, 432, 504, 648)
Unlike = Callable[[bytes, bytes], float]
ordinary = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def exact(px: int) -> Want:
    """A lossless want, so that only pixels are compared."""
    return Want(px, media_type="image/png")


def oriented(image: Any, orientation: int) -> Any:
    """The image stored as a camera with that EXIF orientation would store it."""
    undo = {
        1: lambda i: i,
        2: lambda i: i.fliphor(),
        3: lambda i: i.rot180(),
        4: lambda i: i.flipver(),
        5: lambda i: i.rot90().fliphor(),
        6: lambda i: i.rot270(),
        7: lambda i: i.rot270().fliphor(),
        8: lambda i: i.rot90(),
    }
    stored = undo[orientation](image).copy_memory().copy()
    stored.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    return stored


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_gives_the_same_picture(
    tall: Any, unlike: Unlike, orientation: int
) -> None:
    """However the camera was held, the square shows the same part, the right way up."""
    upright = render(tall.pngsave_buffer(), exact(96)).data
    stored = oriented(tall, orientation)

    assert unlike(render(stored.pngsave_buffer(), exact(96)).data, upright) < 1
    assert unlike(render(stored.jpegsave_buffer(Q=95), exact(96)).data, upright) < 3
    assert inspect(stored.jpegsave_buffer()).turned == (orientation != 1)


def test_colour_is_made_right(image: Any, unlike: Unlike) -> None:
    """Profiles, 16 bit, grey and CMYK all end as the sRGB picture that people saw before."""
    small = image.thumbnail_image(120).copy_memory()
    plain = render(small.pngsave_buffer(), exact(96)).data
    grey = render(small.colourspace("b-w").pngsave_buffer(), exact(96)).data
    wide = small.icc_transform("p3", input_profile="srgb")
    inks = small.icc_export(output_profile="cmyk")

    assert unlike(render(wide.pngsave_buffer(profile="p3"), exact(96)).data, plain) < 2
    assert unlike(render(small.colourspace("rgb16").pngsave_buffer(), exact(96)).data, plain) < 1
    assert unlike(render(small.colourspace("lab").tiffsave_buffer(), exact(96)).data, plain) < 1
    assert unlike(render(inks.jpegsave_buffer(Q=95), exact(96)).data, plain) < 16
    assert pyvips.Image.new_from_buffer(grey, "").bands == 3


def test_what_is_transparent_is_white(image: Any) -> None:
    """Stores show transparency in black or in whatever they like; white is what people expect."""
    clear = image.bandjoin(image[0] * 0).cast("uchar").copy(interpretation="srgb")
    deep = clear.colourspace("rgb16")

    for data in (clear.pngsave_buffer(), deep.pngsave_buffer(), clear.webpsave_buffer()):
        made = pyvips.Image.new_from_buffer(render(data, exact(48)).data, "")
        assert (made.bands, made.min()) == (3, 255)


def test_a_ladder_gives_every_size_in_the_order_asked(photo: bytes) -> None:
    """One decode serves all sizes of Graph; each is the square it claims to be."""
    made = ladder(photo, [Want(px) for px in GRAPH])

    assert [(one.width_px, one.height_px) for one in made] == [(px, px) for px in GRAPH]
    for one in made:
        header = inspect(one.data)
        assert (header.width_px, header.media_type) == (one.width_px, "image/jpeg")
    assert ladder(photo, ()) == ()


def test_a_rung_of_the_ladder_is_as_good_as_a_rendition_of_its_own(
    tall: Any, unlike: Unlike
) -> None:
    """All sizes are the same part of the photo, and none is softer for coming from the largest."""
    data = tall.pngsave_buffer()
    rungs = ladder(data, [exact(px) for px in (400, 96, 48)])

    for rung in rungs:
        assert unlike(rung.data, render(data, exact(rung.width_px)).data) < 1.5


def test_nothing_is_ever_enlarged(tall: Any) -> None:
    """A small source gives a smaller square: invented pixels look worse than few."""
    made = render(tall.jpegsave_buffer(), Want(648))
    assert (made.width_px, made.height_px) == (400, 400)


def test_the_same_input_gives_the_same_bytes(photo: bytes) -> None:
    """Otherwise a second sync would write everything again."""
    wants = (Want(648, 60_000), Want(96, 10_240), Want(48, media_type="image/webp"))
    assert ladder(photo, wants) == ladder(photo, wants)


def test_nothing_but_the_picture_leaves(image: Any) -> None:
    """Where a photo was taken, with what and when stays with its owner."""
    tagged = image.copy()
    tagged.set_type(pyvips.GValue.gstr_type, "exif-ifd0-ImageDescription", "at home")
    tagged.set_type(pyvips.GValue.gstr_type, "exif-ifd3-GPSLatitude", "48/1 51/1 24/1")
    data = tagged.jpegsave_buffer(profile="p3")
    assert b"Exif" in data
    assert b"at home" in data

    for kind in ("image/jpeg", "image/png", "image/webp"):
        made = render(data, Want(96, media_type=kind)).data
        fields = pyvips.Image.new_from_buffer(made, "").get_fields()
        assert not [name for name in fields if name.startswith(("exif", "icc", "xmp", "iptc"))]
        assert b"at home" not in made


@given(ceiling=st.integers(min_value=1500, max_value=60_000), px=st.sampled_from((48, 96, 240)))
@ordinary
def test_a_ceiling_is_met_at_the_best_quality(photo: bytes, ceiling: int, px: int) -> None:
    """Never a byte above, and no quality given away: what fits exactly is found again."""
    best = render(photo, Want(px))
    least = best.size_bytes / 3
    if ceiling < least:
        ceiling += int(least)

    made = render(photo, Want(px, ceiling))

    assert made.size_bytes <= ceiling
    if best.size_bytes <= ceiling:
        assert made == best
    else:
        assert made == render(photo, Want(px, made.size_bytes))
        assert made.size_bytes > 0.7 * ceiling


def test_what_cannot_fit_says_so(photo: bytes) -> None:
    """The sentence gives the size, the ceiling and the way out; a lossless one has no way down."""
    with pytest.raises(DoesNotFit, match=r"648 x 648 px .* 2,000; ask for a smaller"):
        render(photo, Want(648, 2000))
    with pytest.raises(DoesNotFit, match="2,000"):
        render(photo, Want(648, 2000, "image/png"))


@pytest.mark.parametrize("wrong", [{"px": 0}, {"px": 48, "media_type": "image/bmp"}])
def test_a_want_that_nobody_can_meet_is_a_mistake(wrong: dict[str, Any]) -> None:
    """It is the caller's, and found where it is made."""
    with pytest.raises(ValueError, match="can be made"):
        Want(**wrong)


async def test_threads_do_not_disturb_each_other(photo: bytes) -> None:
    """Callers render in threads; every one gets what it would have got alone."""
    alone = {px: render(photo, Want(px)) for px in GRAPH}
    sizes = GRAPH * 4

    made = await asyncio.gather(*(asyncio.to_thread(render, photo, Want(px)) for px in sizes))

    assert made == [alone[px] for px in sizes]
