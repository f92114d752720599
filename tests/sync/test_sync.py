"""One face everywhere: what a sync writes, what it leaves, and what a second one does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.servers.memory_store import face
from tests.sync.kit import UPLOAD, Office, same, three_stores

from sameface.errors import SyncStopped
from sameface.pictures import person_placeholder
from sameface.settings import StopAbove
from sameface.sync import Call, Result
from sameface.values import Key, Likeness, Standing, Version

ALICE, BOB = "alice@x.test", "bob@x.test"


async def test_what_differs_is_written_and_read_back(office: Office) -> None:
    """The authority's photo is in the other store, and the vault remembers how it was found."""
    folder, exchange, _ = three_stores(office)
    folder.join(ALICE, face("alice", 1))
    exchange.join(ALICE, face("alice", 0))

    outcome = await office.sync()

    assert same(exchange.shows(ALICE), face("alice", 1))
    assert outcome.results == {Result.WRITTEN: 1}
    assert outcome.exit_code == 0
    (cell,) = (
        c for c in await office.vault.cells(office.told[ALICE].person.id) if c.store == "exchange"
    )
    assert (cell.standing, cell.likeness) == (Standing.PHOTO, Likeness.SAME)
    assert cell.photo == office.told[ALICE].wanted


async def test_a_second_sync_reads_and_writes_nothing(office: Office) -> None:
    """Memory knows each picture by its change key: one listing per page is all it takes."""
    folder, exchange, yammer = three_stores(office)
    for upn in (ALICE, BOB):
        folder.join(upn, face(upn, 1))
        exchange.join(upn, face(upn, 0))
        yammer.join(upn, face(upn, 1))
    await office.sync()
    before = office.asked

    outcome = await office.sync()

    assert outcome.exit_code == 0
    assert {name: count - before[name] for name, count in office.asked.items()} == {
        "folder": 1,
        "exchange": 1,
        "yammer": 1,
    }


async def test_a_recoded_copy_is_the_same_photo(office: Office) -> None:
    """What a store made of our photo is recognised even where its keys never rest."""
    folder, exchange, _ = three_stores(office)
    folder.join(ALICE, face("alice", 1))
    exchange.join(ALICE, face("alice", 0))
    await office.sync()
    exchange.restless = True

    assert (await office.sync()).exit_code == 0
    assert exchange.asked["write"] == 1
    assert len(await office.vault.versions(office.told[ALICE].person.id)) == 2


async def test_everything_overwritten_is_in_the_vault_first(office: Office) -> None:
    """The very bytes that a write replaces can be read from the vault."""
    folder, exchange, _ = three_stores(office)
    folder.join(ALICE, face("alice", 1))
    exchange.join(ALICE, face("alice", 0))

    await office.sync()

    kept = [await office.vault.picture(v.digest) for v in await _versions(office, ALICE)]
    assert [data for _, data in exchange.overwritten] == [face("alice", 0)]
    assert face("alice", 0) in kept


async def test_yammer_is_the_persons_own_to_do(office: Office) -> None:
    """It is named with what to do, asks for exit code 5, and is done when they have uploaded."""
    folder, exchange, yammer = three_stores(office)
    folder.join(ALICE, face("alice", 1))
    exchange.join(ALICE, face("alice", 0))
    yammer.join(ALICE, face("alice", 0))

    before = await office.status()
    after = await office.sync()
    reasons = office.reasons(ALICE, Call.BY_HAND)
    yammer.put(ALICE, face("alice", 1, 96))
    uploaded = await office.status()

    assert [before.exit_code, after.exit_code, uploaded.exit_code] == [3, 5, 0]
    assert reasons["yammer"].endswith(UPLOAD)


async def test_a_store_set_to_read_is_information_only(office: Office) -> None:
    """Where the administrator chose not to write, a difference changes no code."""
    folder, exchange, _ = three_stores(office)
    sharepoint = office.store("sharepoint")
    folder.join(ALICE, face("alice", 1))
    exchange.join(ALICE, face("alice", 1))
    sharepoint.join(ALICE, face("alice", 0))

    assert (await office.sync()).exit_code == 0
    assert "only reads" in office.reasons(ALICE, Call.LEAVE)["sharepoint"]
    assert sharepoint.asked["write"] == 0


async def test_no_photo_anywhere_is_agreement(office: Office) -> None:
    """Nobody is asked for a photo that nobody has."""
    for store in three_stores(office):
        store.join(ALICE)

    assert (await office.sync()).exit_code == 0


async def test_somebody_in_one_store_only_needs_nothing(office: Office) -> None:
    """There is nothing to agree with."""
    folder, _, yammer = three_stores(office)
    folder.join(ALICE, face("alice"))
    yammer.join(BOB, face("bob"))

    outcome = await office.sync()

    assert (outcome.people, outcome.agreeing, outcome.exit_code) == (2, 2, 0)


async def test_a_placeholder_is_no_photo(office: Office) -> None:
    """It is never kept as anybody's face, never spread, and gives way to a photo."""
    folder, exchange, _ = three_stores(office)
    folder.join(ALICE, person_placeholder(200))
    exchange.join(ALICE, person_placeholder(120))
    folder.join(BOB, face("bob"))
    exchange.join(BOB, person_placeholder(120))

    outcome = await office.sync()

    assert outcome.exit_code == 0
    assert await _versions(office, ALICE) == ()
    assert same(exchange.shows(BOB), face("bob"))


async def test_an_authority_without_a_photo_leaves_it_to_the_next(office: Office) -> None:
    """Authorities are asked in order; the first that has a photo wins, upwards as well."""
    office.authorities = ("exchange", "sharepoint")
    exchange = office.store("exchange", writes=True)
    sharepoint = office.store("sharepoint", writes=True)
    exchange.join(ALICE)
    sharepoint.join(ALICE, face("alice"))

    assert (await office.sync()).exit_code == 0
    assert same(exchange.shows(ALICE), face("alice"))


async def test_a_photo_removed_from_the_authority_is_not_put_back_silently(office: Office) -> None:
    """What was agreed and is gone was removed: a person says what is right, nothing is written."""
    office.authorities = ("folder", "exchange")
    folder, exchange, _ = three_stores(office)
    folder.join(ALICE, face("alice", 1))
    exchange.join(ALICE, face("alice", 0))
    await office.sync()
    folder.leave(ALICE)

    outcome = await office.sync()

    assert outcome.exit_code == 5
    assert "no longer in folder" in office.told[ALICE].because
    assert exchange.asked["write"] == 1

    exchange.take_away(ALICE)
    assert (await office.sync()).exit_code == 0


async def test_a_photo_removed_elsewhere_comes_back(office: Office) -> None:
    """The authority still has it, and the reason tells that it had been there."""
    folder, exchange, _ = three_stores(office)
    folder.join(ALICE, face("alice", 1))
    exchange.join(ALICE, face("alice", 1))
    await office.sync()
    exchange.take_away(ALICE)

    await office.status()
    because = office.reasons(ALICE, Call.WRITE)["exchange"]
    await office.sync()

    assert because == "lost the photo it had on 23 Nov 2026, unlike folder"
    assert same(exchange.shows(ALICE), face("alice", 1))


async def test_three_files_are_written_where_a_store_keeps_three(office: Office) -> None:
    """SharePoint's squares, each made for its size and each read back."""
    folder = office.store("folder")
    sharepoint = office.store(
        "sharepoint", writes=True, several_files=True, sizes_px=(48, 72, 200), largest_px=200
    )
    folder.join(ALICE, face("alice", 1))
    sharepoint.join(ALICE)

    assert (await office.sync()).exit_code == 0
    assert sharepoint.sizes(ALICE) == {48, 72, 200}


async def test_the_best_copy_is_what_is_spread(office: Office) -> None:
    """A thumbnail seen first gives way to the same photo in more pixels."""
    office.authorities = ("exchange", "folder")
    exchange = office.store("exchange", writes=True)
    sharepoint = office.store("sharepoint", writes=True, largest_px=200)
    folder = office.store("folder")
    exchange.join(ALICE, face("alice", 1, 48))
    sharepoint.join(ALICE)
    folder.join(ALICE, face("alice", 1, 240))

    assert (await office.sync()).exit_code == 0
    best = next(v for v in await _versions(office, ALICE) if v.digest == v.photo)
    assert best.width_px == 240
    assert [v.photo for v in await _versions(office, ALICE)] == [best.digest] * 2


async def test_a_doubtful_account_is_never_written_to(office: Office) -> None:
    """It is named, and asks for exit code 5."""
    folder, exchange, _ = three_stores(office)
    sharepoint = office.store("sharepoint", writes=True)
    for upn in (ALICE, BOB):
        folder.join(upn, face(upn))
        exchange.join(upn, face(upn))
    sharepoint.join(ALICE, None, (Key.MAIL, BOB))

    outcome = await office.sync()

    assert (outcome.exit_code, outcome.doubts) == (5, 1)
    assert sharepoint.shows(ALICE) is None


async def test_too_many_changes_stop_it_before_the_first(office: Office) -> None:
    """More people than the policy allows: nothing is written, and the remedy is named."""
    office.stop_above = StopAbove(people=1)
    folder, exchange, _ = three_stores(office)
    for upn in (ALICE, BOB):
        folder.join(upn, face(upn, 1))
        exchange.join(upn, face(upn, 0))

    with pytest.raises(SyncStopped, match=r"2 of 2 people, more than 1 people"):
        await office.sync()

    assert exchange.asked["write"] == 0


async def test_stores_that_feed_others_are_written_first(office: Office) -> None:
    """SharePoint takes photos from Exchange when their owner looks: an old one must not be there
    any more, whatever the names of the stores and the order of the plan."""
    office.store("folder").join(ALICE, face(ALICE, 1))
    for name in ("openldap", "sharepoint", "exchange"):
        office.store(name, writes=True).join(ALICE, face(ALICE, 0))

    plan, _ = await office.plan()
    await office.apply(replace(plan, actions=tuple(reversed(plan.actions))))

    written = [step.store for step in office.steps if step.verb == "write"]
    assert written == ["exchange", "sharepoint", "openldap"]


async def test_progress_tells_every_step(office: Office) -> None:
    """Observing counts accounts; writing counts actions, of a known total, by person and store."""
    folder, exchange, _ = three_stores(office)
    folder.join(ALICE, face("alice", 1))
    exchange.join(ALICE, face("alice", 0))

    await office.sync()

    observed = [s for s in office.steps if s.verb == "observe"]
    (written,) = (s for s in office.steps if s.verb == "write")
    assert {(s.store, s.done, s.total) for s in observed} == {
        ("exchange", 1, None),
        ("folder", 1, None),
    }
    assert (written.done, written.total, written.person) == (1, 1, ALICE)
    assert (written.store, written.outcome, written.error) == ("exchange", "written", None)


async def _versions(office: Office, upn: str) -> tuple[Version, ...]:
    return await office.vault.versions(office.told[upn].person.id)
