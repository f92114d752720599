"""Boxes with text in them, and lines between: sizes in pixels, text measured by estimate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

TITLE_PX, SMALL_PX = 13.0, 11.0
_PAD = 9.0
_NARROW = frozenset("iljtfrI.,:;'|()[] ")
_WIDE = frozenset("mwMW@%")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with a title and smaller text; `kind` is what it stands for."""

    kind: str
    id: str
    x: float
    y: float
    w: float
    h: float
    title: tuple[str, ...]
    small: tuple[str, ...] = ()

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    @property
    def middle(self) -> float:
        return self.y + self.h / 2

    def text_height(self) -> float:
        return text_height(self.title, self.small)


@dataclass(frozen=True, slots=True)
class Path:
    """A line through points, with an arrow at its end where `arrow`."""

    kind: str
    points: tuple[tuple[float, float], ...]
    arrow: bool = True


def text_width(text: str, size_px: float, *, bold: bool = False) -> float:
    """A generous estimate, so that no face that a system may choose runs over its box."""
    ems = sum(
        0.34 if c in _NARROW else 0.9 if c in _WIDE else 0.7 if c.isupper() else 0.59 for c in text
    )
    return ems * size_px * (1.2 if bold else 1.0)


def wrapped(text: str, width: float, size_px: float, *, bold: bool = False) -> tuple[str, ...]:
    """Lines no wider than that, broken between words."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size_px, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


def fitted(
    title: str, small: Iterable[str], width: float
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A title and its small text in lines for a box of that width."""
    room = width - 2 * _PAD
    details = " · ".join(small)
    return wrapped(title, room, TITLE_PX, bold=True), wrapped(details, room, SMALL_PX)


def text_height(title: Sequence[str], small: Sequence[str]) -> float:
    """The height of a box that holds these lines."""
    return len(title) * (TITLE_PX + 4) + len(small) * (SMALL_PX + 4) + 2 * _PAD - 2
