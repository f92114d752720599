"""A rulebook as frozen rows: stores, channels, routes, caches, surfaces, actions and options.

Every row has an `id`, the facts it rests on (`source`) and whether a source states it (`certain`).
The sentences of a row are data too: they may name {person}, {viewer} and {photo}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import ClassVar

from sameface.rules.bearing import Bearing, bearing_on
from sameface.rules.circumstances import Circumstances
from sameface.rules.conditions import Value, holds

FIRST_PHOTO = "first-photo"
"""The default of an option that is on for somebody who starts with a photo."""

WRITE, CYCLE, OWNER_VIEWS_LARGE = "write", "cycle", "owner-views-large"
"""Triggers of a route; the last is the owner's own view of the large picture (A-R7, A-R8)."""

WRITES = ("change", "remove")
"""What a channel does."""


@dataclass(frozen=True, slots=True)
class Duration:
    """How long something takes: from `earliest` to `latest`, None being for ever.

    `typical` is told where a source gives it. Where nobody knows, `known` is False and the values
    are what the rulebook assumes, to be shown as assumed.
    """

    earliest: timedelta
    latest: timedelta | None
    typical: timedelta | None = None
    known: bool = True

    @property
    def is_range(self) -> bool:
        return self.earliest != self.latest


NO_DELAY = Duration(timedelta(0), timedelta(0))


@dataclass(frozen=True, slots=True)
class Row:
    """What every row has. `rule` is how reasons and refusals name it: `routes/ad-to-azure-ad`."""

    kind: ClassVar[str]

    id: str
    title: str
    source: tuple[str, ...]
    certain: bool

    @property
    def rule(self) -> str:
        return f"{self.kind}/{self.id}"


@dataclass(frozen=True, slots=True)
class Option(Row):
    """Something that differs between organisations or people; `default` may be FIRST_PHOTO.

    It is on or off where the default is, and may say one of its `choices` instead. Setting it takes
    effect after `delay`. `act` is what an administrator must do to make it say its default.
    """

    kind: ClassVar[str] = "options"

    default: bool | str
    choices: tuple[str, ...] = ()
    delay: Duration = NO_DELAY
    act: str = ""

    @property
    def is_flag(self) -> bool:
        """True where it can be on or off."""
        return isinstance(self.default, bool) or self.default == FIRST_PHOTO

    def usual(self, *, has_photo: bool) -> Value:
        """What it says of somebody of whom nothing is told."""
        return has_photo if self.default == FIRST_PHOTO else self.default


@dataclass(frozen=True, slots=True)
class Store(Row):
    """A system that keeps photos. `files` are named renditions kept apart; `needs` a condition.

    `short` is a heading of at most four letters, for tables. An `internal` store is a service's
    own copy, which nobody can write or read but by looking at a surface.
    """

    kind: ClassVar[str] = "stores"

    short: str
    max_bytes: int | None
    files: tuple[str, ...]
    needs: str | None
    lacking: str  # why somebody has nothing here, where `needs` is off
    alone: str  # said where no route leads in
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Channel(Row):
    """A way to change a photo: what it writes first, who acts, and what it sets off.

    `otherwise` is written instead where the person lacks the option that the store needs.
    `forgets`: what it removes, the store afterwards never had.
    """

    kind: ClassVar[str] = "channels"

    actor: str  # person | administrator | process
    writes: str
    otherwise: str | None
    views_large: bool  # followed by the owner's own large view
    signs_in: str | None  # the client it signs its person in to
    names_files: bool  # may write one file of the store alone
    text: str  # somebody used it: "Alice changed it in Lync"
    act: str  # what whoever uses it must do: "upload it in Lync"
    does: tuple[str, ...] = WRITES
    needs: tuple[str, ...] = ()
    lacking: str = ""  # why it refuses, where `needs` are not met
    closed: str = ""  # why it refuses everybody: it is no more
    max_bytes: int | None = None
    forgets: bool = False

    def is_open_to(self, options: Mapping[str, Value]) -> bool:
        """True when somebody with these options can have their photo changed this way."""
        return not self.closed and "change" in self.does and holds(self.needs, options)


@dataclass(frozen=True, slots=True)
class Route(Row):
    """What carries a photo from store to store.

    `on` is `write`, `cycle` (every `every`, by `process`), OWNER_VIEWS_LARGE (at most once per
    `window`, unless one of the actions `forced_by`) or an action of the owner. Where it `stands_in`
    it carries only into a store that holds no photo, or one that came the same way.
    """

    kind: ClassVar[str] = "routes"

    origin: str
    target: str
    on: str
    every: timedelta | None
    process: str | None
    delay: Duration
    window: timedelta | None
    forced_by: tuple[str, ...]
    max_bytes: int | None
    only_into_never_had: bool
    needs: tuple[str, ...]
    sets: tuple[str, ...]
    text: str  # it carried
    waits: str  # it has not carried yet, because ...
    refuses: str  # it looked and did not take it
    stands_in: bool = False
    resizes: bool = False  # what it carries is made small, and fits every limit

    @property
    def rests(self) -> bool:
        """True when it overwrites nothing that came another way, so that a circle ends here."""
        return self.only_into_never_had or self.stands_in


@dataclass(frozen=True, slots=True)
class Cache(Row):
    """A copy between store and viewer, `surely` kept or perhaps, until cleared or expired."""

    kind: ClassVar[str] = "caches"

    surely: bool
    lifetime: Duration
    cleared_by: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Surface(Row):
    """A place where people look. Reads one file of one store, through a cache or none.

    For some people it reads something else `instead`: conditions, and the surface as it is then.
    """

    kind: ClassVar[str] = "surfaces"

    short: str
    reads: str
    file: str | None
    cache: str | None
    stamped: bool  # its address carries the store's timestamp
    needs: tuple[str, ...]
    signed_in: bool  # shows only somebody who is signed in to it
    owner_views_large: bool  # the owner's own look here is such a view
    unless: str  # why it shows nothing, where `needs` or `signed_in` are not met
    instead: tuple[tuple[tuple[str, ...], Surface], ...] = ()
    max_bytes: int | None = None  # a larger photo is not shown

    def seen_by(self, options: Mapping[str, Value]) -> Surface:
        """The surface as it is for somebody with these options."""
        for when, other in self.instead:
            if holds(when, options):
                return other
        return self


@dataclass(frozen=True, slots=True)
class Action(Row):
    """Something people do that changes no photo: visit, edit-cancel, restart, clear-cache, …"""

    kind: ClassVar[str] = "actions"

    by: str  # owner | viewer | administrator
    views_large: bool
    text: str  # somebody does it: "Alice opens their own profile page"


@dataclass(frozen=True, slots=True)
class Variant:
    """What another source says, as a change to rows. `changes` are those rows, as `kind/id`."""

    id: str
    title: str
    source: tuple[str, ...]
    changes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Rulebook:
    """A named, dated set of rules; mappings by id, in the order of the file.

    `unused` are the facts of its era that no row rests on, each with the reason; `variants` what
    it would be by sources that it does not follow; `variant` is set where it is one of these.
    """

    id: str
    title: str
    dated: datetime
    options: Mapping[str, Option]
    stores: Mapping[str, Store]
    channels: Mapping[str, Channel]
    routes: Mapping[str, Route]
    caches: Mapping[str, Cache]
    surfaces: Mapping[str, Surface]
    actions: Mapping[str, Action]
    unused: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, Variant] = field(default_factory=dict)
    variant: str | None = None

    def settings(self, given: Mapping[str, Value], *, has_photo: bool = True) -> dict[str, Value]:
        """Every option as it is for somebody: as given, else as usual."""
        usual = self._usual[has_photo]
        return {name: given.get(name, value) for name, value in usual.items()}

    def circumstances(self, given: Mapping[str, Value], *, has_photo: bool = True) -> Circumstances:
        """How somebody with these options stands: one and the same for all who have them."""
        usual = self._usual[has_photo]
        values = tuple([given.get(name, usual[name]) for name in usual])
        found = self._circumstances.get(values)
        if found is None:
            found = Circumstances(self, dict(zip(usual, values, strict=True)))
            self._circumstances[values] = found
        return found

    @cached_property
    def _circumstances(self) -> dict[tuple[Value, ...], Circumstances]:
        return {}

    @cached_property
    def is_ranged(self) -> bool:
        """True where something takes as long as a range says, so that worlds can differ."""
        delays = [route.delay for route in self.routes.values()]
        delays += [option.delay for option in self.options.values()]
        return any(delay.is_range for delay in delays)

    @cached_property
    def is_asked_in_ranges(self) -> bool:
        """True where that is so of a route that an action sets off."""
        return any(r.delay.is_range for routes in self.routes_set_off.values() for r in routes)

    @cached_property
    def _usual(self) -> Mapping[bool, Mapping[str, Value]]:
        rows = self.options.values()
        return {has: {o.id: o.usual(has_photo=has) for o in rows} for has in (True, False)}

    def row(self, rule: str) -> Row | None:
        """The row that a reason names, as `kind/id` (`routes/exchange-to-sharepoint`)."""
        kind, _, name = rule.partition("/")
        return self.kinds.get(kind, {}).get(name)

    @cached_property
    def kinds(self) -> Mapping[str, Mapping[str, Row]]:
        """All rows by kind, for whoever lists or checks them."""
        return {
            "options": self.options,
            "stores": self.stores,
            "channels": self.channels,
            "routes": self.routes,
            "caches": self.caches,
            "surfaces": self.surfaces,
            "actions": self.actions,
        }

    @cached_property
    def routes_from(self) -> Mapping[str, tuple[Route, ...]]:
        """Routes that a write to a store sets off, now or at their next cycle."""
        return self._grouped({s: [] for s in self.stores}, (WRITE, CYCLE))

    @cached_property
    def routes_on_view(self) -> tuple[Route, ...]:
        """Routes that the owner's own large view sets off."""
        return tuple(r for r in self.routes.values() if r.on == OWNER_VIEWS_LARGE)

    @cached_property
    def routes_set_off(self) -> Mapping[str, tuple[Route, ...]]:
        """Routes that an action sets off, by action: the large view's, and the action's own."""
        return {
            action.id: (
                *(self.routes_on_view if action.views_large else ()),
                *(r for r in self.routes.values() if r.on == action.id),
            )
            for action in self.actions.values()
        }

    @cached_property
    def processes(self) -> Mapping[str, tuple[Route, ...]]:
        """Background processes and the routes that one run of each works off, in order."""
        found: dict[str, list[Route]] = {}
        for route in self.routes.values():
            if route.process is not None:
                found.setdefault(route.process, []).append(route)
        return MappingProxyType({name: tuple(routes) for name, routes in found.items()})

    def needs_of(self, route: Route) -> tuple[str, ...]:
        """What a route needs to carry, the needs of its two stores included."""
        return self._needs[route.id]

    @cached_property
    def _needs(self) -> Mapping[str, tuple[str, ...]]:
        return {
            route.id: (*route.needs, *(n for n in self._ends_need(route) if n is not None))
            for route in self.routes.values()
        }

    def _ends_need(self, route: Route) -> tuple[str | None, str | None]:
        return (self.stores[route.origin].needs, self.stores[route.target].needs)

    def routes_into(self, store: str) -> tuple[Route, ...]:
        """Routes that lead to a store."""
        return tuple(r for r in self.routes.values() if r.target == store)

    def upstream(self, store: str) -> frozenset[str]:
        """The store and every store from which routes lead to it."""
        return self._upstream[store]

    @cached_property
    def _upstream(self) -> Mapping[str, frozenset[str]]:
        return {store: self._leading_to(store) for store in self.stores}

    @cached_property
    def bearing(self) -> Mapping[str, Bearing]:
        """By surface, what can ever bear on what it shows."""
        return {surface.id: bearing_on(self, surface) for surface in self.surfaces.values()}

    def _leading_to(self, store: str) -> frozenset[str]:
        found, open_ = {store}, [store]
        while open_:
            for route in self.routes_into(open_.pop()):
                if route.origin not in found:
                    found.add(route.origin)
                    open_.append(route.origin)
        return frozenset(found)

    def _grouped(
        self, found: dict[str, list[Route]], on: tuple[str, ...]
    ) -> Mapping[str, tuple[Route, ...]]:
        for route in self.routes.values():
            if route.on in on:
                found[route.origin].append(route)
        return {store: tuple(routes) for store, routes in found.items()}
