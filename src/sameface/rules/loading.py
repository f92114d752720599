"""From a TOML file to a rulebook: strict, with errors that name file, table, key and remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from sameface.documents import Table, nearest, parse_toml
from sameface.errors import BadDocument, BadUsage
from sameface.rules.rulebook import (
    FIRST_PHOTO,
    NO_DELAY,
    OWNER_VIEWS_LARGE,
    Action,
    Cache,
    Channel,
    Duration,
    Option,
    Route,
    Row,
    Rulebook,
    Store,
    Surface,
)

_BOOKS = "books"
RowType = TypeVar("RowType", bound=Row)


def rulebook_names() -> tuple[str, ...]:
    """The rulebooks that come with Sameface."""
    folder = resources.files(__package__).joinpath(_BOOKS)
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir()))


@cache
def load_rulebook(name: str) -> Rulebook:
    """A rulebook that comes with Sameface, by name. `BadUsage` names the nearest one."""
    names = rulebook_names()
    if name not in names:
        raise BadUsage(f'There is no rulebook "{name}"{nearest(name, names)}')
    file = resources.files(__package__).joinpath(_BOOKS, f"{name}.toml")
    return parse_rulebook(file.read_text(encoding="utf-8"), file.name)


def read_rulebook(path: Path) -> Rulebook:
    """A rulebook from a file of one's own."""
    try:
        return parse_rulebook(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as wrong:
        raise BadDocument(str(path), "", "", f"cannot be read: {wrong}") from None


def parse_rulebook(text: str, file: str) -> Rulebook:
    """Validate everything: unknown keys, dangling names, durations that run backwards."""
    top = parse_toml(text, file)
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
    )
    top.done()
    check_rulebook(book, file)
    return book


def check_rulebook(book: Rulebook, file: str) -> None:
    """Every name leads somewhere, no two routes fight, and every photo comes to rest."""
    _check_names(book, file)
    _check_routes(book, file)


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
    if t.raw.get("default") == FIRST_PHOTO:
        return Option(**_common(t), default=t.text("default"))
    return Option(**_common(t), default=t.value("default", bool, required=True))


def _store(t: Table) -> Store:
    return Store(
        **_common(t),
        short=_short(t),
        max_bytes=t.number("max-bytes", at_least=1),
        files=t.texts("files"),
        needs=t.maybe_text("needs"),
        lacking=t.text("lacking", ""),
        alone=t.text("alone", ""),
    )


def _short(t: Table) -> str:
    short = t.text("short", t.text("title")[:4])
    if len(short) > 4:
        raise t.error("short", "has more than four letters; it is a heading in narrow tables")
    return short


def _channel(t: Table) -> Channel:
    return Channel(
        **_common(t),
        actor=t.choice("actor", ("person", "administrator", "process")),
        writes=t.text("writes"),
        otherwise=t.maybe_text("otherwise"),
        views_large=t.flag("views-large", False),
        signs_in=t.maybe_text("signs-in"),
        names_files=t.flag("names-files", False),
        text=t.text("text"),
    )


def _route(t: Table) -> Route:
    on = t.choice("on", ("write", "cycle", OWNER_VIEWS_LARGE))
    every = _span(t, "every")
    if (on == "cycle") != (every is not None):
        raise t.error("every", 'goes with on = "cycle", and only with it')
    return Route(
        **_common(t),
        origin=t.text("from"),
        target=t.text("to"),
        on=on,
        every=every,
        process=t.maybe_text("process"),
        delay=_duration(t, "delay") or NO_DELAY,
        window=_span(t, "window"),
        forced_by=t.texts("forced-by"),
        max_bytes=t.number("max-bytes", at_least=1),
        only_into_never_had=bool(t.has("only-into") and t.choice("only-into", ("never-had",))),
        needs=t.texts("needs"),
        sets=t.texts("sets"),
        text=t.text("text"),
        waits=t.text("waits"),
        refuses=t.text("refuses", ""),
    )


def _cache(t: Table) -> Cache:
    lifetime = _duration(t, "lifetime")
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
    )
    if (surface.needs or surface.signed_in) and not surface.unless:
        raise t.error("unless", "is missing; say what is seen where the condition is not met")
    return surface


def _action(t: Table) -> Action:
    return Action(
        **_common(t),
        by=t.choice("by", ("owner", "viewer", "administrator")),
        views_large=t.flag("views-large", False),
        text=t.text("text"),
    )


# ---------------------------------------------------------------------------
# Durations


def _span(t: Table, key: str) -> timedelta | None:
    if not t.has(key):
        return None
    span = t.offset(key)
    if span <= timedelta(0):
        raise t.error(key, "should be longer than nothing")
    return span


def _duration(t: Table, key: str) -> Duration | None:
    """`"24h"`, `{typical, min, max}`, or `{unknown = true, assume = …}` of one of these."""
    if not t.has(key):
        return None
    if isinstance(t.raw[key], str):
        return _exactly(t, key)
    table = t.table(key)
    if not table.flag("unknown", False):
        return _within(table)
    if not table.has("assume"):
        raise table.error("assume", "is missing; an unknown duration says what to compute with")
    assumed = _duration(table, "assume")
    table.done()
    assert assumed is not None
    return Duration(assumed.earliest, assumed.latest, assumed.typical, known=False)


def _exactly(t: Table, key: str) -> Duration:
    if t.text(key) == "forever":
        return Duration(timedelta.max, None)
    length = t.offset(key)
    return Duration(length, length)


def _within(table: Table) -> Duration:
    earliest = table.offset("min", "0s")
    latest = table.offset("max")
    typical = table.offset("typical") if table.has("typical") else None
    table.done()
    if earliest > latest:
        raise table.error("max", "is shorter than min")
    if typical is not None and not earliest <= typical <= latest:
        raise table.error("typical", "is not between min and max")
    return Duration(earliest, latest, typical)


# ---------------------------------------------------------------------------
# Names must lead somewhere, and routes must come to rest


def _check_names(book: Rulebook, file: str) -> None:
    def known(kind: str, number: int, key: str, names: Iterable[str | None]) -> None:
        valid = _VALID[key](book)
        for name in names:
            if name is not None and name not in valid:
                raise BadDocument(
                    file, f"{kind}[{number}]", key, f'has no "{name}"{nearest(name, valid)}'
                )

    for number, store in enumerate(book.stores.values(), 1):
        known("stores", number, "needs", [store.needs])
    for number, channel in enumerate(book.channels.values(), 1):
        known("channels", number, "writes", [channel.writes])
        known("channels", number, "otherwise", [channel.otherwise])
        known("channels", number, "signs-in", [channel.signs_in])
    for number, route in enumerate(book.routes.values(), 1):
        known("routes", number, "from", [route.origin])
        known("routes", number, "to", [route.target])
        known("routes", number, "needs", route.needs)
        known("routes", number, "sets", route.sets)
        known("routes", number, "forced-by", route.forced_by)
    for number, cache_ in enumerate(book.caches.values(), 1):
        known("caches", number, "cleared-by", [cache_.cleared_by])
    for number, surface in enumerate(book.surfaces.values(), 1):
        known("surfaces", number, "reads", [surface.reads])
        known("surfaces", number, "needs", surface.needs)
        known("surfaces", number, "cache", [surface.cache])
        files = book.stores[surface.reads].files
        if surface.file is not None and surface.file not in files:
            what = f'has no "{surface.file}"{nearest(surface.file, files)}'
            raise BadDocument(file, f"surfaces[{number}]", "file", what)


_VALID: Mapping[str, Callable[[Rulebook], Iterable[str]]] = {
    "needs": lambda book: book.options,
    "sets": lambda book: book.options,
    "writes": lambda book: book.stores,
    "otherwise": lambda book: book.stores,
    "from": lambda book: book.stores,
    "to": lambda book: book.stores,
    "reads": lambda book: book.stores,
    "signs-in": lambda book: book.surfaces,
    "forced-by": lambda book: book.actions,
    "cleared-by": lambda book: book.actions,
    "cache": lambda book: book.caches,
}


def _check_routes(book: Rulebook, file: str) -> None:
    for number, route in enumerate(book.routes.values(), 1):
        place = f"routes[{number}]"
        if route.origin == route.target:
            raise BadDocument(file, place, "to", "is the store it comes from")
        twin = next(
            r for r in book.routes.values() if (r.origin, r.target) == (route.origin, route.target)
        )
        if twin is not route:
            raise BadDocument(file, place, "to", f'fights with the route "{twin.id}": same stores')
        back = book.upstream(route.origin)
        if route.target in back and not _rests(book, route):
            what = f"leads back to {route.origin}: a photo would travel in a circle for ever"
            raise BadDocument(file, place, "to", what)


def _rests(book: Rulebook, route: Route) -> bool:
    """A circle comes to rest where one of its routes carries only into a store that never had."""
    circle = [
        r
        for r in book.routes.values()
        if r.origin in book.upstream(route.origin) and r.target in book.upstream(route.origin)
    ]
    return any(r.only_into_never_had for r in circle)
