"""What the map says of each row, in few words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sameface.rules.conditions import terms
from sameface.rules.rulebook import (
    CYCLE,
    NO_DELAY,
    OWNER_VIEWS_LARGE,
    WRITE,
    Cache,
    Channel,
    Duration,
    Route,
    Rulebook,
    Store,
    Surface,
)
from sameface.rules.wording import span

ACTORS: Mapping[str, str] = {
    "person": "by the person",
    "administrator": "by an administrator",
    "process": "by a process",
}


def channel(row: Channel, book: Rulebook) -> list[str]:
    """Who acts, and what is special about this way."""
    said = [ACTORS[row.actor]]
    if row.closed:
        said.append("no longer possible")
    if row.otherwise:
        said.append(f"or into {book.stores[row.otherwise].title}")
    if row.views_large:
        said.append("then an own large view")
    return [*said, *_needs(row.needs)]


def store(row: Store) -> list[str]:
    """Its limits."""
    said = [f"up to {_size(row.max_bytes)}"] if row.max_bytes else []
    if row.files:
        said.append(f"files: {', '.join(row.files)}")
    return [*said, *_needs([row.needs] if row.needs else [])]


def cache(row: Cache, book: Rulebook) -> list[str]:
    """How long it keeps, and what ends it."""
    latest = row.lifetime.latest
    length = "for ever" if latest is None else f"for up to {span(latest)}"
    assumed = "" if row.lifetime.known else " (assumed)"
    said = [f"{'keeps' if row.surely else 'may keep'} it {length}{assumed}"]
    if row.cleared_by:
        said.append(f"until they {book.actions[row.cleared_by].title}")
    return said


def surface(row: Surface, book: Rulebook) -> list[str]:
    """What it reads, and for whom."""
    said = [f"{row.file} file"] if row.file else []
    if row.stamped:
        said.append("address with a timestamp")
    if row.signed_in:
        said.append("only who is signed in")
    if row.owner_views_large:
        said.append("the owner's look asks")
    for when, other in row.instead:
        place = book.stores[other.reads].title
        said.append(f"from {place} if {' and '.join(map(condition, when))}")
    return [*said, *_needs(row.needs)]


def route(row: Route, book: Rulebook) -> list[str]:
    """Its trigger, and under which conditions it carries what."""
    said = [trigger(row, book)]
    if row.window:
        said.append(f"at most once in {span(row.window)}")
    said += [f"at once on this: {book.actions[verb].title}" for verb in row.forced_by]
    if row.max_bytes:
        said.append(f"up to {_size(row.max_bytes)}")
    if row.only_into_never_had:
        said.append("only where there never was a photo")
    if row.stands_in:
        said.append("only where there is no other photo")
    return [*said, *_needs(row.needs)]


def trigger(row: Route, book: Rulebook) -> str:
    """What makes the route carry, and how long that takes."""
    took = "" if row.delay == NO_DELAY else _length(row.delay)
    if row.on == WRITE:
        return took or "at once"
    if row.on == CYCLE and row.every is not None:
        begins = f"every {span(row.every)}"
    elif row.on == OWNER_VIEWS_LARGE:
        begins = "when the owner looks at the own large picture"
    else:
        begins = f"when the owner does this: {book.actions[row.on].title}"
    return f"{begins}, {took}" if took else begins


def _length(delay: Duration) -> str:
    said = "at some time" if delay.latest is None else f"within {span(delay.latest)}"
    return said if delay.known else f"{said} (assumed)"


def _needs(needs: Iterable[str]) -> list[str]:
    return [f"if {condition(need)}" for need in needs]


def condition(need: str) -> str:
    """`mailbox=on-premises` -> `mailbox is on-premises`, `!licence` -> `not licence`."""
    return " or ".join(_term(*term) for term in terms(need))


def _term(option: str, value: bool | str, negated: bool) -> str:
    name = option.replace("-", " ")
    if isinstance(value, bool):
        return name if value is not negated else f"not {name}"
    return f"{name} is {'not ' if negated else ''}{value}"


def _size(count: int) -> str:
    for unit, size in (("MB", 1024 * 1024), ("KB", 1024)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"
