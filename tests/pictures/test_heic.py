"""What telephones take by themselves is read like everything else."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sameface.errors import Damaged, TooLarge
from sameface.pictures import Want, compare, fingerprint, inspect, render
from sameface.values import Likeness

FOLDER = Path(sys.prefix) / "odd-files/pi-heif"


def heic(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def test_a_telephone_s_photo_is_upright_and_srgb() -> None:
    """Its header says where it was taken and that it is in Display P3; our copy says neither."""
    data = heic("heif_other/pug.heic")
    header = inspect(data)
    made = render(data, Want(648))

    assert (header.media_type, header.width_px, header.height_px) == ("image/heic", 4032, 3024)
    assert (header.is_located, header.has_profile) == (True, True)
    assert (made.width_px, inspect(made.data).is_located) == (648, False)
    assert not inspect(made.data).has_profile
    assert compare(fingerprint(data), fingerprint(made.data)) is Likeness.SAME


@pytest.mark.parametrize("kind", ["L_8", "LA_8", "L_12", "RGB_10", "RGBA_8", "RGBA_12"])
def test_every_depth_and_transparency_is_read(kind: str) -> None:
    """Grey, ten or twelve bits, with or without alpha."""
    made = render(heic(f"heif/{kind}__128x128.heif"), Want(96))
    assert made.width_px == 96


def test_a_broken_or_boundless_one_is_refused() -> None:
    """Cut short, corrupt, or of 200 megapixels in 2.4 MB."""
    with pytest.raises(TooLarge, match="25 megapixels"):
        inspect(heic("heif_special/200MP.heic"))
    with pytest.raises(Damaged, match="HEIC"):
        inspect(heic("heif_corrupted/corrupted.heic"))
    with pytest.raises(Damaged):
        render(heic("heif_other/pug.heic")[:400_000], Want(96))
