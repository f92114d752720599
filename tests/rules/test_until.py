"""Until when: what is told comes true in the interpreter, for any history, in every era."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.rules.kit import BOOKS

from sameface.rules import Event, Photo, Rulebook, World, load_rulebook
from sameface.rules.steps import FIELDS
from sameface.values import Ends, Sighting, Until

BOOK = load_rulebook("office365-2014")
PEOPLE = ("alice", "bob")
PAUSES = st.sampled_from([0, 1, 5, 10, 60, 3600, 3 * 3600, 86399, 86400, 3 * 86400])
History = list[tuple[int, Event]]
every_era = pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.id)
patient = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


@cache
def histories(book: Rulebook) -> st.SearchStrategy[History]:
    """Up to twelve things that happen, each some time after the one before."""
    people = st.sampled_from(PEOPLE)
    channels = st.sampled_from(sorted(book.channels))
    sizes = st.sampled_from([None, 9000, 20000, 600000])
    photos = st.builds(Photo, st.sampled_from("BCD"), sizes)
    looks = st.builds(
        Event,
        st.just("look"),
        people,
        viewer=st.sampled_from([None, *PEOPLE]),
        surface=st.sampled_from(sorted(book.surfaces)),
    )
    happens = [
        st.builds(Event, st.just("change"), people, channels, photos),
        st.builds(Event, st.just("remove"), people, channels),
        *(act(book, verb) for verb in book.actions),
        looks,
        looks,
    ]
    return st.lists(st.tuples(PAUSES, st.one_of(happens)), max_size=12)


def act(book: Rulebook, verb: str) -> st.SearchStrategy[Event]:
    """One of the rulebook's actions, by Alice or Bob; every option may be set to all it can say."""
    if verb == "set":
        said = [
            (option.id, value)
            for option in book.options.values()
            for value in (*((True, False) if option.is_flag else ()), *option.choices)
        ]
        chosen = st.sampled_from(said)
        return st.builds(
            lambda person, what: Event("set", person, option=what[0], value=what[1]),
            st.sampled_from(PEOPLE),
            chosen,
        )
    fields = FIELDS[verb]
    return st.builds(
        Event,
        st.just(verb),
        person=st.sampled_from(PEOPLE) if "person" in fields else st.none(),
        viewer=st.just("bob") if "viewer" in fields else st.none(),
        client=st.sampled_from(clients(book, verb)) if "client" in fields else st.none(),
        process=st.sampled_from(sorted(book.processes)) if "process" in fields else st.none(),
    )


def clients(book: Rulebook, verb: str) -> list[str]:
    """The surfaces that an action can be about."""
    if verb in ("sign-in", "sign-out"):
        return [surface.id for surface in book.surfaces.values() if surface.signed_in]
    return [surface.id for surface in book.surfaces.values() if surface.cache is not None]


def new_world(book: Rulebook = BOOK, has_photo: bool = True) -> World:
    world = World(book)
    world.add("alice", Photo("A") if has_photo else None)
    world.add("bob", Photo("A"))
    return world


def live(world: World, history: History, chunks: int = 1) -> list[Sighting]:
    """Let the history happen; time between events passes in that many steps."""
    seen = []
    for pause, event in history:
        begun = world.now
        for chunk in range(1, chunks + 1):
            world.advance(begun + timedelta(seconds=pause) * chunk / chunks)
        if event.verb == "look":
            seen.append(world.look(event.viewer, event.surface or "", event.person or ""))
        else:
            world.do(event)
    return seen


def questions(book: Rulebook) -> list[tuple[str | None, str, str]]:
    return [(v, s, p) for v in (None, "bob") for s in book.surfaces for p in PEOPLE]


def everything(world: World) -> list[Sighting]:
    return [world.peek(*question) for question in questions(world.book)]


@every_era
@patient
@given(data=st.data())
def test_the_same_history_shows_the_same_photos(book: Rulebook, data: st.DataObject) -> None:
    """The interpreter is deterministic."""
    history = data.draw(histories(book))

    assert live(new_world(book), history) == live(new_world(book), history)


@every_era
@patient
@given(data=st.data(), chunks=st.integers(2, 5))
def test_time_may_pass_in_one_step_or_in_many(
    book: Rulebook, data: st.DataObject, chunks: int
) -> None:
    """Looks come out the same however the time between events is cut."""
    history = data.draw(histories(book))
    one, many = new_world(book), new_world(book)

    assert live(one, history) == live(many, history, chunks)
    assert everything(one) == everything(many)


@every_era
@patient
@given(data=st.data())
def test_a_peek_touches_nothing(book: Rulebook, data: st.DataObject) -> None:
    """Peeking between events changes no later look."""
    history = data.draw(histories(book))
    quiet, curious = new_world(book), new_world(book)
    expected = live(quiet, history)
    seen = []
    for pause, event in history:
        everything(curious)
        seen += live(curious, [(pause, event)])

    assert seen == expected


@every_era
@patient
@given(data=st.data())
def test_a_surface_shows_only_what_its_store_ever_had(book: Rulebook, data: st.DataObject) -> None:
    """A photo that a surface shows was at some time in a store that it reads, or is nothing."""
    history = data.draw(histories(book))
    world = new_world(book, has_photo=False)
    had: dict[tuple[str, str], set[str]] = {(p, s): set() for p in PEOPLE for s in book.stores}
    for pause, event in history:
        seen = live(world, [(pause, event)])
        for person in PEOPLE:
            for _, state in world.question(None, next(iter(book.surfaces)), person).worlds:
                for store, held in state.held.items():
                    had[person, store] |= {held.name or "", *dict(held.files).values()}
        for one in seen:
            row = book.surfaces[one.surface]
            reads = {row.reads, *(other.reads for _, other in row.instead)}
            assert {p for p in one.photos if p} <= set().union(*(had[one.person, s] for s in reads))


def _follow(world: World, until: Until, sighting: Sighting) -> None:
    """Do what `until` says, step by step."""
    step: Until | None = until
    while step is not None:
        world.advance(max(world.now, step.at or world.now))
        if step.action is not None:
            fields = FIELDS[step.action]
            world.do(
                Event(
                    step.action,
                    person=sighting.person if "person" in fields else None,
                    viewer=step.by if "viewer" in fields else None,
                    client=sighting.surface if "client" in fields else None,
                )
            )
        step = step.then


@every_era
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), has_photo=st.booleans())
def test_until_comes_true(book: Rulebook, data: st.DataObject, has_photo: bool) -> None:
    """A time or an action changes the sighting as told; settled and never stay for ever.

    What is told as unknown rests on a row that says so itself.
    """
    history = data.draw(histories(book))
    world = new_world(book, has_photo)
    live(world, history)
    viewer, surface, person = data.draw(st.sampled_from(questions(book)))
    sighting = world.peek(viewer, surface, person)

    for one in (sighting.until, *sighting.until.alternatives):
        if one.kind is Ends.UNKNOWN:
            assert not book.caches[book.surfaces[surface].cache or ""].lifetime.known
    if sighting.until.kind in (Ends.SETTLED, Ends.NEVER):
        world.advance(world.now + timedelta(days=400))
        assert world.peek(viewer, surface, person).photos == sighting.photos
        return
    for way in (sighting.until, *sighting.until.alternatives):
        if way.kind is not Ends.UNKNOWN:
            again = new_world(book, has_photo)
            live(again, history)
            _follow(again, way, sighting)
            assert again.peek(viewer, surface, person).photos != sighting.photos


def test_a_window_that_is_shut_is_told_with_the_time_it_opens() -> None:
    """SharePoint asks at most once in 24 hours, so the next visit counts only after that (B-R4)."""
    world = new_world()
    world.do(Event("visit", person="alice"))
    world.advance(world.now + timedelta(hours=1))
    world.do(Event("change", person="alice", channel="outlook-online", photo=Photo("B")))

    until = world.peek("bob", "sharepoint-newsfeed", "alice").until

    ways = {way.action: way.at for way in (until, *until.alternatives)}
    assert ways == {"visit": world.start + timedelta(days=1), "edit-cancel": None}


def test_conditions_in_a_row_are_told_as_a_chain() -> None:
    """Alice must make SharePoint ask, and then Bob must clear his browser (seed-9, seed-11)."""
    world = new_world()
    world.look("bob", "sharepoint-people-search", "alice")
    world.do(Event("change", person="alice", channel="lync-client", photo=Photo("B")))

    until = world.peek("bob", "sharepoint-people-search", "alice").until

    assert (until.action, until.by) == ("visit", "alice")
    assert until.then is not None
    assert (until.then.action, until.then.by) == ("clear-cache", "bob")


def test_a_delay_known_as_a_range_is_told_as_one() -> None:
    """Exchange takes it from Azure AD within a day: at the latest then, typical unknown (A-R2)."""
    world = new_world(has_photo=False)
    world.do(Event("change", person="alice", channel="dirsync", photo=Photo("B", 9000)))
    world.advance(world.now + timedelta(hours=4))

    sighting = world.peek(None, "outlook-online-mail", "alice")

    assert sighting.photos == ("B", None)
    assert sighting.until.kind is Ends.TIME
    assert sighting.until.at == world.start + timedelta(hours=27)
    assert sighting.until.within_s == (None, 23 * 3600)


@pytest.mark.parametrize("channel", ["sharepoint-my-site", "outlook-client", "set-userphoto"])
def test_yammer_never_follows(channel: str) -> None:
    """Nothing carries a photo to Yammer: the person must set it there (seed-7)."""
    world = new_world()
    world.do(Event("change", person="alice", channel=channel, photo=Photo("B")))

    until = world.peek("bob", "yammer", "alice").until

    assert until.kind is Ends.NEVER
    assert "Alice must upload it in Yammer" in until.text


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.id)
def test_nobody_is_sent_where_the_photo_would_not_arrive(book: Rulebook) -> None:
    """Without a mailbox My Site and Delve write SharePoint: Outlook would show nothing of it."""
    world = World(book)
    world.add("alice", Photo("A"), {"mailbox": False})
    world.add("bob", Photo("A"))
    for channel in ("sharepoint-my-site", "graph-beta", "my-account"):
        if channel in book.channels:
            world.do(Event("change", person="alice", channel=channel, photo=Photo("B")))

    until = world.peek("bob", "outlook-client", "alice").until

    assert (until.kind, until.text.partition(" in ")[0]) == (Ends.NEVER, "Alice has no mailbox")
    assert "must" not in until.text
