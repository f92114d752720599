"""Reasoning back: the short histories of events, allowed by the rulebook, that end as observed.

Who did what, and when, is not on the wire. So histories are tried: a first photo somewhere in the
past, then as few writes as suffice, each with the views that the rules know; those are kept whose
stores end up holding what was observed. Times are taken around the moments that are known.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sameface.explain.subject import Subject
from sameface.rules.conditions import Value, holds
from sameface.rules.essence import essence
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

    Stores that no route connects are independent, so they are reasoned about apart. Of histories
    that end alike with a write of one kind, one stands for all.
    """
    search = _Search(subject, book, store, now)
    counts = range(_MOST_WRITES + 1)
    return next((found for found in map(search.of_writes, counts) if found), ())


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


class _Search:
    """All that is tried for one set of connected stores.

    What cannot end as observed is left out before it is played: photos of which one observed is
    missing, and a last write after which a store that it cannot reach would be other than observed.
    """

    def __init__(self, subject: Subject, book: Rulebook, store: str, now: datetime) -> None:
        options = book.settings(subject.settings(book))
        stores = connected(store, book, options)
        observed = subject.observed()
        self.subject, self.now = subject, now
        self.observed = {s: photo for s, photo in observed.items() if s in stores}
        self.photos = sorted({p for p in self.observed.values() if p is not None})
        self.channels = _alphabet(stores, book, options)
        self.reaches = {channel.id: _reached(channel, book) for channel in self.channels}
        self.times = _times(subject, now)
        begun = _begun(subject, now)
        self.interpreters = tuple(Interpreter(book, begun, pace) for pace in Pace)

    def of_writes(self, count: int) -> tuple[History, ...]:
        """The histories with so many writes."""
        found: dict[Hashable, History] = {}
        for photos in itertools.product((*self.photos, None), repeat=count + 1):
            if not set(self.photos) <= set(photos):
                continue
            for history in self._of(photos):
                last = history.writes[-1].channel if history.writes else None
                found.setdefault((last, essence(history.state)), history)
        return tuple(found.values())

    def _of(self, photos: tuple[str | None, ...]) -> Iterator[History]:
        """Those in which these photos follow one another, SharePoint's known pull among them."""
        asked = self.subject.asked()
        settings = self.subject.settings(self.interpreters[0].book)
        first = Photo(photos[0]) if photos[0] else None
        for interpreter in self.interpreters:
            for pull in (None, asked) if asked else (None,):
                state = interpreter.person(self.subject.person.id, first, settings)
                begun = _Life(interpreter, state, pull)
                for life in self._lives(begun, photos[1:], self.times):
                    if pull is None or life.state.asked:
                        yield History(life.writes, interpreter, life.state)

    def _lives(
        self, life: _Life, photos: tuple[str | None, ...], times: tuple[datetime, ...]
    ) -> Iterator[_Life]:
        """Every life, from here to now, that ends as observed after these photos were written."""
        if not photos:
            ended = life.until(self.now)
            if self._fits(ended.state, self.observed):
                yield ended
            return
        passed: set[Hashable] = set()
        for number, at in enumerate(times):
            before = life.before(at)
            mark = (number, before.pull, essence(before.state))
            if mark in passed:
                continue
            passed.add(mark)
            for channel in self._may_follow(before, last=len(photos) == 1):
                there = before.written(Write(channel.id, photos[0], at))
                yield from self._lives(there, photos[1:], times[number:])

    def _may_follow(self, life: _Life, *, last: bool) -> Iterator[Channel]:
        """The channels of the next write; of the last one, those that leave nothing amiss."""
        if not last:
            yield from self.channels
            return
        left = life.until(self.now).state
        for channel in self.channels:
            reached = self.reaches[channel.id]
            if self._fits(left, {s: p for s, p in self.observed.items() if s not in reached}):
                yield channel

    def _fits(self, state: State, observed: Mapping[str, str | None]) -> bool:
        return all(_shown(state, store) == photo for store, photo in observed.items())


@dataclass(frozen=True, slots=True)
class _Life:
    """A history as far as it has come; `pull` is when SharePoint still has to ask."""

    interpreter: Interpreter
    state: State
    pull: datetime | None
    writes: tuple[Write, ...] = ()

    def before(self, at: datetime) -> _Life:
        """Just before something happens at that time."""
        state, pull = self.state.fork(), self.pull
        if pull is not None and pull < at:
            self._visit(state, pull)
            pull = None
        self.interpreter.advance(state, at)
        return _Life(self.interpreter, state, pull, self.writes)

    def written(self, write: Write) -> _Life:
        """After that write, now."""
        person = self.state.person
        state = self.state.fork()
        if write.photo is None:
            event = Event("remove", person=person, channel=write.channel)
        else:
            event = Event("change", person, write.channel, Photo(write.photo))
        self.interpreter.happen(state, event)
        return _Life(self.interpreter, state, self.pull, (*self.writes, write))

    def until(self, now: datetime) -> _Life:
        """How it stands now, if nothing else is written."""
        state = self.state.fork()
        if self.pull is not None:
            self._visit(state, self.pull)
        self.interpreter.advance(state, now)
        return _Life(self.interpreter, state, None, self.writes)

    def _visit(self, state: State, at: datetime) -> None:
        self.interpreter.advance(state, max(at, state.now))
        self.interpreter.happen(state, Event("visit", person=state.person))


def _reached(channel: Channel, book: Rulebook) -> frozenset[str]:
    """Every store that a write by this channel can ever change, whoever's it is."""
    open_ = [channel.writes, *([channel.otherwise] if channel.otherwise else [])]
    if channel.views_large:
        open_ += [route.target for route in book.routes_on_view]
    found = set(open_)
    while open_:
        here = open_.pop()
        for route in book.routes.values():
            if route.origin == here and route.target not in found:
                found.add(route.target)
                open_.append(route.target)
    return frozenset(found)


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


def _shown(state: State, store: str) -> str | None:
    """What a connector finds there: SharePoint's stored picture counts only where it is shown."""
    if store == SHAREPOINT and not state.options.get("picture-shown", True):
        return None
    return state.held.get(store, NEVER).photo()
