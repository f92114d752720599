"""What should have happened by now and did not: routes that the observed times contradict. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sameface.explain.subject import Subject
from sameface.rules.events import Event, Photo
from sameface.rules.interpreter import Interpreter, Pace
from sameface.rules.rulebook import WRITES, Channel, Route, Rulebook
from sameface.rules.state import NEVER, Held, State
from sameface.rules.wording import moment
from sameface.values import Cell, Standing

_PROBE = "probe"
_PERHAPS_DELETED = (Standing.NONE, Standing.DELETED, Standing.PLACEHOLDER)


@dataclass(frozen=True, slots=True)
class Overdue:
    """A route that should have carried `photo` (a digest) by `since` at the latest."""

    route: Route
    photo: str
    since: datetime
    known: bool  # False where the rulebook only assumes how long it takes

    def text(self, book: Rulebook, now: datetime, photo: str) -> str:
        """`Overdue since Tue 4 Mar 14:00, rule ad-to-azure-ad: …`; `photo` as it is called."""
        origin, target = book.stores[self.route.origin], book.stores[self.route.target]
        assumed = "" if self.known else " (how long it takes is assumed)"
        return (
            f"Overdue since {moment(self.since, now)}, rule {self.route.id}: "
            f"{photo} should be in {target.title} by now, as it is in {origin.title}{assumed}"
        )


def overdue(subject: Subject, book: Rulebook, now: datetime) -> tuple[Overdue, ...]:
    """Every route for which the observed times leave no other explanation.

    Told only where the photo is known to have been in the origin, unchanged, for longer than the
    route takes at most, and the target is known not to have changed since then. Whether the route
    carries at all, and when, the interpreter says.
    """
    return tuple(_late(subject, book, now))


def _late(subject: Subject, book: Rulebook, now: datetime) -> Iterator[Overdue]:
    photos = subject.observed()
    for route in book.routes.values():
        origin, target = subject.cell(route.origin), subject.cell(route.target)
        if origin is None or target is None or not {route.origin, route.target} <= set(photos):
            continue
        photo = photos[route.origin]
        if not _surely_fits(route, book):
            continue
        if photo is None or photo == photos[route.target] or not _untouched(origin, target):
            continue
        since = _predicted(subject, book, now, route)
        if since is not None:
            yield Overdue(route, photo, since, route.delay.known)


def _surely_fits(route: Route, book: Rulebook) -> bool:
    """Whether the route takes every photo that its origin can hold: its size nobody has told."""
    most = book.stores[route.origin].max_bytes
    return route.max_bytes is None or (most is not None and most <= route.max_bytes)


def _untouched(origin: Cell, target: Cell) -> bool:
    """Whether the target surely has not changed since the origin got its photo."""
    if origin.changed_by is None:
        return False
    if target.standing is Standing.NEVER:
        return True
    if target.changed_by is None:
        return False
    return target.changed_by <= (origin.changed_after or origin.changed_by)


def _predicted(subject: Subject, book: Rulebook, now: datetime, route: Route) -> datetime | None:
    """When the route brings the origin's photo to the target at the latest; None: not by now."""
    origin = subject.cell(route.origin)
    assert origin is not None
    begun = origin.changed_by
    photo = subject.observed()[route.origin]
    if begun is None or begun > now or photo is None:
        return None
    interpreter = Interpreter(_probed(book, route.origin), begun, Pace.LATEST)
    state = _before(interpreter, subject, route, begun)
    write = Event("change", person=state.person, channel=_PROBE, photo=Photo(photo))
    interpreter.happen(state, write)
    interpreter.advance(state, now)
    held = state.held.get(route.target, NEVER)
    if held.name != photo or held.why is None or held.why.rule != f"routes/{route.id}":
        return None
    return held.why.at if held.why.at < now else None


def _probed(book: Rulebook, store: str) -> Rulebook:
    """The same rules with a way to write just that store, since routes start at a write."""
    probe = replace(
        next(iter(book.channels.values())),
        id=_PROBE,
        writes=store,
        otherwise=None,
        views_large=False,
        signs_in=None,
        names_files=False,
        does=WRITES,
        needs=(),
        closed="",
        max_bytes=None,
    )
    assert isinstance(probe, Channel)
    return replace(book, channels={**book.channels, _PROBE: probe})


def _before(interpreter: Interpreter, subject: Subject, route: Route, at: datetime) -> State:
    """Everything as observed, but the origin still as empty as it can have been."""
    book = interpreter.book
    state = interpreter.person(subject.person.id, None, subject.settings(book))
    for store, photo in subject.observed().items():
        if store in book.stores and store != route.origin and photo is not None:
            state.held[store] = Held(Standing.PHOTO, photo, since=at)
    target = subject.cell(route.target)
    if target is not None and target.standing in _PERHAPS_DELETED:
        # "no photo" may be "deleted", which a route that fills only once does not touch
        state.held[route.target] = Held(Standing.DELETED, since=at)
    return state
