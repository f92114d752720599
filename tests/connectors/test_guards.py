"""What all connectors check: whole pictures, and whom an error names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sameface.connectors.guards import called, whole_picture
from sameface.errors import Garbled
from sameface.pictures import portrait
from sameface.values import Account, Key

ALICE = Account("exchange", "id-1", "Alice", ((Key.UPN, "alice@contoso.test"),))
FACE = portrait("alice", px=64)


def test_a_whole_picture_passes_as_it_is() -> None:
    """The bytes are not touched; what kind they are is told by themselves, not by a header."""
    picture = whole_picture("exchange", ALICE, FACE, "k")

    assert (picture.data, picture.media_type, picture.change_key) == (FACE, "image/jpeg", "k")


@settings(deadline=None, max_examples=50)
@given(cut=st.integers(0, len(FACE) - 2))
def test_a_cut_picture_never_passes(cut: int) -> None:
    """Wherever a JPEG is cut before its end marker, it is refused."""
    with pytest.raises(Garbled, match=r"exchange \(alice@contoso\.test\)"):
        whole_picture("exchange", ALICE, FACE[:cut], None)


def test_an_embedded_thumbnail_ends_nothing() -> None:
    """The end marker of a thumbnail in the header is not the picture's own."""
    thumbnail = FACE
    segment = b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    framed = FACE[:2] + segment + b"\xff" + FACE[2:]  # and a fill byte, which JPEG allows

    assert whole_picture("exchange", ALICE, framed, None).data == framed
    with pytest.raises(Garbled, match="breaks off"):
        whole_picture("exchange", ALICE, framed[:-40], None)


def test_trailing_bytes_do_no_harm() -> None:
    """Telephones append things after the picture's end."""
    assert whole_picture("exchange", ALICE, FACE + b"\0" * 99, None)


def test_an_error_names_what_a_person_would_search_for() -> None:
    """UPN, else mail, else name, else the store's own handle."""
    mail = Account("yammer", "7", "Alice", ((Key.MAIL, "a@contoso.test"),))

    assert called(ALICE) == "alice@contoso.test"
    assert called(mail) == "a@contoso.test"
    assert called(Account("yammer", "7", "Alice")) == "Alice"
    assert called(Account("yammer", "7")) == "7"
