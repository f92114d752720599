"""User Photos: the thumbnails of everybody, listed, read and written (protocols 3.3)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote, urlencode

from sameface.errors import PictureRefused
from sameface.pictures import person_placeholder
from sameface.rules import Event, Held, Photo
from sameface.tenant.calls import Answer, Call, picture_answer
from sameface.tenant.members import Member
from sameface.tenant.organisation import GRAPH, Organisation, hash_of
from sameface.tenant.sharepoint import addresses, errors, wire
from sameface.tenant.sharepoint.entry import Entry
from sameface.tenant.sharepoint.passes import Passes
from sameface.values import SHAREPOINT, Rendition

_FOLDER_METHODS = ("GetFolderByServerRelativeUrl", "GetFolderByServerRelativePath")
_FILE_METHODS = ("GetFileByServerRelativeUrl", "GetFileByServerRelativePath")
_CHANNEL = "user-photos-upload"
_LONGEST_PAGE = 5000
_SHOWN = "picture-shown"


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """One file that is there: whose, which size, which photo."""

    member: Member
    letter: str
    photo: str
    held: Held

    @property
    def etag(self) -> str:
        """GUID and version; another version after every pull and every upload of this file."""
        version = int(hash_of(self.photo, str(self.held.stamp)), 16)
        return f'"{{{wire.file_id(self.member, self.letter).upper()}}},{version}"'

    @property
    def modified(self) -> datetime:
        """The last pull or upload: only a pull moves the timestamp of the rules (facts A-C10)."""
        pulled = datetime.fromtimestamp(self.held.stamp / 1000, UTC)
        return max(pulled, self.held.since or pulled)


class Files:
    """The handlers of User Photos and of `userphoto.aspx`."""

    def __init__(self, organisation: Organisation, entry: Entry, passes: Passes) -> None:
        self._organisation, self._entry, self._passes = organisation, entry, passes
        self._sends_elsewhere = GRAPH in organisation.book.channels  # C-R6: not in the first eras

    # --- reading -------------------------------------------------------------------------------

    async def content(self, call: Call, name: str = "") -> Answer:
        """A file's bytes; 304 for who has them."""
        self._entry.reader(call)
        thumbnail = self._found(call, name or self._named(call))
        headers = {
            "ETag": thumbnail.etag,
            "Last-Modified": format_datetime(thumbnail.modified, usegmt=True),
            "Cache-Control": "private,max-age=0",
        }
        if call.headers.get("if-none-match") == thumbnail.etag:
            return Answer(304, headers=headers)
        return picture_answer(await self._picture(thumbnail), headers)

    async def one(self, call: Call) -> Answer:
        """A file in words; with `X-HTTP-Method: DELETE` it goes."""
        if call.method == "POST":
            return await self._delete(call)
        self._entry.reader(call)
        thumbnail = self._found(call, self._named(call))
        return wire.told(call, await self._in_words(thumbnail, _selected(call)))

    async def folder(self, call: Call) -> Answer:
        """The folder itself: who uploads asks first whether it is there."""
        self._entry.reader(call)
        self._check_folder(call)
        return wire.told(
            call, wire.folder(self._organisation.pictures, sum(1 for _ in self._thumbnails()))
        )

    async def many(self, call: Call) -> Answer:
        """All files, in pages of `$top` with `$skip`."""
        self._entry.reader(call)
        self._check_folder(call)
        for option in ("$filter", "$orderby", "$expand"):
            if option in call.query:
                raise errors.not_supported(call, option)
        top = min(_count(call, "$top", _LONGEST_PAGE), _LONGEST_PAGE)
        skip = _count(call, "$skip", 0)
        there = list(self._thumbnails())
        following = None
        if skip + top < len(there):
            query = {**call.query, "$top": str(top), "$skip": str(skip + top)}
            told = urlencode(query, quote_via=quote, safe="$,")
            following = f"{call.origin}{quote(call.path)}?{told}"
        selected = _selected(call)
        page = there[skip : skip + top]
        rows = await asyncio.gather(*(self._in_words(t, selected) for t in page))
        return wire.told_many(call, list(rows), following)

    async def page(self, call: Call) -> Answer:
        """`userphoto.aspx`: a size of somebody's picture, or the generic person (protocols 3.4).

        The large one, asked for by its owner, is what makes SharePoint ask Exchange (facts A-R8).
        """
        grant = self._entry.reader(call)
        query = call.query_lower
        letter = query.get("size", "M").upper()[:1]
        if letter not in wire.SIZES_PX:
            letter = "M"
        asked = query.get("accountname") or query.get("username")
        members = self._organisation.members
        member = members.find(asked) if asked else members.find(grant.person or "")
        if member is not None and letter == "L" and grant.person == member.id:
            self._organisation.happen(Event("visit", person=member.id))
        thumbnail = None if member is None else self._thumbnail(member, letter)
        if member is not None and self._sends_elsewhere:
            place = self._passes.address(call.origin, member.upn, letter)
            return Answer(302, headers={"Location": place, "Cache-Control": "private"})
        return await self._shown(thumbnail, letter)

    async def passed(self, call: Call) -> Answer:
        """The picture behind a time-limited address: nobody signs in, and late is 403 (3.4)."""
        query = call.query
        account, letter = query.get("accountName", ""), query.get("size", "")
        if not self._passes.holds(query.get("_oat_", ""), account, letter):
            raise errors.pass_ended(call)
        member = self._organisation.members.find(account)
        thumbnail = None if member is None else self._thumbnail(member, letter)
        return await self._shown(thumbnail, letter)

    async def _shown(self, thumbnail: Thumbnail | None, letter: str) -> Answer:
        """The picture, or the generic person where there is none that may be shown."""
        if thumbnail is None or not self._organisation.option(thumbnail.member.id, _SHOWN):
            px = wire.SIZES_PX[letter]
            return picture_answer(Rendition(person_placeholder(px), px, px, "image/jpeg"))
        return picture_answer(await self._picture(thumbnail), {"Cache-Control": "private"})

    # --- writing -------------------------------------------------------------------------------

    async def add(self, call: Call) -> Answer:
        """Upload a file: `add(url='…',overwrite=true)` or `addUsingPath(decodedUrl='…')`."""
        self._entry.file_writer(call)
        self._check_folder(call)
        told = addresses.arguments(call, "add") or addresses.arguments(call, "addUsingPath")
        name = told.get("url") or told.get("decodedurl") or ""
        member, letter = self._whose(call, name)
        if told.get("overwrite") != "true" and self._thumbnail(member, letter) is not None:
            raise errors.file_exists(call, name)
        try:
            photo = await self._organisation.album.keep(call.body, as_it_is=True)
        except PictureRefused:
            raise errors.bad_value(call, "The file is not a valid image.") from None
        event = Event(
            "change",
            person=member.id,
            channel=_CHANNEL,
            photo=Photo(photo, len(call.body)),
            file=wire.FILES[letter],
        )
        for refusal in self._organisation.happen(event).refusals:
            raise errors.bad_value(call, refusal.text)
        held = self._organisation.held(member.id, SHAREPOINT)
        thumbnail = Thumbnail(member, letter, photo, held)
        return wire.told(call, await self._in_words(thumbnail, frozenset()))

    async def _delete(self, call: Call) -> Answer:
        """The rules know no removal of one file: with one of the three, all go."""
        self._entry.file_writer(call)
        if call.headers.get("x-http-method", "").upper() != "DELETE":
            raise errors.not_supported(call, "POST to a file")
        thumbnail = self._found(call, self._named(call))
        self._organisation.happen(Event("remove", person=thumbnail.member.id, channel=_CHANNEL))
        return wire.told_null(call, "DeleteObject")

    # --- what is there -------------------------------------------------------------------------

    def _thumbnails(self) -> Iterator[Thumbnail]:
        for member in self._organisation.members:
            for letter in wire.SIZES_PX:
                thumbnail = self._thumbnail(member, letter)
                if thumbnail is not None:
                    yield thumbnail

    def _thumbnail(self, member: Member, letter: str) -> Thumbnail | None:
        held = self._organisation.held(member.id, SHAREPOINT)
        photo = held.photo(wire.FILES[letter])
        return None if photo is None else Thumbnail(member, letter, photo, held)

    async def _picture(self, thumbnail: Thumbnail) -> Rendition:
        px = wire.SIZES_PX[thumbnail.letter]
        return await self._organisation.album.square(thumbnail.member.id, thumbnail.photo, px)

    async def _in_words(self, t: Thumbnail, selected: frozenset[str]) -> dict[str, Any]:
        """The file in words. How long it is is only found out where somebody asks."""
        length = None
        if not selected or "length" in selected:
            length = (await self._picture(t)).size_bytes
        told = wire.file(
            t.member,
            t.letter,
            t.etag,
            t.modified,
            length,
            folder=self._organisation.pictures,
        )
        return {k: v for k, v in told.items() if not selected or k.lower() in selected}

    def _named(self, call: Call) -> str:
        """The file that an address names; it must lie in User Photos."""
        folder, _, name = _told_path(call, _FILE_METHODS).rpartition("/")
        if folder.lower() != self._organisation.pictures.lower():
            raise errors.no_file(call)
        return name

    def _check_folder(self, call: Call) -> None:
        if _told_path(call, _FOLDER_METHODS).lower() != self._organisation.pictures.lower():
            raise errors.no_file(call)

    def _found(self, call: Call, name: str) -> Thumbnail:
        owner = wire.file_owner(name)
        member = self._organisation.members.of_prefix(owner[0]) if owner else None
        thumbnail = self._thumbnail(member, owner[1]) if member and owner else None
        if thumbnail is None:
            raise errors.no_file(call)
        return thumbnail

    def _whose(self, call: Call, name: str) -> tuple[Member, str]:
        owner = wire.file_owner(name)
        member = self._organisation.members.of_prefix(owner[0]) if owner else None
        if member is None or owner is None:
            raise errors.not_supported(call, f"a file that is nobody's thumbnail ({name})")
        return member, owner[1]


def _told_path(call: Call, methods: tuple[str, ...]) -> str:
    """The server-relative path of an address, without slashes at its ends."""
    for method in methods:
        told = addresses.arguments(call, method)
        if told:
            return (told.get("decodedurl") or told.get("0", "")).strip("/")
    return ""


def _selected(call: Call) -> frozenset[str]:
    told = call.query.get("$select", "")
    return frozenset(name.strip().lower() for name in told.split(",") if name.strip())


def _count(call: Call, name: str, default: int) -> int:
    told = call.query.get(name, str(default))
    if not told.isdigit():
        raise errors.bad_value(call, f"The value '{told}' of {name} is not a number.")
    return int(told)
