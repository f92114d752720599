"""Where everything on a map is: a band per store, its channels left, what shows it right.

Routes run between the bands, in lanes; one that passes a band by does so on a rail left of the
stores. Nothing overlaps: every label has a row of its own, every line a lane.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sameface.rules.rulebook import Channel, Route, Row, Rulebook, Store, Surface
from sameface.rules.wording import sentence
from sameface.views import words
from sameface.views.map.geometry import Box, Path, fitted, text_height

_MARGIN, _TOP = 28.0, 112.0
_CHANNEL_W, _STORE_W, _CACHE_W, _SURFACE_W = 248.0, 210.0, 190.0, 268.0
_BETWEEN, _GUTTER, _RAIL, _LANE, _ROW = 8.0, 44.0, 12.0, 18.0, 10.0
_STORE_MIN = 62.0


@dataclass(frozen=True, slots=True)
class Layout:
    """A finished map: its size, its boxes (labels of routes among them) and its lines."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    paths: tuple[Path, ...]
    columns: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class _Columns:
    channels: float
    stores: float
    caches: float
    surfaces: float
    right: float


@dataclass(frozen=True, slots=True)
class _Band:
    """A store with everything beside it, at y = 0 until it is placed."""

    store: Box
    boxes: tuple[Box, ...]
    paths: tuple[Path, ...]

    def at(self, y: float) -> _Band:
        moved = tuple(replace(box, y=box.y + y) for box in self.boxes)
        paths = (
            replace(path, points=tuple((px, py + y) for px, py in path.points))
            for path in self.paths
        )
        return _Band(replace(self.store, y=self.store.y + y), moved, tuple(paths))


def layout(book: Rulebook) -> Layout:
    """The map of a rulebook."""
    stores = list(book.stores)
    place = {store: number for number, store in enumerate(stores)}
    routes = [r for r in book.routes.values() if r.origin in place and r.target in place]
    passing = [r for r in routes if abs(place[r.origin] - place[r.target]) > 1]
    columns = _columns(len(passing))
    rails = {r.id: columns.stores - 22 - _RAIL * n for n, r in enumerate(passing)}
    gaps = [_gap(book, number, routes, place, columns) for number in range(len(stores))]
    boxes: list[Box] = []
    paths: list[Path] = []
    bands: list[Box] = []
    ports: dict[tuple[str, str], tuple[float, float]] = {}
    y = _TOP
    for number, store in enumerate(stores):
        band = _band(book, book.stores[store], columns).at(y)
        boxes += [band.store, *band.boxes]
        paths += band.paths
        bands.append(band.store)
        gap = _place(gaps[number], band.store.bottom, columns)
        boxes += gap.boxes
        paths += gap.paths
        ports |= gap.ports
        y = gap.bottom
    for route in routes:
        paths.append(_line(route, place, bands, ports, rails))
    heads = (
        (columns.channels, "how it is changed"),
        (columns.stores, "where it is kept"),
        (columns.caches, "copies on the way"),
        (columns.surfaces, "where it is seen"),
    )
    return Layout(columns.right + _MARGIN, y + 56, tuple(boxes), tuple(paths), heads)


def _columns(rails: int) -> _Columns:
    stores = _MARGIN + _CHANNEL_W + _GUTTER + _RAIL * rails
    caches = stores + _STORE_W + _GUTTER
    surfaces = caches + _CACHE_W + _GUTTER
    return _Columns(_MARGIN, stores, caches, surfaces, surfaces + _SURFACE_W)


# ---------------------------------------------------------------------------
# One band


def _band(book: Rulebook, row: Store, columns: _Columns) -> _Band:
    left = _stacked(
        [_channel(book, c, columns) for c in book.channels.values() if c.writes == row.id]
    )
    right, caches = _shown(book, row, columns)
    title, small = fitted(sentence(row.title), words.store(row, book), _STORE_W)
    content = max((box.bottom for box in (*left, *right, *caches)), default=0.0)
    height = max(content, text_height(title, small) + 8, _STORE_MIN)
    store = Box("store", row.id, columns.stores, 0, _STORE_W, height, title, small)
    left, right_all = _centred(left, height), _centred([*right, *caches], height)
    boxes = (*left, *right_all)
    return _Band(store, boxes, tuple(_beside(book, store, boxes)))


def _channel(book: Rulebook, row: Channel, columns: _Columns) -> Box:
    closed = " closed" if row.closed else ""
    return _box(
        f"channel {row.actor}{closed}", row, words.channel(row, book), columns.channels, _CHANNEL_W
    )


def _box(kind: str, row: Row, small: list[str], x: float, width: float) -> Box:
    title, details = fitted(sentence(row.title), small, width)
    return Box(kind, row.id, x, 0, width, text_height(title, details), title, details)


def _stacked(boxes: Sequence[Box], y: float = 0.0) -> list[Box]:
    placed: list[Box] = []
    for box in boxes:
        placed.append(replace(box, y=y))
        y += box.h + _BETWEEN
    return placed


def _centred(boxes: Sequence[Box], height: float) -> list[Box]:
    used = max((box.bottom for box in boxes), default=0.0)
    return [replace(box, y=box.y + (height - used) / 2) for box in boxes]


def _shown(book: Rulebook, row: Store, columns: _Columns) -> tuple[list[Box], list[Box]]:
    """The surfaces that read this store, by cache, and a tall box for each cache beside them."""
    groups: dict[str | None, list[Surface]] = {}
    for surface in book.surfaces.values():
        if surface.reads == row.id:
            groups.setdefault(surface.cache, []).append(surface)
    surfaces: list[Box] = []
    caches: list[Box] = []
    y = 0.0
    for name, rows in groups.items():
        kind = "surface" if name is None else f"surface through {name}"
        made = (_box(kind, s, words.surface(s, book), columns.surfaces, _SURFACE_W) for s in rows)
        placed = _stacked(list(made), y)
        bottom = placed[-1].bottom
        if name is not None:
            cache = book.caches[name]
            sure = "cache" if cache.surely else "cache perhaps"
            box = _box(sure, cache, words.cache(cache, book), columns.caches, _CACHE_W)
            box = replace(box, y=y, h=max(box.h, bottom - y))
            lower = (box.bottom - bottom) / 2
            placed = [replace(one, y=one.y + lower) for one in placed]
            bottom = box.bottom
            caches.append(box)
        surfaces += placed
        y = bottom + _BETWEEN
    return surfaces, caches


def _beside(book: Rulebook, store: Box, boxes: Sequence[Box]) -> Iterator[Path]:
    """Straight lines: channels into the store, the store into caches, both into surfaces."""
    caches = {box.id: box for box in boxes if box.kind.startswith("cache")}
    for box in boxes:
        if box.kind.startswith("channel"):
            closed = " closed" if box.kind.endswith("closed") else ""
            yield Path(f"write{closed}", ((box.right, box.middle), (store.x, box.middle)))
        elif box.kind.startswith("cache"):
            yield Path("read", ((store.right, box.middle), (box.x, box.middle)))
        elif (cache := book.surfaces[box.id].cache) is not None:
            yield Path("read", ((caches[cache].right, box.middle), (box.x, box.middle)))
        else:
            yield Path("read", ((store.right, box.middle), (box.x, box.middle)))


# ---------------------------------------------------------------------------
# Between two bands


@dataclass(frozen=True, slots=True)
class _Slot:
    """A row of a gap: a route that turns here, or (with a box) arrives here and is told."""

    route: str
    end: str  # "from" or "to"
    lane: int
    label: Box | None = None


def _gap(
    book: Rulebook,
    number: int,
    routes: Sequence[Route],
    place: Mapping[str, int],
    columns: _Columns,
) -> list[_Slot]:
    """The rows below store `number`, from the top: turns away from it, labels, turns from below."""
    above: list[Route] = []
    labelled: list[Route] = []
    below: list[Route] = []
    for route in routes:
        origin, target = place[route.origin], place[route.target]
        down = target > origin
        if (target - 1 if down else target) == number:
            labelled.append(route)
        elif (origin if down else origin - 1) == number:
            (above if down else below).append(route)
    lanes = {route.id: lane for lane, route in enumerate([*above, *labelled, *below])}
    x = columns.stores + 20 + _LANE * len(lanes)
    width = columns.right - x
    slots = [_Slot(r.id, "from", lanes[r.id]) for r in above]
    slots += [_Slot(r.id, "to", lanes[r.id], _label(book, r, x, width)) for r in labelled]
    return slots + [_Slot(r.id, "from", lanes[r.id]) for r in below]


def _label(book: Rulebook, route: Route, x: float, width: float) -> Box:
    kind = "route" if route.certain else "route inferred"
    return _box(kind, route, words.route(route, book), x, width)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A gap where it is: its labels with their leaders, and where each route turns or is told."""

    bottom: float
    boxes: tuple[Box, ...]
    paths: tuple[Path, ...]
    ports: Mapping[tuple[str, str], tuple[float, float]]


def _place(slots: Sequence[_Slot], y: float, columns: _Columns) -> _Placed:
    boxes: list[Box] = []
    ports: dict[tuple[str, str], tuple[float, float]] = {}
    y += _ROW + 4
    for slot in slots:
        x = columns.stores + 16 + _LANE * slot.lane
        if slot.label is None:
            ports[slot.route, slot.end] = (x, y)
            y += _ROW
            continue
        boxes.append(replace(slot.label, y=y))
        ports[slot.route, slot.end] = (x, boxes[-1].middle)
        y = boxes[-1].bottom + _BETWEEN
    leaders = (
        Path("leader", (ports[box.id, "to"], (box.x, box.middle)), arrow=False) for box in boxes
    )
    return _Placed(y + _ROW + 4, tuple(boxes), tuple(leaders), ports)


def _line(
    route: Route,
    place: Mapping[str, int],
    bands: Sequence[Box],
    ports: Mapping[tuple[str, str], tuple[float, float]],
    rails: Mapping[str, float],
) -> Path:
    """From edge to edge: straight to a neighbour, by its rail past the bands between otherwise."""
    origin, target = bands[place[route.origin]], bands[place[route.target]]
    down = origin.y < target.y
    leaves, enters = (origin.bottom, target.y) if down else (origin.y, target.bottom)
    x, turn = ports[route.id, "to"]
    kind = "route" if route.certain else "route inferred"
    if route.id not in rails:
        return Path(kind, ((x, leaves), (x, enters)))
    out, away = ports[route.id, "from"]
    rail = rails[route.id]
    points = ((out, leaves), (out, away), (rail, away), (rail, turn), (x, turn), (x, enters))
    return Path(kind, points)
