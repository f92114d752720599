"""Because: the writes, routes and caches behind a sighting, and what holds a newer photo up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sameface.rules.conditions import holds
from sameface.rules.interpreter import Seen
from sameface.rules.looking import Look
from sameface.rules.rulebook import Channel, Route, Rulebook, Surface
from sameface.rules.state import NEVER, State, Why
from sameface.rules.ways import way
from sameface.rules.wording import Wording, by_way_of, no_way, sentence
from sameface.values import Reason, Standing

_FIRST = "the photo was there from the beginning"


def because(look: Look, wording: Wording) -> tuple[Reason, ...]:
    """Every reason once: how what is seen came there, where a newer photo is, what is between."""
    told: dict[tuple[str, str], Reason] = {}
    seen = tuple(look.seen())
    reasons = [reason for one in seen for reason in _chain(look, one, one.why, wording)]
    if not look.wanted_is_certain():
        reasons += _held_up(look, wording)
    reasons += [reason for one in seen for reason in _between(look, one, wording)]
    for reason in reasons:
        told.setdefault((reason.rule, reason.text), reason)
    return tuple(told.values())


def _between(look: Look, seen: Seen, wording: Wording) -> Iterator[Reason]:
    """The cache or the condition that stands between the store and the viewer, if it matters."""
    if seen.fetched is not None and seen.name == look.wanted():
        return  # the copy is of what the store should show anyway
    if seen.rule is not None:
        yield _reason(look, wording, seen.rule, _stands_between(look, seen.rule), seen.fetched)
    elif seen.name is None and seen.why is None:
        yield _empty(look, look.book, wording)


def _stands_between(look: Look, rule: str) -> str:
    """What a cache says; or why a surface shows nothing: for a condition, or for its size."""
    row = look.book.row(rule)
    if not isinstance(row, Surface):
        return str(getattr(row, "text", ""))
    hidden = look.state.circumstances.hides(row.id)
    absent = row.signed_in and row.id not in look.state.signed_in
    return row.unless if hidden or absent else look.too_large() or row.unless


def _chain(look: Look, seen: Seen, why: Why | None, wording: Wording) -> Iterator[Reason]:
    """How what is seen came there, from the first cause on."""
    if why is None:
        return
    yield from _chain(look, seen, why.before, wording)
    if why.rule == "start":
        yield Reason("start", why.at, sentence(_FIRST))
        return
    text = _used(look.book, why.rule, removed=seen.name is None)
    yield _reason(look, wording, why.rule, text, why.at)


def _used(book: Rulebook, rule: str, *, removed: bool) -> str:
    """A row's sentence; of a channel by which the photo was removed, that it was."""
    row = book.row(rule)
    if removed and isinstance(row, Channel):
        return f"the photo of {{person}} was removed {by_way_of(row)}"
    return str(getattr(row, "text", ""))


def _reason(
    look: Look, wording: Wording, rule: str, text: str, at: datetime | None = None
) -> Reason:
    row = look.book.row(rule)
    told = sentence(wording.tell(text, look.person, look.viewer))
    return Reason(rule, at, told, row is None or row.certain)


def _empty(look: Look, book: Rulebook, wording: Wording) -> Reason:
    """Nothing was ever written there: for want of a mailbox, or so far."""
    store = book.stores[look.surface.reads]
    rule = f"stores/{store.id}"
    if store.needs is not None and not holds((store.needs,), look.state.options):
        return _reason(look, wording, rule, store.lacking)
    return Reason(rule, None, f"{store.title} never had a photo of {wording.name(look.person)}")


def _held_up(look: Look, wording: Wording) -> Iterator[Reason]:
    """Where the newer photo is, and the first route on its way here that has not carried it."""
    interpreter, state = look.worlds[-1]
    book, newest = interpreter.book, state.newest
    if newest.store is None:
        return
    row, where = book.row(newest.rule), book.stores[newest.store].title
    used = _used(book, newest.rule, removed=newest.name is None)
    text = sentence(wording.tell(used, look.person, look.viewer))
    there = "there" if text.endswith(where) else f"in {where}"
    holds_now = (
        f"the newest photo, {newest.name}, is {there}" if newest.name else f"none is {there}"
    )
    certain = row is None or row.certain
    yield Reason(newest.rule, newest.at, f"{text}, so {holds_now}", certain)
    routes = way(book, newest.store, look.surface.reads, state.options)
    if routes is None:
        store = book.stores[look.surface.reads]
        nothing = store.alone or no_way(book, newest.store, store.id, state.options)
        yield Reason(f"stores/{store.id}", None, sentence(nothing))
        return
    for route in routes:
        if not _carried(state, route):
            yield _waiting(route, state, look, wording)
            return
        yield _reason(look, wording, f"routes/{route.id}", route.text, _when(state, route))


def _carried(state: State, route: Route) -> bool:
    origin, target = state.held.get(route.origin, NEVER), state.held.get(route.target, NEVER)
    return origin.standing is not Standing.NEVER and origin.name == target.name


def _when(state: State, route: Route) -> datetime | None:
    why = state.held.get(route.target, NEVER).why
    return why.at if why is not None and why.rule == f"routes/{route.id}" else None


def _waiting(route: Route, state: State, look: Look, wording: Wording) -> Reason:
    refused = state.refused.get(route.id)
    text = wording.tell(refused.text if refused else route.waits, look.person, look.viewer)
    at = refused.at if refused else state.asked.get(route.id)
    if route.delay.is_range:
        at = None  # nobody knows when it looked
    return Reason(f"routes/{route.id}", at, sentence(text), route.certain)
