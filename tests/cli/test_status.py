"""A terminal gets everybody where they are few, else those first who differ; all are counted."""

from __future__ import annotations

from sameface.cli.remaining import Remaining
from sameface.cli.status import SHOWN, Chosen
from sameface.sync import Call, Decision, Verdict
from sameface.values import Person

NOTHING = Verdict("exchange", Call.NOTHING, "shows the same photo")
WRITE = Verdict("exchange", Call.WRITE, "never had a photo")


def decision(number: int, verdict: Verdict = NOTHING) -> Decision:
    person = Person(f"{number:016x}", f"Person {number}", f"person{number}@contoso.test", ())
    return Decision(person, None, "", (verdict,))


def told(remaining: Remaining, decisions: list[Decision], most: int | None = SHOWN) -> Chosen:
    chosen = Chosen(remaining, most)
    for one in decisions:
        chosen(one)
    return chosen


def test_few_are_all_shown() -> None:
    """Fifty people, by name, whether they differ or not."""
    few = [decision(number, WRITE if number == 7 else NOTHING) for number in range(SHOWN)]
    with Remaining() as remaining:
        assert told(remaining, few).decisions == few


def test_of_many_those_are_shown_who_differ() -> None:
    """However late they come, and no more than fit; who is not shown is counted."""
    many = [decision(number) for number in range(200)]
    many += [decision(number, WRITE) for number in range(200, 203)]
    with Remaining() as remaining:
        some = told(remaining, many)
        flood = told(remaining, [decision(number, WRITE) for number in range(200)])

    assert some.decisions == many[200:]
    assert some.people == 203
    assert len(flood.decisions) == SHOWN


def test_where_nobody_differs_the_first_are_shown() -> None:
    """An organisation that agrees is shown by its first fifty."""
    many = [decision(number) for number in range(200)]
    with Remaining() as remaining:
        assert told(remaining, many).decisions == many[:SHOWN]


def test_all_are_shown_to_who_asks_for_all() -> None:
    """`--all` and `--json` leave out nobody."""
    many = [decision(number) for number in range(200)]
    with Remaining() as remaining:
        assert told(remaining, many, None).decisions == many
