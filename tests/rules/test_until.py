"""Until when: what is told comes true in the interpreter, for any history."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sameface.rules import Event, Photo, World, load_rulebook
from sameface.values import Ends, Sighting, Until

BOOK = load_rulebook("office365-2014")
PEOPLE = ("alice", "bob")
WRITES = st.builds(
    Event,
    verb=st.just("change"),
    person=st.sampled_from(PEOPLE),
    channel=st.sampled_from(sorted(BOOK.channels)),
    photo=st.builds(Photo, st.sampled_from("BCD"), st.sampled_from([None, 9000, 20000, 600000])),
)
REMOVALS = st.builds(
    Event,
    verb=st.just("remove"),
    person=st.sampled_from(PEOPLE),
    channel=st.sampled_from(sorted(BOOK.channels)),
)
ACTIONS = st.one_of(
    st.builds(
        Event, verb=st.sampled_from(["visit", "edit-cancel"]), person=st.sampled_from(PEOPLE)
    ),
    st.builds(
        Event,
        verb=st.sampled_from(["sign-in", "sign-out"]),
        person=st.sampled_from(PEOPLE),
        client=st.just("lync-client"),
    ),
    st.builds(
        Event, verb=st.just("restart"), viewer=st.just("bob"), client=st.just("outlook-client")
    ),
    st.builds(Event, verb=st.just("clear-cache"), viewer=st.just("bob")),
    st.builds(Event, verb=st.just("sync"), process=st.just("dirsync")),
)
LOOKS = st.builds(
    Event,
    verb=st.just("look"),
    viewer=st.sampled_from([None, *PEOPLE]),
    surface=st.sampled_from(sorted(BOOK.surfaces)),
    person=st.sampled_from(PEOPLE),
)
PAUSES = st.sampled_from([0, 1, 5, 10, 60, 3600, 3 * 3600, 86399, 86400, 3 * 86400])
HISTORIES = st.lists(st.tuples(PAUSES, st.one_of(WRITES, REMOVALS, ACTIONS, LOOKS)), max_size=12)


def new_world(has_photo: bool = True) -> World:
    world = World(BOOK)
    world.add("alice", Photo("A") if has_photo else None)
    world.add("bob", Photo("A"))
    return world


def live(world: World, history: list[tuple[int, Event]], chunks: int = 1) -> list[Sighting]:
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


QUESTIONS = [(v, s, p) for v in (None, "bob") for s in BOOK.surfaces for p in PEOPLE]


def everything(world: World) -> list[Sighting]:
    return [world.peek(*question) for question in QUESTIONS]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HISTORIES)
def test_the_same_history_shows_the_same_photos(history: list[tuple[int, Event]]) -> None:
    """The interpreter is deterministic."""
    assert live(new_world(), history) == live(new_world(), history)


@settings(deadline=None, max_examples=60)
@given(HISTORIES, st.integers(2, 5))
def test_time_may_pass_in_one_step_or_in_many(
    history: list[tuple[int, Event]], chunks: int
) -> None:
    """Looks come out the same however the time between events is cut."""
    one, many = new_world(), new_world()

    assert live(one, history) == live(many, history, chunks)
    assert everything(one) == everything(many)


@settings(deadline=None, max_examples=60)
@given(HISTORIES)
def test_a_peek_touches_nothing(history: list[tuple[int, Event]]) -> None:
    """Peeking between events changes no later look."""
    quiet, curious = new_world(), new_world()
    expected = live(quiet, history)
    seen = []
    for pause, event in history:
        everything(curious)
        seen += live(curious, [(pause, event)])

    assert seen == expected


@settings(deadline=None, max_examples=60)
@given(HISTORIES)
def test_a_surface_shows_only_what_its_store_ever_had(history: list[tuple[int, Event]]) -> None:
    """A photo that a surface shows was at some time in the store it reads, or is nothing."""
    world = new_world(has_photo=False)
    had: dict[tuple[str, str], set[str]] = {(p, s): set() for p in PEOPLE for s in BOOK.stores}
    for pause, event in history:
        seen = live(world, [(pause, event)])
        for person in PEOPLE:
            for _, state in world._worlds(person):
                for store, held in state.held.items():
                    had[person, store] |= {held.name or "", *dict(held.files).values()}
        for one in seen:
            reads = BOOK.surfaces[one.surface].reads
            assert {p for p in one.photos if p} <= had[one.person, reads]


def _follow(world: World, until: Until, sighting: Sighting) -> None:
    """Do what `until` says, step by step."""
    step: Until | None = until
    while step is not None:
        world.advance(max(world.now, step.at or world.now))
        if step.action is not None:
            client = {"sign-in": "lync-client", "restart": "outlook-client"}.get(step.action)
            owner = step.action in {"visit", "edit-cancel", "sign-in"}
            world.do(
                Event(
                    step.action,
                    person=sighting.person if owner else None,
                    viewer=None if owner else step.by,
                    client=client,
                )
            )
        step = step.then


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.booleans(), HISTORIES, st.data())
def test_until_comes_true(
    has_photo: bool, history: list[tuple[int, Event]], data: st.DataObject
) -> None:
    """A time or an action changes the sighting as told; settled and never stay for ever."""
    world = new_world(has_photo)
    live(world, history)
    viewer, surface, person = data.draw(st.sampled_from(QUESTIONS))
    sighting = world.peek(viewer, surface, person)

    if sighting.until.kind in (Ends.SETTLED, Ends.NEVER):
        world.advance(world.now + timedelta(days=400))
        assert world.peek(viewer, surface, person).photos == sighting.photos
    else:
        _follow(world, sighting.until, sighting)
        assert world.peek(viewer, surface, person).photos != sighting.photos


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
    assert "Alice must set it in the Yammer profile" in until.text
