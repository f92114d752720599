"""Stand-ins for what stores show where there is no photo. All drawn by the project itself."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from sameface.pictures.decoding import libvips
from sameface.pictures.drawn.dice import Dice
from sameface.pictures.drawn.letters import lettering
from sameface.pictures.drawn.palette import WALLS, darker
from sameface.pictures.drawn.svg import circle, drawing, line, path, rect

ONE_PIXEL_GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00"
    b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
"""What Graph and Outlook on the web tell of where there is none (facts, protocols 1.3 and 2.5)."""


@lru_cache(maxsize=32)
def person_placeholder(px: int) -> bytes:
    """SharePoint's generic person, as a JPEG (facts, protocols 3.4)."""
    figure = circle(0, -34, 46, "#a6adb5") + path(
        "M-92,120C-92,52 -58,30 0,30C58,30 92,52 92,120Z", "#a6adb5"
    )
    return _jpeg(rect(-120, -120, 240, 240, fill="#e3e6e9") + figure, px)


@lru_cache(maxsize=32)
def no_photo(px: int) -> bytes:
    """Yammer's `no_photo.png` (facts, protocols 4)."""
    frame = line("M-78,-62L78,-62L78,52L-10,52L-44,88L-44,52L-78,52Z", "#7f9fc4", 13)
    face = (
        circle(-26, -18, 10, "#7f9fc4")
        + circle(26, -18, 10, "#7f9fc4")
        + line("M-30,16C-16,30 16,30 30,16", "#7f9fc4", 11)
    )
    return _png(rect(-120, -120, 240, 240, fill="#f3f6fb") + frame + face, px)


@lru_cache(maxsize=256)
def initials(name: str, px: int) -> bytes:
    """First letters of the first and the last word on a colour of the name's own, as a PNG."""
    words = [word for word in (_plain(part) for part in name.split()) if word]
    letters = words[0][0] + words[-1][0] if len(words) > 1 else words[0][0] if words else "?"
    colour = darker(Dice(name).pick("initials", WALLS), 0.3)
    return _png(rect(-120, -120, 240, 240, fill=colour) + lettering(letters, "#ffffff", 84), px)


def _plain(word: str) -> str:
    """Capitals A-Z only: accents dropped, other scripts left out."""
    bare = unicodedata.normalize("NFKD", word).upper()
    return "".join(letter for letter in bare if "A" <= letter <= "Z")


def _jpeg(inside: str, px: int) -> bytes:
    image = libvips().Image.svgload_buffer(drawing(inside, "-120 -120 240 240", px))
    return bytes(image.flatten(background=255).jpegsave_buffer(Q=90, keep="none"))


def _png(inside: str, px: int) -> bytes:
    image = libvips().Image.svgload_buffer(drawing(inside, "-120 -120 240 240", px))
    return bytes(image.flatten(background=255).pngsave_buffer(keep="none"))
