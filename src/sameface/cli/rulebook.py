"""The rules: list the rulebooks, show, draw or compare them, or check a file of your own."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sameface.cli import terminal
from sameface.rules import Rulebook, load_rulebook, read_rulebook, rulebook_names
from sameface.rules.differences import differences
from sameface.rules.rulebook import Row, Variant
from sameface.values import iso


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|show|draw|diff|check")
    listing = verbs.add_parser("list", help="the rulebooks that come with Sameface")
    show = verbs.add_parser("show", help="every row of one, with the facts it rests on")
    show.add_argument("name", metavar="NAME_OR_FILE")
    check = verbs.add_parser("check", help="validate rulebook files")
    check.add_argument("files", nargs="+", type=Path, metavar="FILE")
    draw = verbs.add_parser("draw", help="the map: where a photo goes, and what carries it")
    draw.add_argument("name", metavar="NAME_OR_FILE")
    draw.add_argument("-o", "--output", type=Path, metavar="FILE.svg", help="write it as an SVG")
    for one in (show, draw):
        one.add_argument("--variant", metavar="NAME", help="as another source has it")
    draw.add_argument("--text", action="store_true", help="as text, also into a pipe")
    diff = verbs.add_parser("diff", help="what one says and the other does not, key by key")
    diff.add_argument("one", metavar="NAME_OR_FILE")
    diff.add_argument("other", metavar="NAME_OR_FILE")
    for one in (listing, show, diff, check):
        one.add_argument("--json", action="store_true", help="as JSON")
    for one in (listing, show, draw, diff, check):
        one.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Exit code 0, or 2 with the file, table and key that is wrong."""
    if args.verb == "list":
        return _list(as_json=args.json)
    if args.verb == "show":
        return _show(_find(args.name, args.variant), as_json=args.json)
    if args.verb == "draw":
        return _draw(_find(args.name, args.variant), args.output, as_text=args.text)
    if args.verb == "diff":
        return _diff(_find(args.one), _find(args.other), as_json=args.json)
    return _check([read_rulebook(file) for file in args.files], as_json=args.json)


def _find(name: str, variant: str | None = None) -> Rulebook:
    read = read_rulebook(Path(name), variant) if name.endswith(".toml") else None
    return read or load_rulebook(name, variant)


def _summary(book: Rulebook) -> dict[str, Any]:
    rows = {kind: len(rows) for kind, rows in book.kinds.items()}
    return {"id": book.id, "title": book.title, "dated": iso(book.dated), "rows": rows}


def _list(*, as_json: bool) -> int:
    books = [load_rulebook(name) for name in rulebook_names()]
    if as_json:
        terminal.data([_summary(book) for book in books])
    else:
        for book in books:
            rows = sum(len(rows) for rows in book.kinds.values())
            terminal.out(f"{book.id:<20} {book.title}, {rows} rows")
    return 0


def _check(books: list[Rulebook], *, as_json: bool) -> int:
    if as_json:
        terminal.data([_summary(book) for book in books])
    else:
        for book in books:
            rows = sum(len(rows) for rows in book.kinds.values())
            terminal.out(f"{book.id}: {rows} rows, all sound.")
    return 0


def _show(book: Rulebook, *, as_json: bool) -> int:
    if as_json:
        kinds: dict[str, Mapping[str, Row | Variant]] = {**book.kinds, "variants": book.variants}
        told: dict[str, Any] = {
            **_summary(book),
            "variant": book.variant,
            "unused": dict(book.unused),
            **{kind: [asdict(row) for row in rows.values()] for kind, rows in kinds.items()},
        }
        terminal.as_json(json.dumps(told, default=_jsonable))
        return 0
    from sameface.views.rows import rulebook_tables  # noqa: PLC0415  needs rich

    console = terminal.console()
    for part in rulebook_tables(book):
        console.print(part)
    return 0


def _draw(book: Rulebook, output: Path | None, *, as_text: bool) -> int:
    """Text for a terminal or `--text`; an SVG into a file or a pipe."""
    from sameface.views import map as maps  # noqa: PLC0415  needs rich

    if output is None and (as_text or sys.stdout.isatty()):
        console = terminal.console()
        for line in maps.text(book, plain=terminal.is_plain(sys.stdout)):
            console.print(line)
    elif output is None:
        terminal.whole(maps.draw(book).rstrip("\n"))
    else:
        terminal.save(output, maps.draw(book))
    return 0


def _diff(one: Rulebook, other: Rulebook, *, as_json: bool) -> int:
    found = differences(one, other)
    if as_json:
        rows = [row.as_json() for row in found]
        terminal.data({"from": one.id, "to": other.id, "rows": rows})
        return 0
    from sameface.views.difference import difference  # noqa: PLC0415  needs rich

    console = terminal.console()
    for line in difference(one, other, found):
        console.print(line)
    return 0


def _jsonable(value: object) -> object:
    if isinstance(value, timedelta):
        return None if value == timedelta.max else value.total_seconds()
    if isinstance(value, datetime):
        return iso(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")
