"""The organisation: its people, their photos and its clock. Every change of state passes here.

What a change does is for the rules to say (`sameface.rules`); this room only tells them that it
happened, and writes it down so that a tenant with a folder comes back as it was.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Protocol

from sameface.rules import Event, Held, Outcome, Photo, Rulebook, World
from sameface.tenant.album import Album
from sameface.tenant.members import Member, Members
from sameface.values import ENTRA_ID, EXCHANGE, Sighting, Standing, iso


class Journal(Protocol):
    """Where what happened is written down."""

    def write(self, entry: Mapping[str, Any]) -> None:
        """Keep one entry, after all before it."""


class Organisation:
    """One organisation from `start` on. A running clock follows real time, a standing one waits.

    Whoever moves a running clock takes it into their own hands: it stands until told to run again.
    """

    def __init__(
        self, book: Rulebook, start: datetime, album: Album, names: Mapping[str, str] | None = None
    ) -> None:
        self.book, self.album = book, album
        self.members = Members()
        self.profiles: dict[str, dict[str, str]] = {}
        self.running = False
        self.ran = timedelta(0)  # how far the clock came by running, rather than by being moved
        self.journal: Journal | None = None
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

    def join(self, member: Member, photo: Photo | None, options: Mapping[str, bool]) -> None:
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
        if event.person is not None and event.photo is not None:
            self.album.introduce(event.person, event.photo.name)
        outcome = self._world.do(event)
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
        self.profiles.setdefault(person, {})[name] = value
        self._write("property", [person, name, value])

    def kept(self, viewer: str | None, surface: str, person: str) -> tuple[str, ...]:
        """The photos that the viewer's cache may hold for that surface, oldest first."""
        return () if viewer is None else self._world.kept(viewer, surface, person)

    # --- what is where -------------------------------------------------------------------------

    def held(self, person: str, store: str) -> Held:
        return self._world.held(person, store)

    def option(self, person: str, name: str) -> bool:
        """An option of the rulebook; one that this rulebook does not know is on."""
        return name not in self.book.options or self._world.option(person, name)

    def signed_in(self, person: str) -> tuple[str, ...]:
        """The clients this person is signed in to."""
        surfaces = self.book.surfaces
        return tuple(s for s in surfaces if self._world.signed_in(person, s))

    def behind_graph(self, person: str) -> str:
        """Which of its two stores Graph keeps this person's photo in (protocols 7, trap 5)."""
        return EXCHANGE if self.option(person, "mailbox") else ENTRA_ID

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
