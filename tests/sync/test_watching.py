"""Listening: whoever a store says has changed is put right at once, and nobody else is asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from tests.servers.memory_store import MemoryStore, broken, face, may_write
from tests.sync.kit import Office, same

from sameface import sync
from sameface.errors import BadUsage, NotAllowed, StoreFailed, SyncStopped, VaultBusy
from sameface.settings import PolicySettings, Removal, StopAbove, Wishes
from sameface.sync import Outcome, Result
from sameface.values import Page
from sameface.vault import Vault

ALICE, BOB = "alice@x.test", "bob@x.test"


@dataclass
class TalkingStore(MemoryStore):
    """A store that says when something changed."""

    told: asyncio.Queue[Page | StoreFailed] = field(default_factory=asyncio.Queue)

    def tell(self, *upns: str, delta: bool = True, gone: tuple[str, ...] = ()) -> None:
        self.told.put_nowait(
            Page(tuple(map(self._observed, upns)), None, "later", delta=delta, gone=gone)
        )

    async def watch(self, since: str | None = None) -> AsyncGenerator[Page, None]:
        while True:
            said = await self.told.get()
            if isinstance(said, StoreFailed):
                raise said
            yield said


@pytest.fixture
def directory(office: Office) -> TalkingStore:
    """A directory whose photo wins, over a mailbox; Alice and Bob are in both."""
    talking = TalkingStore("folder", office.clock, may_write("folder", writes=False))
    office.stores["folder"] = talking
    exchange = office.store("exchange", writes=True)
    for upn in (ALICE, BOB):
        talking.join(upn, face(upn))
        exchange.join(upn, face(upn))
    return talking


def watching(
    office: Office, every: timedelta = timedelta(hours=1)
) -> AsyncGenerator[Outcome, None]:
    soon = timedelta(milliseconds=1)
    return sync.watch(*office._work(), tell=office._hear, every=every, again=soon)


async def test_who_changed_is_put_right_at_once(office: Office, directory: TalkingStore) -> None:
    """The others are not even looked at."""
    exchange = office.stores["exchange"]
    outcomes = watching(office)
    begun = await anext(outcomes)
    looked = directory.asked["observe"], exchange.asked["observe"]
    directory.put(ALICE, face("alice", 1))
    directory.tell(ALICE)

    carried = await anext(outcomes)
    await outcomes.aclose()

    assert begun.results == {}
    assert carried.results == {Result.WRITTEN: 1}
    assert same(exchange.shows(ALICE), face("alice", 1))
    assert (directory.asked["observe"], exchange.asked["observe"]) == looked


async def test_what_changes_nothing_is_not_told(office: Office, directory: TalkingStore) -> None:
    """Stores ring for more than photos, and for our own writes; only what follows is told."""
    outcomes = watching(office)
    await anext(outcomes)
    directory.tell(BOB)
    directory.put(ALICE, face("alice", 1))
    waiting = asyncio.ensure_future(anext(outcomes))
    await asyncio.sleep(0)
    directory.tell(ALICE)

    carried = await waiting
    await outcomes.aclose()

    assert carried.results == {Result.WRITTEN: 1}


@pytest.mark.parametrize("gone", [(), (BOB,)])
async def test_what_cannot_be_told_one_by_one_is_looked_at_whole(
    office: Office, directory: TalkingStore, gone: tuple[str, ...]
) -> None:
    """A store that lost its place, or where somebody is gone, means everybody."""
    outcomes = watching(office)
    await anext(outcomes)
    directory.put(ALICE, face("alice", 1))
    directory.tell(delta=bool(gone), gone=gone)

    carried = await anext(outcomes)
    await outcomes.aclose()

    assert carried.people == 2
    assert carried.results == {Result.WRITTEN: 1}


async def test_everybody_is_looked_at_now_and_then(office: Office, directory: TalkingStore) -> None:
    """Most stores tell of nothing: a change there is seen by the next look at everybody."""
    outcomes = watching(office, every=timedelta(milliseconds=1))
    await anext(outcomes)
    office.stores["exchange"].put(ALICE, face("alice", 2))

    carried = await anext(outcomes)
    await outcomes.aclose()

    assert carried.results == {Result.WRITTEN: 1}
    assert same(office.stores["exchange"].shows(ALICE), face(ALICE))


async def test_too_many_at_once_are_not_believed(office: Office, directory: TalkingStore) -> None:
    """stop-above holds for what stores tell, too; nothing is written then."""
    office.stop_above = StopAbove(people=1)
    outcomes = watching(office)
    await anext(outcomes)
    for upn in (ALICE, BOB):
        directory.put(upn, face(upn, 1))
    directory.tell(ALICE, BOB)

    with pytest.raises(SyncStopped, match="2 of 2 people"):
        await anext(outcomes)

    assert office.stores["exchange"].overwritten == []


async def test_a_store_that_cannot_be_listened_to_says_so(
    office: Office, directory: TalkingStore
) -> None:
    """Rather than to wait for what will never come."""
    directory.told.put_nowait(NotAllowed("folder", "does not tell this account of changes"))
    outcomes = watching(office)
    await anext(outcomes)

    with pytest.raises(NotAllowed):
        await anext(outcomes)


async def test_a_store_that_suddenly_looks_empty_is_not_believed(
    office: Office, directory: TalkingStore
) -> None:
    """empty-store holds for what stores tell, too; nothing is removed then."""
    office.policy = PolicySettings(everybody=Wishes(removal=Removal.PROPAGATE))
    people = [ALICE, BOB, *(f"p{n}@x.test" for n in range(8))]
    exchange = office.stores["exchange"]
    for upn in people[2:]:
        directory.join(upn, face(upn))
        exchange.join(upn, face(upn))
    outcomes = watching(office)
    await anext(outcomes)
    for upn in people:
        directory.take_away(upn)
    directory.tell(*people)

    with pytest.raises(SyncStopped, match="empty-store"):
        await anext(outcomes)

    assert exchange.overwritten == []


async def test_everybody_is_looked_at_in_time_while_news_keep_coming(
    office: Office, directory: TalkingStore
) -> None:
    """The next look at everybody is due by the last one, not by the last piece of news."""
    outcomes = watching(office, every=timedelta(seconds=1))
    await anext(outcomes)
    exchange = office.stores["exchange"]
    exchange.put(ALICE, face("alice", 2))

    def ring() -> None:
        directory.tell(BOB)
        asyncio.get_running_loop().call_later(0.1, ring)

    ring()
    carried = await anext(outcomes)
    await outcomes.aclose()

    assert carried.people == 2
    assert same(exchange.shows(ALICE), face(ALICE))


@pytest.mark.parametrize("verb", ["find", "write"])
async def test_what_a_store_failed_at_is_tried_again(
    office: Office, directory: TalkingStore, verb: str
) -> None:
    """One broken request costs nobody their change until the next look at everybody."""
    outcomes = watching(office)
    await anext(outcomes)
    exchange = office.stores["exchange"]
    exchange.faults[verb].append(broken("exchange"))
    directory.put(ALICE, face("alice", 1))
    directory.tell(ALICE)

    async for carried in outcomes:
        if carried.results == {Result.WRITTEN: 1}:
            break
    await outcomes.aclose()

    assert same(exchange.shows(ALICE), face("alice", 1))


@pytest.mark.parametrize("everybody", [False, True], ids=["somebody", "everybody"])
async def test_another_run_is_waited_for(
    office: Office, directory: TalkingStore, *, everybody: bool
) -> None:
    """What was told while it had the vault is carried when it has ended."""
    outcomes = watching(office)
    await anext(outcomes)
    directory.put(ALICE, face("alice", 1))
    carried = asyncio.ensure_future(anext(outcomes))
    async with await Vault.open(office.vault.folder) as other, other.alone():
        directory.tell(ALICE, delta=not everybody)
        done, _ = await asyncio.wait({carried}, timeout=0.3)
        assert not done

    assert (await carried).results == {Result.WRITTEN: 1}
    await outcomes.aclose()


async def test_a_watch_that_begins_during_another_run_says_so(
    office: Office, directory: TalkingStore
) -> None:
    """And leaves, as any second sync does."""
    outcomes = watching(office)
    async with await Vault.open(office.vault.folder) as other, other.alone():
        with pytest.raises(VaultBusy, match="Another run"):
            await anext(outcomes)


async def test_an_error_nobody_foresaw_ends_the_watch(
    office: Office, directory: TalkingStore
) -> None:
    """It would be deaf otherwise, and nobody would know."""
    outcomes = watching(office)
    await anext(outcomes)
    directory.told.put_nowait("not a page")  # type: ignore[arg-type]

    with pytest.raises(AttributeError):
        await anext(outcomes)


async def test_somebody_must_tell(office: Office) -> None:
    """Without a store that tells of changes there is nothing to wait for."""
    office.store("folder")

    with pytest.raises(BadUsage, match="tells of changes"):
        await anext(watching(office))
