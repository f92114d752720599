"""What is said of each row of a rulebook in few words: on the map, and in tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from sameface.rules.conditions import Term, terms
from sameface.rules.rulebook import (
    CYCLE,
    FIRST_PHOTO,
    NO_DELAY,
    OWNER_VIEWS_LARGE,
    WRITE,
    WRITES,
    Action,
    Cache,
    Channel,
    Duration,
    Option,
    Route,
    Rulebook,
    Store,
    Surface,
)
from sameface.rules.wording import said, span

ACTORS: Mapping[str, str] = {
    "person": "by the person",
    "administrator": "by an administrator",
    "process": "by a process",
}
_ACTS: Mapping[str, str] = {
    "owner": "by the person",
    "viewer": "by who looks",
    "administrator": "by an administrator",
}


def option(row: Option, _: Rulebook) -> list[str]:
    """What it can say, what it says of who is told nothing, and how long setting it takes."""
    can = (*(("on", "off") if row.is_flag else ()), *row.choices)
    usual = "on for who has a photo" if row.default == FIRST_PHOTO else said(row.default)
    takes = [] if row.delay == NO_DELAY else [f"takes effect {_length(row.delay)}"]
    return [", ".join(can), f"usually {usual}", *takes]


def channel(row: Channel, book: Rulebook) -> list[str]:
    """Who acts, and what is special about this way."""
    told = [ACTORS[row.actor]]
    if row.closed:
        told.append("no longer possible")
    if row.does != WRITES:
        told.append(f"can only {row.does[0]} a photo")
    if row.forgets:
        told.append("as if there never was one")
    if row.otherwise:
        told.append(f"or into {book.stores[row.otherwise].title}")
    if row.max_bytes:
        told.append(f"up to {_size(row.max_bytes)}")
    if row.names_files:
        told.append("all files or one")
    if row.views_large:
        told.append("then the owner's own large view")
    if row.signs_in:
        told.append(f"signs in to {book.surfaces[row.signs_in].title.removeprefix('the ')}")
    return [*told, *_needs(row.needs, book)]


def store(row: Store, book: Rulebook) -> list[str]:
    """Its limits."""
    told = [f"up to {_size(row.max_bytes)}"] if row.max_bytes else []
    if row.files:
        told.append(f"files: {', '.join(row.files)}")
    if row.internal:
        told.append("a service's own copy")
    return [*told, *_needs([row.needs] if row.needs else [], book)]


def cache(row: Cache, book: Rulebook) -> list[str]:
    """How long it keeps, and what ends it."""
    keeps = "keeps it" if row.surely else "may keep it"
    cleared = row.cleared_by and f"until they {theirs(book.actions[row.cleared_by])}"
    latest = row.lifetime.latest
    if latest is None:
        return [f"{keeps} {cleared or 'for ever'}", "nobody says for how long otherwise"]
    assumed = "" if row.lifetime.known else " (assumed)"
    told = [f"{keeps} for up to {_spoken(latest)}{assumed}"]
    return [*told, f"or {cleared}"] if cleared else told


def surface(row: Surface, book: Rulebook) -> list[str]:
    """What it reads, and for whom."""
    told = [f"{row.file} file"] if row.file else []
    if row.stamped:
        told.append("address with a timestamp")
    if row.signed_in:
        told.append("only who is signed in")
    if row.owner_views_large:
        told.append("the owner's look asks")
    if row.max_bytes:
        told.append(f"nothing over {_size(row.max_bytes)}")
    told += _instead(row, book)
    return [*told, *_needs(row.needs, book)]


def _instead(row: Surface, book: Rulebook) -> list[str]:
    """What else it reads, and when; one line for each store."""
    found: dict[str, list[str]] = {}
    for when, other in row.instead:
        most = f", nothing over {_size(other.max_bytes)}," if other.max_bytes else ""
        place = f"from {book.stores[other.reads].title}{most}"
        found.setdefault(place, []).append(" and ".join(condition(one, book) for one in when))
    return [f"{place} if {' or '.join(when)}" for place, when in found.items()]


def route(row: Route, book: Rulebook) -> list[str]:
    """Its trigger, and under which conditions it carries what."""
    told = [trigger(row, book)]
    if row.window:
        told.append(f"at most once in {span(row.window, largest='hour')}")
    told += [f"at once after this: {theirs(book.actions[verb])}" for verb in row.forced_by]
    if row.max_bytes:
        told.append(f"up to {_size(row.max_bytes)}")
    if row.only_into_never_had:
        told.append("only where there never was a photo")
    if row.stands_in:
        told.append("only where there is no other photo")
    if row.resizes:
        told.append("made small")
    return [*told, *_needs(row.needs, book)]


def trigger(row: Route, book: Rulebook) -> str:
    """What makes the route carry, and how long that takes."""
    took = "" if row.delay == NO_DELAY else _length(row.delay)
    if row.on == WRITE:
        return took or "at once"
    if row.on == CYCLE and row.every is not None:
        begins = f"every {_spoken(row.every).removeprefix('a ')}"
    elif row.on == OWNER_VIEWS_LARGE:
        begins = "when the owner looks at their own large picture"
    else:
        begins = f"when the owner does this: {theirs(book.actions[row.on])}"
    return f"{begins}, {took}" if took else begins


def action(row: Action, _: Rulebook) -> list[str]:
    """Whose it is, and whether it counts as a look at the own large picture."""
    return [_ACTS[row.by], *(["the owner's own large view"] if row.views_large else [])]


def condition(need: str, book: Rulebook) -> str:
    """`mailbox | mailbox=on-premises` -> `mailbox is on or on-premises`."""
    told: dict[str, list[str]] = {}
    for term in terms(need):
        told.setdefault(term.option, []).extend(_allowed(term, book))
    return " or ".join(f"{option} is {' or '.join(values)}" for option, values in told.items())


def _allowed(term: Term, book: Rulebook) -> list[str]:
    """What the option may say: not on is off, or one of its choices."""
    if not term.negated:
        return [said(term.value)]
    if isinstance(term.value, bool):
        return [said(not term.value), *book.options[term.option].choices]
    return [f"not {term.value}"]


def theirs(row: Action) -> str:
    """What others do: a title speaks to whoever acts."""
    return row.title.replace("your ", "their ")


def _needs(needs: Iterable[str], book: Rulebook) -> list[str]:
    return [f"if {condition(need, book)}" for need in needs]


def _length(delay: Duration) -> str:
    told = "at some time" if delay.latest is None else f"within {_spoken(delay.latest)}"
    return told if delay.known else f"{told} (assumed)"


def _spoken(length: timedelta) -> str:
    """`a day`, `3 hours`."""
    count, _, unit = span(length).partition(" ")
    return f"a {unit}" if count == "1" and " " not in unit else f"{count} {unit}"


def _size(count: int) -> str:
    for unit, size in (("MB", 1024 * 1024), ("KB", 1024)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"
