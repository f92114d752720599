"""The order of writes: in simulation no other order shows old faces for less time."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from tests.rules.kit import BOOKS

from sameface.rules import Event, Photo, Rulebook, World
from sameface.rules.conditions import Value
from sameface.rules.rulebook import Channel
from sameface.rules.sequence import write_order

APART = timedelta(hours=1)
"""Between two writes of one person. As long as that only so that an hour's steps can show it."""

WATCHED = 30  # hours: longer than any window or delay that could put an old photo back
ON_PREMISES = {"mailbox": "on-premises"}


def channels(book: Rulebook, options: Mapping[str, Value]) -> dict[str, Channel]:
    """A way for programs into each store that has one."""
    settings = book.settings(options)
    return {
        channel.writes: channel
        for channel in reversed(tuple(book.channels.values()))
        if channel.actor != "person" and channel.is_open_to(settings)
    }


def old_face_hours(
    book: Rulebook, options: Mapping[str, Value], order: Sequence[str], visit: int | None
) -> int:
    """Hours for which a surface may show the old photo, all surfaces together: to a colleague
    without caches, and to Bob, who looks everywhere every hour. The owner opens their profile
    after so many writes."""
    world, ways = World(book, options=options), channels(book, options)
    world.add("alice", Photo("old", 9000))
    for surface in book.surfaces:  # everybody has seen the old one
        world.see("bob", surface, "alice")
    hours = 0
    for hour in range(WATCHED):
        world.advance(world.start + hour * APART)
        if hour < len(order):
            photo = Photo("new", 9000)
            channel = ways[order[hour]].id
            world.do(Event("change", person="alice", channel=channel, photo=photo))
        if hour == visit:
            world.do(Event("visit", person="alice"))
        hours += sum(
            "old" in world.see(viewer, surface, "alice")
            for surface in book.surfaces
            for viewer in (None, "bob")
        )
    return hours


@pytest.mark.parametrize("options", [{}, ON_PREMISES], ids=["cloud", "on-premises"])
@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.id)
def test_no_order_shows_old_faces_for_less_time(
    book: Rulebook, options: Mapping[str, Value]
) -> None:
    """Whenever the owner looks in between, or not at all: summed over these, ours is the least."""
    if "on-premises" not in book.options["mailbox"].choices:
        options = {}
    stores = tuple(store for store in book.stores if store in channels(book, options))
    visits = (None, *range(len(stores)))
    hours = {
        order: sum(old_face_hours(book, options, order, visit) for visit in visits)
        for order in itertools.permutations(stores)
    }

    assert hours[write_order(book, stores, options)] == min(hours.values())
    assert min(hours.values()) < max(hours.values())


def test_a_store_that_feeds_another_comes_first() -> None:
    """SharePoint takes from Exchange when the owner looks, and Exchange never from SharePoint;
    what the rulebook has never heard of comes last."""
    book = next(one for one in BOOKS if one.id == "office365-2014")

    order = write_order(book, ["folder", "sharepoint", "exchange"], {})

    assert order == ("exchange", "sharepoint", "folder")
