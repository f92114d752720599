"""What is asked to happen, in words: `set-userphoto B`, `visit`, `remove yammer`, `wait 3h`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sameface.documents import nearest, parse_offset
from sameface.errors import BadUsage
from sameface.rules.conditions import Value
from sameface.rules.events import Event, Photo
from sameface.rules.rulebook import Option, Rulebook
from sameface.rules.steps import FIELDS

WAIT = "wait"
_WHO = frozenset({"person", "viewer", "page"})
_PRESENCE = ("sign-in", "sign-out")
_SWITCH: Mapping[str, Value] = {"on": True, "off": False, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Order:
    """One thing that is to happen after `wait`; `event` None: only time passes."""

    text: str
    event: Event | None
    wait: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who an order is about, and what its photos are called (short name -> the photo's own)."""

    book: Rulebook
    person: str
    viewer: str | None = None
    photos: Mapping[str, str] = field(default_factory=dict)


def parse_order(text: str, about: Asking) -> Order:
    """An order from its words: `CHANNEL PHOTO [BYTES] [FILE]`, `remove CHANNEL`, an action, `wait`.

    Raises `BadUsage` with the nearest name that would be right.
    """
    words = text.split()
    if not words:
        raise BadUsage('Say what happens, such as "set-userphoto B" or "visit".')
    head, *rest = words
    if head == WAIT:
        return Order(text, None, _waited(text, rest))
    book = about.book
    if head == "change" and rest:
        head, *rest = rest
    if head in book.channels:
        return Order(text, _change(text, head, rest, about))
    if head == "remove":
        channel = _chosen(text, "channel", rest, book.channels)
        _none_left(text, rest[1:])
        return Order(text, Event("remove", person=about.person, channel=channel))
    if head in book.actions:
        return Order(text, _action(text, head, rest, about))
    known = (*book.channels, *book.actions, "remove", WAIT)
    raise BadUsage(f'"{text}": {book.id} has no channel or action "{head}"{nearest(head, known)}')


def clients(book: Rulebook, verb: str) -> tuple[str, ...]:
    """The surfaces that an action such as `sign-in` or `restart` can be about.

    One that clears no cache (a restart that keeps a folder) is about whatever keeps a client's.
    """
    if verb in _PRESENCE:
        return tuple(s.id for s in book.surfaces.values() if s.signed_in)
    own = {c.id: c.cleared_by for c in book.caches.values() if "client" in _told(c.cleared_by)}
    cleared = {cache for cache, by in own.items() if by == verb} or own.keys()
    return tuple(s.id for s in book.surfaces.values() if s.cache in cleared)


def _told(verb: str | None) -> tuple[str, ...]:
    return FIELDS.get(verb or "", ())


def _waited(text: str, rest: list[str]) -> timedelta:
    length = parse_offset(rest[0]) if len(rest) == 1 else None
    if length is None:
        raise BadUsage(f'"{text}": say how long, such as "wait 3h" or "wait 1d12h".')
    return length


def _change(text: str, channel: str, rest: list[str], about: Asking) -> Event:
    if not rest:
        raise BadUsage(f'"{text}": say which photo, such as "{channel} B".')
    name, *further = rest
    size = next((int(word) for word in further if word.isdigit()), None)
    row = about.book.channels[channel]
    files = about.book.stores[row.writes].files if row.names_files else ()
    file = next((word for word in further if word in files), None)
    _none_left(text, [w for w in further if not w.isdigit() and w != file], files)
    photo = Photo(about.photos.get(name, name), size)
    return Event("change", person=about.person, channel=channel, photo=photo, file=file)


def _action(text: str, verb: str, rest: list[str], about: Asking) -> Event:
    fields = FIELDS.get(verb, ())
    if "viewer" in fields and about.viewer is None:
        raise BadUsage(f'"{text}": only a viewer does this; say whose with --viewer.')
    told: dict[str, str] = {}
    for name in fields:
        if name not in _WHO:
            valid = _VALID[name](about.book, told.get("option", verb))
            told[name] = _chosen(text, name, rest, valid)
            rest = rest[1:]
    _none_left(text, rest)
    return Event(
        verb,
        person=about.person if "person" in fields else None,
        viewer=about.viewer if "viewer" in fields else None,
        client=told.get("client"),
        process=told.get("process"),
        option=told.get("option"),
        value=_SWITCH.get(told.get("value", "on"), told.get("value", "")),
    )


_VALID: Mapping[str, Callable[[Rulebook, str], Iterable[str]]] = {
    "client": clients,
    "process": lambda book, _: book.processes,
    "option": lambda book, _: book.options,
    "value": lambda book, option: _values(book.options[option]),
}


def _values(option: Option) -> tuple[str, ...]:
    return (*(_SWITCH if option.is_flag else ()), *option.choices)


def _chosen(text: str, what: str, rest: list[str], valid: Iterable[str]) -> str:
    """The next word; where there is none, the only choice, or the first for a switch."""
    names = tuple(valid)
    if rest:
        if rest[0] not in names:
            raise BadUsage(f'"{text}": there is no {what} "{rest[0]}"{nearest(rest[0], names)}')
        return rest[0]
    if len(names) == 1 or what == "value":
        return names[0]
    raise BadUsage(f'"{text}": say which {what}: {", ".join(names)}.')


def _none_left(text: str, rest: list[str], valid: Iterable[str] = ()) -> None:
    if rest:
        raise BadUsage(f'"{text}": "{rest[0]}" says nothing here{nearest(rest[0], valid)}')
