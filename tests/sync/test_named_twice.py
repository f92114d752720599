"""One person by two names in the settings: nothing is guessed, and no exclusion is lost."""

from __future__ import annotations

import pytest
from tests.servers.memory_store import MemoryStore, face
from tests.sync.kit import Office, same, three_stores

from sameface.settings import Conflict, PolicySettings, Removal, Wins, Wishes
from sameface.sync import Call, Result
from sameface.values import Key

UPN, MAIL = "lgallagher@x.test", "liam.gallagher@x.test"
OLD, NEW = face(UPN, 0), face(UPN, 1)


@pytest.fixture
async def exchange(office: Office) -> MemoryStore:
    """Liam has another photo in Exchange than in the folder, and a mail address unlike his UPN."""
    folder, exchange, _ = three_stores(office)
    folder.join(UPN, NEW, (Key.MAIL, MAIL))
    exchange.join(UPN, OLD)
    return exchange


def table(name: str, **wishes: object) -> tuple[str, Wishes]:
    """[[policy.people]] of that name."""
    return name, Wishes(whose=name, **wishes)  # type: ignore[arg-type]


def listed(whose: str, *names: str, **wishes: object) -> tuple[frozenset[str], Wishes]:
    """A group, or the list of those left alone."""
    return frozenset(names), Wishes(whose=whose, **wishes)  # type: ignore[arg-type]


CONTRADICTIONS = {
    "excluded and not": (
        PolicySettings(people=(table(UPN, exclude=True), table(MAIL, exclude=False))),
        f"exclude = true of {UPN}, and exclude = false of {MAIL}; keep one of the two tables",
    ),
    "not excluded and excluded": (
        PolicySettings(people=(table(UPN, exclude=False), table(MAIL, exclude=True))),
        f"exclude = false of {UPN}, and exclude = true of {MAIL}; keep one of the two tables",
    ),
    "two removals": (
        PolicySettings(people=(table(UPN, removal=Removal.ASK), table(MAIL, removal=Removal.KEEP))),
        f'removal = "ask" of {UPN}, and removal = "keep" of {MAIL}',
    ),
    "two groups that say the same": (
        PolicySettings(
            groups=(
                listed("group board", UPN, authorities=("folder",)),
                listed("group staff", MAIL, authorities=("folder",)),
            )
        ),
        f"{UPN} is in group board, and {MAIL} in group staff; take one of them out",
    ),
    "an exclusion lifted by the other name": (
        PolicySettings(
            groups=(listed("exclude-people", MAIL, exclude=True),),
            people=(table(UPN, exclude=False),),
        ),
        f"exclude-people leaves {MAIL} alone, and exclude = false is said of {UPN}",
    ),
    "what cannot hold together": (
        PolicySettings(
            people=(table(UPN, wins=Wins.NEWEST), table(MAIL, conflict=Conflict.NEWEST))
        ),
        f'conflict of {MAIL} is "newest", and so is wins of {UPN}',
    ),
    "an authority that the other name leaves out": (
        PolicySettings(
            groups=(listed("group board", MAIL, exclude_stores=("exchange",)),),
            people=(table(UPN, authorities=("exchange",)),),
        ),
        f'authorities of {UPN} names "exchange", which exclude-stores of group board leaves out',
    ),
}


@pytest.mark.parametrize(("policy", "told"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
async def test_two_names_that_contradict_each_other_write_nothing(
    office: Office, exchange: MemoryStore, policy: PolicySettings, told: str
) -> None:
    """They are left alone, with both names and what to do; every run over everybody warns of it."""
    office.policy = policy
    writes = exchange.asked["write"]

    outcome = await office.sync()

    assert exchange.asked["write"] == writes
    assert same(exchange.shows(UPN), OLD)
    why = office.reasons(UPN, Call.LEAVE)["exchange"]
    assert why.startswith("is left alone, since [policy] names them twice")
    assert told in why
    for run in (outcome, await office.status()):
        (warning,) = run.warnings
        assert f"sameface.toml names {UPN} twice" in warning
        assert told in warning


async def test_a_plan_made_before_the_second_name_does_nothing(
    office: Office, exchange: MemoryStore
) -> None:
    """What contradicts itself by now is not applied."""
    plan, _ = await office.plan()
    office.policy = CONTRADICTIONS["excluded and not"][0]

    outcome = await office.apply(plan)

    assert outcome.results == {Result.MOVED: 1}
    assert same(exchange.shows(UPN), OLD)


@pytest.mark.parametrize(
    "policy",
    [
        PolicySettings(people=(table(UPN, removal=Removal.ASK), table(MAIL, removal=Removal.ASK))),
        PolicySettings(people=(table(UPN, removal=Removal.ASK), table(MAIL, wins=Wins.AUTHORITY))),
        PolicySettings(
            groups=(listed("group board", MAIL, removal=Removal.KEEP),),
            people=(table(UPN, removal=Removal.ASK),),
        ),
        PolicySettings(groups=(listed("group board", UPN, MAIL, removal=Removal.KEEP),)),
        PolicySettings(
            groups=(listed("exclude-people", UPN, MAIL, exclude=True),),
            people=(table(UPN, exclude=False),),
        ),
    ],
    ids=["the same", "each its own", "a person before a group", "one group", "lifted by name"],
)
async def test_two_names_that_can_both_hold_are_no_contradiction(
    office: Office, exchange: MemoryStore, policy: PolicySettings
) -> None:
    """A person comes before their group, by whatever name."""
    office.policy = policy

    outcome = await office.sync()

    assert outcome.warnings == ()
    assert same(exchange.shows(UPN), NEW)


async def test_left_alone_by_both_names_is_left_alone(
    office: Office, exchange: MemoryStore
) -> None:
    """A list and a table that say the same: nothing is written, and nothing is warned of."""
    office.policy = PolicySettings(
        groups=(listed("exclude-people", MAIL, exclude=True),), people=(table(UPN, exclude=True),)
    )

    outcome = await office.sync()

    assert outcome.warnings == ()
    assert same(exchange.shows(UPN), OLD)
    assert outcome.results == {}
