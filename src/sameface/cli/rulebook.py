"""The rules: list the rulebooks, show one with the facts it rests on, or check your own file."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sameface.cli import terminal
from sameface.rules import Rulebook, load_rulebook, read_rulebook, rulebook_names
from sameface.values import iso


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|show|check")
    listing = verbs.add_parser("list", help="the rulebooks that come with Sameface")
    show = verbs.add_parser("show", help="every row of one, with the facts it rests on")
    show.add_argument("name", metavar="NAME_OR_FILE")
    check = verbs.add_parser("check", help="validate rulebook files")
    check.add_argument("files", nargs="+", type=Path, metavar="FILE")
    for one in (listing, show, check):
        one.add_argument("--json", action="store_true", help="as JSON")
        one.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Exit code 0, or 2 with the file, table and key that is wrong."""
    if args.verb == "list":
        return _list(as_json=args.json)
    if args.verb == "show":
        return _show(_find(args.name), as_json=args.json)
    return _check([read_rulebook(file) for file in args.files], as_json=args.json)


def _find(name: str) -> Rulebook:
    return read_rulebook(Path(name)) if name.endswith(".toml") else load_rulebook(name)


def _summary(book: Rulebook) -> dict[str, Any]:
    rows = {kind: len(rows) for kind, rows in book.kinds.items()}
    return {"id": book.id, "title": book.title, "dated": iso(book.dated), "rows": rows}


def _list(*, as_json: bool) -> int:
    books = [load_rulebook(name) for name in rulebook_names()]
    if as_json:
        terminal.out(json.dumps([_summary(book) for book in books]))
    else:
        for book in books:
            rows = sum(len(rows) for rows in book.kinds.values())
            terminal.out(f"{book.id:<20} {book.title}, {rows} rows")
    return 0


def _check(books: list[Rulebook], *, as_json: bool) -> int:
    if as_json:
        terminal.out(json.dumps([_summary(book) for book in books]))
    else:
        for book in books:
            rows = sum(len(rows) for rows in book.kinds.values())
            terminal.out(f"{book.id}: {rows} rows, all sound.")
    return 0


def _show(book: Rulebook, *, as_json: bool) -> int:
    if as_json:
        kinds = {kind: [asdict(row) for row in rows.values()] for kind, rows in book.kinds.items()}
        terminal.out(json.dumps({**_summary(book), **kinds}, default=_jsonable))
        return 0
    from sameface.views.rows import rulebook_tables  # noqa: PLC0415  needs rich

    console = terminal.console()
    for part in rulebook_tables(book):
        console.print(part)
    return 0


def _jsonable(value: object) -> object:
    if isinstance(value, timedelta):
        return None if value == timedelta.max else value.total_seconds()
    if isinstance(value, datetime):
        return iso(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")
