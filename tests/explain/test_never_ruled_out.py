"""Reasoning back, for random histories in every era: the truth is among what is held possible."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sameface.explain import Explainer, Subject
from sameface.rules import Event, Photo, Rulebook, World, load_rulebook, rulebook_names
from sameface.values import Cell, Person, Standing

BOOKS = [load_rulebook(name) for name in rulebook_names()]
OBSERVED = ("entra-id", "exchange", "sharepoint", "yammer")
ALICE = Person("alice", "Alice Example", "alice@contoso.test")


def observed(world: World, stores: tuple[str, ...] = OBSERVED) -> Subject:
    """What connectors would find of Alice in the earliest world, AD usually out of their reach."""
    cells = []
    for store in stores:
        held = world.held("alice", store)
        shown = store != "sharepoint" or world.option("alice", "picture-shown")
        name = held.name if shown else None
        facts = (("SPS-PictureTimestamp", str(held.stamp)),) if store == "sharepoint" else ()
        standing = Standing.PHOTO if name else Standing.NONE
        cells.append(Cell(store, standing, world.now, name, facts=facts if held.stamp else ()))
    return Subject(ALICE, tuple(cells), None, frozenset(stores))


def really_seen(world: World, surface: str, viewer: str | None = None) -> set[str | None]:
    """What is seen in the world that is observed, by a colleague unless a viewer is named."""
    look = world.question(viewer, surface, "alice")
    return set(replace(look, worlds=look.worlds[:1]).photos())


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.id)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_really_happened_is_never_ruled_out(book: Rulebook, data: st.DataObject) -> None:
    """For a colleague, the photos that explain holds possible include those really shown."""
    world = World(book)
    photo = data.draw(st.sampled_from(["A", None]))
    world.add("alice", Photo(photo) if photo else None)
    world.advance(world.start + timedelta(days=2))
    for pause, event in data.draw(histories(book)):
        world.advance(world.now + timedelta(seconds=pause))
        world.do(event)
    world.advance(world.now + timedelta(days=4))  # nothing is under way any more

    told = {one.surface: one for one in Explainer(observed(world), book, world.now).explain_all()}

    for surface in book.surfaces:
        assert really_seen(world, surface) <= set(told[surface].photos), surface


def histories(book: Rulebook) -> st.SearchStrategy[list[tuple[int, Event]]]:
    """Up to five things that happen to Alice, each some time after the one before."""
    channels = st.sampled_from(sorted(set(book.channels) - {"user-photos-upload"}))
    photos = st.builds(Photo, st.sampled_from("BCD"), st.sampled_from([None, 9000, 20000]))
    alone = [a.id for a in book.actions.values() if a.by == "owner" and "sign-" not in a.id]
    clients = [surface.id for surface in book.surfaces.values() if surface.signed_in]
    happens = [
        st.builds(Event, st.just("change"), st.just("alice"), channels, photos),
        st.builds(Event, st.just("remove"), st.just("alice"), channels),
        st.builds(Event, st.sampled_from(alone), st.just("alice")),
    ]
    for client in clients:
        verbs = st.sampled_from(["sign-in", "sign-out"])
        happens.append(st.builds(Event, verbs, st.just("alice"), client=st.just(client)))
    pauses = st.sampled_from([60, 3600, 86400, 200000])
    return st.lists(st.tuples(pauses, st.one_of(happens)), max_size=5)
