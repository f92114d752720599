"""A rulebook as tables: one per kind of row, each row with what it says and where it is from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from sameface.rules.rulebook import Duration, Rulebook
from sameface.rules.wording import span


def rulebook_tables(book: Rulebook) -> Iterator[Table | Text]:
    """The title, then a table per kind of row."""
    yield Text(f"{book.title} ({book.id}, as of {book.dated:%d %b %Y})", style="bold")
    for kind, rows in book.kinds.items():
        table = Table(title=kind, box=SIMPLE_HEAD, title_justify="left", pad_edge=False)
        for heading in ("id", "says", "facts"):
            table.add_column(heading, overflow="fold")
        for row in rows.values():
            doubt = "" if row.certain else " (inferred)"
            table.add_row(row.id, _SAYS[kind](row) + doubt, " ".join(row.source))
        yield table


def _option(row: Any) -> str:
    default = "on for who has a photo" if isinstance(row.default, str) else None
    return f"{row.title}; {default or ('on' if row.default else 'off')} by default"


def _store(row: Any) -> str:
    parts = [row.title]
    if row.max_bytes:
        parts.append(f"at most {row.max_bytes:,} bytes")
    if row.files:
        parts.append(f"files {', '.join(row.files)}")
    if row.needs:
        parts.append(f"only with {row.needs}")
    return "; ".join([*parts, *([row.alone] if row.alone else [])])


def _channel(row: Any) -> str:
    parts = [f"{row.actor}: writes {row.writes}"]
    if row.otherwise:
        parts.append(f"otherwise {row.otherwise}")
    if row.views_large:
        parts.append("then the owner's own large view")
    if row.signs_in:
        parts.append(f"signs in to {row.signs_in}")
    return "; ".join(parts)


def _route(row: Any) -> str:
    parts = [f"{row.origin} -> {row.target} on {row.on}"]
    if row.every:
        parts.append(f"every {span(row.every)}")
    if row.delay.latest:
        parts.append(duration(row.delay))
    if row.window:
        parts.append(f"at most once in {span(row.window)}")
    if row.forced_by:
        parts.append(f"forced by {', '.join(row.forced_by)}")
    if row.max_bytes:
        parts.append(f"at most {row.max_bytes:,} bytes")
    if row.only_into_never_had:
        parts.append("only into a store that never had a photo")
    if row.needs:
        parts.append(f"only with {', '.join(row.needs)}")
    return "; ".join(parts)


def _cache(row: Any) -> str:
    kept = "keeps" if row.surely else "may keep"
    cleared = f"; cleared by {row.cleared_by}" if row.cleared_by else ""
    return f"{kept} a picture {duration(row.lifetime)}{cleared}"


def _surface(row: Any) -> str:
    parts = [f"{row.title}: reads {row.reads}" + (f" ({row.file})" if row.file else "")]
    if row.cache:
        parts.append(f"through {row.cache}{', address with timestamp' if row.stamped else ''}")
    if row.signed_in:
        parts.append("shows only who is signed in")
    if row.owner_views_large:
        parts.append("the owner's look is a large view")
    if row.needs:
        parts.append(f"only with {', '.join(row.needs)}")
    return "; ".join(parts)


def _action(row: Any) -> str:
    large = "; is the owner's own large view" if row.views_large else ""
    return f"{row.by}: {row.title}{large}"


def duration(length: Duration) -> str:
    """A duration in words, assumed ones named as such."""
    if length.latest is None:
        said = "for ever"
    elif length.is_range:
        said = f"within {span(length.latest)}"
    else:
        said = f"after {span(length.latest)}"
    return said if length.known else f"{said} (not documented, assumed)"


_SAYS: Mapping[str, Callable[[Any], str]] = {
    "options": _option,
    "stores": _store,
    "channels": _channel,
    "routes": _route,
    "caches": _cache,
    "surfaces": _surface,
    "actions": _action,
}
