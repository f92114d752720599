"""The map for a terminal: a band per store, 100 columns wide; plain ASCII where that is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from sameface.rules.rulebook import Rulebook, Store, Surface
from sameface.views import words

_LEFT, _STORE, _RIGHT = 36, 22, 42
_DETAIL = 72
_FANCY = {"line": "─", "end": "▶", "side": "│", "turn": "╰", "tee": "├", "down": "┬"}
_FANCY |= {"top": "╭╮", "bottom": "╰╯"}
_PLAIN = {"line": "-", "end": ">", "side": "|", "turn": "`", "tee": "|", "down": "+"}
_PLAIN |= {"top": "++", "bottom": "++"}


def text(book: Rulebook, *, plain: bool = False) -> Iterator[Text]:
    """The map, line by line."""
    signs = _PLAIN if plain else _FANCY
    yield Text(f"{book.title}: where a profile photo goes", style="bold")
    yield Text("")
    for store in book.stores.values():
        yield from _band(book, store, signs)
        yield from _routes(book, store.id, signs)
        yield Text("")


def _band(book: Rulebook, row: Store, s: dict[str, str]) -> Iterator[Text]:
    left = [c for c in book.channels.values() if c.writes == row.id]
    right = list(_seen(book, row, s))
    details = (part for said in words.store(row, book) for part in _wrapped(said, _STORE - 4))
    inside = [(row.title, "bold"), *((part, "dim") for part in details)]
    yield _line("", _edge(s["top"], s), Text(""))
    for channel, line, shown in zip_longest(left, inside, right):
        written = Text(" " * _LEFT)
        if channel is not None:
            name = _cut(channel.title, _LEFT - 6)
            dashes = s["line"] * (_LEFT - cell_len(name) - 4)
            written = Text(f" {name} ", style="cyan").append(f"{dashes}{s['end']} ", style="dim")
        said, style = line or ("", "")
        middle = Text(s["side"], style="green")
        middle.append(f" {set_cell_size(_cut(said, _STORE - 4), _STORE - 3)}", style=style)
        middle.append(s["side"], style="green")
        yield _line(written, middle, shown or Text(""))
    yield _line("", _edge(s["bottom"], s), Text(""))


def _edge(corners: str, s: dict[str, str]) -> Text:
    return Text(corners[0] + s["line"] * (_STORE - 2) + corners[1], style="green")


def _line(left: str | Text, middle: Text, right: Text) -> Text:
    start = left if isinstance(left, Text) else Text(set_cell_size(left, _LEFT))
    return start + middle + right


def _seen(book: Rulebook, row: Store, s: dict[str, str]) -> Iterator[Text]:
    """The surfaces that read the store, those behind one cache under its name."""
    groups: dict[str | None, list[Surface]] = {}
    for surface in book.surfaces.values():
        if surface.reads == row.id:
            groups.setdefault(surface.cache, []).append(surface)
    for cache, surfaces in groups.items():
        if cache is None:
            for surface in surfaces:
                yield _arrow(f"{s['line'] * 4}{s['end']} ", surface.title)
            continue
        lead = Text(f"{s['line']}{s['down']}{s['line']} ", style="dim")
        yield lead.append(_cut(book.caches[cache].title, _RIGHT - 5), style="yellow")
        for number, surface in enumerate(surfaces, 1):
            corner = s["turn"] if number == len(surfaces) else s["tee"]
            yield _arrow(f" {corner}{s['line'] * 2}{s['end']} ", surface.title)


def _arrow(lead: str, title: str) -> Text:
    return Text(lead, style="dim").append(_cut(title, _RIGHT - cell_len(lead)), style="default")


def _routes(book: Rulebook, store: str, s: dict[str, str]) -> Iterator[Text]:
    """The routes that lead away from the store, each with its trigger and conditions."""
    for route in book.routes.values():
        if route.origin != store:
            continue
        lead = f"{' ' * 4}{s['turn']}{s['line']}{s['end']} "
        line = Text(lead, style="green")
        line.append(f"to {book.stores[route.target].title}", style="bold green")
        line.append(": " + words.trigger(route, book))
        yield line
        for part in _wrapped("; ".join(words.route(route, book)[1:])):
            yield Text(f"{' ' * 8}{part}", style="dim")


def _wrapped(text: str, width: int = _DETAIL) -> Iterator[str]:
    line = ""
    for word in text.split():
        if line and cell_len(f"{line} {word}") > width:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    if line:
        yield line


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else text[: width - 1].rstrip() + "."
