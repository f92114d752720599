"""Verdicts: pictures that are nobody's photo, recognised, named, and so never spread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sameface.pictures.decoding import LIMITS, Header, Limits, pixels
from sameface.pictures.faces import count_faces
from sameface.pictures.fingerprints import fingerprint, is_same, measure
from sameface.pictures.placeholders import no_photo, person_placeholder
from sameface.values import Fingerprint

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.float64]

_LOOK_PX = 64
_TOO_TINY_PX = 8
_PLACEHOLDERS: dict[str, Callable[[int], bytes]] = {
    "SharePoint's placeholder": person_placeholder,
    "Yammer's placeholder": no_photo,
}


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a picture is not to be spread as somebody's photo.

    `code` is stable (`not-a-photo`, `no-face`, `several-faces`), `text` to be read after "this is".
    """

    code: str
    text: str

    @property
    def is_photo(self) -> bool:
        """True for a photograph all the same, of nobody or of several people."""
        return self.code != NOT_A_PHOTO


NOT_A_PHOTO, NO_FACE, SEVERAL_FACES = "not-a-photo", "no-face", "several-faces"


def unfit(data: bytes, limits: Limits = LIMITS) -> Unfit | None:
    """What the picture is instead of a photo of one person; None where it may be one.

    Faces are counted with the extra `[faces]` only. Raises as `decode` does.
    """
    return examine(data, limits)[2]


def examine(data: bytes, limits: Limits = LIMITS) -> tuple[Header, Fingerprint, Unfit | None]:
    """All that is asked of a picture nobody has seen before: `measure` and `unfit` in one."""
    header, mark = measure(data, limits)
    return header, mark, _unfit(data, header, mark, limits)


def not_a_photo(data: bytes, limits: Limits = LIMITS) -> str | None:
    """What the picture is instead of a photo, to be read after "this is"; None where it may be one.

    Raises as `decode` does.
    """
    return _not_a_photo(data, *measure(data, limits), limits)


def _unfit(data: bytes, header: Header, mark: Fingerprint, limits: Limits) -> Unfit | None:
    other = _not_a_photo(data, header, mark, limits)
    if other:
        return Unfit(NOT_A_PHOTO, other)
    people = count_faces(data, limits)
    if people is None or people == 1:
        return None
    if people == 0:
        return Unfit(NO_FACE, "a picture without a face")
    return Unfit(SEVERAL_FACES, f"a picture of {people} people")


def _not_a_photo(data: bytes, header: Header, mark: Fingerprint, limits: Limits) -> str | None:
    if max(header.width_px, header.height_px) < _TOO_TINY_PX:
        return f"a {header.width_px}x{header.height_px} picture"
    look = pixels(data, _LOOK_PX, limits).astype("f8")
    return _empty(look) or _placeholder(mark) or _two_colours(look)


def _empty(pixels: Pixels) -> str | None:
    import numpy as np  # noqa: PLC0415 - importing sameface.pictures must stay cheap

    luma = pixels @ (0.299, 0.587, 0.114)
    if np.quantile(luma, 0.99) < 32:
        return "a nearly black picture"
    if pixels.std(axis=(0, 1)).max() >= 3:
        return None
    return "a blank picture" if luma.mean() > 245 else "a flat colour"


def _placeholder(mark: Fingerprint) -> str | None:
    known = _known_placeholders()
    return next((name for name, one in known if is_same(mark, one)), None)


@cache
def _known_placeholders() -> tuple[tuple[str, Fingerprint], ...]:
    return tuple((name, fingerprint(draw(96))) for name, draw in _PLACEHOLDERS.items())


def _two_colours(pixels: Pixels) -> str | None:
    """Nearly all pixels have one of two colours; of small letters, edges are a good part.

    Letters stand free of the edge, which a person in a photo never does.
    """
    import numpy as np  # noqa: PLC0415

    flat = pixels.reshape(-1, 3)
    ground = _commonest(flat)
    away = _apart(pixels, ground)
    rest = flat[away.ravel() > 48]
    if not 0.02 < len(rest) / len(flat) < 0.65:
        return None
    ink = _commonest(rest)
    covered = float((away < 24).sum() + (_apart(rest, ink) < 32).sum()) / len(flat)
    edge = np.concatenate([away[:3], away[-3:], away[:, :3].T, away[:, -3:].T], axis=1)
    free = edge.max() < 24 and _apart(ink, ground) > 100
    if covered > 0.95 or (covered > 0.8 and free):
        return "initials or a silhouette on a flat colour"
    return None


def _apart(pixels: Pixels, colour: Pixels) -> Pixels:
    distance: Pixels = ((pixels - colour) ** 2).sum(axis=-1) ** 0.5
    return distance


def _commonest(pixels: Pixels) -> Pixels:
    """The colour that most pixels are near to."""
    import numpy as np  # noqa: PLC0415

    keys = (pixels // 16).astype("i4") @ (4096, 64, 1)
    _, where, count = np.unique(keys, return_inverse=True, return_counts=True)
    middle: Pixels = np.median(pixels[where == count.argmax()], axis=0)
    return middle
