"""What can be done about surfaces that lack a photo: channels and actions that bear on them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sameface.rules.conditions import Value, holds, terms
from sameface.rules.events import Event, Photo
from sameface.rules.lots import Deed, Lot, Lots, uncached
from sameface.rules.orders import clients
from sameface.rules.rulebook import Action, Channel, Rulebook
from sameface.rules.steps import FIELDS

OWNER, VIEWER, ADMINISTRATOR = "owner", "viewer", "administrator"
ROLES = (OWNER, VIEWER, ADMINISTRATOR)
"""Who can be asked to act. What a background process brings in, an administrator put there."""


def role_of(event: Event, book: Rulebook) -> str:
    """Whose an event is."""
    if event.channel is not None:
        return _role(book.channels[event.channel])
    return book.actions[event.verb].by


def deeds(
    known: Lots, lots: Sequence[Lot], now: datetime, lacking: Collection[str]
) -> Iterator[Deed]:
    """Everything that may bear on what lacks the photo; what writes nothing comes first."""
    rest = max(known.arrival(lot) for lot in lots)
    about = _About(known, tuple(lots), now, rest, frozenset(lacking))
    for action in about.book.actions.values():
        for event in _events(about, action):
            for at in _times(about, action):
                yield Deed(at, event, action.by)
    for event, role in _writes(about):
        yield Deed(now, event, role)


@dataclass(frozen=True, slots=True)
class _About:
    known: Lots
    lots: tuple[Lot, ...]
    now: datetime
    rest: datetime  # when all that is under way has arrived
    lacking: frozenset[str]

    @property
    def book(self) -> Rulebook:
        return self.lots[0].look.book

    @property
    def person(self) -> str:
        return self.lots[0].look.person

    @property
    def viewer(self) -> str | None:
        return self.lots[0].look.viewer

    def stores(self) -> frozenset[str]:
        """Every store from which a photo can come to what lacks it."""
        found: frozenset[str] = frozenset()
        rows = (self.book.surfaces[surface] for surface in self.lacking)
        reads = (r.reads for row in rows for r in (row, *(other for _, other in row.instead)))
        return found.union(*(self.book.upstream(store) for store in reads))


def _writes(about: _About) -> Iterator[tuple[Event, str]]:
    """The wanted photo by way of every channel that can bear on what lacks it; alike ones once."""
    stores, wanted = about.stores(), about.known.wanted
    alike: set[Channel] = set()
    for channel in about.book.channels.values():
        if not stores & {channel.writes, channel.otherwise} or _like(channel) in alike:
            continue
        alike.add(_like(channel))
        verb = "remove" if wanted is None else "change"
        photo = None if wanted is None else Photo(wanted)
        yield Event(verb, person=about.person, channel=channel.id, photo=photo), _role(channel)


def _role(channel: Channel) -> str:
    return OWNER if channel.actor == "person" else ADMINISTRATOR


def _like(channel: Channel) -> Channel:
    """What a channel does, without its name: channels alike in it are one way."""
    unnamed = replace(channel, id="", title="", text="", act="", source=(), certain=True)
    return replace(unnamed, actor=_role(channel))


def _events(about: _About, action: Action) -> Iterator[Event]:
    """The action in every form that can bear on what lacks the photo."""
    book, fields = about.book, FIELDS.get(action.id, ())
    if "viewer" in fields and about.viewer is None:
        return
    plain = Event(
        action.id,
        person=about.person if "person" in fields else None,
        viewer=about.viewer if "viewer" in fields else None,
    )
    if "client" in fields:
        for client in clients(book, action.id):
            if client in about.lacking:
                yield replace(plain, client=client)
    elif "process" in fields:
        yield from (replace(plain, process=process) for process in book.processes)
    elif "option" in fields:
        for option, value in _switches(about):
            yield replace(plain, option=option, value=value)
    else:
        yield plain


def _switches(about: _About) -> list[tuple[str, Value]]:
    """What a surface, or a route to it, needs, is usually on, and is off in some world.

    Whether somebody has a store at all is no switch.
    """
    book, stores = about.book, about.stores()
    needs = [n for surface in about.lacking for n in book.surfaces[surface].needs]
    needs += [n for route in book.routes.values() if route.target in stores for n in route.needs]
    states = [state for lot in about.lots for _, state in lot.look.worlds]
    unmet = [n for n in needs if not all(holds((n,), s.options) for s in states)]
    owned = {t.option for s in book.stores.values() if s.needs for t in terms(s.needs)}
    found = (t for n in unmet for t in terms(n) if not t.negated and t.option not in owned)
    usual = (t for t in found if t.value == book.options[t.option].usual(has_photo=True))
    return sorted({(t.option, t.value) for t in usual}, key=str)


def _times(about: _About, action: Action) -> Iterator[datetime]:
    """When the action counts: at once, when a window opens, when all under way has arrived."""
    if cleared := {c.id for c in about.book.caches.values() if c.cleared_by == action.id}:
        yield from [about.rest] if _arrives(about, cleared) else ()
        return
    times = {about.now}
    if about.book.routes_set_off.get(action.id):
        opens = set(_openings(about))
        times |= {about.rest, *opens, *(max(about.rest, at) for at in opens)}
    yield from sorted(times)


def _arrives(about: _About, caches: Collection[str]) -> bool:
    """Whether empty caches would show it by then: before that, clearing fetches the old one."""
    behind = {s for s in about.lacking if about.book.surfaces[s].cache in caches}
    fresh = [about.known.lacking(uncached(lot), about.rest) for lot in about.lots]
    return bool(behind.difference(*fresh))


def _openings(about: _About) -> Iterator[datetime]:
    """When the windows that are shut now open again, in the last of the worlds."""
    for route in about.book.routes.values():
        asked = [s.asked.get(route.id) for lot in about.lots for _, s in lot.look.worlds]
        known = [at for at in asked if at is not None]
        if known and (opens := max(known) + (route.window or timedelta(0))) > about.now:
            yield opens
