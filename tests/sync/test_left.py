"""A plan names whom it leaves as they are, where and why, and counts all it does not name."""

from __future__ import annotations

import gc
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest
from tests.servers.memory_store import broken, face
from tests.sync.kit import UPLOAD, Office, three_stores

from sameface.settings import Mode, OwnChoice, PolicySettings, StoreSettings, Wishes
from sameface.sync import Call, Decision, Plan, Verdict, by_cause, last_plan, load_plan
from sameface.sync.left import LISTED, Leaving
from sameface.values import Person

ALICE, BOB, CARLA = "alice@x.test", "bob@x.test", "carla@x.test"
OFTEN = Verdict("exchange", Call.LEAVE, "is left alone (exclude-stores)")


def decision(number: int, *verdicts: Verdict) -> Decision:
    upn = f"person{number}@x.test"
    return Decision(Person(upn, upn, upn, ()), None, "", verdicts)


def whys(plan: Plan, call: Call) -> dict[tuple[str, str], str]:
    """Of that call: (person, store) -> why."""
    return {(one.person, one.store): one.because for one in plan.left if one.call is call}


async def test_whom_a_plan_needs_is_named_in_it(office: Office, tmp_path: Path) -> None:
    """An upload, a decision and a look that failed: each with person, store and reason, in the
    saved plan too, so that exit codes 4 and 5 always come with names."""
    folder, exchange, yammer = three_stores(office)
    for store in (folder, exchange, yammer):
        store.join(ALICE, face(ALICE, 0))
        store.join(BOB, face(BOB, 0))
    folder.join(CARLA)
    exchange.join(CARLA, face(CARLA, 0))
    await office.sync()
    folder.put(ALICE, face(ALICE, 1))
    exchange.faults[BOB].append(broken("exchange"))
    exchange.put(BOB, face(BOB, 1))

    plan, outcome = await office.plan()

    assert outcome.exit_code == 4
    assert whys(plan, Call.BY_HAND)[ALICE, "yammer"].endswith(f": {UPLOAD}")
    assert whys(plan, Call.ASK) == {
        (CARLA, "exchange"): "no authority has a photo, exchange does: put one into folder"
    }
    assert "broke off" in whys(plan, Call.UNKNOWN)[BOB, "exchange"]
    plan.save(tmp_path / "plan.json")
    assert load_plan(tmp_path / "plan.json") == last_plan(office.vault) == plan


async def test_what_is_nobodys_to_change_is_in_it_with_its_reason(office: Office) -> None:
    """A store that was to be filled once, one that is only read, a person's own choice that is
    kept, and somebody who is left alone."""
    folder, own = office.store("folder"), office.store("sharepoint", writes=True)
    filled, read = office.store("exchange", writes=True), office.store("yammer", by_hand=None)
    office.configured = (StoreSettings("exchange", "graph", Mode.BOTH, seed_once=True),)
    board = frozenset({BOB}), Wishes(exclude=True, whose="group board")
    office.policy = PolicySettings(Wishes(own_choice=OwnChoice.KEEP), groups=(board,))
    for store in (folder, own):
        store.join(ALICE, face(ALICE, 0))
        store.join(BOB, face(BOB, int(store is own)))
    for store in (filled, read):
        store.join(ALICE, face(ALICE, 1))
    await office.sync()
    own.put(ALICE, face(ALICE, 2))

    plan, _ = await office.plan()

    alice = {store: why for (who, store), why in whys(plan, Call.LEAVE).items() if who == ALICE}
    assert "(seed-once)" in alice["exchange"]
    assert 'own-choice = "keep"' in alice["sharepoint"]
    assert alice["yammer"].endswith("; Sameface only reads there")
    assert whys(plan, Call.LEAVE)[BOB, "sharepoint"] == "is left alone, as group board says"


def test_a_thousand_of_each_call_are_listed_and_all_are_counted() -> None:
    """The first by name; what is rare is listed however much there is of the rest."""
    leaving = Leaving()
    for number in range(3_000):
        leaving.add(decision(number, OFTEN, Verdict("yammer", Call.BY_HAND, "has no photo")))
    leaving.add(decision(3_000, Verdict("folder", Call.ASK, "look at both")))

    assert Counter(one.call for one in leaving.left) == {
        Call.ASK: 1,
        Call.BY_HAND: LISTED,
        Call.LEAVE: LISTED,
    }
    assert leaving.left[-1].person == f"person{LISTED - 1}@x.test"
    assert [(one.store, one.people) for one in leaving.causes] == [
        ("folder", 1),
        ("yammer", 3_000),
        ("exchange", 3_000),
    ]


def test_all_are_listed_where_all_are_asked_for() -> None:
    """However many they are."""
    leaving = Leaving(None)
    for number in range(3_000):
        leaving.add(decision(number, OFTEN))

    assert len(leaving.left) == 3_000


@pytest.mark.parametrize("why", ["is left alone", "request {} broke off"])
def test_many_take_no_more_memory_than_some(why: str) -> None:
    """Also where every one of them has another reason (design section 7)."""
    leaving = Leaving()

    def hear(numbers: range) -> None:
        for number in numbers:
            leaving.add(decision(number, Verdict("exchange", Call.UNKNOWN, why.format(number))))

    hear(range(2_000))
    tracemalloc.start()
    hear(range(2_000, 12_000))
    gc.collect()
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert grown < 100_000
    assert sum(one.people for one in leaving.causes) == 12_000


def test_those_listed_come_under_their_reason() -> None:
    """Whose reason is counted among the others comes under these; nobody comes twice."""
    leaving = Leaving()
    for number in range(LISTED):
        leaving.add(decision(number, Verdict("exchange", Call.UNKNOWN, f"failed {number}")))
    leaving.add(decision(LISTED, OFTEN))

    groups = by_cause(leaving.left, leaving.causes)

    assert all(cause.people == len(left) for cause, left in groups)
    assert sum(len(left) for _, left in groups) == LISTED + 1
    assert max(len(left) for _, left in groups) > 1
