"""Why a place shows what it shows, and until when, reasoned back from what was observed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sameface.explain.histories import History, connected, histories, like
from sameface.explain.overdue import Overdue, overdue
from sameface.explain.subject import Subject, letters
from sameface.rules.essence import merged
from sameface.rules.interpreter import Interpreter, Pace
from sameface.rules.looking import Look
from sameface.rules.rulebook import Cache, Route, Rulebook, Surface
from sameface.rules.state import Copy, Held, State
from sameface.rules.until import until
from sameface.rules.ways import way
from sameface.rules.wording import Wording, moment, sentence
from sameface.values import EXCHANGE, Ends, Mark, Reason, Standing, Until, iso


@dataclass(frozen=True, slots=True)
class Explanation:
    """One surface, for one viewer: the photos possible (by digest), why, and until when.

    `wanted` is the photo that `until` waits for.
    """

    surface: str
    viewer: str | None
    at: datetime
    photos: tuple[str | None, ...]
    because: tuple[Reason, ...]
    until: Until
    names: Mapping[str, str] = field(default_factory=dict)
    wanted: str | None = None

    def shown(self) -> str:
        """The photos in words: `A`, `no picture`, `A or B`."""
        return " or ".join("no picture" if p is None else self.names[p] for p in self.photos)

    def as_json(self) -> dict[str, Any]:
        return {
            "surface": self.surface,
            "viewer": self.viewer,
            "at": iso(self.at),
            "sees": ["none" if p is None else p for p in self.photos],
            "because": [{**r.as_json(), "mark": str(r.mark)} for r in self.because],
            "until": self.until.as_json(),
        }


class Explainer:
    """One person under one rulebook, at one moment: explains any surface to any viewer."""

    def __init__(self, subject: Subject, book: Rulebook, now: datetime) -> None:
        self.subject, self.book, self.now = subject, book, now
        self.names = letters(subject)
        self._options = book.settings(subject.settings(book))
        person = subject.person
        self.wording = Wording(book, {person.id: person.name or person.upn})
        self._fits: dict[frozenset[str], tuple[History, ...]] = {}
        self._late = overdue(subject, book, now)

    def explain(self, surface: str, viewer: str | None = None) -> Explanation:
        """One surface. A surface whose store nobody observed shows whatever the rules allow."""
        look = self.look(self.book.surfaces[surface], viewer)
        return Explanation(
            surface=surface,
            viewer=viewer,
            at=self.now,
            photos=self.sorted(look.photos()),
            because=tuple(dict.fromkeys(self._because(look))),
            until=self._until(look),
            names=self.names,
            wanted=self.aim(),
        )

    def explain_all(self, viewer: str | None = None) -> tuple[Explanation, ...]:
        """Every surface of the rulebook, in its order."""
        return tuple(self.explain(surface, viewer) for surface in self.book.surfaces)

    def reads(self, surface: str) -> str:
        """The store that decides what this surface shows: a service's own copy follows another."""
        store = self.book.surfaces[surface].seen_by(self._options).reads
        routes = self.book.routes_into(store) if self.book.stores[store].internal else ()
        return routes[0].origin if routes else store

    def overdue(self) -> tuple[Reason, ...]:
        """The routes that should have carried a photo by now and did not, surely."""
        return tuple(self._overdue(late) for late in self._late)

    def sorted(self, photos: Iterable[str | None]) -> tuple[str | None, ...]:
        """Photos in the order of their letters, none last."""
        return tuple(sorted(photos, key=lambda p: (p is None, self.names.get(p or "", ""))))

    # --- the worlds that may be ----------------------------------------------------------------

    def fits(self, store: str) -> tuple[History, ...]:
        """The histories that end as observed, for the stores connected with this one."""
        stores = connected(store, self.book, self._options)
        if stores not in self._fits:
            self._fits[stores] = histories(self.subject, self.book, store, self.now)
        return self._fits[stores]

    def look(self, surface: Surface, viewer: str | None) -> Look:
        """The question, in all the worlds that end as observed."""
        surface = surface.seen_by(self._options)
        worlds = merged((h.interpreter, h.state) for h in self.fits(surface.reads))
        worlds = worlds or (self._as_observed(),)
        worlds = tuple((i, s) for i, state in worlds for s in self._presences(surface, state))
        if viewer is not None and surface.cache is not None:
            worlds = tuple(
                (i, s) for i, state in worlds for s in self._cached(i, surface, viewer, state)
            )
        return Look(worlds, surface, viewer, (self.aim(),)).once()[0]

    def _as_observed(self) -> tuple[Interpreter, State]:
        """A world that simply is as observed, where no history explains it."""
        interpreter = Interpreter(self.book, self.now, Pace.LATEST)
        options = self.subject.settings(self.book)
        state = interpreter.person(self.subject.person.id, None, options)
        for store, photo in self.subject.observed().items():
            if store in self.book.stores and photo is not None:
                state.held[store] = Held(Standing.PHOTO, photo, since=self.now)
                state.set("picture-shown", True)
        for route in self.book.routes.values():
            if self.book.stores[route.target].internal and route.origin in state.held:
                state.held[route.target] = state.held[route.origin]
        return interpreter, state

    def aim(self) -> str | None:
        """The wanted photo if any store of the rulebook has it; else the one in the mailbox."""
        observed = self.subject.observed()
        if self.subject.wanted in {observed.get(store) for store in self.book.stores}:
            return self.subject.wanted
        return observed.get(EXCHANGE)

    def _presences(self, surface: Surface, state: State) -> Iterator[State]:
        """Whether the person is signed in is nobody's to observe: both."""
        yield state
        if surface.signed_in:
            other = state.fork()
            other.signed_in ^= {surface.id}
            yield other

    def _cached(
        self, interpreter: Interpreter, surface: Surface, viewer: str, state: State
    ) -> Iterator[State]:
        """What a viewer's cache keeps is nobody's to observe: nothing, or any earlier photo."""
        yield state
        row = self.book.caches[surface.cache or ""]
        if surface.stamped or not self._may_be_old(row, surface):
            return
        for photo in self.names:
            other = state.fork()
            key = interpreter.key(other, surface, viewer)
            other.copies[key] = (Copy(photo, self.now, None),)
            yield other

    def _may_be_old(self, cache: Cache, surface: Surface) -> bool:
        cell = self.subject.cell(surface.reads)
        latest = cache.lifetime.latest
        if latest is None:
            return True
        changed = cell.changed_by if cell else None
        return changed is not None and self.now - changed < latest

    # --- the reasons ---------------------------------------------------------------------------

    def _because(self, look: Look) -> Iterator[Reason]:
        store = look.surface.reads
        yield self._holds(store)
        late = self._late_for(store)
        if late is not None:
            yield self._overdue(late)
        elif not self.fits(store):
            yield Reason(
                "overdue",
                None,
                "No short history that the rules allow ends like this: "
                "something is overdue or wrong",
                mark=Mark.DEDUCED,
            )
        elif self.subject.observed().get(store) != self.aim():
            yield from self._newer(store)
        yield from self._between(look)

    def _late_for(self, store: str) -> Overdue | None:
        """The overdue route on the way to this store, where it holds the wanted photo up."""
        way_in = self.book.upstream(store)
        late = (one for one in self._late if one.route.target in way_in)
        return next((one for one in late if one.photo == self.aim()), None)

    def _overdue(self, late: Overdue) -> Reason:
        photo = f"photo {self.names[late.photo]}"
        text = late.text(self.book, self.now, photo)
        return Reason(f"routes/{late.route.id}", late.since, text, late.known, Mark.DEDUCED)

    def _until(self, look: Look) -> Until:
        late = self._late_for(look.surface.reads)
        if late is None or look.photos() == {self.aim()}:
            return until(look, self.wording)
        since = moment(late.since, self.now)
        text = (
            f"nobody can say: it is overdue since {since} (rule {late.route.id}), "
            "so something has failed or was switched off"
        )
        return Until(Ends.UNKNOWN, text)

    def _holds(self, store: str) -> Reason:
        cell, title = self.subject.cell(store), self.book.stores[store].title
        rule = f"stores/{store}"
        if cell is None and store in self.subject.stores:
            return Reason(rule, None, f"{title} has no account of this person that can be seen")
        if cell is None:
            text = f"{title} is not connected, so what it holds is deduced"
            return Reason(rule, None, text, certain=False, mark=Mark.ASSUMED)
        if cell.standing is not Standing.PHOTO:
            return Reason(rule, cell.changed_by, f"{title} holds no photo")
        if cell.photo is None:
            return Reason(rule, cell.changed_by, f"{title} holds a photo that cannot be named")
        return Reason(rule, cell.changed_by, f"{title} holds photo {self.names[cell.photo]}")

    def _newer(self, store: str) -> Iterator[Reason]:
        """Where the wanted photo is, how it must have come there, and why it is not here."""
        aim, observed = self.aim(), self.subject.observed()
        have = [s for s in self.book.stores if s in observed and observed[s] == aim]
        for other in have:
            yield self._holds(other)
        near = [s for s in have if s in connected(store, self.book, self._options)]
        if not near:
            row = self.book.stores[store]
            text = row.alone or f"nothing carries a photo to {row.title}"
            yield Reason(f"stores/{store}", None, sentence(text), row.certain, Mark.DEDUCED)
            return
        yield from self._written(store)
        options = self.fits(store)[0].state.options
        for route in way(self.book, near[0], store, options) or ():
            yield from self._waits(route)

    def _written(self, store: str) -> Iterator[Reason]:
        """What the fitting histories have in common about the last write."""
        last = {h.writes[-1].channel for h in self.fits(store) if h.writes}
        if not last:
            return
        kinds = {like(self.book.channels[channel]) for channel in last}
        alike = [c for c in self.book.channels.values() if like(c) in kinds]
        titles = [channel.title for channel in alike]
        ways = titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} or {titles[-1]}"
        certain = len(titles) == 1 and alike[0].certain
        text = f"The last change came by way of {ways}"
        yield Reason(f"channels/{alike[0].id}", None, text, certain, Mark.DEDUCED)

    def _waits(self, route: Route) -> Iterator[Reason]:
        text = sentence(self.wording.tell(route.waits, self.subject.person.id))
        mark = Mark.DEDUCED if route.delay.known else Mark.ASSUMED
        yield Reason(f"routes/{route.id}", None, text, route.certain, mark)
        asked = self.subject.asked()
        if asked is not None and route.window is not None:
            title = self.book.stores[route.target].title
            said = f"{title} last asked at {moment(asked, self.now)}, by its own timestamp"
            yield Reason(f"routes/{route.id}", asked, said)

    def _between(self, look: Look) -> Iterator[Reason]:
        surface = look.surface
        if surface.signed_in:
            text = f"{sentence(surface.unless)}; whether that is so cannot be observed"
            yield self._assumed(f"surfaces/{surface.id}", text)
        elif surface.needs and look.photos() == {None}:
            yield Reason(
                f"surfaces/{surface.id}", None, self._told(surface.unless), mark=Mark.DEDUCED
            )
        if look.viewer is not None and surface.cache is not None and len(look.photos()) > 1:
            cache = self.book.caches[surface.cache]
            text = f"what {cache.title} still keeps cannot be observed"
            yield self._assumed(f"caches/{cache.id}", text)

    def _told(self, text: str) -> str:
        return sentence(self.wording.tell(text, self.subject.person.id))

    def _assumed(self, rule: str, text: str) -> Reason:
        return Reason(rule, None, self._told(text), certain=False, mark=Mark.ASSUMED)
