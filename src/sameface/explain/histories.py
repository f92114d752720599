"""Reasoning back: the short histories of events, allowed by the rulebook, that end as observed.

Who did what, and when, is not on the wire. So histories are tried: a first photo somewhere in the
past, then as few writes as suffice, each with the views that the rules know; those are kept whose
stores end up holding what was observed. Times are taken around the moments that are known.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sameface.explain.subject import Subject
from sameface.rules.conditions import Value, holds
from sameface.rules.events import Event, Photo
from sameface.rules.interpreter import Interpreter, Pace
from sameface.rules.rulebook import Channel, Rulebook
from sameface.rules.state import NEVER, State
from sameface.values import SHAREPOINT

_MOST_WRITES = 2
_A_WHILE = timedelta(minutes=1)
_LONG = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a history: a way of changing the photo (or removing: None), at about then."""

    channel: str
    photo: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """A history that fits: its writes, and the state in which it ends."""

    writes: tuple[Write, ...]
    interpreter: Interpreter
    state: State


def histories(subject: Subject, book: Rulebook, store: str, now: datetime) -> tuple[History, ...]:
    """The shortest histories of the stores that routes connect with this one; () where none fits.

    Stores that no route connects are independent, so they are reasoned about apart.
    """
    options = book.settings(subject.settings(book))
    stores = connected(store, book, options)
    observed = {s: photo for s, photo in subject.observed().items() if s in stores}
    photos = sorted({photo for photo in observed.values() if photo is not None})
    channels = _alphabet(stores, book, options)
    times, begun = _times(subject, now), _begun(subject, now)
    for count in range(_MOST_WRITES + 1):
        fitting = [
            History(writes[1:], interpreter, state)
            for first in (*photos, None)
            for writes in _sequences(Write("", first, begun), count, channels, photos, times)
            for interpreter, state in _endings(subject, book, now, writes)
            if all(_shown(state, s) == photo for s, photo in observed.items())
        ]
        if fitting:
            return tuple(_unlike(fitting))
    return ()


def connected(
    store: str, book: Rulebook, options: Mapping[str, Value] | None = None
) -> frozenset[str]:
    """The store and all that routes connect with it, in either direction.

    Routes that never work for somebody with these `options` are left out.
    """
    routes = [
        route
        for route in book.routes.values()
        if options is None or holds(book.needs_of(route), options)
    ]
    found, open_ = {store}, [store]
    while open_:
        here = open_.pop()
        for route in routes:
            for one, other in ((route.origin, route.target), (route.target, route.origin)):
                if one == here and other not in found:
                    found.add(other)
                    open_.append(other)
    return frozenset(found)


# ---------------------------------------------------------------------------
# Trying


def _begun(subject: Subject, now: datetime) -> datetime:
    return min(now, subject.asked() or now) - _LONG


def _times(subject: Subject, now: datetime) -> tuple[datetime, ...]:
    """Moments that can matter: around SharePoint's last pull, and just now."""
    asked = subject.asked()
    if asked is None:
        return (now - _A_WHILE,)
    return tuple(t for t in (asked - _A_WHILE, asked, asked + _A_WHILE) if t < now) or (now,)


def _alphabet(
    stores: frozenset[str], book: Rulebook, options: Mapping[str, Value]
) -> tuple[Channel, ...]:
    """One channel of each kind that is open to the person: those alike in what they do are one."""
    kinds: dict[tuple[object, ...], Channel] = {}
    for channel in book.channels.values():
        if channel.writes in stores and not channel.closed and holds(channel.needs, options):
            kinds.setdefault(like(channel), channel)
    return tuple(kinds.values())


def like(channel: Channel) -> tuple[object, ...]:
    """What a channel does to stores; channels alike in it cannot be told apart afterwards."""
    return (channel.writes, channel.otherwise, channel.views_large, channel.names_files)


def _sequences(
    first: Write,
    count: int,
    channels: Sequence[Channel],
    photos: Sequence[str],
    times: Sequence[datetime],
) -> Iterator[tuple[Write, ...]]:
    choices = [(channel.id, photo) for channel in channels for photo in (*photos, None)]
    for when in itertools.combinations_with_replacement(times, count):
        for chosen in itertools.product(choices, repeat=count):
            writes = (Write(c, photo, at) for (c, photo), at in zip(chosen, when, strict=True))
            yield (first, *writes)


def _endings(
    subject: Subject, book: Rulebook, now: datetime, writes: tuple[Write, ...]
) -> Iterator[tuple[Interpreter, State]]:
    """The worlds in which these writes end: at either pace, the known pull happening or not."""
    paces = (Pace.EARLIEST, Pace.LATEST)
    asked = subject.asked()
    for pace in paces:
        interpreter = Interpreter(book, writes[0].at, pace)
        for pulled in (None, asked) if asked else (None,):
            state = _play(interpreter, subject, writes, pulled)
            interpreter.advance(state, now)
            if pulled is None or state.asked:
                yield interpreter, state


def _play(
    interpreter: Interpreter,
    subject: Subject,
    writes: tuple[Write, ...],
    pulled: datetime | None,
) -> State:
    start, *rest = writes
    photo = Photo(start.photo) if start.photo else None
    settings = subject.settings(interpreter.book)
    state = interpreter.person(subject.person.id, photo, settings)
    for write in rest:
        if pulled is not None and pulled < write.at:
            _pull(interpreter, state, pulled)
            pulled = None
        interpreter.advance(state, write.at)
        interpreter.happen(state, _event(subject, write))
    if pulled is not None:
        _pull(interpreter, state, pulled)
    return state


def _pull(interpreter: Interpreter, state: State, at: datetime) -> None:
    interpreter.advance(state, max(at, state.now))
    interpreter.happen(state, Event("visit", person=state.person))


def _event(subject: Subject, write: Write) -> Event:
    person = subject.person.id
    if write.photo is None:
        return Event("remove", person=person, channel=write.channel)
    return Event("change", person=person, channel=write.channel, photo=Photo(write.photo))


def _shown(state: State, store: str) -> str | None:
    """What a connector finds there: SharePoint's stored picture counts only where it is shown."""
    if store == SHAREPOINT and not state.options.get("picture-shown", True):
        return None
    return state.held.get(store, NEVER).photo()


def _unlike(found: Sequence[History]) -> Iterator[History]:
    """Each state once: histories that end alike and were written alike are one."""
    kept: list[History] = []
    for one in found:
        if not any(one.writes == k.writes and one.state.same_as(k.state) for k in kept):
            kept.append(one)
            yield one
