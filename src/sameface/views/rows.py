"""A rulebook as tables: one per kind of row, each row with what it says and where it is from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from sameface.rules.rulebook import Channel, Route, Row, Rulebook, Surface
from sameface.views import words


def rulebook_tables(book: Rulebook) -> Iterator[Table | Text]:
    """The title, a table per kind of row, what other sources say, and what no row rests on."""
    variant = f", variant {book.variant}" if book.variant else ""
    yield Text(f"{book.title} ({book.id}{variant}, as of {book.dated:%d %b %Y})", style="bold")
    for kind, rows in book.kinds.items():
        table = _table(kind, ("id", "says", "facts"))
        for row in rows.values():
            table.add_row(row.id, says(row, book), " ".join(row.source))
        yield table
    yield _variants(book)
    unused = _table("unused: facts that no row rests on", ("fact", "why"))
    for fact, why in book.unused.items():
        unused.add_row(fact, why)
    yield unused


def says(row: Row, book: Rulebook) -> str:
    """A row in a line."""
    doubt = [] if row.certain else ["inferred"]
    return "; ".join([row.title, *_SAYS[row.kind](row, book), *doubt])


def _variants(book: Rulebook) -> Table:
    table = _table("variants: what other sources say (--variant ID)", ("id", "says", "facts"))
    for one in book.variants.values():
        says = f"{one.title}; changes {', '.join(one.changes)}"
        table.add_row(one.id, says, " ".join(one.source))
    return table


def _table(title: str, headings: Sequence[str]) -> Table:
    table = Table(title=title, box=SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


# What the map shows by where a row is, a table has to say.


def _channel(row: Channel, book: Rulebook) -> list[str]:
    if row.closed:
        return [*words.channel(row, book), row.closed]
    return [f"writes {book.stores[row.writes].title}", *words.channel(row, book)]


def _route(row: Route, book: Rulebook) -> list[str]:
    sets = [f"sets {', '.join(row.sets)}"] if row.sets else []
    return [f"{row.origin} to {row.target}", *words.route(row, book), *sets]


def _surface(row: Surface, book: Rulebook) -> list[str]:
    through = [f"through {book.caches[row.cache].title}"] if row.cache else []
    return [f"reads {book.stores[row.reads].title}", *words.surface(row, book), *through]


_SAYS: Mapping[str, Callable[[Any, Rulebook], list[str]]] = {
    "options": words.option,
    "stores": words.store,
    "channels": _channel,
    "routes": _route,
    "caches": words.cache,
    "surfaces": _surface,
    "actions": words.action,
}
