"""What would happen if, and the best plan: what is foretold is what then really happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.explain.test_explaining import change, explainer, new_world
from tests.explain.test_never_ruled_out import BOOKS, histories, observed, really_seen

from sameface.errors import BadUsage
from sameface.explain import Explainer, asking, best_plan, observable, what_if
from sameface.rules import Event, Photo, Rulebook, World, load_rulebook
from sameface.rules.deeds import ROLES
from sameface.rules.orders import Order, clients, parse_order
from sameface.rules.rulebook import Action
from sameface.rules.steps import FIELDS
from sameface.values import Ends

BOB = "bob"


def orders(book: Rulebook) -> st.SearchStrategy[list[str]]:
    """Up to three things in a row, each any channel or any action of the era, or waiting."""
    changes = st.builds(
        "{} {}".format, st.sampled_from(sorted(book.channels)), st.sampled_from("BC")
    )
    removals = st.builds("remove {}".format, st.sampled_from(sorted(book.channels)))
    waits = st.builds("wait {}".format, st.sampled_from(["10s", "3h", "1d", "3d12h"]))
    return st.lists(
        st.one_of(changes, removals, waits, *(act(book, a) for a in book.actions.values())),
        min_size=1,
        max_size=3,
    )


def act(book: Rulebook, action: Action) -> st.SearchStrategy[str]:
    """The action in every form that can be ordered."""
    verb, fields = action.id, FIELDS[action.id]
    if "client" in fields:
        return st.builds(f"{verb} {{}}".format, st.sampled_from(clients(book, verb)))
    if "process" in fields:
        return st.builds(f"{verb} {{}}".format, st.sampled_from(sorted(book.processes)))
    if "option" in fields:
        said = [
            f"{verb} {option.id} {value}"
            for option in book.options.values()
            for value in (*(("on", "off") if option.is_flag else ()), *option.choices)
        ]
        return st.sampled_from(said)
    return st.just(verb)


def lived(book: Rulebook, photo: str | None, history: list[tuple[int, Event]]) -> World:
    """A world after that history, with nothing under way any more."""
    world = World(book)
    world.add("alice", Photo(photo) if photo else None)
    world.advance(world.start + timedelta(days=2))
    for pause, event in history:
        world.advance(world.now + timedelta(seconds=pause))
        world.do(event)
    world.advance(world.now + timedelta(days=4))
    return world


def observing(world: World, wanted: str | None = None) -> Explainer:
    return Explainer(replace(observed(world), wanted=wanted), world.book, world.now)


def observing_all(world: World) -> Explainer:
    """With every store connected, AD too: what a process would bring from there is known."""
    stores = tuple(store.id for store in world.book.stores.values() if not store.internal)
    return Explainer(observed(world, stores), world.book, world.now)


def carry_out(world: World, orders: list[Order]) -> None:
    for order in orders:
        world.advance(world.now + order.wait)
        if order.event is not None:
            world.do(order.event)


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.id)
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), photo=st.sampled_from(["A", None]))
def test_before_and_after_are_what_really_happens(
    book: Rulebook, data: st.DataObject, photo: str | None
) -> None:
    """Whatever is ordered, carried out it shows on every surface what was foretold, and no more."""
    world = lived(book, photo, data.draw(histories(book)))
    about = observing_all(world)
    ordered = [parse_order(text, asking(about, BOB)) for text in data.draw(orders(book))]
    told = what_if(about, ordered, list(book.surfaces), BOB)
    before = {surface: really_seen(world, surface, BOB) for surface in book.surfaces}
    carry_out(world, ordered)

    for one in told.changes:
        assert before[one.surface] <= set(one.before), one.surface
        assert really_seen(world, one.surface, BOB) <= set(one.after), one.surface
    assert told.at == world.now


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.id)
@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_told_to_stay_afterwards_stays(book: Rulebook, data: st.DataObject) -> None:
    """Settled, or never to change by itself: more than a year later it is as foretold."""
    world = lived(book, "A", data.draw(histories(book)))
    about = observing_all(world)
    ordered = [parse_order(text, asking(about, BOB)) for text in data.draw(orders(book))]
    told = what_if(about, ordered, list(book.surfaces), BOB)
    carry_out(world, ordered)

    world.advance(world.now + timedelta(days=400))
    for one in told.changes:
        if one.until.kind in (Ends.SETTLED, Ends.NEVER):
            assert really_seen(world, one.surface, BOB) <= set(one.after), one.surface


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.id)
@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), roles=st.sampled_from([ROLES, ("owner",), ("administrator",)]))
def test_the_best_plan_does_what_it_promises(
    book: Rulebook, data: st.DataObject, roles: tuple[str, ...]
) -> None:
    """Executed, every surface it reaches shows the wanted photo at the latest when it says."""
    world = lived(book, "A", data.draw(histories(book)))
    about = observing(world, "A")
    plan = best_plan(about, [], observable(about), None, roles)

    for deed in plan.deeds:
        world.advance(deed.at)
        world.do(deed.event)
        assert deed.role in roles
    world.advance(plan.latest)

    assert [s for s in plan.reached if really_seen(world, s) != {"A"}] == []


@pytest.mark.parametrize(
    ("roles", "most", "left"),
    [(ROLES, 3, ()), (("owner",), 3, ()), (("administrator",), 1, ("lync-client", "yammer"))],
)
def test_the_best_plan_is_the_shortest(
    roles: tuple[str, ...], most: int, left: tuple[str, ...]
) -> None:
    """One look, one sign-in and one upload into Yammer; an administrator can do but one of them."""
    world = new_world()
    change(world, "outlook-online", "B")
    about = explainer(world, "B")

    plan = best_plan(about, [], observable(about), None, roles)

    assert len(plan.deeds) == most
    assert plan.left == left
    assert plan.latest == world.now


def test_looking_again_is_preferred_to_uploading_again() -> None:
    """Of plans equally short and fast the one with fewer uploads is told."""
    world = new_world()
    change(world, "outlook-online", "B")
    about = explainer(world, "B")

    plan = best_plan(about, [], ["sharepoint-newsfeed"], None, ROLES)

    assert [deed.event.verb for deed in plan.deeds] == ["visit"]


def test_a_browser_is_cleared_only_when_the_new_photo_is_there() -> None:
    """Clearing it before SharePoint has the photo would only fetch the old one again (seed-11)."""
    world = new_world()
    change(world, "outlook-online", "B")
    about = explainer(world, "B")

    plan = best_plan(about, [], ["sharepoint-people-search"], "Bob", ("owner", "viewer"))

    assert [deed.event.verb for deed in plan.deeds] == ["visit", "clear-cache"]


def test_a_shut_window_makes_the_plan_wait_or_force_it() -> None:
    """SharePoint asked an hour ago: a visit counts only tomorrow, editing and cancelling now."""
    world = new_world()
    change(world, "sharepoint-my-site", "A")
    world.advance(world.now + timedelta(hours=1))
    change(world, "set-userphoto", "B")
    about = explainer(world, "B")

    plan = best_plan(about, [], ["sharepoint-newsfeed"], None, ("owner",))

    assert len(plan.deeds) == 1
    assert plan.latest == world.now


def test_what_is_refused_is_told() -> None:
    """Without a mailbox Set-UserPhoto has nowhere to write to."""
    world = World(load_rulebook("office365-2014"))
    world.add("alice", options={"mailbox": False})
    about = explainer(world)

    told = what_if(about, [parse_order("set-userphoto B", asking(about, None))], ["yammer"], None)

    assert [refusal.rule for refusal in told.refusals] == ["stores/exchange"]


def test_the_waiting_afterwards_is_for_the_photo_that_was_ordered() -> None:
    """After `set-userphoto C` the newsfeed waits for Alice to open her profile: then it shows C."""
    about = explainer(new_world(), "A")
    order = parse_order("set-userphoto C", asking(about, None))

    (told,) = what_if(about, [order], ["sharepoint-newsfeed"], None).changes

    assert (told.before, told.after) == (("A",), ("A",))
    assert (told.until.kind, told.until.action) == (Ends.ACTION, "visit")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("set-userfoto B", 'did you mean "set-userphoto"'),
        ("set-userphoto", "say which photo"),
        ("set-userphoto B loud", '"loud" says nothing here'),
        ("remove jammer", 'did you mean "yammer"'),
        ("wait long", "wait 3h"),
        ("visit twice", '"twice" says nothing here'),
        ("clear-cache", "--viewer"),
        ("restart lync-client", "--viewer"),
        ("set picture-shone on", 'did you mean "picture-shown"'),
        ("", "Say what happens"),
    ],
)
def test_a_slip_in_an_order_is_answered_with_what_would_be_right(text: str, hint: str) -> None:
    """The words that are wrong, and the nearest that would not be."""
    about = asking(explainer(new_world()), None)

    with pytest.raises(BadUsage) as told:
        parse_order(text, about)

    assert hint in str(told.value)
