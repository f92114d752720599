"""What changed in OpenLDAP: syncrepl (RFC 4533), to the end or for as long as one listens."""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator
from uuid import UUID

from sameface.connectors.ldap.ber import NotBer
from sameface.connectors.ldap.client import SUBTREE, Directory, Refused
from sameface.connectors.ldap.controls import (
    DELETED,
    REFRESH_AND_PERSIST,
    REFRESH_ONLY,
    SYNC_DONE,
    SYNC_INFO,
    SYNC_STATE,
    SyncNews,
    sync_done,
    sync_info,
    sync_request,
    sync_state,
)
from sameface.connectors.ldap.entries import Found
from sameface.connectors.ldap.schema import Delta
from sameface.errors import Garbled

_NOBODY = "(entryUUID=00000000-0000-0000-0000-000000000000)"
_ATTRIBUTES = ("entryUUID",)

_REFRESH_REQUIRED = 4096
_UNKNOWN_COOKIE = frozenset((2, 53, _REFRESH_REQUIRED))


class Syncrepl:
    """Changes by syncrepl. See `schema.Changes`."""

    def __init__(self, directory: Directory, people: str) -> None:
        self._directory, self._people = directory, people

    async def mark(self) -> str:
        """A refresh in which nobody is asked for."""
        try:
            found = await self._refresh(_NOBODY, b"")
        except Refused as refused:
            raise refused.failed from None
        cookie = self._news(found)[-1].cookie
        if not cookie:
            what = "gives no cookie for later; add `overlay syncprov` to its database"
            raise Garbled(self._directory.store, what)
        return base64.b64encode(cookie).decode("ascii")

    async def since(self, cursor: str) -> Delta | None:
        """None too where the server only says who is left, which takes all to compare with."""
        cookie = _octets(cursor)
        if not cookie:
            return None
        try:
            found = await self._refresh(self._people, cookie)
        except Refused as refused:
            if refused.said.code in _UNKNOWN_COOKIE:
                return None
            raise refused.failed from None
        news = self._news(found)
        if any(one.present for one in news) or news[-1].cookie == b"":  # a cookie it cannot read
            return None
        try:
            states = [sync_state(e.controls[SYNC_STATE]) for e in found.entries]
        except (NotBer, KeyError):
            raise self._garbled() from None
        changed = tuple(_ref(uuid) for state, uuid in states if state != DELETED)
        gone = [_ref(uuid) for state, uuid in states if state == DELETED]
        gone += [_ref(uuid) for one in news for uuid in one.gone if len(uuid) == 16]
        newest = next((one.cookie for one in reversed(news) if one.cookie), cookie)
        return Delta(changed, tuple(gone), base64.b64encode(newest).decode("ascii"))

    async def alarms(self, cursor: str) -> AsyncIterator[None]:
        order = sync_request(REFRESH_AND_PERSIST, _octets(cursor))
        base = self._directory.base_dn
        async for _ in self._directory.listen(base, self._people, _ATTRIBUTES, order):
            yield

    async def _refresh(self, filter_: str, cookie: bytes) -> Found:
        order = sync_request(REFRESH_ONLY, cookie)
        return await self._directory.try_search(
            self._directory.base_dn, SUBTREE, filter_, _ATTRIBUTES, [order]
        )

    def _news(self, found: Found) -> list[SyncNews]:
        """All messages of a refresh, its end being the last."""
        try:
            news = [sync_info(m.value) for m in found.messages if m.oid == SYNC_INFO]
            news.append(sync_done(found.controls.get(SYNC_DONE, b"\x30\x00")))
        except NotBer:
            raise self._garbled() from None
        return news

    def _garbled(self) -> Garbled:
        return Garbled(self._directory.store, "answered syncrepl in a way that is none")


def _ref(uuid: bytes) -> str:
    return str(UUID(bytes=uuid))


def _octets(cursor: str) -> bytes:
    try:
        return base64.b64decode(cursor, validate=True)
    except (binascii.Error, ValueError):
        return b""
