"""LDAP's results as errors of the house: each says what was asked, what was said, what is next."""

from __future__ import annotations

import sys

import pytest
from tests.connectors.test_registry import settings

from sameface.connectors.ldap.errors import Said, Tried, failure
from sameface.connectors.registry import open_connector
from sameface.errors import (
    BadSettings,
    Busy,
    Garbled,
    NoSuchAccount,
    NotAllowed,
    OverCeiling,
    SignInRefused,
    StoreFailed,
    Unreachable,
    WriteRefused,
)
from sameface.values import ACTIVE_DIRECTORY

SERVER = "ldaps://dc1.contoso.test"
LOOKING = Tried(SERVER, base_dn="DC=contoso,DC=test")
SIGNING_IN = Tried(SERVER, "to sign in as sameface", signed_in=False)
WRITING = Tried(SERVER, "to write thumbnailPhoto", "alice@contoso.test", size_bytes=20_000)

RESULTS: list[tuple[int, Tried, type[StoreFailed], str]] = [
    (-1, LOOKING, Unreachable, "firewall"),
    (85, LOOKING, Unreachable, "firewall"),
    (49, SIGNING_IN, SignInRefused, "password"),
    (-2, SIGNING_IN, SignInRefused, "kinit"),
    (-6, SIGNING_IN, SignInRefused, "libsasl2-modules-gssapi-mit"),
    (8, SIGNING_IN, SignInRefused, "ldaps://"),
    (8, LOOKING, Unreachable, "ended the session"),
    (13, LOOKING, SignInRefused, "starttls"),
    (10, LOOKING, Unreachable, "url"),
    (50, WRITING, NotAllowed, "right"),
    (32, WRITING, NoSuchAccount, "deleted"),
    (32, LOOKING, NotAllowed, "base-dn"),
    (4, LOOKING, NotAllowed, "size limit"),
    (3, LOOKING, Busy, "later"),
    (11, LOOKING, Busy, "grants"),
    (51, LOOKING, Busy, "later"),
    (52, WRITING, Busy, "later"),
    (19, WRITING, OverCeiling, "20,000 bytes"),
    (21, WRITING, OverCeiling, "max-bytes"),
    (53, WRITING, WriteRefused, "nothing was written"),
    (1, LOOKING, Garbled, "nothing was changed"),
]


@pytest.mark.parametrize(("code", "tried", "error", "remedy"), RESULTS)
def test_every_result_has_its_error(
    code: int, tried: Tried, error: type[StoreFailed], remedy: str
) -> None:
    """The sentence names the server, the result's number and what to do."""
    failed = failure(ACTIVE_DIRECTORY, Said(code, "Some name", "its words"), tried)

    assert type(failed) is error
    for part in (SERVER, f"result {code}", "its words", remedy):
        assert part in failed.sentence()


@pytest.mark.parametrize(
    ("data", "words"),
    [("52e", "password is wrong"), ("533", "disabled"), ("775", "locked"), ("999", "")],
)
def test_active_directorys_numbers_become_words(data: str, words: str) -> None:
    """The number after `data` says why a sign-in was refused."""
    said = f"80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data {data}, v"
    told = failure(ACTIVE_DIRECTORY, Said(49, "Invalid credentials", said), LOOKING).sentence()

    assert words in told


def test_what_a_server_says_stays_one_line() -> None:
    """Line breaks and NUL bytes of a server do not get into a sentence, nor pages of text."""
    said = Said(53, "Unwilling", "one\ntwo\x00" + "x" * 5000)
    told = failure(ACTIVE_DIRECTORY, said, WRITING).sentence()

    assert "\n" not in told
    assert "\x00" not in told
    assert len(told) < 600


async def test_without_the_library_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-ldap is an extra: opening costs nothing, and its first use names how to install it."""
    monkeypatch.setitem(sys.modules, "ldap", None)
    monkeypatch.delitem(sys.modules, "sameface.connectors.ldap.line", raising=False)
    connector = open_connector(settings(ACTIVE_DIRECTORY, "active-directory"))

    with pytest.raises(BadSettings, match=r"sameface\[ldap\]"):
        await connector.check()

    await connector.close()
