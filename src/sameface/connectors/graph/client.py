"""Graph on the wire: pages of users, JSON batches, and what its photo answers mean.

Facts: protocols 1.2, 1.3 (photo paths and metadata), 1.7 (errors), 1.8 (`$batch`), 1.10 (paging).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sameface.errors import Garbled, NoSuchAccount
from sameface.http import TRY_AGAIN, Answer, Door, error_code

MOST_USERS = 999
"""Users that one page holds at most (protocols 1.10)."""

BATCH = 20
"""Parts that one `$batch` takes at most (protocols 1.8)."""

SELECT = (
    "id,displayName,userPrincipalName,mail,proxyAddresses,employeeId,"
    "onPremisesSamAccountName,onPremisesImmutableId,assignedPlans,accountEnabled,userType"
)
READS = "ProfilePhoto.Read.All"
"""The application permission to read photos, by its exact name (protocols 1.5)."""

PURPOSES = "MailboxSettings.Read"
"""The application permission that tells a shared mailbox from somebody who left."""

_STRANGER = {"Request_ResourceNotFound", "ResourceNotFound"}
_NOT_ONLINE = {"MailboxNotEnabledForRESTAPI", "MailboxNotSupportedForRESTAPI"}
"""What the mailbox service answers for a mailbox that is not in Exchange Online."""


@dataclass(frozen=True, slots=True)
class Part:
    """One GET of a batch; `id` is unique in its batch, and by it alone the answer is found."""

    id: str
    path: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """A photo's metadata: Graph's etag (opaque) and its width."""

    etag: str
    width_px: int | None


@dataclass(frozen=True, slots=True)
class UserPage:
    """Users as Graph spells them, and the link that continues after them."""

    users: tuple[dict[str, Any], ...] = field(repr=False)
    next: str | None
    at: datetime


class GraphClient:
    """Graph v1.0 through one door."""

    def __init__(self, door: Door, page: int = MOST_USERS) -> None:
        self._door, self._page = door, page

    @property
    def store(self) -> str:
        return self._door.store

    async def ask(self, method: str, path: str, **how: Any) -> Answer:
        """`Door.ask`, below the version root."""
        return await self._door.ask(method, f"/v1.0{path}", **how)

    async def users(self, link: str | None) -> UserPage:
        """One page of users; `link` is the one the page before gave, followed verbatim."""
        first = f"/v1.0/users?$select={SELECT}&$top={self._page}"
        answer = await self._door.ask("GET", link or first, needs="User.Read.All")
        told = answer.json()
        rows = told.get("value") if isinstance(told, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Garbled(self.store, "sent a page of users without users; check `url`")
        following = told.get("@odata.nextLink")
        if following is not None and not isinstance(following, str):
            raise Garbled(self.store, "sent a link to its next page that is none; check `url`")
        return UserPage(tuple(rows), following, answer.at)

    async def batch(self, parts: Sequence[Part]) -> dict[str, Answer]:
        """The answer to each part, by id. Parts that are throttled or out of order are asked again.

        At most `BATCH` parts. The order of answers means nothing (protocols 1.8); a part that was
        never answered, or that the batch answers without having been asked, is Garbled for all.
        """
        answers: dict[str, Answer] = {}
        waiting = self._door.waiting()
        left = {part.id: part for part in parts}
        while left:
            told = await self._post(tuple(left.values()))
            answers |= told
            failed = {i: a for i, a in told.items() if a.status in TRY_AGAIN}
            if not failed:
                break
            after_s = max((a.retry_after_s or 0.0 for a in failed.values()), default=0.0)
            if waiting.allows(after_s):
                self._door.hold(after_s)
            if not await waiting.again(after_s):
                break
            left = {i: left[i] for i in failed}
        return answers

    async def _post(self, parts: tuple[Part, ...]) -> dict[str, Answer]:
        asked = [{"id": part.id, "method": "GET", "url": part.path} for part in parts]
        answer = await self.ask(
            "POST",
            "/$batch",
            headers={"content-type": "application/json"},
            body=json.dumps({"requests": asked}).encode(),
            repeatable=True,
            needs="User.Read.All and ProfilePhoto.Read.All",
        )
        told = answer.json()
        rows = told.get("responses") if isinstance(told, dict) else None
        if not isinstance(rows, list):
            raise Garbled(self.store, "answered a batch without responses; check `url`")
        wanted = {part.id.lower(): part for part in parts}
        answers: dict[str, Answer] = {}
        for row in rows:
            part = (
                wanted.pop(str(row.get("id", "")).lower(), None) if isinstance(row, dict) else None
            )
            if part is None:
                raise Garbled(
                    self.store, "answered a part of a batch that was not asked; try again"
                )
            answers[part.id] = self._part(part, row, answer)
        if wanted:
            what = f"left {len(wanted)} of {len(parts)} parts of a batch unanswered; try again"
            raise Garbled(self.store, what)
        return answers

    def _part(self, part: Part, row: dict[str, Any], whole: Answer) -> Answer:
        """One part as if it had been asked alone: JSON again as bytes, pictures out of base64."""
        status, headers, body = row.get("status"), row.get("headers") or {}, row.get("body")
        if not isinstance(status, int) or not isinstance(headers, dict):
            raise Garbled(self.store, "answered a part of a batch without a status; try again")
        head = {str(name).lower(): str(value) for name, value in headers.items()}
        if isinstance(body, str):  # a picture, even where it is labelled application/json
            data = _unbase64(body)
            if data is None:
                raise Garbled(self.store, "sent a photo in a batch that is not base64; try again")
        else:
            data = b"" if body is None else json.dumps(body).encode()
        path = part.path.partition("?")[0]
        return Answer(self.store, f"GET {path}", status, head, data, whole.at)

    async def metadata(self, ref: str, account: str) -> Metadata | None:
        """The photo's metadata, None where there is no photo. Error: NoSuchAccount."""
        path = f"/users/{segment(ref)}/photo"
        answer = await self.ask("GET", path, allow=(404,), account=account, needs=READS)
        return photo_metadata(answer, account)

    async def by_mail(self, mail: str) -> str | None:
        """The id of the user with that mail address, None where nobody has it."""
        row = await self._with_mail("users", mail, (501,))
        found = row.get("id")
        return found if isinstance(found, str) else None

    async def group_with(self, mail: str) -> str | None:
        """The name of the group with that mail address; None where there is none, or no right."""
        row = await self._with_mail("groups", mail, (403, 404, 501))
        name = row.get("displayName")
        return name if isinstance(name, str) else None

    async def purposes(self, refs: Sequence[str]) -> dict[str, str | None] | None:
        """What each user's mailbox is for, None for no mailbox; all None where we may not ask.

        At most `BATCH` users. The purposes are Graph's `userPurpose`: user, shared, room, …
        """
        parts = [Part(ref, f"/users/{segment(ref)}/mailboxSettings/userPurpose") for ref in refs]
        answers = await self.batch(parts)
        if any(answer.status in (401, 403, 501) for answer in answers.values()):
            return None
        return {ref: _purpose(answer) for ref, answer in answers.items()}

    async def _with_mail(self, kind: str, mail: str, allow: tuple[int, ...]) -> dict[str, Any]:
        """The first of those with that mail address; {} where there is none.

        501 is Graph's word for "I do not search by that": then nobody is found by it either.
        """
        wanted = quote(mail.replace("'", "''"), safe="@")
        path = f"/{kind}?$filter=mail%20eq%20'{wanted}'&$select=id,displayName&$top=1"
        answer = await self.ask("GET", path, allow=allow, needs="User.Read.All")
        if answer.status in allow:
            return {}
        told = answer.json()
        rows = told.get("value") if isinstance(told, dict) else None
        if not isinstance(rows, list):
            raise Garbled(self.store, f"answered a search for {kind} without any; check `url`")
        return rows[0] if rows and isinstance(rows[0], dict) else {}


def photo_missing(answer: Answer, account: str) -> bool:
    """True for Graph's ways to say "no photo" by 404. Errors: what any other failure means.

    A 404 counts only in Graph's own envelope: a page of some proxy in between must never look as
    if everybody had taken their photo down.
    """
    if answer.status == 200:
        return False
    code = error_code(answer.body)
    if answer.status != 404:
        answer.refuse(account=account, needs=READS)
    if code in _NOT_ONLINE:
        what = (
            f"has no mailbox in Exchange Online ({answer.status} {code}): where it is in an "
            'Exchange of your own, connect that one with connector = "exchange"'
        )
        raise NoSuchAccount(answer.store, what, account=account)
    if code in _STRANGER or b"ErrorUserResolutionFailed" in answer.body:
        answer.refuse(account=account)
    if not code:
        what = f"answered {answer.asked} with a 404 that is not Graph's; check `url` and proxies"
        raise Garbled(answer.store, what, account=account)
    return True


def photo_metadata(answer: Answer, account: str) -> Metadata | None:
    """What an answer to `/photo` says; None for both forms of "no photo" (protocols 1.3)."""
    if photo_missing(answer, account):
        return None
    told = answer.json()
    if not isinstance(told, dict):
        raise Garbled(answer.store, "sent photo metadata that is none; try again", account=account)
    width, etag = told.get("width"), told.get("@odata.mediaEtag")
    if str(told.get("id", "")).lower() == "1x1" or (width == 1 and told.get("height") == 1):
        return None
    if not isinstance(etag, str) or not etag:
        raise Garbled(answer.store, "sent photo metadata without an etag", account=account)
    return Metadata(etag, width if isinstance(width, int) else None)


def is_no_photo(answer: Answer) -> bool:
    """True for the 1x1 GIF that some photo answers use for "none" (protocols 7.1)."""
    return answer.body[:4] == b"GIF8" and answer.body[6:10] == b"\x01\x00\x01\x00"


def _purpose(answer: Answer) -> str | None:
    if answer.status == 404:
        return None
    if answer.status != 200:
        answer.refuse(needs=PURPOSES)
    told = answer.json()
    value = told.get("value") if isinstance(told, dict) else told
    return value if isinstance(value, str) and value else None


def segment(name: str) -> str:
    """A user's id, UPN or mail as one segment of a path; `#EXT#` of guests included."""
    return quote(name, safe="@")


def _unbase64(text: str) -> bytes | None:
    """Either alphabet, padded or not (protocols 1.8); None where it is neither."""
    plain = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        return None
