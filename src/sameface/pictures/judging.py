"""Whether a file is fit to be somebody's photo: a verdict, its reasons, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sameface.errors import PictureRefused
from sameface.pictures.decoding import LIMITS, Header, Limits, inspect
from sameface.pictures.faces import can_find_faces
from sameface.pictures.formats import FORMATS
from sameface.pictures.stores import BEST_PX
from sameface.pictures.verdicts import NO_FACE, NOT_A_PHOTO, Unfit, unfit

_SHARP_PX = 240  # the largest that lists and cards ask for; below, Teams' own cards enlarge it
_LEAST_PX = 48  # the smallest that any store serves


class Fitness(StrEnum):
    """The verdict in a word."""

    FIT = "fit"
    NOT_A_PHOTO = "not-a-photo"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to know about a file. `code` is stable, `text` is for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a file is; `header` is None where even that could not be read."""

    fitness: Fitness
    header: Header | None
    remarks: tuple[Remark, ...]

    def as_json(self) -> dict[str, Any]:
        """Ready for JSON, without the file's name."""
        told: dict[str, Any] = {"ok": self.fitness is Fitness.FIT, "verdict": str(self.fitness)}
        if self.header is not None:
            told |= {
                "media_type": self.header.media_type,
                "width_px": self.header.width_px,
                "height_px": self.header.height_px,
                "size_bytes": self.header.size_bytes,
                "pages": self.header.pages,
                "turned": self.header.turned,
            }
        if self.fitness is Fitness.REFUSED:
            told["error"] = {"code": self.remarks[0].code, "text": self.remarks[0].text}
        told["reasons"] = [{"code": one.code, "text": one.text} for one in self.remarks]
        return told


def judge(data: bytes, limits: Limits = LIMITS) -> Verdict:
    """The verdict on a file. Raises nothing: a file that cannot be read is refused in words."""
    header = None
    try:
        header = inspect(data, limits)
        against = unfit(data, limits)
    except PictureRefused as refused:
        return Verdict(Fitness.REFUSED, header, (Remark(refused.code, refused.sentence()),))
    if against is None:
        return Verdict(Fitness.FIT, header, _remarks(header, is_face=can_find_faces()))
    more = _remarks(header) if against.is_photo else ()
    return Verdict(Fitness.NOT_A_PHOTO, header, (_remark(against), *more))


def _remark(against: Unfit) -> Remark:
    if against.code == NOT_A_PHOTO:
        text = "which is nobody's photo: it is never spread."
    elif against.code == NO_FACE:
        text = "as far as can be seen; choose one that shows the face."
    else:
        text = "and nobody can say whose it is; crop it to the one whose photo it is."
    return Remark(against.code, f"This is {against.text}, {text}")


def _remarks(header: Header, *, is_face: bool = False) -> tuple[Remark, ...]:
    """What will be done to a photo, and what will look worse than it could."""
    made = [
        (header.turned, "turned", "Turned sideways: we will turn it."),
        (True, "small", _sharpness(header)),
        (
            header.width_px != header.height_px,
            "not-square",
            f"Not square: we will crop it around {_middle(is_face)}.",
        ),
        (header.has_alpha, "transparent", "Partly transparent: we will lay it on white."),
        (
            header.pages > 1,
            "several-frames",
            f"{header.pages} frames or pages: only the first is used.",
        ),
        (
            header.is_located,
            "located",
            "It tells where it was taken: that never leaves with our copies.",
        ),
        (
            header.media_type != "image/jpeg",
            "other-format",
            f"A {FORMATS[header.media_type]}: stores get a JPEG made from it.",
        ),
    ]
    return tuple(Remark(code, text) for holds, code, text in made if holds and text)


def _middle(is_face: bool) -> str:
    return "the face" if is_face else "what draws the eye"


def _sharpness(header: Header) -> str:
    px = header.short_px
    if px >= BEST_PX:
        return ""
    side = "wide" if header.width_px == px else "high"
    better = f"{BEST_PX} px or more is best."
    if px >= _SHARP_PX:
        return f"{px} px {side}: large views will look soft; {better}"
    where = "Teams" if px >= _LEAST_PX else "every place"
    return f"{px} px {side}: {where} will look blurred; {better}"
