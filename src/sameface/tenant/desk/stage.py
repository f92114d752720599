"""The stage of one era: its world and its cast, a diary, and what the visitor's browser keeps.

It holds no rule: what happens is for the interpreter to say, here as in the organisation.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sameface.errors import BadUsage
from sameface.rules import Event, Photo, Rulebook
from sameface.rules.rulebook import Surface
from sameface.rules.wording import Wording, span
from sameface.tenant.album import Album
from sameface.tenant.desk import saying
from sameface.tenant.desk.browsers import Address, Browsers, Copy
from sameface.tenant.desk.cast import CAST, PHOTOS
from sameface.tenant.desk.tour import STOPS, Stop
from sameface.tenant.organisation import Organisation
from sameface.views.narrative import done

_DIARY = 12
_LAST_YEAR = 2200
_CLEARING = "clear-cache"


@dataclass(frozen=True, slots=True)
class Note:
    """A line of the diary. `trouble` are refusals, each a sentence."""

    at: datetime
    text: str
    trouble: tuple[str, ...] = ()


class Mark(NamedTuple):
    """Where a stop of the tour began: what had happened, and what browsers had, until then."""

    happened: int
    copies: Mapping[Address, Copy]
    diary: tuple[Note, ...]


class _Memory:
    """A journal in memory, kept while the tour may have to go back."""

    def __init__(self) -> None:
        self.entries: list[Mapping[str, Any]] = []

    def write(self, entry: Mapping[str, Any]) -> None:
        self.entries.append(entry)


class Stage:
    """One era. `folder` keeps what is uploaded here, until the next start or reset."""

    def __init__(self, book: Rulebook, folder: Path) -> None:
        self.book, self._folder = book, folder
        self.browsers = Browsers()
        self.wording = Wording(book, {role.member.id: role.member.name for role in CAST})
        self.diary: deque[Note] = deque(maxlen=_DIARY)
        self.reset()

    def reset(self) -> None:
        """Everybody as in the beginning, everything uploaded gone, the tour left."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self.album = Album(1, self._folder)
        self.uploads: dict[str, str] = {}
        self.diary.clear()
        self._marks: list[Mark] = []
        self.browsers.turn({})
        self.organisation = self._begun()

    def _begun(self) -> Organisation:
        organisation = Organisation(self.book, self.book.dated, self.album)
        for role in CAST:
            photo = Photo(PHOTOS[0]) if role.has_photo else None
            organisation.join(role.member, photo, role.options(self.book))
            for name in PHOTOS:
                self.album.introduce(role.member.id, name)
        return organisation

    # --- what happens --------------------------------------------------------------------------

    def happen(self, event: Event) -> None:
        """Let it happen now, and write it down."""
        outcome = self.organisation.happen(event)
        self._forget(event.viewer)
        refused = tuple(self.wording.tell(r.text, event.person or "") for r in outcome.refusals)
        self.note(done(event, self.wording, self._photo), *refused)

    def look(self, viewer: str, surface: str, person: str) -> None:
        """Somebody opens a page on purpose, where looking is itself an act."""
        self.organisation.look(viewer, surface, person)
        title = self.book.surfaces[surface].title
        self.note(f"{self.wording.name(viewer)} opens {title}, their own page.")

    def advance(self, to: datetime) -> None:
        """Let time pass. `BadUsage` where that is past, or further than anybody lives."""
        if to.year > _LAST_YEAR:
            raise BadUsage(f"The desk's clock ends with {_LAST_YEAR}; choose an earlier date.")
        passed = to - self.organisation.now
        self.organisation.advance(to)
        self.note(f"{span(passed)} later")

    def note(self, text: str, *trouble: str) -> None:
        """A line of the diary, newest first."""
        sentences = tuple(saying.sentence(self.called(one)) for one in trouble)
        self.diary.appendleft(Note(self.organisation.now, saying.sentence(text), sentences))

    async def keep(self, data: bytes, *, as_it_is: bool) -> str:
        """Keep an upload; its name. `PictureRefused` where it is no photo."""
        name = await self.album.keep(data, as_it_is=as_it_is)
        self.uploads.setdefault(name, f"upload {len(self.uploads) + 1}")
        return name

    def _photo(self, name: str) -> str:
        return self.uploads.get(name, f"photo {name}")

    def called(self, text: str) -> str:
        """The text with uploads called by their number instead of their digest."""
        for name, upload in self.uploads.items():
            text = text.replace(name, upload)
        return text

    # --- what browsers keep --------------------------------------------------------------------

    def row(self, surface: str, person: str) -> Surface:
        """The surface as it is for that person."""
        return self.book.surfaces[surface].seen_by(self.organisation.options(person))

    def address(self, viewer: str, surface: str, person: str) -> Address | None:
        """What a browser asks for there; None where no browser of its own keeps it.

        The visitor's browser stands in for a cache that is surely kept until it is cleared. Others
        end by a clock which no browser follows: those the interpreter plays.
        """
        row = self.row(surface, person)
        if row.cache is None:
            return None
        cache = self.book.caches[row.cache]
        if not cache.surely or cache.lifetime.latest is not None or cache.cleared_by != _CLEARING:
            return None
        stamp = self.organisation.held(person, row.reads).stamp if row.stamped else 0
        return Address(viewer, cache.id, person, row.reads, row.file, stamp)

    def surfaces_at(self, address: Address) -> Iterator[str]:
        """The surfaces that ask for it: several may share one address, and so one copy."""
        for surface in self.book.surfaces:
            if self.address(address.viewer, surface, address.person) == address:
                yield surface

    def fetch(self, address: Address, generation: str, surface: str, fresh: str) -> None:
        """The browser asked for this address, and gets what the store has now.

        Where the interpreter supposed that it still had another picture, it has let go of it (a
        forced reload, or a browser that keeps nothing): then this viewer's cache counts as cleared.
        """
        if generation != self.browsers.generation(address):
            return
        kept = self.organisation.kept(address.viewer, surface, address.person)
        if kept and kept[-1] != fresh:
            self.organisation.happen(Event(_CLEARING, viewer=address.viewer))
            self._forget(address.viewer)
            name = self.wording.name(address.viewer)
            self.note(
                f"your browser asked again for a picture that it had, as a forced reload does; "
                f"so {name}'s cache counts as cleared. Reload the page to see it so."
            )
        self.organisation.look(address.viewer, surface, address.person)
        self.browsers.fetched(address, Copy(generation, surface))

    def _forget(self, viewer: str | None) -> None:
        """What the interpreter no longer keeps for the viewer is not asked for again."""
        if viewer is not None:
            self.browsers.forget(
                lambda address, copy: (
                    address.viewer == viewer
                    and not self.organisation.kept(viewer, copy.surface, address.person)
                )
            )

    # --- the tour ------------------------------------------------------------------------------

    @property
    def stop(self) -> int | None:
        """The stop of the tour, from 0; None where nobody is on it."""
        return len(self._marks) - 1 if self._marks else None

    def start_tour(self) -> None:
        """From the beginning, with a stage as new."""
        self.reset()
        self.organisation.journal = _Memory()
        self.next_stop()

    def next_stop(self) -> None:
        """What the next stop tells happens, on the stage as it is."""
        memory = self.organisation.journal
        if not isinstance(memory, _Memory) or len(self._marks) == len(STOPS):
            return
        mark = Mark(len(memory.entries), self.browsers.copies(), tuple(self.diary))
        self._marks.append(mark)
        self._play(STOPS[len(self._marks) - 1])

    def previous_stop(self) -> None:
        """Everything since the stop before this one is undone, browsers included."""
        memory = self.organisation.journal
        if not isinstance(memory, _Memory) or len(self._marks) < 2:
            return
        mark = self._marks.pop()
        kept = memory.entries[: mark.happened]
        self.organisation = self._begun()
        for entry in kept:
            self.organisation.replay(entry)
        memory.entries = kept
        self.organisation.journal = memory
        self.browsers.turn(mark.copies)
        self.diary.clear()
        self.diary.extend(mark.diary)

    def leave_tour(self) -> None:
        """The stage stays as it is; there is no way back from here."""
        self._marks = []
        self.organisation.journal = None

    def _play(self, stop: Stop) -> None:
        for beat in stop.beats:
            if beat.wait:
                self.advance(self.organisation.now + beat.wait)
            self.happen(beat.event)
