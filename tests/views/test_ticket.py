"""A ticket: plain words that can be pasted, without ids, letters or rules."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from tests.explain.test_explaining import ALICE, BOOK, change, explainer, new_world

from sameface.rules import Event, World
from sameface.views.ticket import ticket


def paragraph(world: World, surface: str, wanted: str = "B", viewer: str | None = None) -> str:
    (text,) = ticket(ALICE, BOOK, [explainer(world, wanted).explain(surface, viewer)], viewer)
    return text


def test_it_says_what_is_seen_why_and_who_must_act() -> None:
    """SharePoint waits for Alice's own look (seed-9): she must act, at any time."""
    world = new_world()
    change(world, "outlook-online", "B")

    text = paragraph(world, "sharepoint-people-search")

    assert text.startswith("In people search, a colleague sees an older photo of Alice Example.")
    assert "Exchange holds the current photo." in text
    assert "It ends as soon as Alice Example opens their own profile page." in text


def test_a_time_before_which_acting_is_in_vain_is_told() -> None:
    """The window of 24 hours, as a day and an hour in UTC; the other way as the other way."""
    world = new_world()
    world.do(Event("visit", person="alice"))
    world.advance(world.now + timedelta(hours=1))
    change(world, "lync-client", "B")

    text = paragraph(world, "sharepoint-my-site")

    assert "Or as soon as " in text
    assert re.search(r"(after|before) \w+ 6 Mar\w* (2014 )?09:00", text)


def test_what_never_changes_by_itself_says_so_once() -> None:
    """Yammer takes no photo from anywhere (seed-7): she must upload it there."""
    world = new_world()
    change(world, "set-userphoto", "B")

    text = paragraph(world, "yammer")

    assert "It will not change by itself. Alice Example must upload it in Yammer." in text
    assert text.count("takes no photo from anywhere") == 1


def test_what_is_assumed_is_said_as_such() -> None:
    """Whether she is signed in to Lync, and what a browser keeps, nobody can observe."""
    world = new_world()
    change(world, "set-userphoto", "B")

    lync, outlook = (
        paragraph(world, "lync-client"),
        paragraph(world, "outlook-client", viewer="Bob"),
    )

    assert "This is assumed, not known:" in lync
    assert "which of these nobody can look up" in outlook
    assert "It ends as soon as Bob restarts Outlook." in outlook


@pytest.mark.parametrize("surface", BOOK.surfaces)
@pytest.mark.parametrize("channel", ["outlook-online", "sharepoint-my-site", "yammer"])
def test_it_is_plain(surface: str, channel: str) -> None:
    """No ids of rows, no letters for photos, whole sentences, one line."""
    world = new_world()
    change(world, channel, "B")

    text = paragraph(world, surface)

    ids = {name for rows in BOOK.kinds.values() for name in rows if "-" in name}
    assert [name for name in ids if name in text] == []
    assert not re.search(r"photo [A-Z]\b", text)
    assert text.endswith(".")
    assert "\n" not in text
