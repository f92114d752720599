"""Whoever needs a person is named in the end, in order and under what is to be done, once each."""

from __future__ import annotations

import tracemalloc

from sameface.cli.remaining import Remaining
from sameface.sync import Call, Decision, Verdict
from sameface.values import Person


def decision(number: int, *verdicts: Verdict) -> Decision:
    upn = f"person{number}@contoso.test"
    return Decision(Person(f"{number:016x}", f"Person {number}", upn, ()), None, "", verdicts)


def by_hand(store: str = "yammer", why: str = "shows another photo") -> Verdict:
    remedy = "the person uploads it"
    return Verdict(store, Call.BY_HAND, f"{why}: {remedy}", remedy=remedy)


def test_names_come_under_what_is_to_be_done() -> None:
    """First who is asked or unknown, each with the reason; then remedies with their people."""
    with Remaining() as remaining:
        remaining.add(decision(1, by_hand()))
        remaining.add(decision(2, Verdict("exchange", Call.NOTHING, "shows the same photo")))
        remaining.add(decision(3, Verdict("exchange", Call.UNKNOWN, "broke\noff"), by_hand()))

        assert list(remaining.lines()) == [
            "  Person 3 (person3@contoso.test), exchange: broke off",
            "  The person uploads it:",
            "    Person 1 (person1@contoso.test), yammer: shows another photo",
            "    Person 3 (person3@contoso.test), yammer: shows another photo",
        ]


def test_a_reason_with_a_colon_is_no_heading() -> None:
    """Those who are to do the same come under it, whatever the reasons."""
    with Remaining() as remaining:
        remaining.add(decision(1, by_hand(why="shows a photo: all are removed")))
        remaining.add(decision(2, by_hand()))

        assert list(remaining.lines()) == [
            "  The person uploads it:",
            "    Person 1 (person1@contoso.test), yammer: shows a photo: all are removed",
            "    Person 2 (person2@contoso.test), yammer: shows another photo",
        ]


def test_a_store_is_named_once() -> None:
    """What a store failed with begins with its name."""
    with Remaining() as remaining:
        broken = Verdict("exchange", Call.UNKNOWN, "exchange (x@y): broke off")
        remaining.add(decision(1, broken, Verdict("yammer", Call.UNKNOWN, "exchanges nothing")))

        assert list(remaining.lines()) == [
            "  Person 1 (person1@contoso.test), exchange (x@y): broke off",
            "  Person 1 (person1@contoso.test), yammer: exchanges nothing",
        ]


def test_after_clearing_nobody_is_left() -> None:
    """A watch tells of each look only what that look found."""
    with Remaining() as remaining:
        remaining.add(decision(1, by_hand()))
        remaining.clear()

        assert list(remaining.lines()) == []


def test_many_take_no_more_memory_than_some() -> None:
    """Words go to disk, so that an organisation of any size can be told of (design section 7)."""
    with Remaining() as remaining:
        for number in range(5_000):
            remaining.add(decision(number, by_hand()))
        tracemalloc.start()
        for number in range(5_000, 15_000):
            remaining.add(decision(number, by_hand()))
        grown, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert sum(1 for _ in remaining.lines()) == 15_001

    assert grown < 100_000
