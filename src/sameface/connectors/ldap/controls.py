"""LDAP controls as values: what is sent with a request, what comes back with the answer.

Sources: protocols 5.1 (paging), 5.2 (DirSync), 5.4 (change notification), 5.5 (syncrepl).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

from sameface.connectors.ldap import ber

PAGED = "1.2.840.113556.1.4.319"
DIRSYNC = "1.2.840.113556.1.4.841"
SHOW_DELETED = "1.2.840.113556.1.4.417"
NOTIFICATION = "1.2.840.113556.1.4.528"
SYNC_REQUEST = "1.3.6.1.4.1.4203.1.9.1.1"
SYNC_STATE = "1.3.6.1.4.1.4203.1.9.1.2"
SYNC_DONE = "1.3.6.1.4.1.4203.1.9.1.3"
SYNC_INFO = "1.3.6.1.4.1.4203.1.9.1.4"

REFRESH_ONLY, REFRESH_AND_PERSIST = 1, 3
DELETED = 3
"""The state of an entry that is gone, in syncrepl's state control."""

MOST_BYTES = 2**31 - 1
"""As much in one round of DirSync as the server cares to send."""


@dataclass(frozen=True, slots=True)
class Control:
    """A control of a request; `value` None for one that has none. All are critical."""

    oid: str
    value: bytes | None = None


class DirSyncFlags(IntFlag):
    """What the DirSync control may be asked (protocols 5.2)."""

    NONE = 0
    OBJECT_SECURITY = 0x1
    ANCESTORS_FIRST_ORDER = 0x800
    PUBLIC_DATA_ONLY = 0x2000
    INCREMENTAL_VALUES = 0x80000000


@dataclass(frozen=True, slots=True)
class Round:
    """The server's word at the end of a round of DirSync: is there more, and from where."""

    more: bool
    cookie: bytes


def paged(size: int, cookie: bytes = b"") -> Control:
    """A page of at most `size` entries; an empty cookie starts."""
    return Control(PAGED, ber.sequence(ber.integer(size), ber.octets(cookie)))


def paged_cookie(value: bytes) -> bytes:
    """Where the next page begins; empty after the last. Error: NotBer."""
    (_, _), (tag, cookie) = _exactly(value, 2)
    if tag != ber.OCTETS:
        raise ber.NotBer("a page without a cookie")
    return cookie


def dirsync(flags: DirSyncFlags, cookie: bytes = b"", most_bytes: int = MOST_BYTES) -> Control:
    """A round of DirSync. The flags are a signed number of 32 bits, whatever their highest bit."""
    signed = flags - 2**32 if flags >= 2**31 else int(flags)
    value = ber.sequence(ber.integer(signed), ber.integer(most_bytes), ber.octets(cookie))
    return Control(DIRSYNC, value)


def dirsync_round(value: bytes) -> Round:
    """What came back with a round. Error: NotBer."""
    (_, more), (_, _), (tag, cookie) = _exactly(value, 3)
    if tag != ber.OCTETS:
        raise ber.NotBer("a round without a cookie")
    return Round(ber.number(more) != 0, cookie)


def show_deleted() -> Control:
    """Objects that were deleted are found too."""
    return Control(SHOW_DELETED)


def notification() -> Control:
    """The search stays open and tells of every object that changes."""
    return Control(NOTIFICATION)


def sync_request(mode: int, cookie: bytes = b"") -> Control:
    """syncrepl's request; a server that does not know the cookie may send everything anew."""
    told = ber.octets(cookie) if cookie else b""
    return Control(SYNC_REQUEST, ber.sequence(ber.integer(mode, ber.ENUMERATED), told))


def sync_state(value: bytes) -> tuple[int, bytes]:
    """(state, entryUUID) of one entry. Error: NotBer."""
    found = ber.inside(value)
    if len(found) < 2 or len(found[1][1]) != 16:
        raise ber.NotBer("an entry's state without its entryUUID")
    return ber.number(found[0][1]), found[1][1]


@dataclass(frozen=True, slots=True)
class SyncNews:
    """What syncrepl says beside its entries: a newer cookie, and which entries are gone.

    `present` means that the server names what is left instead of what is gone.
    """

    cookie: bytes | None = None
    gone: tuple[bytes, ...] = ()
    present: bool = False


def sync_done(value: bytes) -> SyncNews:
    """The end of a refresh, which says how the deleted were told. Error: NotBer."""
    found = ber.inside(value)
    return SyncNews(_cookie(found), present=not _flag(found))


def sync_info(value: bytes) -> SyncNews:
    """A message between entries, one of four kinds (RFC 4533, 2.5). Error: NotBer."""
    whole = ber.parts(value)
    if len(whole) != 1:
        raise ber.NotBer("not one message")
    kind, body = whole[0]
    if kind == 0x80:  # newcookie, which is no sequence
        return SyncNews(body)
    found = ber.parts(body)
    if kind == 0xA1:  # refreshDelete
        return SyncNews(_cookie(found))
    if kind == 0xA2:  # refreshPresent: what was not named before is gone
        return SyncNews(_cookie(found), present=True)
    if kind != 0xA3:
        raise ber.NotBer("a message of no known kind")
    deletes = _flag(found)
    named = tuple(uuid for tag, uuids in found if tag == 0x31 for _, uuid in ber.parts(uuids))
    return SyncNews(_cookie(found), named if deletes else (), present=not deletes)


# ---------------------------------------------------------------------------


def _exactly(value: bytes, count: int) -> list[tuple[int, bytes]]:
    found = ber.inside(value)
    if len(found) != count:
        raise ber.NotBer(f"{len(found)} parts instead of {count}")
    return found


def _flag(found: list[tuple[int, bytes]]) -> bool:
    """refreshDeletes, which is false where it is not said."""
    return any(tag == ber.BOOLEAN and body != b"\x00" for tag, body in found)


def _cookie(found: list[tuple[int, bytes]]) -> bytes | None:
    return next((body for tag, body in found if tag == ber.OCTETS), None)
