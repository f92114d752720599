"""SharePoint on the wire: people search, files of User Photos, profiles, and the form digest.

Facts: protocols 3.1 (digest), 3.2 (PeopleManager), 3.3 (files), 3.6 (search), 3.7 (throttling).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from sameface.errors import Garbled
from sameface.http import Answer, Door

SEARCH_ROWS = 500
"""Rows that people search gives at most (protocols 3.6)."""

LISTED_FILES = 5000
"""Files of a folder per request: SharePoint's own ceiling for a view."""

READS = "the SharePoint permissions Sites.Read.All and User.Read.All"
WRITES = "the SharePoint permissions Sites.FullControl.All and User.ReadWrite.All"

_LIBRARY = "/User Photos"
_ENGLISH = f"{_LIBRARY}/Profile Pictures"

_PEOPLE = "b09a7990-05ea-4af9-81ef-edfab16c4e31"  # the result source "Local People Results"
_PROFILES = "/_api/SP.UserProfiles.PeopleManager"
_JSON = {"accept": "application/json;odata=nometadata"}
_DIGEST_MARGIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Found:
    """One row of people search: what the index knew when it last crawled."""

    account_name: str
    name: str
    mail: str
    picture_url: str


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Rows from `start` on; `total` is the index's own estimate."""

    rows: tuple[Found, ...]
    total: int
    at: datetime


@dataclass(frozen=True, slots=True)
class File:
    """A file as SharePoint lists it; `modified` is to the second, the size is told of one only."""

    name: str
    etag: str
    modified: datetime | None
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class Profile:
    """A user profile: the truth about what is shown, at once. `properties` by their names."""

    account_name: str
    name: str
    mail: str
    picture_url: str
    properties: dict[str, str] = field(repr=False)
    at: datetime


class SharePointClient:
    """The REST interface of a My Site host through one door.

    `library` is the folder of photos; where it is "", `find_folder` finds it, and comes first.
    """

    def __init__(self, door: Door, library: str, page: int = SEARCH_ROWS) -> None:
        self._door, self._page = door, page
        self.folder = f"/{library.strip('/')}" if library else ""
        self._digest, self._digest_until = "", float("-inf")
        self._turn = asyncio.Lock()

    @property
    def store(self) -> str:
        return self._door.store

    async def search(self, start: int) -> SearchPage:
        """People in the index's order, from that row on."""
        path = (
            f"/_api/search/query?querytext='*'&sourceid='{_PEOPLE}'"
            "&selectproperties='AccountName,PreferredName,WorkEmail,PictureURL'"
            f"&rowlimit={self._page}&startrow={start}&trimduplicates=false"
        )
        answer = await self._door.ask("GET", path, headers=_JSON, needs=READS, cost=2)
        told = answer.json()
        try:
            results = told["PrimaryQueryResult"]["RelevantResults"]
            rows = [_cells(row) for row in results["Table"]["Rows"]]
            total = int(results["TotalRows"])
        except (KeyError, TypeError, ValueError):
            what = "answered people search with something else; check `url`"
            raise Garbled(self.store, what) from None
        found = tuple(
            Found(
                row["AccountName"],
                row.get("PreferredName", ""),
                row.get("WorkEmail", ""),
                row.get("PictureURL", ""),
            )
            for row in rows
            if row.get("AccountName")
        )
        return SearchPage(found, total, answer.at)

    def is_last(self, page: SearchPage, start: int) -> bool:
        """True when nothing follows: a short page alone proves nothing, the index trims rows."""
        return not page.rows or (
            len(page.rows) < self._page and start + len(page.rows) >= page.total
        )

    async def files(self, at_once: int = LISTED_FILES) -> AsyncIterator[tuple[File, ...]]:
        """Every file of the folder, page by page.

        Error: Garbled where the library has another name.
        """
        base = f"{self._folder_path()}/Files?$select=Name,ETag,TimeLastModified&$top={at_once}"
        link, seen = base, 0
        while True:
            told = await self._listing(link)
            rows = told["value"]
            yield tuple(self._file(row) for row in rows)
            seen += len(rows)
            following = told.get("odata.nextLink")
            if not isinstance(following, str) and len(rows) < at_once:
                return
            link = following if isinstance(following, str) else f"{base}&$skip={seen}"

    async def find_folder(self) -> None:
        """Know the folder's name, which follows the language of the host; once (protocols 3.3).

        The English one is tried first; else the one below User Photos that holds thumbnails is it.

        Error: Garbled where there is none, or more than one that it could be.
        """
        async with self._turn:
            if self.folder:
                return
            if await self._rows(_ENGLISH, "Files", 1) is not None:
                self.folder = _ENGLISH
                return
            rows = await self._rows(_LIBRARY, "Folders", LISTED_FILES) or []
            found = [name for name in map(_name, rows) if name not in ("", "Forms")]
            holding = [name for name in found if await self._holds_photos(f"{_LIBRARY}/{name}")]
            named = holding or found
            if len(named) != 1:
                told = f"is one of {', '.join(found)}" if found else f"is not below {_LIBRARY}"
                what = f"its folder of photos {told}: name it with `library` in sameface.toml"
                raise Garbled(self.store, what)
            self.folder = f"{_LIBRARY}/{named[0]}"

    async def see_folder(self) -> None:
        """See that the folder is there. Error: as `files`."""
        await self._listing(f"{self._folder_path()}/Files?$select=Name,ETag&$top=1")

    async def file(self, name: str) -> File | None:
        """One file's listing, None where it is not there."""
        path = f"{self._file_path(name)}?$select=Name,ETag,TimeLastModified,Length"
        answer = await self._door.ask("GET", path, headers=_JSON, allow=(404,), needs=READS)
        return None if _is_missing(answer) else self._file(answer.json())

    async def content(self, name: str) -> Answer | None:
        """One file's bytes, None where it is not there."""
        path = f"{self._file_path(name)}/$value"
        accept = {"accept": "image/*, application/json"}
        answer = await self._door.ask("GET", path, headers=accept, allow=(404,), needs=READS)
        return None if _is_missing(answer) else answer

    async def upload(self, name: str, data: bytes) -> str | None:
        """Put a file there, over one of that name; its new etag where SharePoint tells it."""
        path = f"{self._folder_path()}/Files/add(url='{_literal(name)}',overwrite=true)"
        answer = await self._post(path, data, {"content-type": "application/octet-stream"})
        told = answer.json()
        etag = told.get("ETag") if isinstance(told, dict) else None
        return etag if isinstance(etag, str) and etag else None

    async def delete(self, name: str) -> None:
        """Delete a file; one that is not there is no error."""
        how = {"x-http-method": "DELETE", "if-match": "*"}
        await self._post(self._file_path(name), b"", how, allow=(404,))

    async def profile(self, account_name: str) -> Profile | None:
        """A profile by account name, None for a stranger."""
        path = f"{_PROFILES}/GetPropertiesFor(accountName=@v)?@v='{_literal(account_name)}'"
        answer = await self._door.ask("GET", path, headers=_JSON, allow=(404,), needs=READS)
        if _is_missing(answer):
            return None
        told = answer.json()
        if not isinstance(told, dict):
            raise Garbled(self.store, "answered a profile that is none; check `url`")
        if not told.get("AccountName"):  # a stranger is an empty answer, with status 200 (3.2)
            return None
        pairs = told.get("UserProfileProperties") or ()
        properties = {
            str(pair["Key"]): str(pair.get("Value") or "")
            for pair in pairs
            if isinstance(pair, dict) and "Key" in pair
        }
        return Profile(
            str(told["AccountName"]),
            str(told.get("DisplayName") or ""),
            str(told.get("Email") or ""),
            str(told.get("PictureUrl") or properties.get("PictureURL") or ""),
            properties,
            answer.at,
        )

    async def set_property(self, account_name: str, name: str, value: str) -> None:
        """Set one property of somebody's profile."""
        body = {"accountName": account_name, "propertyName": name, "propertyValue": value}
        await self._post(
            f"{_PROFILES}/SetSingleValueProfileProperty",
            json.dumps(body).encode(),
            {"content-type": "application/json;odata=nometadata"},
        )

    async def sign(self, *, anew: bool = False) -> str:
        """The form digest that every write carries; kept until shortly before it ends."""
        async with self._turn:
            if anew or self._door.clock.ticks() >= self._digest_until:
                answer = await self._door.ask(
                    "POST",
                    "/_api/contextinfo",
                    headers=_JSON,
                    body=b"",
                    repeatable=True,
                    needs=WRITES,
                    cost=2,
                )
                told = answer.json()
                digest = told.get("FormDigestValue") if isinstance(told, dict) else None
                if not isinstance(digest, str):
                    raise Garbled(self.store, "answered contextinfo without a digest; check `url`")
                lasts_s = float(told.get("FormDigestTimeoutSeconds") or 0)
                self._digest = digest
                self._digest_until = self._door.clock.ticks() + lasts_s - _DIGEST_MARGIN_S
            return self._digest

    async def _post(
        self, path: str, body: bytes, headers: dict[str, str], allow: tuple[int, ...] = ()
    ) -> Answer:
        """A write. All of ours may be repeated: they set, overwrite or delete.

        403 is also what an expired digest gets (protocols 3.1), so a fresh one decides.
        """
        answer = await self._sent(path, body, headers, allow, await self.sign())
        if answer.status == 403:
            answer = await self._sent(path, body, headers, allow, await self.sign(anew=True))
        if answer.status == 403:
            answer.refuse(needs=WRITES)
        return answer

    async def _sent(
        self, path: str, body: bytes, headers: dict[str, str], allow: tuple[int, ...], digest: str
    ) -> Answer:
        return await self._door.ask(
            "POST",
            path,
            headers={**_JSON, **headers, "x-requestdigest": digest},
            body=body,
            allow=(*allow, 403),
            repeatable=True,
            cost=2,
        )

    async def _listing(self, link: str) -> dict[str, Any]:
        answer = await self._door.ask("GET", link, headers=_JSON, allow=(404,), needs=READS, cost=2)
        if answer.status == 404:
            what = (
                f'has no folder "{self.folder}"; set `library` to its name, '
                "which follows the language of the My Site host"
            )
            raise Garbled(self.store, what)
        told = answer.json()
        if not isinstance(told, dict) or not isinstance(told.get("value"), list):
            raise Garbled(self.store, "answered a folder without files; check `url`")
        return told

    async def _holds_photos(self, folder: str) -> bool:
        rows = await self._rows(folder, "Files", 100) or []
        return any(_name(row).lower().endswith("thumb.jpg") for row in rows)

    async def _rows(self, folder: str, kind: str, most: int) -> list[Any] | None:
        """The first files, or folders, of a folder; None where it is not there."""
        path = f"{_at(folder)}/{kind}?$select=Name&$top={most}"
        answer = await self._door.ask("GET", path, headers=_JSON, allow=(404,), needs=READS, cost=2)
        if _is_missing(answer):
            return None
        told = answer.json()
        rows = told.get("value") if isinstance(told, dict) else None
        if not isinstance(rows, list):
            raise Garbled(self.store, "answered a folder without its contents; check `url`")
        return rows

    def _file(self, row: Any) -> File:
        if not isinstance(row, dict) or not row.get("Name") or not row.get("ETag"):
            raise Garbled(self.store, "lists a file without name or etag; check `url`")
        size = str(row.get("Length", ""))
        return File(
            str(row["Name"]),
            str(row["ETag"]),
            _moment(row.get("TimeLastModified")),
            int(size) if size.isdecimal() else None,
        )

    def _folder_path(self) -> str:
        return _at(self.folder)

    def _file_path(self, name: str) -> str:
        return f"/_api/web/GetFileByServerRelativeUrl('{_literal(f'{self.folder}/{name}')}')"


def _name(row: Any) -> str:
    return str(row.get("Name", "")) if isinstance(row, dict) else ""


def _at(folder: str) -> str:
    return f"/_api/web/GetFolderByServerRelativeUrl('{_literal(folder)}')"


def _literal(text: str) -> str:
    """Text inside the quotes of an OData literal, in an address."""
    return quote(text.replace("'", "''"), safe="/")


def _cells(row: dict[str, Any]) -> dict[str, str]:
    return {cell["Key"]: cell["Value"] for cell in row["Cells"] if isinstance(cell["Value"], str)}


def _is_missing(answer: Answer) -> bool:
    """True for a 404 of SharePoint's own; a page of some proxy in between proves nothing."""
    if answer.status != 404:
        return False
    answer.json()
    return True


def _moment(text: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
