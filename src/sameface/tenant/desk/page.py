"""What the page of an era shows, as values for its template: panels, stores, buttons, the tour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from sameface.rules.conditions import holds
from sameface.rules.orders import clients
from sameface.rules.rulebook import Action, Channel, Store, Surface
from sameface.rules.steps import FIELDS
from sameface.rules.wording import moment, said, sentence
from sameface.tenant.desk import saying
from sameface.tenant.desk.browsers import Address
from sameface.tenant.desk.stage import Stage
from sameface.tenant.desk.tour import STOPS
from sameface.values import Ends, Sighting, Standing
from sameface.views.narrative import with_alternatives
from sameface.views.words import theirs

ROOT = "/_tenant/desk"
_NOBODY, _NO_PICTURE = "none", "no picture"
_STANDINGS = {
    Standing.NEVER: "never had a photo",
    Standing.DELETED: "removed",
    Standing.NONE: "no photo",
}
_ENDS = {
    Ends.TIME: "until",
    Ends.ACTION: "until",
    Ends.NEVER: "not by itself",
    Ends.UNKNOWN: "until nobody knows when",
    Ends.SETTLED: "settled",
}


@dataclass(frozen=True, slots=True)
class Who:
    """Who you are, and whom you look at (ids of the cast)."""

    me: str
    whom: str

    @property
    def query(self) -> str:
        return urlencode({"me": self.me, "whom": self.whom})


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture on the page: where it is served, and what it is called."""

    src: str
    called: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence of a "because", and whether a source states it."""

    when: str
    text: str
    certain: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """One surface. `place` is how it stands: same, different, either, missing, or closed."""

    surface: Surface
    store: str
    place: str
    shots: Sequence[Shot]
    because: Sequence[Reason]
    ends: str
    until: str
    keeps: str
    in_browser: bool
    lit: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """One store, and what it holds of the person."""

    store: Store
    shot: Shot | None
    told: str
    since: str


@dataclass(frozen=True, slots=True)
class Way:
    """One channel, and what its buttons are called. `files` it may write alone."""

    channel: Channel
    told: str
    files: Sequence[str]


@dataclass(frozen=True, slots=True)
class Button:
    """One action, with what it needs to be told: choices of clients or processes."""

    action: Action
    text: str
    field: str
    choices: Sequence[tuple[str, str]]


def panels(stage: Stage, who: Who, opened: str) -> Iterator[Panel]:
    """Every surface of the era; looking happens when the browser asks for the pictures."""
    lit = STOPS[stage.stop].panels if stage.stop is not None else ()
    for surface in stage.book.surfaces.values():
        yield _panel(stage, who, surface, opened, lit=surface.id in lit)


def _panel(stage: Stage, who: Who, surface: Surface, opened: str, *, lit: bool) -> Panel:
    row = stage.row(surface.id, who.whom)
    store = stage.book.stores[row.reads].title
    address = stage.address(who.me, surface.id, who.whom)
    if closed(surface, who) and opened != surface.id:
        text = "Looking here is a visit: SharePoint may ask Exchange. So it waits until you do."
        return Panel(surface, store, "closed", (), (), "", text, "", address is not None, lit)
    seen = stage.organisation.peek(who.me, surface.id, who.whom)
    reasons = (
        Reason(
            moment(reason.at, seen.at) if reason.at else "",
            stage.called(reason.text),
            reason.certain,
        )
        for reason in seen.because
    )
    return Panel(
        surface=surface,
        store=store,
        place=_place(seen),
        shots=tuple(_shots(stage, seen, address)),
        because=tuple(reasons),
        ends=_ENDS[seen.until.kind],
        until=stage.called(sentence(with_alternatives(seen.until))),
        keeps=_keeps(stage, row, address),
        in_browser=address is not None,
        lit=lit,
    )


def closed(surface: Surface, who: Who) -> bool:
    """True where a look is itself an act: the owner's own large picture."""
    return surface.owner_views_large and who.me == who.whom


def _place(seen: Sighting) -> str:
    if len(seen.photos) > 1:
        return "either"
    if seen.photos == (None,):
        return "missing"
    return "same" if seen.until.kind is Ends.SETTLED else "different"


def _keeps(stage: Stage, row: Surface, address: Address | None) -> str:
    if address is not None:
        return "kept by your own browser"
    if row.cache is None:
        return "kept nowhere on the way"
    return f"{stage.book.caches[row.cache].title}: played by the rules"


def _shots(stage: Stage, seen: Sighting, address: Address | None) -> Iterator[Shot]:
    """One picture, or all that are possible. Only one that is certain may a browser keep."""
    if address is not None and len(seen.photos) == 1 and seen.photos[0] is not None:
        yield Shot(kept_at(stage, address), photo(stage, seen.photos[0]))
        return
    place = f"{ROOT}/looks/{stage.book.id}/{seen.viewer}/{seen.person}/{seen.surface}"
    for name in seen.photos:
        yield Shot(f"{place}?photo={quote(name or _NOBODY, safe='')}", photo(stage, name))


def kept_at(stage: Stage, address: Address) -> str:
    """Where a browser gets, and keeps, that picture."""
    generation = stage.browsers.generation(address)
    parts = (stage.book.id, address.viewer, generation, address.cache, address.person)
    place = "/".join((ROOT, "pictures", *parts, address.store, address.file or _NOBODY))
    return f"{place}?t={address.stamp}" if address.stamp else place


def photo(stage: Stage, name: str | None) -> str:
    """What a photo is called on the page."""
    if name is None:
        return _NO_PICTURE
    return stage.uploads.get(name, f"photo {name}")


def shelves(stage: Stage, whom: str) -> Iterator[Shelf]:
    """What every store holds."""
    options = stage.organisation.options(whom)
    for store in stage.book.stores.values():
        held = stage.organisation.held(whom, store.id)
        largest = store.files[-1] if store.files else None
        name = held.photo(largest)
        since = moment(held.since, stage.organisation.now) if held.since else ""
        if name is None:
            lacks = store.needs is not None and not holds((store.needs,), options)
            told = "no account" if lacks else _STANDINGS.get(held.standing, "no photo")
            yield Shelf(store, None, told, since if held.standing is Standing.DELETED else "")
        else:
            place = f"{ROOT}/photos/{stage.book.id}/{whom}/{quote(name, safe='')}"
            yield Shelf(store, Shot(place, photo(stage, name)), photo(stage, name), since)


def ways(stage: Stage, who: Who, actor: str) -> list[Way]:
    """The channels that this kind of actor uses."""
    book = stage.book
    return [
        Way(
            channel,
            saying.sentence(stage.wording.tell(channel.text, who.whom)),
            book.stores[channel.writes].files if channel.names_files else (),
        )
        for channel in book.channels.values()
        if channel.actor in actor.split()
    ]


def buttons(stage: Stage, by: str) -> Iterator[Button]:
    """The actions that are theirs, switches left out: those have a form of their own."""
    for action in stage.book.actions.values():
        if action.by != by or "option" in FIELDS[action.id]:
            continue
        text = sentence(action.title if by == "viewer" else theirs(action))
        if "process" in FIELDS[action.id]:
            names = [(name, name) for name in stage.book.processes]
            yield Button(action, text, "process", names)
        elif "client" in FIELDS[action.id]:
            surfaces = clients(stage.book, action.id)
            named = [(name, stage.book.surfaces[name].title) for name in surfaces]
            yield Button(action, text, "client", named)
        else:
            yield Button(action, text, "", ())


def switches(stage: Stage, whom: str) -> list[tuple[str, str, str, list[str]]]:
    """Options that may be set while the world runs: id, title, what it says now, what it may."""
    if not any("option" in FIELDS[action] for action in stage.book.actions):
        return []
    found = []
    says = stage.organisation.options(whom)
    for option in stage.book.options.values():
        told = said(says[option.id])
        flags = ["on", "off"] if option.is_flag else []
        found.append((option.id, option.title, told, [*flags, *option.choices]))
    return found


def weights(stage: Stage) -> list[int]:
    """Every ceiling of the era: one byte more is too much for something."""
    book = stage.book
    most = [row.max_bytes for row in book.stores.values()]
    most += [row.max_bytes for row in book.routes.values()]
    most += [row.max_bytes for row in book.channels.values()]
    return sorted({one for one in most if one is not None})


def summary(found: Sequence[Panel]) -> str:
    """How many faces there are, in a sentence."""
    open_ = [panel for panel in found if panel.shots]
    photos = {shot.called for panel in open_ for shot in panel.shots} - {_NO_PICTURE}
    empty = sum(panel.place == "missing" for panel in open_)
    if not photos:
        return "Nothing to be seen anywhere."
    faces = "One face" if len(photos) == 1 else f"{len(photos)} different faces of one person"
    return f"{faces}; {empty} of {len(open_)} places show none." if empty else f"{faces}."


def clock(now: datetime) -> str:
    """The time as the page says it."""
    return f"{now:%A} {now.day} {now:%B %Y}, {now:%H:%M:%S}"
