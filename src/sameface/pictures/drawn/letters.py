"""Capital letters as strokes, so that initials need no font and look the same on every machine."""

from __future__ import annotations

from sameface.pictures.drawn.svg import group, line

_STROKES = {
    "A": "M4,80L30,0L56,80M14,52L46,52",
    "B": "M8,0L8,80M8,0L32,0C56,0 56,38 32,38L8,38M32,38C60,38 60,80 32,80L8,80",
    "C": "M56,16C44,-4 4,-6 4,40C4,86 44,84 56,64",
    "D": "M8,0L8,80L26,80C64,80 64,0 26,0Z",
    "E": "M52,0L8,0L8,80L52,80M8,38L46,38",
    "F": "M52,0L8,0L8,80M8,38L46,38",
    "G": "M56,16C44,-4 4,-6 4,40C4,90 58,86 56,44L34,44",
    "H": "M6,0L6,80M54,0L54,80M6,38L54,38",
    "I": "M30,0L30,80",
    "J": "M46,0L46,54C46,90 8,86 8,56",
    "K": "M8,0L8,80M54,0L8,46M24,32L56,80",
    "L": "M10,0L10,80L52,80",
    "M": "M2,80L6,0L30,52L54,0L58,80",
    "N": "M6,80L6,0L54,80L54,0",
    "O": "M30,0C64,0 64,80 30,80C-4,80 -4,0 30,0Z",
    "P": "M8,80L8,0L32,0C60,0 60,44 32,44L8,44",
    "Q": "M30,0C64,0 64,80 30,80C-4,80 -4,0 30,0ZM36,58L58,84",
    "R": "M8,80L8,0L32,0C58,0 58,42 32,42L8,42M30,42L56,80",
    "S": "M52,12C42,-6 8,-4 8,20C8,46 54,34 54,60C54,86 14,86 4,66",
    "T": "M2,0L58,0M30,0L30,80",
    "U": "M6,0L6,50C6,90 54,90 54,50L54,0",
    "V": "M4,0L30,80L56,0",
    "W": "M0,0L14,80L30,20L46,80L60,0",
    "X": "M6,0L54,80M54,0L6,80",
    "Y": "M4,0L30,40L56,0M30,40L30,80",
    "Z": "M6,0L54,0L6,80L54,80",
    "?": "M8,20C8,-6 52,-6 52,20C52,40 30,38 30,56M30,76L30,80",
}


def lettering(text: str, colour: str, size: float) -> str:
    """The letters centred on (0, 0), capitals `size` high; anything but A-Z is a question mark."""
    step = 76.0
    start = -step * len(text) / 2 + (step - 60) / 2
    strokes = "".join(
        group(
            line(_STROKES.get(letter, _STROKES["?"]), colour, 11),
            f"translate({start + n * step:g},-40)",
        )
        for n, letter in enumerate(text)
    )
    return group(strokes, f"scale({size / 80:g})")
