"""The matrix in a terminal: people by stores and surfaces, same pictures under the same letter.

Letters group the pictures of one person, so that a difference shows without colour too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text


@dataclass(frozen=True, slots=True)
class Column:
    """A store or a surface: its id and a heading of few letters."""

    id: str
    short: str
    title: str

    @property
    def heading(self) -> str:
        """The title as a heading: without the article it has inside a sentence."""
        first, _, rest = self.title.partition(" ")
        return rest if first in ("the", "a", "an") else self.title


@dataclass(frozen=True, slots=True)
class Mark:
    """One field of the matrix: what is drawn, and how it stands (a `Place`)."""

    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Line:
    """A person: name, and a mark per column."""

    name: str
    stores: Sequence[Mark]
    surfaces: Sequence[Mark]


STYLES = {
    "same": "green",
    "different": "bold red",
    "either": "yellow",
    "missing": "bold magenta",
    "placeholder": "magenta",
    "withheld": "dim",
    "failed": "bold yellow",
    "no account": "dim",
    "not connected": "dim",
}
SIGNS = {
    "missing": "-",
    "placeholder": "o",
    "withheld": "x",
    "failed": "!",
    "no account": " ",
    "not connected": "·",
}
_TOLD = {
    "same": "the photo wanted",
    "different": "another photo",
    "either": "perhaps the one, perhaps the other",
    "missing": "no photo",
    "placeholder": "a placeholder",
    "withheld": "no photo, as the person chose",
    "failed": "could not be observed",
    "not connected": "not connected",
}


def sign(place: str, letters: Sequence[str], *, plain: bool = False) -> Mark:
    """A mark: the letters of the photos, a bullet before what differs, or the place's own sign."""
    if place in SIGNS:
        drawn = SIGNS[place] if not (plain and place == "not connected") else "."
        return Mark(drawn, place)
    if not letters or letters == ["-"]:
        return Mark("-", place)
    text = "/".join(letters)
    return Mark(f"{text}!" if place == "different" else text, place)


def matrix(
    stores: Sequence[Column],
    surfaces: Sequence[Column],
    lines: Iterable[Line],
    *,
    title: str = "",
) -> Table:
    """Stores, surfaces or both; with five stores and eleven surfaces 100 characters wide."""
    table = Table(
        title=title,
        box=SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 0),
        title_justify="left",
        title_style="bold",
    )
    table.add_column("person", no_wrap=True, vertical="bottom", max_width=17)
    for column in stores:
        table.add_column(column.short, justify="center", min_width=4, no_wrap=True)
    if stores and surfaces:
        table.add_column(" ", width=1)
    for column in surfaces:
        table.add_column(column.short, justify="center", min_width=4, no_wrap=True)
    for line in lines:
        held = [_drawn(mark) for mark in line.stores] if stores else []
        seen = [_drawn(mark) for mark in line.surfaces] if surfaces else []
        table.add_row(line.name, *held, *([""] if held and seen else []), *seen)
    return table


def _drawn(mark: Mark) -> Text:
    return Text(mark.text, style=STYLES[mark.place])


def legend(places: Iterable[str], *, plain: bool = False) -> Iterator[Text]:
    """What the signs mean, as far as they occur."""
    occurring = set(places)
    for place, told in _TOLD.items():
        if place in occurring:
            shown = {"same": "B", "different": "A!", "either": "A/B"}.get(place)
            drawn = shown or sign(place, [], plain=plain).text
            yield Text.assemble((drawn, STYLES[place]), " ", told)


def headings(columns: Iterable[Column]) -> Iterator[Text]:
    """What the short headings stand for."""
    for column in columns:
        yield Text.assemble((column.short, "bold"), " ", (column.heading, "dim"))
