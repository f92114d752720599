"""Entries of directories as accounts: keys, anchors, and what is known of a photo's past."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from sameface.connectors.active_directory.metadata import PHOTO_IDS, written_at
from sameface.connectors.active_directory.people import Users
from sameface.connectors.ldap.entries import Entry, escaped, is_below
from sameface.connectors.openldap.people import People, moment
from sameface.values import ACTIVE_DIRECTORY, Key, Standing

GUID = UUID("a25f65ad-44ca-40ca-b62a-1140c21e8864")
WRITTEN = datetime(2026, 11, 23, 13, 5, 22, tzinfo=UTC)


def metadata(*rows: tuple[int, datetime], sequence: int = 7) -> bytes:
    """replPropertyMetaData with those attributes, written then, at that place of the sequence."""
    begun = datetime(1601, 1, 1, tzinfo=UTC)
    parts = [struct.pack("<IIII", 1, 0, len(rows), 0)]
    for number, at in rows:
        seconds = int((at - begun).total_seconds())
        parts.append(struct.pack("<IIq16sqq", number, 1, seconds, GUID.bytes_le, sequence, 7))
    return b"".join(parts)


def user(**values: bytes) -> Entry:
    held = {"objectGUID": GUID.bytes_le, **values}
    return Entry("CN=alice", {name.lower(): [value] for name, value in held.items()})


def test_a_users_anchor_is_their_guid() -> None:
    """As text in the usual order, whatever the order of the octets; and as it is asked for."""
    account = Users("thumbnailPhoto").account(ACTIVE_DIRECTORY, user(sAMAccountName=b"alice"))

    assert account is not None
    assert account.ref == str(GUID)
    assert account.keys == ((Key.OBJECT_GUID, str(GUID)), (Key.ACCOUNT_NAME, "alice"))
    asked = Users("thumbnailPhoto").named(account.ref)
    assert asked == f"(objectGUID={escaped(GUID.bytes_le)})"


def test_an_entry_without_a_guid_is_nobody() -> None:
    """Without its anchor it could not be found again."""
    assert Users("thumbnailPhoto").account(ACTIVE_DIRECTORY, Entry("CN=x", {})) is None
    assert People().account("openldap", Entry("uid=x", {})) is None


def test_never_deleted_and_unknown_are_told_apart() -> None:
    """Metadata remembers a photo that is gone; where it may not be read nobody knows."""
    users = Users("thumbnailPhoto")
    written = metadata((3, WRITTEN), (PHOTO_IDS["thumbnailPhoto"], WRITTEN))

    shown = users.dated(user(replPropertyMetaData=written), b"photo")
    deleted = users.dated(user(replPropertyMetaData=written), None)
    never = users.dated(user(replPropertyMetaData=metadata((3, WRITTEN))), None)
    unknown = users.dated(user(), None)

    assert (shown.standing, shown.by) == (Standing.PHOTO, WRITTEN)
    assert shown.after == WRITTEN - timedelta(seconds=1)
    assert [d.standing for d in (deleted, never, unknown)] == [
        Standing.DELETED,
        Standing.NEVER,
        Standing.NONE,
    ]


@given(st.integers(0, 2**31), st.integers(0, 4))
def test_a_row_is_known_by_its_own_number(sequence: int, shift: int) -> None:
    """Wherever else in other rows, and in itself, the same octets may stand."""
    number = PHOTO_IDS["thumbnailPhoto"]
    for held_in in (sequence, number << 8 * shift):
        others = [(3, WRITTEN), (4, WRITTEN)]
        mine = (number, WRITTEN + timedelta(days=1))

        assert written_at(metadata(*others, sequence=held_in), "thumbnailPhoto") is None
        assert written_at(metadata(*others, mine, sequence=held_in), "thumbnailPhoto") == mine[1]


def test_each_attribute_has_its_own_time() -> None:
    """jpegPhoto's is not thumbnailPhoto's."""
    held = metadata((PHOTO_IDS["jpegPhoto"], WRITTEN))

    assert written_at(held, "jpegPhoto") == WRITTEN
    assert written_at(held, "thumbnailPhoto") is None


@given(st.binary(max_size=200))
def test_no_metadata_surprises(data: bytes) -> None:
    """What is cut off or of another version tells nothing."""
    told = written_at(data, "thumbnailPhoto")
    assert told is None or told.tzinfo is UTC


@given(st.text())
def test_a_value_cannot_leave_its_filter(value: str) -> None:
    """Brackets, stars and backslashes in a name are only ever a name (RFC 4515)."""
    assert not set("()*\x00") & set(escaped(value))
    assert escaped(value).replace("\\5c", "").count("\\") == sum(value.count(c) for c in "()*\x00")


def test_where_an_entry_lies_is_read_as_directories_do() -> None:
    """Blanks and case do not matter, and a name that only ends alike is elsewhere."""
    assert is_below("CN=a, OU=People,DC=x", "ou=people,dc=x")
    assert is_below("OU=People,DC=x", "OU=People, DC=x")
    assert not is_below("CN=a,OU=NoPeople,DC=x", "People,DC=x")


def test_openldaps_times_are_utc() -> None:
    """Generalized time to the second; anything else is no time."""
    assert moment("20261123130522Z") == WRITTEN
    assert moment("20261123130522.123456Z") == WRITTEN
    assert moment("") is None
    assert moment("yesterday") is None
