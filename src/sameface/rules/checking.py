"""Whether a rulebook is sound: every name leads somewhere, no two routes fight, photos rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from sameface.documents import nearest
from sameface.errors import BadDocument
from sameface.rules.conditions import exclude, terms
from sameface.rules.rulebook import (
    CYCLE,
    OWNER_VIEWS_LARGE,
    WRITE,
    Route,
    Rulebook,
    Surface,
)
from sameface.rules.steps import FIELDS


def check_rulebook(book: Rulebook, file: str) -> None:
    """`BadDocument` names the file, the row and the key, and the nearest valid name."""
    _Names(book, file).check()
    _check_facts(book, file)
    _check_routes(book, file)


class _Names:
    """Names that lead nowhere."""

    def __init__(self, book: Rulebook, file: str) -> None:
        self.book, self.file = book, file

    def check(self) -> None:
        book = self.book
        for number, option in enumerate(book.options.values(), 1):
            if not option.is_flag and option.default not in option.choices:
                what = f'has no "{option.default}"{nearest(str(option.default), option.choices)}'
                raise BadDocument(self.file, f"options[{number}]", "default", what)
        for number, store in enumerate(book.stores.values(), 1):
            self._conditions("stores", number, "needs", [store.needs] if store.needs else [])
        for number, channel in enumerate(book.channels.values(), 1):
            self._known("channels", number, "writes", [channel.writes])
            self._known("channels", number, "otherwise", [channel.otherwise])
            self._known("channels", number, "signs-in", [channel.signs_in])
            self._conditions("channels", number, "needs", channel.needs)
        for number, route in enumerate(book.routes.values(), 1):
            self._known("routes", number, "from", [route.origin])
            self._known("routes", number, "to", [route.target])
            self._known("routes", number, "on", [route.on])
            self._known("routes", number, "sets", route.sets)
            self._known("routes", number, "forced-by", route.forced_by)
            self._conditions("routes", number, "needs", route.needs)
        for number, cache in enumerate(book.caches.values(), 1):
            self._known("caches", number, "cleared-by", [cache.cleared_by])
        for number, action in enumerate(book.actions.values(), 1):
            self._known("actions", number, "id", [action.id])
        for number, surface in enumerate(book.surfaces.values(), 1):
            self._surface(f"surfaces[{number}]", surface)
            for other, (when, instead) in enumerate(surface.instead, 1):
                place = f"surfaces[{number}].instead[{other}]"
                self._check_conditions(place, "when", when)
                self._surface(place, instead)

    def _surface(self, place: str, surface: Surface) -> None:
        self._check(place, "reads", [surface.reads])
        self._check_conditions(place, "needs", surface.needs)
        self._check(place, "cache", [surface.cache])
        files = self.book.stores[surface.reads].files
        if surface.file is not None and surface.file not in files:
            what = f'has no "{surface.file}"{nearest(surface.file, files)}'
            raise BadDocument(self.file, place, "file", what)

    def _known(self, kind: str, number: int, key: str, names: Iterable[str | None]) -> None:
        self._check(f"{kind}[{number}]", key, names)

    def _check(self, place: str, key: str, names: Iterable[str | None]) -> None:
        valid = _VALID[key](self.book)
        for name in names:
            if name is not None and name not in valid:
                what = f'has no "{name}"{nearest(name, valid)}'
                raise BadDocument(self.file, place, key, what)

    def _conditions(self, kind: str, number: int, key: str, conditions: Iterable[str]) -> None:
        self._check_conditions(f"{kind}[{number}]", key, conditions)

    def _check_conditions(self, place: str, key: str, conditions: Iterable[str]) -> None:
        """Every condition speaks of an option, and of something that option can say."""
        for term in (term for condition in conditions for term in terms(condition)):
            option = self.book.options.get(term.option)
            if option is None:
                what = f'has no "{term.option}"{nearest(term.option, self.book.options)}'
                raise BadDocument(self.file, place, key, what)
            if isinstance(term.value, str) and term.value not in option.choices:
                what = f'has no "{term.value}"{nearest(term.value, option.choices)}'
                raise BadDocument(self.file, place, key, f"{what} ({term.option})".strip())
            if isinstance(term.value, bool) and not option.is_flag:
                what = f'"{term.option}" is never on or off; say which of its choices'
                raise BadDocument(self.file, place, key, what)


_VALID: Mapping[str, Callable[[Rulebook], Iterable[str]]] = {
    "sets": lambda book: book.options,
    "writes": lambda book: book.stores,
    "otherwise": lambda book: book.stores,
    "from": lambda book: book.stores,
    "to": lambda book: book.stores,
    "on": lambda book: (WRITE, CYCLE, OWNER_VIEWS_LARGE, *book.actions),
    "reads": lambda book: book.stores,
    "signs-in": lambda book: book.surfaces,
    "forced-by": lambda book: book.actions,
    "cleared-by": lambda book: book.actions,
    "cache": lambda book: book.caches,
    "id": lambda _: FIELDS,
}


def _check_facts(book: Rulebook, file: str) -> None:
    """A fact that a row rests on is not unused."""
    for kind, rows in book.kinds.items():
        for number, row in enumerate(rows.values(), 1):
            for fact in row.source:
                if fact in book.unused:
                    what = f'is used by {kind}[{number}] ("{row.id}"); take it out of this table'
                    raise BadDocument(file, "unused", fact, what)


def _check_routes(book: Rulebook, file: str) -> None:
    routes = tuple(book.routes.values())
    for number, route in enumerate(routes, 1):
        place = f"routes[{number}]"
        if route.origin == route.target:
            raise BadDocument(file, place, "to", "is the store it comes from")
        for twin in routes[: number - 1]:
            same = (twin.origin, twin.target) == (route.origin, route.target)
            if same and not exclude(twin.needs, route.needs):
                raise BadDocument(
                    file, place, "to", f'fights with the route "{twin.id}": same stores'
                )
        if any(not _comes_to_rest(book, circle) for circle in _circles(routes, route)):
            what = f"leads back to {route.origin}: a photo would travel in a circle for ever"
            raise BadDocument(file, place, "to", what)


def _circles(routes: Sequence[Route], first: Route) -> Iterator[tuple[Route, ...]]:
    """Every way from a route back to its own origin that passes no store twice."""
    open_: list[tuple[Route, ...]] = [(first,)]
    while open_:
        path = open_.pop()
        if path[-1].target == first.origin:
            yield path
            continue
        passed = {route.origin for route in path}
        open_ += [
            (*path, route)
            for route in routes
            if route.origin == path[-1].target
            and (route.target == first.origin or route.target not in passed)
        ]


def _comes_to_rest(book: Rulebook, circle: tuple[Route, ...]) -> bool:
    """One of its routes overwrites nothing that came another way, or nobody has all of them."""
    return any(route.rests for route in circle) or any(
        exclude(book.needs_of(one), book.needs_of(other)) for one in circle for other in circle
    )
