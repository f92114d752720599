"""What the administrator wishes happens, stays so, and no second sync takes it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.servers.memory_store import MemoryStore, face
from tests.sync.kit import UPLOAD, Office, same

from sameface.errors import BadSettings, SyncStopped
from sameface.settings import (
    Conflict,
    EmptyStore,
    Mode,
    OwnChoice,
    PolicySettings,
    Removal,
    StoreSettings,
    Wins,
    Wishes,
)
from sameface.sync import Call, Result, Verb
from sameface.values import Key
from sameface.vault.blobs import digest_of

ALICE, BOB = "alice@x.test", "bob@x.test"
A, B, C = (face(ALICE, look) for look in (0, 1, 2))


@pytest.fixture
async def agreed(office: Office) -> tuple[MemoryStore, MemoryStore]:
    """Alice shows A in the folder, in Exchange and in SharePoint; Yammer is only looked at."""
    folder = office.store("folder")
    exchange = office.store("exchange", writes=True)
    for store in (folder, exchange, office.store("sharepoint", writes=True)):
        store.join(ALICE, A)
    await office.sync()
    return folder, exchange


def wish(office: Office, **wishes: Any) -> None:
    """The organisation's policy from now on."""
    office.policy = PolicySettings(Wishes(**wishes))


def shown(office: Office) -> list[str]:
    """What Alice shows in folder, Exchange and SharePoint."""
    names = {"A": A, "B": B, "C": C}
    photos = [store.shows(ALICE) for store in office.stores.values()]
    return [next((n for n, f in names.items() if same(p, f)), "-") for p in photos]


async def settled(office: Office) -> list[str]:
    """What is shown after a sync, the next one having changed nothing."""
    await office.sync()
    after = shown(office)
    assert (await office.sync()).results == {}
    assert shown(office) == after
    return after


async def test_somebody_s_own_choice_is_overwritten_kept_or_spread(
    office: Office, agreed: tuple[MemoryStore, MemoryStore]
) -> None:
    """As the administrator says; and the authority's next photo goes everywhere again."""
    folder, exchange = agreed
    exchange.put(ALICE, B)
    wish(office, own_choice=OwnChoice.KEEP)
    assert await settled(office) == ["A", "B", "A"]
    assert "own-choice" in office.reasons(ALICE, Call.LEAVE)["exchange"]

    wish(office, own_choice=OwnChoice.SPREAD)
    assert await settled(office) == ["A", "B", "B"]
    exchange.put(ALICE, C)
    assert await settled(office) == ["A", "C", "C"]

    folder.put(ALICE, B)
    assert await settled(office) == ["B", "B", "B"]
    exchange.put(ALICE, C)
    wish(office, own_choice=OwnChoice.OVERWRITE)
    assert await settled(office) == ["B", "B", "B"]


@pytest.mark.parametrize(
    ("conflict", "ends"),
    [
        (Conflict.AUTHORITY, ["B", "B", "B"]),
        (Conflict.NEWEST, ["B", "C", "C"]),
        (Conflict.ASK, ["B", "C", "A"]),
    ],
)
async def test_two_places_changed_since_they_agreed(
    office: Office,
    agreed: tuple[MemoryStore, MemoryStore],
    conflict: Conflict,
    ends: list[str],
) -> None:
    """The folder first, Exchange an hour later: who wins is the administrator's to say."""
    folder, exchange = agreed
    wish(office, conflict=conflict)
    folder.put(ALICE, B)
    await office.status()
    office.clock.advance(timedelta(hours=1))
    exchange.put(ALICE, C)

    assert await settled(office) == ends
    assert bool(office.reasons(ALICE, Call.ASK)) is (conflict is Conflict.ASK)


@pytest.mark.parametrize(
    ("removal", "ends"),
    [
        (Removal.PROPAGATE, ["-", "-", "-"]),
        (Removal.KEEP, ["-", "A", "A"]),
        (Removal.ASK, ["-", "A", "A"]),
    ],
)
async def test_the_authority_s_photo_was_removed(
    office: Office, agreed: tuple[MemoryStore, MemoryStore], removal: Removal, ends: list[str]
) -> None:
    """It goes everywhere, stays elsewhere, or somebody is asked."""
    folder, exchange = agreed
    wish(office, removal=removal)
    folder.take_away(ALICE)

    assert await settled(office) == ends
    assert bool(office.reasons(ALICE, Call.ASK)) is (removal is Removal.ASK)
    if removal is Removal.PROPAGATE:
        assert [photo for _, photo in exchange.overwritten] == [A]


async def test_a_removal_on_its_way_is_not_taken_back(
    office: Office, agreed: tuple[MemoryStore, MemoryStore]
) -> None:
    """While one store still shows the photo, it is asked to go, and never the new original."""
    folder, _ = agreed
    office.authorities = ("folder", "exchange")
    yammer = office.store("yammer", by_hand=UPLOAD)
    yammer.join(ALICE, A)
    await office.sync()
    wish(office, removal=Removal.PROPAGATE)
    folder.take_away(ALICE)

    assert await settled(office) == ["-", "-", "-", "A"]
    why = office.reasons(ALICE, Call.BY_HAND)["yammer"]
    assert why.startswith("still shows a photo: ")
    assert why.endswith(": they, or who runs it, must remove the photo there")
    yammer.take_away(ALICE)
    assert await settled(office) == ["-", "-", "-", "-"]
    assert not office.reasons(ALICE, Call.BY_HAND, Call.ASK)


async def test_a_plan_of_removals_says_what_stores_remember(
    office: Office, agreed: tuple[MemoryStore, MemoryStore]
) -> None:
    """Before anything is done, and undone it all comes back."""
    folder, _ = agreed
    wish(office, removal=Removal.PROPAGATE)
    folder.take_away(ALICE)

    plan, _ = await office.plan()
    assert {action.verb for action in plan.actions} == {Verb.REMOVE}
    assert any('"deleted" is not "never had"' in warning for warning in plan.warnings)

    outcome = await office.apply(plan)
    assert outcome.results == {Result.REMOVED: 2}
    await office.undo(outcome.run)
    assert shown(office) == ["-", "A", "A"]


async def test_the_newest_change_wins_wherever_it_was_made(
    office: Office, agreed: tuple[MemoryStore, MemoryStore]
) -> None:
    """Also over the authority, and it stays so until the next change."""
    folder, exchange = agreed
    wish(office, wins=Wins.NEWEST, conflict=Conflict.ASK)
    exchange.put(ALICE, B)
    assert await settled(office) == ["A", "B", "B"]
    office.stores["sharepoint"].put(ALICE, C)
    assert await settled(office) == ["A", "C", "C"]
    folder.put(ALICE, B)
    assert await settled(office) == ["B", "B", "B"]


async def test_changes_that_overlap_are_a_conflict(
    office: Office, agreed: tuple[MemoryStore, MemoryStore]
) -> None:
    """Both between two looks: nobody can tell, so somebody is asked and nothing is written."""
    _, exchange = agreed
    wish(office, wins=Wins.NEWEST, conflict=Conflict.ASK)
    exchange.put(ALICE, B)
    office.stores["sharepoint"].put(ALICE, C)

    assert await settled(office) == ["A", "B", "C"]
    assert office.reasons(ALICE, Call.ASK)


async def test_a_store_seeded_once_keeps_what_it_has(office: Office) -> None:
    """Bob's first photo comes, later ones and removals do not."""
    folder, exchange = office.store("folder"), office.store("exchange", writes=True)
    office.configured = (StoreSettings("exchange", "graph", Mode.BOTH, seed_once=True),)
    folder.join(BOB, face(BOB, 0))
    exchange.join(BOB)
    folder.join(ALICE, A)
    exchange.join(ALICE, B)

    await office.sync()
    assert same(exchange.shows(BOB), face(BOB, 0))
    assert same(exchange.shows(ALICE), B)
    assert "seed-once" in office.reasons(ALICE, Call.LEAVE)["exchange"]

    folder.put(BOB, face(BOB, 1))
    exchange.take_away(BOB)
    await office.sync()
    assert exchange.shows(BOB) is None


async def test_a_wish_for_who_left_is_not_for_who_gets_their_mail(
    office: Office, agreed: tuple[MemoryStore, MemoryStore]
) -> None:
    """An alias names nobody in a group; the primary address does."""
    _, exchange = agreed
    exchange.join(ALICE, B, (Key.MAIL, "a.lee@x.test"), (Key.MAIL, "left@x.test"))
    left = (frozenset({"left@x.test"}), Wishes(exclude=True, whose="group left"))
    office.policy = PolicySettings(groups=(left,))
    await office.plan()
    assert office.reasons(ALICE, Call.LEAVE) == {}

    own = (frozenset({"a.lee@x.test"}), Wishes(exclude=True, whose="group left"))
    office.policy = PolicySettings(groups=(own,))
    await office.plan()
    assert "group left" in office.reasons(ALICE, Call.LEAVE)["exchange"]


async def test_people_and_stores_are_left_alone(
    office: Office, agreed: tuple[MemoryStore, MemoryStore]
) -> None:
    """A group by its list, a store for everybody."""
    _, exchange = agreed
    exchange.put(ALICE, B)
    board = (frozenset({ALICE}), Wishes(exclude=True, whose="group board"))
    office.policy = PolicySettings(groups=(board,))
    assert await settled(office) == ["A", "B", "A"]
    assert office.reasons(ALICE, Call.LEAVE)["exchange"] == ("is left alone, as group board says")

    wish(office, exclude_stores=("exchange",))
    assert await settled(office) == ["A", "B", "A"]
    assert "exclude-stores" in office.reasons(ALICE, Call.LEAVE)["exchange"]


async def test_a_group_has_its_own_authority(
    office: Office, agreed: tuple[MemoryStore, MemoryStore]
) -> None:
    """And a person comes before their group."""
    _, exchange = agreed
    exchange.put(ALICE, B)
    board = (frozenset({ALICE}), Wishes(("exchange",), whose="group board"))
    office.policy = PolicySettings(groups=(board,))
    assert await settled(office) == ["A", "B", "B"]

    person = (ALICE, Wishes(("folder",), whose=ALICE))
    office.policy = PolicySettings(groups=(board,), people=(person,))
    assert await settled(office) == ["A", "A", "A"]


async def test_somebody_pinned_shows_that_photo(
    office: Office, agreed: tuple[MemoryStore, MemoryStore]
) -> None:
    """Whatever the authority says, until the settings say otherwise."""
    folder, _ = agreed
    folder.put(ALICE, B)
    await office.sync()
    folder.put(ALICE, C)
    pin = digest_of(A)[:8]
    office.policy = PolicySettings(people=((ALICE, Wishes(pin=pin, whose=ALICE)),))

    assert await settled(office) == ["C", "A", "A"]
    assert "pinned in the settings" in office.reasons(ALICE, Call.LEAVE)["folder"]


async def test_a_pin_to_nothing_is_refused(
    office: Office, agreed: tuple[MemoryStore, MemoryStore]
) -> None:
    """A version that is not known: nothing is written, it is said, and the run has ended."""
    office.policy = PolicySettings(people=((ALICE, Wishes(pin="ffffffff", whose=ALICE)),))

    with pytest.raises(BadSettings, match=rf"pins {ALICE}.*Correct the pin, or take it out"):
        await office.sync()

    last = (await office.vault.history())[-1][1]
    assert last.what == "run ended"
    assert last.why.startswith("exit code 2: It ended by an error [SF-102]")


async def test_a_pin_of_nobody_stops_nobody(
    office: Office, agreed: tuple[MemoryStore, MemoryStore]
) -> None:
    """It is told as every name that is nobody's, and everybody else is kept the same."""
    folder, _ = agreed
    folder.put(ALICE, B)
    nobody = "nobody@x.test"
    office.policy = PolicySettings(people=((nobody, Wishes(pin="ffffffff", whose=nobody)),))

    outcome = await office.sync()

    assert shown(office) == ["B", "B", "B"]
    (warning,) = outcome.warnings
    assert f"names {nobody} in [[policy.people]]" in warning


async def test_a_store_that_suddenly_looks_empty_stops_the_run(office: Office) -> None:
    """Nothing is written or removed; a plan says so, and may still be applied by a person."""
    folder, exchange = office.store("folder"), office.store("exchange", writes=True)
    people = [f"p{number}@x.test" for number in range(8)]
    for upn in people:
        folder.join(upn, face(upn, 1))
        exchange.join(upn, face(upn, 0))
    await office.sync()
    wish(office, removal=Removal.PROPAGATE)
    for upn in people[:5]:
        folder.leave(upn)

    with pytest.raises(SyncStopped, match="folder has lost 5 of the 8 photos"):
        await office.sync()
    assert exchange.asked["remove"] == 0
    plan, outcome = await office.plan()
    assert any("folder has lost 5 of the 8" in warning for warning in plan.warnings)
    assert outcome.warnings

    office.policy = PolicySettings(empty_store=EmptyStore(70))
    await office.sync()
