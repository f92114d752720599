"""Pictures ready to be served: which version a person should show, and every size made once."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sameface.console.desk import Desk
from sameface.console.places import withheld
from sameface.console.standing import NAMED_BY
from sameface.pictures import Want, initials, person_placeholder, render
from sameface.values import Person, Rendition
from sameface.workshop.service import workshop

LARGEST_PX = 1024
JPEG, WEBP, AVIF = "image/jpeg", "image/webp", "image/avif"
ENDINGS = {"jpg": JPEG, "webp": WEBP, "avif": AVIF}
"""The formats served, by the ending of an address that names one."""

_ROOM_BYTES = 64 * 1024 * 1024
_PEOPLE = 20_000
Cut = tuple[str, int, str]
"""What is shown (mostly a version's digest), how many pixels wide, as what media type."""


@dataclass(frozen=True, slots=True)
class Made:
    """A picture of one size in one format; `etag` is of its bytes, quotes included."""

    data: bytes = field(repr=False)
    media_type: str
    etag: str

    def is_named_in(self, header: str) -> bool:
        """Whether that If-None-Match names its tag (weak comparison, RFC 9110 section 13.1.2)."""
        tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
        return self.etag in tags or "*" in tags


@dataclass(frozen=True, slots=True)
class Portrait:
    """Whose picture: the digest of the photo to show, None where there is none.

    `withheld` are the places where they are not to be shown.
    """

    person: Person
    digest: str | None
    versions: frozenset[str]
    withheld: frozenset[str]


class Gallery:
    """Remembers the sizes it made, newest use last, within `room_bytes`."""

    def __init__(self, desk: Desk, stamp: Callable[[], object], room_bytes: int = _ROOM_BYTES):
        self._desk, self._stamp, self._room = desk, stamp, room_bytes
        self._made: OrderedDict[Cut, Made] = OrderedDict()
        self._making: dict[Cut, asyncio.Task[Made]] = {}
        self._bytes = 0
        self._people: OrderedDict[str, Portrait] = OrderedDict()
        self._as_of: object = None

    async def portrait(self, name: str) -> Portrait:
        """Who answers to a UPN, mail or id, with their photo; raises UnknownPerson.

        Remembered until anybody writes to the vault.
        """
        known = self.at_hand(name)
        if known is None:
            as_of = self._as_of
            known = await self._look_up(name)
            if as_of == self._as_of:  # else somebody wrote meanwhile, and this may be from before
                self._people[name] = known
            if len(self._people) > _PEOPLE:
                self._people.popitem(last=False)
        return known

    def at_hand(self, name: str) -> Portrait | None:
        """The same, where it is remembered."""
        stamp = self._stamp()
        if stamp != self._as_of:
            self._people.clear()
            self._as_of = stamp
        return self._people.get(name)

    async def _look_up(self, name: str) -> Portrait:
        dossier = await self._desk.dossier(name)
        wanted = self._desk.decide(dossier).wanted
        versions = await self._desk.vault.versions(dossier.person.id)
        digests = frozenset(version.digest for version in versions)
        return Portrait(dossier.person, wanted, digests, withheld(self._desk, dossier))

    async def photo(self, digest: str, px: int, media_type: str) -> Made:
        """That version at that size; smaller where the original is. Errors: VaultFailed."""

        async def make() -> Made:
            data = await self._desk.vault.picture(digest)
            return _made(await workshop().render(data, Want(px, media_type=media_type)))

        return await self._once((digest, px, media_type), make)

    async def initials(self, name: str, px: int, media_type: str) -> Made:
        """The letters of a name, for who has no photo."""

        async def make() -> Made:
            drawn = await asyncio.to_thread(initials, name, px)
            return await asyncio.to_thread(_rendered, drawn, px, media_type)

        return await self._once((f"initials {name}", px, media_type), make)

    async def nobody(self, px: int, media_type: str) -> Made:
        """A grey figure, for who is not known."""

        async def make() -> Made:
            drawn = await asyncio.to_thread(person_placeholder, px)
            return await asyncio.to_thread(_rendered, drawn, px, media_type)

        return await self._once(("nobody", px, media_type), make)

    def made(self, cut: Cut) -> Made | None:
        """What was made of it, where that is remembered."""
        made = self._made.get(cut)
        if made is not None:
            self._made.move_to_end(cut)
        return made

    async def _once(self, key: Cut, make: Callable[[], Coroutine[Any, Any, Made]]) -> Made:
        """Made before, or made now: once, however many ask for it meanwhile."""
        made = self.made(key)
        if made is not None:
            return made
        task = self._making.get(key)
        if task is None:
            task = self._making[key] = asyncio.create_task(make())
            task.add_done_callback(partial(self._put_away, key))
        return await asyncio.shield(task)

    def _put_away(self, key: Cut, done: asyncio.Task[Made]) -> None:
        del self._making[key]
        if done.cancelled() or done.exception() is not None:
            return
        self._made[key] = done.result()
        self._bytes += len(done.result().data)
        while self._bytes > self._room:
            _, oldest = self._made.popitem(last=False)
            self._bytes -= len(oldest.data)


def _rendered(drawn: bytes, px: int, media_type: str) -> Made:
    """Of what we drew ourselves."""
    return _made(render(drawn, Want(px, media_type=media_type)))


def _made(square: Rendition) -> Made:
    etag = hashlib.sha256(square.data).hexdigest()[:32]
    return Made(square.data, square.media_type, f'"{etag}"')


def version_of(portrait: Portrait, named: str) -> str | None:
    """The version of this person whose digest begins so; None where none, or too little is told."""
    if len(named) < NAMED_BY:
        return None
    return next((digest for digest in portrait.versions if digest.startswith(named)), None)
