"""Reasoning back: what explain says of observed stores agrees with what really happened."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from sameface.explain import Explainer, Subject, letters
from sameface.explain.status import Place, row
from sameface.rules import Event, Photo, World, load_rulebook
from sameface.values import Cell, Ends, Mark, Person, Standing

BOOK = load_rulebook("office365-2014")
CONNECTED = ("exchange", "sharepoint", "yammer")
ALICE = Person("alice", "Alice Example", "alice@contoso.test")


def observed(world: World, wanted: str | None = None) -> Subject:
    """What connectors would find of Alice in this world: cells, and SharePoint's timestamp."""
    cells = []
    for store in CONNECTED:
        if store == "exchange" and not world.option("alice", "mailbox"):
            continue
        held = world.held("alice", store)
        shown = store != "sharepoint" or world.option("alice", "picture-shown")
        name = held.name if shown else None
        facts = (("SPS-PictureTimestamp", str(held.stamp)),) if store == "sharepoint" else ()
        standing = Standing.PHOTO if name else Standing.NONE
        cells.append(Cell(store, standing, world.now, name, facts=facts if held.stamp else ()))
    return Subject(ALICE, tuple(cells), wanted, frozenset(CONNECTED))


def explainer(world: World, wanted: str | None = None) -> Explainer:
    return Explainer(observed(world, wanted), BOOK, world.now)


def new_world(photo: str | None = "A") -> World:
    world = World(BOOK, names={"alice": "Alice Example"})
    world.add("alice", Photo(photo) if photo else None)
    world.advance(world.start + timedelta(days=2))
    return world


def change(world: World, channel: str, photo: str) -> None:
    world.do(Event("change", person="alice", channel=channel, photo=Photo(photo)))


def test_an_outlook_change_is_told_as_what_sharepoint_waits_for() -> None:
    """Exchange is newer than SharePoint: the owner must open her profile (seed-9, A-R7)."""
    world = new_world()
    change(world, "outlook-client", "B")

    told = explainer(world, "B").explain("sharepoint-people-search")

    assert told.shown() == "A"
    assert (told.until.kind, told.until.action) == (Ends.ACTION, "visit")
    texts = {reason.text: reason.mark for reason in told.because}
    assert texts["SharePoint holds photo A"] is Mark.OBSERVED
    assert texts["Exchange holds photo B"] is Mark.OBSERVED
    deduced = [text for text, mark in texts.items() if mark is Mark.DEDUCED]
    assert any("the Outlook client" in text and "Set-UserPhoto" in text for text in deduced)
    assert any(text.startswith("SharePoint asks Exchange only when") for text in deduced)


def test_a_shut_window_is_told_with_its_time() -> None:
    """SharePoint asked an hour ago, so the next visit counts a day after that (B-R4)."""
    world = new_world()
    world.do(Event("visit", person="alice"))
    asked = world.now
    world.advance(world.now + timedelta(hours=1))
    change(world, "lync-client", "B")

    until = explainer(world, "B").explain("sharepoint-my-site").until

    ways = {way.action: way.at for way in (until, *until.alternatives)}
    assert ways == {"edit-cancel": None, "visit": asked + timedelta(days=1)}


def test_yammer_is_told_as_the_persons_own_to_do() -> None:
    """Yammer takes no photo from anywhere (seed-7)."""
    world = new_world()
    change(world, "set-userphoto", "B")

    told = explainer(world, "B").explain("yammer")

    assert told.until.kind is Ends.NEVER
    assert "Alice Example must upload it in Yammer" in told.until.text


def test_what_cannot_be_observed_is_assumed_and_both() -> None:
    """Whether Alice is in Lync, and what Bob's Outlook keeps, nobody can observe."""
    world = new_world()
    change(world, "set-userphoto", "B")
    about = explainer(world, "B")

    lync, outlook = about.explain("lync-client"), about.explain("outlook-client", "Bob")

    assert lync.photos == ("B", None)
    assert outlook.photos == ("A", "B")
    assert all(one.because[-1].mark is Mark.ASSUMED for one in (lync, outlook))


def test_stores_that_no_history_explains_are_told_as_overdue() -> None:
    """Exchange has two photos' worth of trouble that no short history allows: it says so."""
    world = new_world()
    subject = observed(world, "A")
    cells = tuple(
        Cell(c.store, c.standing, c.observed_at, photo, facts=c.facts)
        for c, photo in zip(subject.cells, ("A", "B", "A"), strict=True)
    )
    unexplained = dataclasses.replace(BOOK, channels={})  # nobody could write anything
    odd = Subject(subject.person, cells, "A", subject.stores)

    told = Explainer(odd, unexplained, world.now).explain("sharepoint-newsfeed")

    assert told.photos == ("B",)
    assert any(reason.rule == "overdue" for reason in told.because)


def test_letters_name_the_wanted_photo_last() -> None:
    """Old photos come first, so that a reader sees A become B."""
    world = new_world()
    change(world, "set-userphoto", "X")

    assert letters(observed(world, "X")) == {"A": "A", "X": "B"}


@pytest.mark.parametrize(
    ("channel", "place"),
    [("outlook-online", Place.DIFFERENT), ("sharepoint-my-site", Place.SAME)],
)
def test_a_row_says_how_every_place_stands(channel: str, place: Place) -> None:
    """Stores without a connector are named as such; surfaces follow their store."""
    world = new_world()
    change(world, channel, "B")

    line = row(explainer(world, "B"), ("folder",))

    stores = {spot.id: spot.place for spot in line.stores}
    surfaces = {spot.id: spot.place for spot in line.surfaces}
    assert stores["active-directory"] is Place.UNCONNECTED
    assert stores["sharepoint"] is place
    assert surfaces["sharepoint-people-search"] is place
    assert surfaces["lync-client"] is Place.EITHER
    assert stores["yammer"] is surfaces["yammer"] is Place.DIFFERENT
    assert not line.agrees


def test_nobody_misses_a_photo_where_they_have_no_account() -> None:
    """Yammer is observed and knows no Alice: its surface says so, and is neither empty nor lag."""
    told = observed(new_world(), "A")
    cells = tuple(cell for cell in told.cells if cell.store != "yammer")

    line = row(Explainer(dataclasses.replace(told, cells=cells), BOOK, new_world().now))

    assert {spot.place for spot in line.surfaces if spot.id == "yammer"} == {Place.ABSENT}
    assert "yammer" not in [one.surface for one in line.lagging()]
