"""A terminal gets everybody where they are few, else those first who differ; all are counted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.servers.memory_store import StillClock, broken, face
from tests.sync.kit import Office

from sameface.cli.late import Late
from sameface.cli.remaining import Remaining
from sameface.cli.session import Session
from sameface.cli.status import SHOWN, Chosen
from sameface.connectors.base import Connector
from sameface.explain.status import Place
from sameface.rules import load_rulebook
from sameface.sync import Call, Decision, Verdict
from sameface.values import Person
from sameface.vault import Vault

ZOE = "zoe@x.test"
NOTHING = Verdict("exchange", Call.NOTHING, "shows the same photo")
WRITE = Verdict("exchange", Call.WRITE, "never had a photo")


def decision(number: int, verdict: Verdict = NOTHING) -> Decision:
    person = Person(f"{number:016x}", f"Person {number}", f"person{number}@contoso.test", ())
    return Decision(person, None, "", (verdict,))


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """DirSync carries on what is in Active Directory, every three hours."""
    vault = await Vault.open(tmp_path / "vault")
    office = Office(vault, StillClock(), authorities=("active-directory",))
    office.store("active-directory")
    office.store("entra-id", by_hand=None)
    yield office
    await vault.close()


def session_of(office: Office) -> Session:
    """What the command would work with."""
    rules, stores = load_rulebook("office365-2014"), dict[str, Connector](office.stores)
    return Session(office.settings, rules, office.vault, stores, office.clock)


Told = Callable[..., Chosen]


@pytest.fixture
def told(office: Office) -> Iterator[Told]:
    """What becomes of decisions that a `sameface status` is told."""
    session = session_of(office)

    with Remaining() as remaining:

        def tell(decisions: list[Decision], most: int | None = SHOWN) -> Chosen:
            chosen = Chosen(remaining, Late(session), most)
            for one in decisions:
                chosen(one)
            return chosen

        yield tell


def test_few_are_all_shown(told: Told) -> None:
    """Fifty people, by name, whether they differ or not."""
    few = [decision(number, WRITE if number == 7 else NOTHING) for number in range(SHOWN)]

    assert told(few).decisions == few


def test_of_many_those_are_shown_who_differ(told: Told) -> None:
    """However late they come, and no more than fit; who is not shown is counted."""
    many = [decision(number) for number in range(200)]
    many += [decision(number, WRITE) for number in range(200, 203)]

    some = told(many)
    flood = told([decision(number, WRITE) for number in range(200)])

    assert some.decisions == many[200:]
    assert some.people == 203
    assert len(flood.decisions) == SHOWN


async def test_who_is_overdue_differs_and_is_named_wherever_they_stand(
    office: Office, told: Told
) -> None:
    """Nothing is to be written there and nobody asked: what is wrong is that it did not follow."""
    for store in office.stores.values():
        store.join(ZOE, face(ZOE, 0))
    await office.status()
    office.stores["active-directory"].put(ZOE, face(ZOE, 1))
    await office.status()
    office.clock.advance(timedelta(hours=4))
    await office.status()
    late = office.told[ZOE]
    assert {verdict.call for verdict in late.verdicts} == {Call.NOTHING, Call.LEAVE}

    some = told([*(decision(number) for number in range(200)), late])
    flood = told([*(decision(number, WRITE) for number in range(200)), late])

    assert some.decisions == [late]
    for chosen in (some, flood):
        (line,) = chosen.late.lines()
        assert line.startswith(f"  Zoe ({ZOE}): Overdue since ")


async def test_where_a_store_failed_nobody_is_without_an_account(office: Office) -> None:
    """What could not be observed at the first look is told as such, and not as missing there."""
    for store in office.stores.values():
        store.join(ZOE, face(ZOE, 0))
    office.stores["entra-id"].faults["observe"].append(broken("entra-id"))
    await office.status()

    (row,) = session_of(office).rows(office.told.values())

    places = {spot.id: spot.place for spot in row.stores}
    assert places["entra-id"] is Place.FAILED
    assert places["active-directory"] is Place.SAME


def test_where_nobody_differs_the_first_are_shown(told: Told) -> None:
    """An organisation that agrees is shown by its first fifty."""
    many = [decision(number) for number in range(200)]

    assert told(many).decisions == many[:SHOWN]


def test_all_are_shown_to_who_asks_for_all(told: Told) -> None:
    """`--all` and `--json` leave out nobody."""
    many = [decision(number) for number in range(200)]

    assert told(many, None).decisions == many
