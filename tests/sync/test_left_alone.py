"""Whom the settings leave alone nothing changes, whoever asks; and a misspelt name is told."""

from __future__ import annotations

import pytest
from tests.servers.memory_store import MemoryStore, broken, face
from tests.sync.kit import Office, same, three_stores

from sameface.settings import PolicySettings, Wishes
from sameface.sync import Call, Result

ALICE, BOB = "alice@x.test", "bob@x.test"
OLD, NEW = face(ALICE, 0), face(ALICE, 1)


@pytest.fixture
async def exchange(office: Office) -> MemoryStore:
    """Alice and Bob have another photo in Exchange than in the folder."""
    folder, exchange, _ = three_stores(office)
    for upn in (ALICE, BOB):
        folder.join(upn, face(upn, 1))
        exchange.join(upn, face(upn, 0))
    return exchange


def leave_alone(office: Office, *names: str, exclude: bool | None = None) -> None:
    """A list of people, and what [[policy.people]] says of Alice."""
    listed = (frozenset(names), Wishes(exclude=True, whose="exclude-people"))
    alice = ((ALICE, Wishes(whose=ALICE, exclude=exclude)),) if exclude is not None else ()
    office.policy = PolicySettings(groups=(listed,), people=alice)


async def test_a_person_comes_before_a_list(office: Office, exchange: MemoryStore) -> None:
    """Listed with the others, and yet not left alone: their own table says so."""
    leave_alone(office, ALICE, BOB, exclude=False)

    outcome = await office.sync()

    assert outcome.results == {Result.WRITTEN: 1}
    assert same(exchange.shows(ALICE), NEW)
    assert same(exchange.shows(BOB), face(BOB, 0))


async def test_an_undo_leaves_them_alone(office: Office, exchange: MemoryStore) -> None:
    """Told for each store, and everybody else is put back."""
    run = (await office.sync()).run
    leave_alone(office, ALICE)

    proposal, outcome = await office.undo(run)

    assert [(one.person, one.store, one.call) for one in proposal.left] == [
        (ALICE, "exchange", Call.LEAVE)
    ]
    assert proposal.left[0].because == "is left alone, as exclude-people says"
    assert outcome.results == {Result.WRITTEN: 1}
    assert same(exchange.shows(ALICE), NEW)
    assert same(exchange.shows(BOB), face(BOB, 0))


async def test_an_older_plan_does_nothing_to_them(office: Office, exchange: MemoryStore) -> None:
    """Left alone since it was made, they are refused and told; the others get their photos."""
    plan, _ = await office.plan()
    leave_alone(office, ALICE)

    outcome = await office.apply(plan)

    assert (outcome.results, outcome.exit_code) == ({Result.MOVED: 1, Result.WRITTEN: 1}, 4)
    (told,) = (step for step in office.steps if step.outcome == Result.MOVED)
    assert told.error == ("exchange is left alone by now, as exclude-people says; make a new plan.")
    assert same(exchange.shows(ALICE), OLD)


async def test_an_older_plan_does_nothing_to_a_store_left_alone(
    office: Office, exchange: MemoryStore
) -> None:
    """The same for exclude-stores."""
    plan, _ = await office.plan()
    office.policy = PolicySettings(Wishes(exclude_stores=("exchange",)))

    assert (await office.apply(plan)).results == {Result.MOVED: 2}
    assert exchange.asked["write"] == 0


async def test_they_can_be_forgotten(office: Office, exchange: MemoryStore) -> None:
    """To be forgotten outweighs being left alone."""
    await office.sync()
    leave_alone(office, ALICE)

    await office.forget(ALICE)

    assert exchange.shows(ALICE) is None


async def test_a_name_that_is_nobody_s_is_told(office: Office, exchange: MemoryStore) -> None:
    """By every run over everybody, list by list; nothing is written otherwise than without it."""
    leave_alone(office, "alcie@x.test", "bbo@x.test", BOB, exclude=True)
    office.policy = PolicySettings(
        groups=office.policy.groups,
        people=(*office.policy.people, ("carol@x.test", Wishes(("yammer",), whose="carol@x.test"))),
    )

    _, planned = await office.plan()
    done = await office.sync()

    rest = "and no store knows such a person; correct the name, or take it out."
    assert planned.warnings == done.warnings
    assert done.warnings == (
        f"sameface.toml names carol@x.test in [[policy.people]], {rest}",
        f"sameface.toml names alcie@x.test in exclude-people, as it does 1 more, {rest}",
    )
    assert done.results == {}


async def test_where_not_everybody_was_seen_no_name_is_doubted(
    office: Office, exchange: MemoryStore
) -> None:
    """Whoever is listed may be known in the store that did not answer."""
    leave_alone(office, "dora@x.test")
    exchange.faults["observe"] = [broken("exchange")]

    _, outcome = await office.plan()

    assert outcome.failures
    assert outcome.warnings == ()
