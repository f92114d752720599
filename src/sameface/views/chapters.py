"""The chapters of `docs/rulebooks.md`: what each has from its rulebook, the map and all names."""

from __future__ import annotations

import re

from sameface.rules.rulebook import Rulebook
from sameface.views.map import text
from sameface.views.rows import says

_NAMED = ("options", "stores", "channels", "surfaces", "actions")


def inserted(book: Rulebook, page: str) -> str:
    """The page with this rulebook's drawings and names, as they are now, between their marks."""
    return _between(f"names {book.id}", _names(book), _between(f"map {book.id}", _map(book), page))


def _between(mark: str, new: str, page: str) -> str:
    begins, ends = f"<!-- generated: {mark} -->\n", "<!-- end -->"
    between = re.compile(f"{re.escape(begins)}.*?{re.escape(ends)}", re.DOTALL)
    return between.sub(lambda _: f"{begins}{new}{ends}", page)


def _map(book: Rulebook) -> str:
    lines = "\n".join(line.plain.rstrip() for line in text(book)).rstrip()
    return (
        f"![{book.title}: channels, stores, routes, caches and surfaces](maps/{book.id}.svg)\n\n"
        f"```\n$ sameface rulebook draw {book.id} --text\n{lines}\n```\n"
    )


def _names(book: Rulebook) -> str:
    """What scenarios, settings and commands call everything of this era, as a table per kind."""
    tables = []
    for kind in _NAMED:
        rows = (f"| `{row.id}` | {says(row, book)} |" for row in book.kinds[kind].values())
        tables.append("\n".join([f"| {kind} | |", "|---|---|", *rows]))
    return "\n\n".join(tables) + "\n"
