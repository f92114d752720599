"""SharePoint as a store: three thumbnails per person, and the profile properties that show them.

`observe` relies on two cheap sources: people search for who is there and whether a picture is
shown, and the listing of the photo folder for the files and their etags. The index lags behind
(protocols 3.6), so where it shows nothing of a file that is there, or something from elsewhere,
the profile itself is asked, one request per person.
Someone so new that the index does not know them is not seen until it does; `find` asks the profile.

The change key is the etag of the large file; with " hidden" after it where the profile does not
show the file. `SPS-PictureExchangeSyncState`, which cuts a person off from Exchange, is never set.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from urllib.parse import quote, unquote, urlsplit

from sameface.connectors.guards import (
    by_administrator,
    called,
    refuse_if_moved,
    refuse_unless_writing,
    unknown,
    whole_picture,
)
from sameface.connectors.paging import Edge, place
from sameface.connectors.sharepoint.client import (
    LISTED_FILES,
    SEARCH_ROWS,
    File,
    Found,
    Profile,
    SharePointClient,
)
from sameface.connectors.sharepoint.listing import Listing
from sameface.errors import Garbled, NoSuchAccount, StoreFailed
from sameface.http import Door
from sameface.values import (
    Account,
    Capabilities,
    Checked,
    Key,
    Observation,
    Page,
    Picture,
    Rendition,
    Standing,
    Written,
)

THUMBNAILS = {"S": 48, "M": 72, "L": 200}
"""The files and their squares in px (protocols 3.3)."""

UNITS_A_MINUTE = ((1_000, 1_250), (5_000, 2_500), (15_000, 3_750), (50_000, 5_000))
"""(licences at most, resource units of one application) (protocols 3.7)."""

UNITS_OF_THE_LARGEST = 6_250

_CLAIMS = "i:0#.f|membership|"
_SWITCH = "SPS-PictureExchangeSyncState"
_SHOWN_FACTS = (
    "SPS-PictureTimestamp",
    _SWITCH,
    "SPS-PicturePlaceholderState",
)
_HIDDEN = " hidden"


def capabilities(*, writes: bool, quota_speed: int = 1, licences: int = 1) -> Capabilities:
    """What SharePoint is and may do in an organisation with so many licences.

    Four requests at a time use up what the smallest is granted, at up to a quarter of a second for
    each; where more is granted, there are eight, as many as connections are kept open.
    """
    granted = (units for most, units in UNITS_A_MINUTE if licences <= most)
    units = next(granted, UNITS_OF_THE_LARGEST)
    return Capabilities(
        writes=writes,
        removes=writes,
        largest_px=THUMBNAILS["L"],
        sizes_px=tuple(THUMBNAILS.values()),
        several_files=True,
        change_key=True,
        finds=True,
        concurrency=4 if units == UNITS_A_MINUTE[0][1] else 8,
        quota=(units, timedelta(minutes=1) / quota_speed),
        by_hand=None if writes else by_administrator("sharepoint"),
    )


class SharePointConnector:
    """The User Photos of a My Site host. See `base.Connector`."""

    def __init__(
        self,
        store: str,
        door: Door,
        capabilities: Capabilities,
        library: str,
        page: int | None = None,
    ) -> None:
        self.store, self.capabilities = store, capabilities
        self._door, self._wire = door, SharePointClient(door, library, page or SEARCH_ROWS)

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._door.requests

    async def check(self) -> Checked:
        """Searches people, lists the folder, reads a profile; to write, asks for a digest too."""
        found = (await self._wire.search(0)).rows
        await self._wire.find_folder()
        await self._wire.see_folder()
        says = f"people are found and {self._wire.folder} is listed"
        profile = await self._wire.profile(found[0].account_name) if found else None
        if not self.capabilities.writes:
            by_hand = f"write: {self.capabilities.by_hand}"
            return Checked(self.store, True, says, ("read",), (by_hand,))
        await self._wire.sign()
        if profile is not None:
            says += f"; {_before_writing(profile)}"
        return Checked(self.store, True, says, ("read", "write", "remove"))

    async def accounts(self) -> AsyncIterator[Account]:
        async for _, found, _ in self._pages(0):
            for row in found:
                yield _account(self.store, row)

    async def observe(self, cursor: str | None = None) -> AsyncIterator[Page]:
        """The folder listed once, then a page per 500 people found; `cursor` is a row number."""
        start = place(self.store, cursor, 0)
        await self._wire.find_folder()
        with Listing() as listing:
            async for files in self._wire.files(LISTED_FILES):
                listing.put((_stem(f.name), f) for f in files if _is_large(f.name))
            async for at, found, following in self._pages(start):
                stems = [self._stem_of(row) for row in found]
                held = listing.of(stems)
                rows = zip(found, stems, strict=True)
                some = (self._observed(row, held.get(stem), at) for row, stem in rows)
                yield Page(tuple(await asyncio.gather(*some)), following)

    async def find(self, names: Iterable[str], ref: str | None = None) -> Observation | None:
        """By UPN: the profile and the large file, two requests; with the facts that rules need."""
        await self._wire.find_folder()
        logins = [name if "|" in name else _CLAIMS + name for name in names]
        for login in dict.fromkeys(logins if ref is None else [ref, *logins]):
            profile = await self._wire.profile(login)
            if profile is not None:
                return await self._truth(profile)
        return None

    async def read(self, account: Account, size_px: int | None = None) -> Picture | None:
        """The smallest file that is large enough; the profile is asked only where it is not there.

        A file that the profile hides is still what the store holds, and is read.
        """
        await self._wire.find_folder()
        letter = next((k for k, px in THUMBNAILS.items() if size_px and px >= size_px), "L")
        stem = _stem_for(account.ref)
        answer = await self._wire.content(_file_name(stem, letter))
        if answer is None:
            profile = await self._wire.profile(account.ref)
            shown = None if profile is None else self._shown_stem(profile.picture_url)
            if shown is None or shown == stem:
                return None
            answer = await self._wire.content(_file_name(shown, letter))
        if answer is None:
            return None
        etag = answer.headers.get("etag") if letter == "L" else None
        return whole_picture(self.store, account, answer.body, etag)

    async def write(
        self, account: Account, renditions: tuple[Rendition, ...], expected: str | None
    ) -> Written:
        """Three files, and the properties that show them where they do not yet.

        What a look at everybody goes by comes last, the large file and then the address: cut off in
        between, the account is seen as not yet done.
        """
        refuse_unless_writing(self.store, account, self.capabilities)
        profile, stem = await self._unmoved(account, expected)
        if profile.properties.get("SPS-PicturePlaceholderState") != "0":
            await self._wire.set_property(profile.account_name, "SPS-PicturePlaceholderState", "0")
        etag = None  # in the end the large file's, which is written last
        for letter, px in THUMBNAILS.items():
            photo = min(renditions, key=lambda r: abs(r.width_px - px))
            etag = await self._wire.upload(_file_name(stem, letter), photo.data)
        if self._shown_stem(profile.picture_url) != stem:
            await self._wire.set_property(profile.account_name, "PictureURL", self._url_of(stem))
        if etag is None:
            large = await self._wire.file(_file_name(stem, "L"))
            etag = None if large is None else large.etag
        return Written(etag)

    async def remove(self, account: Account, expected: str | None) -> Written:
        """First nothing is shown, then nothing is there: interrupted, no broken picture is left."""
        refuse_unless_writing(self.store, account, self.capabilities)
        profile, stem = await self._unmoved(account, expected)
        if profile.picture_url:
            await self._wire.set_property(profile.account_name, "PictureURL", "")
        for letter in THUMBNAILS:
            await self._wire.delete(_file_name(stem, letter))
        return Written(None)

    async def close(self) -> None:
        await self._door.close()

    # -- what follows is helpers, in the order of their use

    async def _pages(
        self, start: int
    ) -> AsyncIterator[tuple[datetime, tuple[Found, ...], str | None]]:
        """(the server's time, the people found, the next cursor) page by page."""
        edge = Edge()
        while True:
            page = await self._wire.search(start)
            last = self._wire.is_last(page, start)
            start += len(page.rows)
            told = edge.repeats([row.account_name for row in page.rows])
            rows = tuple(row for row in page.rows if row.account_name not in told)
            yield page.at, rows, None if last else str(start)
            if last:
                return

    async def _observed(self, found: Found, held: File | None, at: datetime) -> Observation:
        """The listing tells at once what is held; only what it is shown as can lag behind."""
        account = _account(self.store, found)
        if self._is_ours(found.picture_url):
            if held is None:
                return Observation(account, Standing.NONE, at)
            if found.picture_url:
                return _holding(account, held, at)
        try:
            profile = await self._wire.profile(found.account_name)
            if profile is None:
                what = "is found by search, but has no profile any more; the index lags behind"
                raise NoSuchAccount(self.store, what, account=called(account))
            return self._judged(account, profile, held)
        except StoreFailed as failed:
            return unknown(account, at, failed)

    async def _truth(self, profile: Profile) -> Observation:
        found = Found(profile.account_name, profile.name, profile.mail, profile.picture_url)
        held = await self._wire.file(_file_name(self._stem_of(found), "L"))
        return self._judged(_account(self.store, found), profile, held)

    def _judged(self, account: Account, profile: Profile, held: File | None) -> Observation:
        """What is held and what the profile shows, put together."""
        facts = tuple((k, v) for k in _SHOWN_FACTS if (v := profile.properties.get(k)))
        shown = profile.picture_url and profile.properties.get("SPS-PicturePlaceholderState") != "1"
        if self._is_ours(profile.picture_url):
            if held is None:
                return Observation(account, Standing.NONE, profile.at, facts=facts)
            return _holding(account, held, profile.at, facts, hidden=not shown)
        what = f"shows a picture from outside {self._wire.folder}; replace it in the profile"
        return unknown(account, profile.at, Garbled(self.store, what, account=called(account)))

    async def _unmoved(self, account: Account, expected: str | None) -> tuple[Profile, str]:
        """The profile and the stem of its files. Errors: NoSuchAccount, Moved."""
        await self._wire.find_folder()
        profile = await self._wire.profile(account.ref)
        if profile is None:
            what = "does not know the account; it may be renamed or deleted by now"
            raise NoSuchAccount(self.store, what, account=called(account))
        stem = self._shown_stem(profile.picture_url) or _stem_for(profile.account_name)
        held = await self._wire.file(_file_name(stem, "L"))
        planned = None if expected is None else expected.removesuffix(_HIDDEN)
        refuse_if_moved(self.store, account, None if held is None else held.etag, planned)
        return profile, stem

    def _is_ours(self, picture_url: str) -> bool:
        """True where it is empty or leads into the folder, be the file there or not."""
        return not picture_url or self._shown_stem(picture_url) is not None

    def _stem_of(self, found: Found) -> str:
        return self._shown_stem(found.picture_url) or _stem_for(found.account_name)

    def _shown_stem(self, picture_url: str) -> str | None:
        """How the files begin that a PictureURL shows; None where it leads outside the folder."""
        folder, _, name = unquote(urlsplit(picture_url).path).rpartition("/")
        inside = folder.lower() == self._wire.folder.lower()
        return _stem(name) if inside and _stem(name) != name.lower() else None

    def _url_of(self, stem: str) -> str:
        return self._door.url + quote(f"{self._wire.folder}/{_file_name(stem, 'M')}")


def _before_writing(profile: Profile) -> str:
    """What an administrator must know before anything is written: how long it will stay.

    The switch is told of the one whose profile was read; each person has their own.
    """
    who = profile.mail or profile.account_name.rpartition("|")[2]
    state = profile.properties.get(_SWITCH)
    if state == "0":
        return f"{who} is cut off from Exchange ({_SWITCH} = 0), so what is written here stays"
    return (
        f"{who} follows Exchange Online ({_SWITCH} is not 0), so what is written here stays until "
        "they open their own profile, or for good where their mailbox is on premises: let "
        "Sameface write exchange too"
    )


def _account(store: str, found: Found) -> Account:
    login = found.account_name.rpartition("|")[2]
    kind = Key.UPN if "@" in login else Key.ACCOUNT_NAME
    keys = [(kind, login)] + ([(Key.MAIL, found.mail)] if found.mail else [])
    return Account(store, found.account_name, found.name or login, tuple(keys))


def _holding(
    account: Account,
    held: File,
    at: datetime,
    facts: tuple[tuple[str, str], ...] = (),
    *,
    hidden: bool = False,
) -> Observation:
    """An account with a large file. SharePoint tells its time to the second."""
    after = None if held.modified is None else held.modified - timedelta(seconds=1)
    return Observation(
        account,
        Standing.PLACEHOLDER if hidden else Standing.PHOTO,
        at,
        held.etag + (_HIDDEN if hidden else ""),
        width_px=THUMBNAILS["L"],
        size_bytes=held.size_bytes,
        changed_after=after,
        changed_by=held.modified,
        facts=facts,
    )


def _stem_for(account_name: str) -> str:
    """How somebody's files begin: the UPN with `@` and `.` as `_` (protocols 3.3)."""
    login = account_name.rpartition("|")[2]
    return login.lower().replace("@", "_").replace(".", "_")


def _stem(file_name: str) -> str:
    """The file's name without `_SThumb.jpg` and the like, in lower case as SharePoint compares."""
    name = file_name.lower()
    for letter in "sml":
        name = name.removesuffix(f"_{letter}thumb.jpg")
    return name


def _is_large(file_name: str) -> bool:
    return file_name.lower().endswith("_lthumb.jpg")


def _file_name(stem: str, letter: str) -> str:
    return f"{stem}_{letter}Thumb.jpg"
