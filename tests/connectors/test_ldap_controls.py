"""LDAP controls on the wire: BER to the letter, whatever a server sends back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sameface.connectors.ldap import ber
from sameface.connectors.ldap.controls import (
    REFRESH_ONLY,
    DirSyncFlags,
    Round,
    SyncNews,
    dirsync,
    dirsync_round,
    notification,
    paged,
    paged_cookie,
    show_deleted,
    sync_done,
    sync_info,
    sync_request,
    sync_state,
)

UUIDS = st.binary(min_size=16, max_size=16)


@given(st.integers(-(2**40), 2**40))
def test_a_number_comes_back(value: int) -> None:
    """In the fewest bytes that hold it, sign and all (X.690, 8.3)."""
    coded = ber.integer(value)
    ((tag, body),) = ber.parts(coded)

    assert (tag, ber.number(body)) == (ber.INTEGER, value)
    assert len(body) == 1 or not (body[0] in (0, 0xFF) and (body[0] ^ body[1]) < 0x80)


@given(st.binary(max_size=70_000))
def test_octets_come_back(data: bytes) -> None:
    """Whatever their length, short form or long."""
    assert ber.parts(ber.octets(data)) == [(ber.OCTETS, data)]


@given(st.binary(max_size=200))
def test_no_bytes_surprise(data: bytes) -> None:
    """What is no BER is refused as such, and nothing else happens."""
    for read in (ber.parts, paged_cookie, dirsync_round, sync_state, sync_done, sync_info):
        try:
            read(data)
        except ber.NotBer:
            continue


def test_a_request_for_dirsync_is_spelt_as_the_draft_has_it() -> None:
    """SEQUENCE of flags, MaxBytes and cookie (protocols 5.2)."""
    asked = dirsync(DirSyncFlags.OBJECT_SECURITY, b"abc", most_bytes=0)

    assert asked.oid == "1.2.840.113556.1.4.841"
    assert asked.value == bytes.fromhex("300b 020101 020100 0403616263")


def test_the_highest_flag_is_a_signed_number_of_32_bits() -> None:
    """INCREMENTAL_VALUES is -2147483648 on the wire; five bytes would be wrong (protocols 5.2)."""
    asked = dirsync(DirSyncFlags.INCREMENTAL_VALUES | DirSyncFlags.OBJECT_SECURITY, most_bytes=0)

    assert asked.value is not None
    assert bytes.fromhex("0204 80000001") in asked.value


@given(st.booleans(), st.integers(0, 2**31 - 1), st.binary(max_size=3000))
def test_the_end_of_a_round_is_understood(more: bool, unused: int, cookie: bytes) -> None:
    """Whether there is more, and from where."""
    value = ber.sequence(ber.integer(int(more)), ber.integer(unused), ber.octets(cookie))

    assert dirsync_round(value) == Round(more, cookie)


@given(st.binary(max_size=300), st.integers(0, 10_000))
def test_a_page_says_where_the_next_one_begins(cookie: bytes, size: int) -> None:
    """RFC 2696: size and cookie, the same shape there and back."""
    asked = paged(size, cookie)

    assert asked.value is not None
    assert paged_cookie(asked.value) == cookie


def test_some_controls_have_no_value() -> None:
    """Their name says everything."""
    assert notification().value is None
    assert show_deleted().value is None


def test_a_first_refresh_has_no_cookie() -> None:
    """An empty one would be another request (RFC 4533, 2.2)."""
    assert sync_request(REFRESH_ONLY).value == bytes.fromhex("3003 0a0101")
    assert sync_request(REFRESH_ONLY, b"x").value == bytes.fromhex("3006 0a0101 040178")


@given(st.integers(0, 3), UUIDS)
def test_an_entrys_state_is_understood(state: int, uuid: bytes) -> None:
    """State and entryUUID (RFC 4533, 2.3)."""
    value = ber.sequence(ber.integer(state, ber.ENUMERATED), ber.octets(uuid))

    assert sync_state(value) == (state, uuid)


def test_the_end_of_a_refresh_says_how_the_deleted_were_told() -> None:
    """Without refreshDeletes only who is left was named (RFC 4533, 2.4); slapd's own bytes."""
    assert sync_done(bytes.fromhex("3003 0101ff")) == SyncNews(None)
    assert sync_done(bytes.fromhex("3003 040178")) == SyncNews(b"x", present=True)
    assert sync_done(b"\x30\x00") == SyncNews(None, present=True)


@given(st.lists(UUIDS, max_size=4), st.binary(max_size=60), st.booleans())
def test_a_set_of_ids_names_the_gone_or_the_present(
    uuids: list[bytes], cookie: bytes, deletes: bool
) -> None:
    """syncIdSet, by its refreshDeletes (RFC 4533, 2.5)."""
    named = ber.wrapped(0x31, b"".join(map(ber.octets, uuids)))
    flag = bytes.fromhex("0101ff") if deletes else b""
    told = sync_info(ber.wrapped(0xA3, ber.octets(cookie) + flag + named))

    assert told == SyncNews(cookie, tuple(uuids) if deletes else (), present=not deletes)


def test_messages_between_entries_are_told_apart() -> None:
    """A new cookie, the end of the deleted, the end of the present, and nothing else."""
    assert sync_info(ber.wrapped(0x80, b"x")) == SyncNews(b"x")
    assert sync_info(ber.wrapped(0xA1, ber.octets(b"x"))) == SyncNews(b"x")
    assert sync_info(ber.wrapped(0xA2, b"")) == SyncNews(None, present=True)
    with pytest.raises(ber.NotBer):
        sync_info(ber.wrapped(0xA4, b""))
