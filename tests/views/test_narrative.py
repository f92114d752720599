"""What was done, in a sentence."""

from __future__ import annotations

import pytest

from sameface.rules import Event, Photo, load_rulebook
from sameface.rules.wording import Wording
from sameface.views.narrative import done

THEN, NOW = load_rulebook("office365-2014"), load_rulebook("microsoft365-2024")


@pytest.mark.parametrize(
    ("book", "event", "told"),
    [
        (
            NOW,
            Event("set", "alice", option="photo-source", value="cloud"),
            "An administrator changes a setting of Alice: photo-source is now cloud",
        ),
        (
            NOW,
            Event("set", "alice", option="may-edit", value=False),
            "An administrator changes a setting of Alice: may-edit is now off",
        ),
        (
            THEN,
            Event("remove", "alice", channel="set-userphoto"),
            "The photo of Alice is removed with Set-UserPhoto",
        ),
        (
            THEN,
            Event("remove", "alice", channel="outlook-online"),
            "The photo of Alice is removed in Outlook Online",
        ),
        (
            THEN,
            Event("change", "alice", channel="lync-client", photo=Photo("B", 9000)),
            "Alice changed it in Lync (photo B, 9,000 bytes)",
        ),
        (
            NOW,
            Event("reset-client", viewer="bob", client="teams"),
            "Bob signs out of Teams, clears its cache and signs in again (Teams)",
        ),
    ],
)
def test_what_was_done_is_said_as_people_would(book: object, event: Event, told: str) -> None:
    """Settings say what they say now; places are written in, tools are written with."""
    assert done(event, Wording(NOW if book is NOW else THEN)) == told
