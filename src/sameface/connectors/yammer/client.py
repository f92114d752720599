"""Yammer on the wire: users page by page, and the addresses of their mugshots (protocols 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sameface.errors import Garbled
from sameface.http import Answer, Door

PER_PAGE = 50
"""Users that Yammer gives per page."""

_NEEDS = "a sign-in with the scope access_as_user of somebody in the network"
_NO_PHOTO = "no_photo.png"
_EXPIRED = (403, 404, 410)
"""What an address of a mugshot answers when it is no longer good."""


@dataclass(frozen=True, slots=True)
class User:
    """A user as far as photos go.

    `mugshot_id` names the photo, None where there is none; `template` is its address with
    `{width}` and `{height}`, signed and soon expired: good for reading now, never for remembering.
    """

    id: str
    name: str
    mail: str
    mugshot_id: str | None
    template: str | None


@dataclass(frozen=True, slots=True)
class UserPage:
    """Some users and the server's time."""

    users: tuple[User, ...]
    at: datetime


class YammerClient:
    """The legacy REST interface through one door. Pictures are not counted by its quota."""

    def __init__(self, door: Door, page: int = PER_PAGE) -> None:
        self._door, self._page = door, page

    async def users(self, number: int) -> UserPage:
        """Page `number`, from 1; past the last page it is empty."""
        path = f"/api/v1/users.json?page={number}&num_per_page={self._page}"
        answer = await self._door.ask("GET", path, needs=_NEEDS)
        return UserPage(tuple(self._user(row) for row in self._rows(answer)), answer.at)

    async def user(self, ref: str, account: str) -> User:
        """One user by number; `account` is how an error names them. Error: NoSuchAccount."""
        path = f"/api/v1/users/{quote(ref, safe='')}.json"
        answer = await self._door.ask("GET", path, account=account, needs=_NEEDS)
        return self._user(answer.json())

    async def by_number(self, ref: str) -> UserPage:
        """Whoever has that number: a page of nobody or one."""
        path = f"/api/v1/users/{quote(ref, safe='')}.json"
        answer = await self._door.ask("GET", path, allow=(404,), needs=_NEEDS)
        users = () if answer.status == 404 else (self._user(answer.json()),)
        return UserPage(users, answer.at)

    async def by_mail(self, mail: str) -> UserPage:
        """Whoever has that address: a page of nobody or one."""
        path = f"/api/v1/users/by_email.json?email={quote(mail, safe='@')}"
        answer = await self._door.ask("GET", path, allow=(404,), needs=_NEEDS)
        rows = [] if answer.status == 404 else self._rows(answer)
        return UserPage(tuple(self._user(row) for row in rows), answer.at)

    async def picture(self, template: str, px: int, account: str) -> Answer | None:
        """The mugshot at that size; None where its address is no longer good."""
        url = template.replace("{width}", str(px)).replace("{height}", str(px))
        answer = await self._door.ask(
            "GET",
            url,
            headers={"accept": "image/*"},
            allow=_EXPIRED,
            account=account,
            cost=0,
            anywhere=True,
        )
        return None if answer.status in _EXPIRED else answer

    def _rows(self, answer: Answer) -> list[Any]:
        rows = answer.json()
        if not isinstance(rows, list):
            raise Garbled(self._door.store, "answered users with something else; check `url`")
        return rows

    def _user(self, row: Any) -> User:
        if not isinstance(row, dict) or not isinstance(row.get("id"), int):
            raise Garbled(self._door.store, "sent a user without a number; check `url`")
        small, template = (
            str(row.get("mugshot_url") or ""),
            str(row.get("mugshot_url_template") or ""),
        )
        shows_none = _NO_PHOTO in small or _NO_PHOTO in template or not (small or template)
        mugshot = row.get("mugshot_id")
        return User(
            id=str(row["id"]),
            name=str(row.get("full_name") or ""),
            mail=_mail(row),
            mugshot_id=None if shows_none or mugshot is None else str(mugshot),
            template=None if shows_none else template or small,
        )


def _mail(row: dict[str, Any]) -> str:
    """The user's address: plain, or the primary one among the contact's."""
    if isinstance(row.get("email"), str):
        return str(row["email"])
    contact = row.get("contact")
    rows = contact.get("email_addresses") if isinstance(contact, dict) else None
    addresses = [r for r in rows or () if isinstance(r, dict) and isinstance(r.get("address"), str)]
    addresses.sort(key=lambda r: r.get("type") != "primary")
    return str(addresses[0]["address"]) if addresses else ""
