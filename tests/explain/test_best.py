"""The best plan: no shorter sequence does as much, it keeps its promise, and tells its bound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.explain.test_explaining import change, explainer, new_world
from tests.explain.test_never_ruled_out import BOOKS, histories
from tests.explain.test_whatif import lived, observing

from sameface.explain import Explainer, best_plan, observable
from sameface.rules import Event, Photo, Rulebook
from sameface.rules.best import best
from sameface.rules.deeds import ROLES, role_of
from sameface.rules.essence import merged
from sameface.rules.futures import futures
from sameface.rules.looking import Look
from sameface.rules.orders import clients
from sameface.rules.steps import FIELDS

WANTED = "A"
MOMENTS = (timedelta(0), timedelta(days=4))
"""At once, and when nothing is under way any more and every window is open."""


def looks(about: Explainer) -> list[Look]:
    """The question on every surface that can be observed, in all that may be."""
    found = (about.look(about.book.surfaces[s], None) for s in observable(about))
    return [replace(look, worlds=futures(look.worlds, about.now)) for look in found]


def everything(book: Rulebook, roles: tuple[str, ...]) -> Iterator[Event]:
    """All that these people can do about Alice's photo, in every form."""
    for channel in book.channels.values():
        yield Event("change", "alice", channel.id, Photo(WANTED))
    for verb in book.actions:
        plain = Event(verb, person="alice")
        if "viewer" in FIELDS[verb]:
            continue
        if "client" in FIELDS[verb]:
            yield from (replace(plain, client=client) for client in clients(book, verb))
        elif "process" in FIELDS[verb]:
            yield from (Event(verb, process=process) for process in book.processes)
        elif "option" in FIELDS[verb]:
            flags = (option.id for option in book.options.values() if option.is_flag)
            yield from (replace(plain, option=o, value=v) for o in flags for v in (True, False))
        else:
            yield plain


def lacking(some: list[Look]) -> int:
    """On how many of these the wanted photo is not all that is seen, a year later."""
    later = (look.later(look.now + timedelta(days=400)) for look in some)
    return sum(look.photos() != {WANTED} for look in later)


def after(some: list[Look], event: Event, wait: timedelta) -> list[Look]:
    found = (look.after(event, look.now + wait) for look in some)
    return [replace(look, worlds=merged(look.worlds)) for look in found]


def tried(some: list[Look], book: Rulebook, roles: tuple[str, ...], depth: int) -> int:
    """The fewest surfaces that any sequence of so many events leaves lacking: brute force."""
    if depth == 0:
        return lacking(some)
    return min(
        tried(after(some, event, wait), book, roles, depth - 1)
        for event in everything(book, roles)
        if role_of(event, book) in roles
        for wait in MOMENTS
    )


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.id)
@settings(deadline=None, max_examples=5, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), roles=st.sampled_from([ROLES, ("owner",), ("administrator",)]))
def test_no_shorter_sequence_does_as_much(
    book: Rulebook, data: st.DataObject, roles: tuple[str, ...]
) -> None:
    """Whatever one could do instead of a plan of two or more, every event tried: it leaves more."""
    about = observing(lived(book, "A", data.draw(histories(book))), WANTED)
    some = looks(about)
    plan = best(some, WANTED, roles)

    assert plan.stopped is None
    for fewer in range(min(len(plan.deeds), 2)):
        assert tried(some, book, roles, fewer) > len(plan.left)
    if not plan.deeds:
        assert tried(some, book, roles, 1) >= len(plan.left)


def test_a_search_that_stops_says_so() -> None:
    """With hardly anything tried, the plan found is told with the bound that it stopped at."""
    world = new_world()
    change(world, "outlook-online", "B")
    about = explainer(world, "B")
    some = looks(about)

    short = best(some, "B", ROLES, most=3)
    whole = best(some, "B", ROLES)

    assert short.stopped is not None
    assert short.stopped >= 3
    assert short.as_json()["stopped"] == short.stopped
    assert len(short.left) > len(whole.left) == 0
    assert whole.stopped is None


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.id)
def test_a_viewers_caches_are_emptied_last_and_once(book: Rulebook) -> None:
    """Bob may keep any picture: his caches are emptied when the photo is in every store."""
    world = lived(book, "A", [(60, Event("change", "alice", "set-userphoto", Photo("B")))])
    about = observing(world, "B")

    colleague = best_plan(about, [], observable(about), None, ROLES)
    bob = best_plan(about, [], observable(about), "Bob", ROLES)

    emptied = bob.deeds[len(colleague.deeds) :]
    assert bob.deeds[: len(colleague.deeds)] == colleague.deeds
    assert {deed.role for deed in emptied} <= {"viewer"}
    assert len({(deed.event.verb, deed.event.client) for deed in emptied}) == len(emptied)
    assert bob.left == colleague.left
    assert best_plan(about, [], observable(about), "Bob", ("owner",)).left >= bob.left
