"""From a TOML file to a rulebook: strict, with errors that name file, table, key and remedy."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from sameface.documents import Table, nearest, parse_toml, pointing, text_of
from sameface.errors import BadDocument, BadUsage
from sameface.rules.checking import check_rulebook
from sameface.rules.durations import read_duration, read_span
from sameface.rules.rulebook import (
    CYCLE,
    FIRST_PHOTO,
    NO_DELAY,
    WRITES,
    Action,
    Cache,
    Channel,
    Option,
    Route,
    Row,
    Rulebook,
    Store,
    Surface,
)
from sameface.rules.variants import changed_by, read_variants

_BOOKS = "books"
_INTO = ("anything", "never-had", "no-photo")
RowType = TypeVar("RowType", bound=Row)


def rulebook_names() -> tuple[str, ...]:
    """The rulebooks that come with Sameface."""
    folder = resources.files(__package__).joinpath(_BOOKS)
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir()))


@cache
def load_rulebook(name: str, variant: str | None = None) -> Rulebook:
    """A rulebook that comes with Sameface, by name; `BadUsage` names the nearest one.

    `variant` is one of those that the rulebook itself names.
    """
    names = rulebook_names()
    if name not in names:
        raise BadUsage(f'There is no rulebook "{name}"{nearest(name, names)}')
    file = resources.files(__package__).joinpath(_BOOKS, f"{name}.toml")
    return parse_rulebook(file.read_text(encoding="utf-8"), file.name, variant)


def read_rulebook(path: Path, variant: str | None = None) -> Rulebook:
    """A rulebook from a file of one's own; every variant of it has to be sound, too."""
    try:
        text = text_of(path)
    except (OSError, UnicodeDecodeError) as wrong:
        raise BadDocument(str(path), "", "", f"cannot be read: {wrong}") from None
    book = parse_rulebook(text, str(path))
    books = {name: parse_rulebook(text, str(path), name) for name in book.variants}
    if variant is not None and variant not in books:
        raise BadUsage(no_variant(book, variant))
    return book if variant is None else books[variant]


def no_variant(book: Rulebook, variant: str) -> str:
    """That a rulebook has no such variant, and which it has."""
    what = nearest(variant, book.variants) or "; it has none"
    return f'{book.id} has no variant "{variant}"{what}'


def parse_rulebook(text: str, file: str, variant: str | None = None) -> Rulebook:
    """Validate everything: unknown keys, dangling names, durations that run backwards."""
    book = _book(parse_toml(text, file))
    if variant is not None:
        if variant not in book.variants:
            raise BadUsage(no_variant(book, variant))
        raw = changed_by(tomllib.loads(text), variant)
        file = f"{file}, variant {variant}"
        book = replace(_book(Table(raw, file, "")), variant=variant, variants=book.variants)
        check_rulebook(book, file)
        return book
    with pointing(text):
        check_rulebook(book, file)
    return book


def _book(top: Table) -> Rulebook:
    dated = top.time("dated")
    if dated is None:
        raise top.error("dated", "is missing; it should be a date with a time in UTC")
    book = Rulebook(
        id=top.text("id"),
        title=top.text("title"),
        dated=dated,
        options=_rows(top, "options", _option),
        stores=_rows(top, "stores", _store),
        channels=_rows(top, "channels", _channel),
        routes=_rows(top, "routes", _route),
        caches=_rows(top, "caches", _cache),
        surfaces=_rows(top, "surfaces", _surface),
        actions=_rows(top, "actions", _action),
        unused=_unused(top.table("unused")),
        variants=read_variants(top),
    )
    top.done()
    return book


def _unused(t: Table) -> Mapping[str, str]:
    return {fact: t.text(fact) for fact in t.raw}


def _rows(top: Table, kind: str, read: Callable[[Table], RowType]) -> Mapping[str, RowType]:
    found: dict[str, RowType] = {}
    for table in top.rows(kind):
        row = read(table)
        table.done()
        if row.id in found:
            raise table.error("id", f'"{row.id}" is there twice')
        found[row.id] = row
    return found


def _common(t: Table) -> dict[str, Any]:
    source = t.texts("source", required=True)
    if not source:
        raise t.error("source", "is empty; name at least one fact of docs/facts.md")
    return {
        "id": t.text("id"),
        "title": t.text("title"),
        "source": source,
        "certain": t.flag("certain", True),
    }


def _option(t: Table) -> Option:
    choices = t.texts("choices")
    default: bool | str
    if isinstance(t.raw.get("default"), bool) or not (choices or t.has("default")):
        default = t.value("default", bool, required=True)
    else:
        default = t.choice("default", (*choices, FIRST_PHOTO))
    delay = read_duration(t, "delay") or NO_DELAY
    act = t.text("act", "")
    return Option(**_common(t), default=default, choices=choices, delay=delay, act=act)


def _store(t: Table) -> Store:
    return Store(
        **_common(t),
        short=_short(t),
        max_bytes=t.number("max-bytes", at_least=1),
        files=t.texts("files"),
        needs=t.maybe_text("needs"),
        lacking=t.text("lacking", ""),
        alone=t.text("alone", ""),
        internal=t.flag("internal", False),
    )


def _short(t: Table) -> str:
    short = t.text("short", t.text("title")[:4])
    if len(short) > 4:
        raise t.error("short", "has more than four letters; it is a heading in narrow tables")
    return short


def _channel(t: Table) -> Channel:
    channel = Channel(
        **_common(t),
        actor=t.choice("actor", ("person", "administrator", "process")),
        writes=t.text("writes"),
        otherwise=t.maybe_text("otherwise"),
        views_large=t.flag("views-large", False),
        signs_in=t.maybe_text("signs-in"),
        names_files=t.flag("names-files", False),
        text=t.text("text"),
        act=t.text("act"),
        does=_does(t),
        needs=t.texts("needs"),
        lacking=t.text("lacking", ""),
        closed=t.text("closed", ""),
        max_bytes=t.number("max-bytes", at_least=1),
        forgets=t.flag("forgets", False),
    )
    if channel.needs and not channel.lacking:
        raise t.error("lacking", "is missing; say why it refuses where the needs are not met")
    return channel


def _does(t: Table) -> tuple[str, ...]:
    return (t.choice("only", WRITES),) if t.has("only") else WRITES


def _route(t: Table) -> Route:
    on, every = t.text("on"), read_span(t, "every")
    if (on == CYCLE) != (every is not None):
        raise t.error("every", 'goes with on = "cycle", and only with it')
    only = t.choice("only-into", _INTO) if t.has("only-into") else "anything"
    return Route(
        **_common(t),
        origin=t.text("from"),
        target=t.text("to"),
        on=on,
        every=every,
        process=t.maybe_text("process"),
        delay=read_duration(t, "delay") or NO_DELAY,
        window=read_span(t, "window"),
        forced_by=t.texts("forced-by"),
        max_bytes=t.number("max-bytes", at_least=1),
        only_into_never_had=only == "never-had",
        needs=t.texts("needs"),
        sets=t.texts("sets"),
        text=t.text("text"),
        waits=t.text("waits"),
        refuses=t.text("refuses", ""),
        stands_in=only == "no-photo",
        resizes=t.flag("resizes", False),
    )


def _cache(t: Table) -> Cache:
    lifetime = read_duration(t, "lifetime")
    if lifetime is None:
        raise t.error("lifetime", "is missing; write unknown = true and an assume if nobody knows")
    return Cache(
        **_common(t),
        surely=t.choice("keeps", ("surely", "perhaps")) == "surely",
        lifetime=lifetime,
        cleared_by=t.maybe_text("cleared-by"),
        text=t.text("text"),
    )


def _surface(t: Table) -> Surface:
    surface = Surface(
        **_common(t),
        short=_short(t),
        reads=t.text("reads"),
        file=t.maybe_text("file"),
        cache=t.maybe_text("cache"),
        stamped=t.flag("stamped", False),
        needs=t.texts("needs"),
        signed_in=t.flag("signed-in", False),
        owner_views_large=t.flag("owner-views-large", False),
        unless=t.text("unless", ""),
        max_bytes=t.number("max-bytes", at_least=1),
    )
    if t.has("instead"):
        surface = replace(
            surface, instead=tuple(_instead(row, surface) for row in t.rows("instead"))
        )
    if (surface.needs or surface.signed_in) and not surface.unless:
        raise t.error("unless", "is missing; say what is seen where the condition is not met")
    return surface


def _instead(t: Table, surface: Surface) -> tuple[tuple[str, ...], Surface]:
    """The conditions, and what is read where they are met; the rest is as usual."""
    when = t.texts("when", required=True)
    other = replace(
        surface,
        reads=t.text("reads", surface.reads),
        file=t.maybe_text("file"),
        cache=t.maybe_text("cache") if t.has("cache") else surface.cache,
        max_bytes=t.number("max-bytes", at_least=1),
    )
    t.maybe_text("cache")
    t.done()
    return when, other


def _action(t: Table) -> Action:
    return Action(
        **_common(t),
        by=t.choice("by", ("owner", "viewer", "administrator")),
        views_large=t.flag("views-large", False),
        text=t.text("text"),
    )
