"""The organisation: its people, their photos and its clock. Every change of state passes here.

What a change does is for the rules to say (`sameface.rules`); this room only tells them that it
happened, and writes it down so that a tenant with a folder comes back as it was.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict
from datetime import datetime, timedelta
from enum import Enum
from hashlib import blake2b
from typing import Any, Protocol

from sameface.rules import Event, Held, Outcome, Photo, Rulebook, World
from sameface.rules.conditions import Value
from sameface.tenant.album import Album
from sameface.tenant.members import Member, Members
from sameface.values import ENTRA_ID, EXCHANGE, Sighting, Standing, iso

GRAPH = "graph"
"""The channel of eras in which programs write through Graph; the first had none."""


PICTURES = "User Photos/Profile Pictures"
"""SharePoint's library of pictures and its folder, where that speaks English (protocols 3.3)."""


class Pretence(Enum):
    """How the organisation may deceive who asks it, for as long as one call lasts."""

    STALE = "stale"  # it answers from before the last change, as a replica that lags
    DEAF = "deaf"  # it agrees to everything, and does nothing


_pretence: ContextVar[Pretence | None] = ContextVar("pretence", default=None)


class Journal(Protocol):
    """Where what happened is written down."""

    def write(self, entry: Mapping[str, Any]) -> None:
        """Keep one entry, after all before it."""


class Organisation:
    """One organisation from `start` on. A running clock follows real time, a standing one waits.

    Whoever moves a running clock takes it into their own hands: it stands until told to run again.
    `pictures` is SharePoint's folder for them, which follows the language of the My Site host.
    """

    def __init__(
        self,
        book: Rulebook,
        start: datetime,
        album: Album,
        names: Mapping[str, str] | None = None,
        *,
        pictures: str = PICTURES,
    ) -> None:
        self.book, self.album = book, album
        self.members = Members()
        self.profiles: dict[str, dict[str, str]] = {}
        self.pictures = pictures
        self.running = False
        self.ran = timedelta(0)  # how far the clock came by running, rather than by being moved
        self.journal: Journal | None = None
        self.remembers = False  # whether what stores held before their last change is kept
        self._past: dict[tuple[str, str], Held] = {}
        self._names = dict(names or {})
        self._world = World(book, start, names=self._names)
        self._ticked = time.monotonic()

    # --- time ----------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self._world.now

    def advance(self, to: datetime) -> None:
        """Let time pass until `to`; a running clock stands from then on.

        `BadUsage` where that is past already.
        """
        self.running = False
        self._world.advance(to)
        self._write("clock", True)

    def tick(self) -> None:
        """Let a running clock catch up with real time, in whole seconds."""
        if self.running and (passed := int(time.monotonic() - self._ticked)) > 0:
            self._ticked += passed
            self.ran += timedelta(seconds=passed)
            self._world.advance(self.now + timedelta(seconds=passed))

    def run(self, running: bool) -> None:
        """Start or stop the clock."""
        self.running, self._ticked = running, time.monotonic()

    # --- what happens --------------------------------------------------------------------------

    def join(self, member: Member, photo: Photo | None, options: Mapping[str, Value]) -> None:
        """Somebody belongs to the organisation, as if from its start."""
        self.members.add(member)
        self._names[member.id] = member.name
        self.album.sits(member.id, member.woman)
        if photo is not None:
            self.album.introduce(member.id, photo.name)
        self._world.add(member.id, photo, options)
        kept = {"photo": _photo(photo), "options": dict(options)}
        self._write("join", {**asdict(member), **kept})

    def happen(self, event: Event) -> Outcome:
        """Let it happen now, by the rules."""
        if _pretence.get() is Pretence.DEAF:
            return Outcome()
        if event.person is not None and event.photo is not None:
            self.album.introduce(event.person, event.photo.name)
        before = self._cells(event.person)
        outcome = self._world.do(event)
        after = self._cells(event.person)
        self._past |= {cell: held for cell, held in before.items() if after[cell] != held}
        told = {name: value for name, value in asdict(event).items() if value is not None}
        self._write("event", told | ({"photo": _photo(event.photo)} if event.photo else {}))
        return outcome

    def look(self, viewer: str | None, surface: str, person: str) -> Sighting:
        """What the viewer sees, their caches keeping it; None is a colleague with empty caches."""
        if viewer is None:
            return self._world.peek(viewer, surface, person)
        sighting = self._world.look(viewer, surface, person)
        self._write("look", [viewer, surface, person])
        return sighting

    def peek(self, viewer: str | None, surface: str, person: str) -> Sighting:
        """The same without touching anything."""
        return self._world.peek(viewer, surface, person)

    def set_property(self, person: str, name: str, value: str) -> None:
        """One text of SharePoint's user profile, as somebody wrote it there."""
        if _pretence.get() is Pretence.DEAF:
            return
        self.profiles.setdefault(person, {})[name] = value
        self._write("property", [person, name, value])

    def kept(self, viewer: str | None, surface: str, person: str) -> tuple[str, ...]:
        """The photos that the viewer's cache may hold for that surface, oldest first."""
        return () if viewer is None else self._world.kept(viewer, surface, person)

    # --- what is where -------------------------------------------------------------------------

    def held(self, person: str, store: str) -> Held:
        if _pretence.get() is Pretence.STALE and (person, store) in self._past:
            return self._past[person, store]
        return self._world.held(person, store)

    def _cells(self, person: str | None) -> dict[tuple[str, str], Held]:
        if person is None or not self.remembers:
            return {}
        return {(person, store): self._world.held(person, store) for store in self.book.stores}

    @contextmanager
    def pretending(self, pretence: Pretence) -> Iterator[None]:
        """Deceive the call that runs inside, and no other."""
        token = _pretence.set(pretence)
        try:
            yield
        finally:
            _pretence.reset(token)

    def option(self, person: str, name: str) -> bool:
        """An option of the rulebook; one that this rulebook does not know is on."""
        return name not in self.book.options or self._world.option(person, name)

    def choice(self, person: str, name: str) -> Value:
        """What an option of the rulebook says: on, off, or one of its choices; unknown ones on."""
        return name not in self.book.options or self._world.choice(person, name)

    def signed_in(self, person: str) -> tuple[str, ...]:
        """The clients this person is signed in to."""
        surfaces = self.book.surfaces
        return tuple(s for s in surfaces if self._world.signed_in(person, s))

    def options(self, person: str) -> dict[str, Value]:
        """What every option of the rulebook says of this person."""
        return {name: self._world.choice(person, name) for name in self.book.options}

    @property
    def graph_writes(self) -> str:
        """The store that Graph writes in this era."""
        channel = self.book.channels.get(GRAPH)
        return EXCHANGE if channel is None else channel.writes

    def behind_graph(self, person: str) -> str:
        """The store in which Graph keeps this person's photo.

        Where that is the mailbox, Entra ID for those without one (protocols 7, trap 5).
        """
        store = self.graph_writes
        return store if store != EXCHANGE or self.option(person, "mailbox") else ENTRA_ID

    # --- memory --------------------------------------------------------------------------------

    def _write(self, kind: str, value: Any) -> None:
        if self.journal is not None:
            self.journal.write({"at": iso(self.now), kind: value})

    def replay(self, entry: Mapping[str, Any]) -> None:
        """Let an entry of the journal happen again."""
        at = datetime.fromisoformat(entry["at"])
        if at > self.now:
            self._world.advance(at)
        if "join" in entry:
            told = dict(entry["join"])
            photo, options = _photo_back(told.pop("photo")), told.pop("options")
            told["aliases"] = tuple(told.get("aliases", ()))
            self.join(Member(**told), photo, options)
        elif "event" in entry:
            told = dict(entry["event"])
            told["photo"] = _photo_back(told.get("photo"))
            self.happen(Event(**told))
        elif "look" in entry:
            self.look(*entry["look"])
        elif "property" in entry:
            self.set_property(*entry["property"])


def change_key(person: str, store: str, held: Held) -> str | None:
    """What changes whenever the store's photo of this person does; None where there is none."""
    if held.standing is not Standing.PHOTO:
        return None
    files = (f"{file}={photo}" for file, photo in held.files)
    return f"{hash_of(person, store, held.name or '', *files)}{held.stamp:x}"


def hash_of(*parts: str) -> str:
    """Eight hexadecimal digits that stand for the parts, the same in every run."""
    return blake2b("\0".join(parts).encode(), digest_size=4).hexdigest()


def _photo(photo: Photo | None) -> list[Any] | None:
    return None if photo is None else [photo.name, photo.size_bytes]


def _photo_back(told: list[Any] | None) -> Photo | None:
    return None if told is None else Photo(*told)
