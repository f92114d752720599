"""A rulebook as frozen rows: stores, channels, routes, caches, surfaces, actions and options.

Every row has an `id`, the facts it rests on (`source`) and whether a source states it (`certain`).
The sentences of a row are data too: they may name {person}, {viewer} and {photo}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType

FIRST_PHOTO = "first-photo"
"""The default of an option that is on for somebody who starts with a photo."""

OWNER_VIEWS_LARGE = "owner-views-large"
"""The trigger of a route: the owner's own view of the large picture (A-R7, A-R8)."""


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
    """What every row has."""

    id: str
    title: str
    source: tuple[str, ...]
    certain: bool


@dataclass(frozen=True, slots=True)
class Option(Row):
    """Something that differs between organisations or people; `default` may be FIRST_PHOTO."""

    default: bool | str


@dataclass(frozen=True, slots=True)
class Store(Row):
    """A system that keeps photos. `files` are named renditions kept apart; `needs` an option.

    `short` is a heading of at most four letters, for tables.
    """

    short: str
    max_bytes: int | None
    files: tuple[str, ...]
    needs: str | None
    lacking: str  # why somebody has nothing here, where `needs` is off
    alone: str  # said where no route leads in


@dataclass(frozen=True, slots=True)
class Channel(Row):
    """A way to change a photo: what it writes first, who acts, and what it sets off.

    `otherwise` is written instead where the person lacks the option that the store needs.
    """

    actor: str  # person | administrator | process
    writes: str
    otherwise: str | None
    views_large: bool  # followed by the owner's own large view
    signs_in: str | None  # the client it signs its person in to
    names_files: bool  # may write one file of the store alone
    text: str


@dataclass(frozen=True, slots=True)
class Route(Row):
    """What carries a photo from store to store.

    `on` is `write`, `cycle` (every `every`, by `process`) or OWNER_VIEWS_LARGE (at most once per
    `window`, unless one of the actions `forced_by`).
    """

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


@dataclass(frozen=True, slots=True)
class Cache(Row):
    """A copy between store and viewer, `surely` kept or perhaps, until cleared or expired."""

    surely: bool
    lifetime: Duration
    cleared_by: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Surface(Row):
    """A place where people look. Reads one file of one store, through a cache or none."""

    short: str
    reads: str
    file: str | None
    cache: str | None
    stamped: bool  # its address carries the store's timestamp
    needs: tuple[str, ...]
    signed_in: bool  # shows only somebody who is signed in to it
    owner_views_large: bool  # the owner's own look here is such a view
    unless: str  # why it shows nothing, where `needs` or `signed_in` are not met


@dataclass(frozen=True, slots=True)
class Action(Row):
    """Something people do that changes no photo: visit, edit-cancel, restart, clear-cache, …"""

    by: str  # owner | viewer | administrator
    views_large: bool
    text: str  # somebody does it: "Alice opens the own profile page"


@dataclass(frozen=True)
class Rulebook:
    """A named, dated set of rules; mappings by id, in the order of the file."""

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
        return self._grouped({s: [] for s in self.stores}, ("write", "cycle"))

    @cached_property
    def routes_on_view(self) -> tuple[Route, ...]:
        """Routes that the owner's own large view sets off."""
        return tuple(r for r in self.routes.values() if r.on == OWNER_VIEWS_LARGE)

    @cached_property
    def processes(self) -> Mapping[str, tuple[Route, ...]]:
        """Background processes and the routes that one run of each works off, in order."""
        found: dict[str, list[Route]] = {}
        for route in self.routes.values():
            if route.process is not None:
                found.setdefault(route.process, []).append(route)
        return MappingProxyType({name: tuple(routes) for name, routes in found.items()})

    def routes_into(self, store: str) -> tuple[Route, ...]:
        """Routes that lead to a store."""
        return tuple(r for r in self.routes.values() if r.target == store)

    def upstream(self, store: str) -> frozenset[str]:
        """The store and every store from which routes lead to it."""
        return self._upstream[store]

    @cached_property
    def _upstream(self) -> Mapping[str, frozenset[str]]:
        return {store: self._leading_to(store) for store in self.stores}

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
