"""A random world: edits behind our back, failing and lying stores, crashes, changing wishes.

Then it rests, and everything must fit together. After vdirsyncer's state machine: rules do whatever
people, stores and machines do, and `rest` is when it has to come out right.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import tempfile
from collections import Counter
from collections.abc import Coroutine, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from tests.servers.memory_store import PowerCut, StillClock, broken, face
from tests.sync.kit import UPLOAD, Office, same
from tests.sync.withholders import Withholders

from sameface.errors import BadUsage, Busy, UnknownPerson
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
    Withholding,
)
from sameface.sync import Call, Plan
from sameface.vault import Vault
from sameface.vault.blobs import digest_of

PEOPLE = ("ann@x.test", "ben@x.test", "cyd@x.test")
STORES = ("folder", "exchange", "sharepoint", "yammer")
people = st.sampled_from(PEOPLE)
stores = st.sampled_from(STORES)
looks = st.integers(0, 3)
wishes = st.builds(
    Wishes,
    authorities=st.sampled_from([(), (), ("exchange", "folder"), ("yammer",)]),
    wins=st.sampled_from(Wins),
    conflict=st.sampled_from(Conflict),
    removal=st.sampled_from(Removal),
    own_choice=st.sampled_from(OwnChoice),
    withholding=st.sampled_from([None, None, *Withholding]),
    exclude_stores=st.sampled_from([None, None, ("sharepoint",)]),
).filter(lambda w: (w.wins, w.conflict) != (Wins.NEWEST, Conflict.NEWEST))
SETTLED = frozenset({"written", "removed", "not proven", "failed", "cut off", "moved", "refused"})
"""How an announced write ends in the journal."""
longer = settings(max_examples=150, stateful_step_count=40, deadline=None)
quick = settings(max_examples=10, stateful_step_count=12, deadline=None, derandomize=True)


class World(RuleBasedStateMachine):
    """Four stores, of which two are written to; the folder decides, then the mailbox.

    Flaky ones change keys without changing pictures, have no keys at all, lie about success, lose
    and garble writes, throttle, are slow, break off, and take nothing (Yammer).
    """

    lived: ClassVar[Counter[str]] = Counter()
    """Worlds, and what happened in them."""

    @initialize(
        restless=st.booleans(),
        keyless=st.booleans(),
        clinging=st.booleans(),
        shy=st.dictionaries(people, st.frozensets(stores, min_size=1)),
        shown=st.data(),
    )
    def open(
        self,
        restless: bool,
        keyless: bool,
        clinging: bool,
        shy: dict[str, frozenset[str]],
        shown: st.DataObject,
    ) -> None:
        self._runner = asyncio.Runner()
        self._folder = tempfile.TemporaryDirectory()
        vault = self._run(Vault.open(Path(self._folder.name)))
        self.office = Office(vault, StillClock(), authorities=("folder", "exchange"))
        self.office.store("folder")
        self.office.store("exchange", writes=True)
        sizes = {"several_files": True, "sizes_px": (48, 72), "largest_px": 72}
        able = {"change_key": not keyless, "removes": not clinging}
        self.office.store("sharepoint", writes=True, **able, **sizes)
        self.withholders = Withholders(self.office)
        self.planned: Plan | None = None
        self.unpinned = PolicySettings()
        self.office.store("yammer", by_hand=UPLOAD)
        self.office.stores["exchange"].restless = restless
        for upn, store in itertools.product(PEOPLE, STORES):
            self.join(upn, store, shown.draw(st.none() | looks))
        if shy:
            self._run(self.office.status())
        for upn, places in shy.items():
            self._choose(upn, places)

    @rule(upn=people, store=stores)
    def leave(self, upn: str, store: str) -> None:
        if upn in self.office.stores[store].members:
            self.withholders.grieved.add(upn)
            self.office.stores[store].leave(upn)

    @rule(upn=people, store=stores, look=st.none() | looks)
    def join(self, upn: str, store: str, look: int | None) -> None:
        self.office.stores[store].join(upn, None if look is None else face(upn, look))

    @rule(upn=people, store=stores, look=looks)
    def upload(self, upn: str, store: str, look: int) -> None:
        if upn in self.office.stores[store].members:
            self.office.stores[store].put(upn, face(upn, look))

    @rule(upn=people, store=stores)
    def remove(self, upn: str, store: str) -> None:
        self.withholders.grieved.add(upn)
        self.office.stores[store].take_away(upn)

    @rule(upn=people, store=stores)
    def fail_once(self, upn: str, store: str) -> None:
        self.office.stores[store].faults[upn] = [broken(store)]

    @rule(store=stores, verb=st.sampled_from(["observe", "read", "write", "written"]))
    def break_off(self, store: str, verb: str) -> None:
        self.office.stores[store].faults[verb] = [broken(store)]

    @rule(store=stores, verb=st.sampled_from(["observe", "read", "write"]), times=st.integers(1, 4))
    def throttle(self, store: str, verb: str, times: int) -> None:
        """Beyond all patience: the next so many requests of that kind are refused."""
        busy = Busy(store, "asks us to wait longer than patience allows; try again later.")
        self.office.stores[store].faults[verb] = [busy] * times

    @rule(store=stores, seconds=st.sampled_from([0, 30, 7200]))
    def slow(self, store: str, seconds: int) -> None:
        """Every answer takes so long; people do not wait meanwhile, and the clock goes on."""
        self.office.stores[store].takes = timedelta(seconds=seconds)

    @rule(by=st.sampled_from([timedelta(days=1), timedelta(days=-1), timedelta(minutes=-3)]))
    def jump(self, by: timedelta) -> None:
        """The machine's clock is set."""
        self.office.clock.advance(by)

    @rule(
        wish=wishes,
        theirs=st.dictionaries(people, wishes, max_size=2),
        group=st.frozensets(people, max_size=2),
        once=st.booleans(),
    )
    def wish(
        self, wish: Wishes, theirs: dict[str, Wishes], group: frozenset[str], once: bool
    ) -> None:
        """The administrator changes their mind: for all, a group, some people, a store."""
        special = tuple((upn, replace(w, whose=upn)) for upn, w in theirs.items())
        groups = ((group, replace(wish, whose="group g", exclude=once)),)
        self.unpinned = PolicySettings(wish, groups, special, EmptyStore(100))
        self.office.policy = self.unpinned
        sharepoint = StoreSettings("sharepoint", "sharepoint", Mode.BOTH, seed_once=once)
        self.office.configured = (sharepoint,)

    @rule(upn=people, data=st.data())
    def pin(self, upn: str, data: st.DataObject) -> None:
        """One of the versions that the vault has, pinned in the settings; or none any more."""
        known = data.draw(st.sampled_from([None, *self._run(self._versions(upn))]))
        pins = () if known is None else ((upn, Wishes(pin=known, whose=upn)),)
        others = tuple(pair for pair in self.unpinned.people if pair[0] != upn or not pins)
        self.office.policy = replace(self.unpinned, people=(*others, *pins))

    @rule(upn=people)
    def unpin(self, upn: str) -> None:
        """What `restore` or `undo` had pinned follows the authority again."""
        with contextlib.suppress(UnknownPerson):
            person = self._run(self.office.vault.person(upn))
            self._run(self.office.vault.unpin(person.id, self.office.clock.now()))

    @rule(upn=people, store=stores)
    def withhold(self, upn: str, store: str) -> None:
        """Somebody wants to be shown there no more."""
        self._choose(upn, self.withholders.chosen.get(upn, frozenset()) | {store})

    @rule(upn=people, data=st.data())
    def show_again(self, upn: str, data: st.DataObject) -> None:
        """Somebody takes back what they withheld, at one store."""
        if places := self.withholders.chosen.get(upn):
            self._choose(upn, places - {data.draw(st.sampled_from(sorted(places)))})

    @rule(store=stores, lies=st.sampled_from(["", "keeps", "loses", "garbles", "crops"]))
    def lie(self, store: str, lies: str) -> None:
        if lies == "loses":
            self.withholders.grieved |= set(PEOPLE)
        self.office.stores[store].lies = lies

    @rule(upn=people, data=st.data())
    def restore(self, upn: str, data: st.DataObject) -> None:
        """One of the versions that the vault has, whichever."""
        known = self._run(self._versions(upn))
        if known:
            digest = data.draw(st.sampled_from(known))
            with contextlib.suppress(BadUsage):  # the settings leave them alone, or pin them
                self._run(self.office.restore(upn, digest))

    @rule()
    def undo(self) -> None:
        """The last run that wrote something."""
        for run in self._run(self.office.vault.latest_runs(1)):
            self.withholders.grieved |= set(PEOPLE)
            with contextlib.suppress(BadUsage):  # nothing that it did was left to undo
                self._run(self.office.undo(run))

    @rule()
    def plan(self) -> None:
        """For somebody to look through, who takes their time."""
        self.planned, _ = self._run(self.office.plan())
        self.withholders.planned = self.withholders.now()

    @rule()
    def apply(self) -> None:
        """What was planned, however long ago."""
        if self.planned is not None:
            self._run(self.office.apply(self.planned))
            self._run(self.withholders.heard(self.withholders.planned))

    @rule()
    def sync(self) -> None:
        self._run(self.office.sync())

    @rule(store=stores, request=st.integers(1, 12))
    def crash(self, store: str, request: int) -> None:
        at = self.office.stores[store]
        at.dies_at = at.asked.total() + request
        with contextlib.suppress(PowerCut):
            self._run(self.office.sync())
        at.dies_at = None

    @rule(statement=st.integers(1, 150))
    def crash_remembering(self, statement: int) -> None:
        """The process ends between two words to the vault's database, or before it has kept one."""
        with dying_at(statement), contextlib.suppress(PowerCut):
            self._run(self.office.sync())

    @rule()
    def rest(self) -> None:
        """Nobody touches anything and nothing fails: stores agree with the policy, for good."""
        for store in self.office.stores.values():
            store.faults.clear()
            store.lies = ""
            store.takes = timedelta(0)
        self._run(self.office.sync())
        self._run(self.office.sync())  # a photo that a lying store lost is seen by the next look
        writes = self._writes()
        outcome = self._run(self.office.sync())

        assert self._writes() == writes
        assert outcome.exit_code in (0, 5)
        for upn in PEOPLE:
            self._agrees(upn)
        self._run(self._everything_is_kept())
        self._run(self._the_journal_explains())
        self._run(self.withholders.are_in_the_journal())

    @invariant()
    def goes_on(self) -> None:
        """After each step, whatever it was."""
        self.lived["steps"] += 1
        self._run(self.withholders.heard())

    def teardown(self) -> None:
        self.lived["worlds"] += 1
        if hasattr(self, "office"):
            try:
                self.rest()
                self.show_all_again()
            finally:
                self._run(self.office.vault.close())
                self._runner.close()
                self._folder.cleanup()

    def _agrees(self, upn: str) -> None:
        """Stores that may be written show what is wanted, or it is said why not."""
        decision = self.office.told.get(upn)
        if decision is None:
            return
        assert decision.actions == ()
        self._run(self.withholders.rested(upn, decision))
        for verdict in decision.calling(Call.NOTHING):
            if verdict.store in self.withholders.respected(upn):
                continue
            store = self.office.stores[verdict.store]
            if decision.wanted is None:
                assert store.shows(upn) is None or upn in store.hidden
            else:
                right = self._run(self.office.vault.picture(decision.wanted))
                assert same(store.shows(upn), right)

    async def _everything_is_kept(self) -> None:
        """The vault has every photo that a write has ever replaced."""
        for store in self.office.stores.values():
            for upn, photo in store.overwritten:
                if photo in store.halves:
                    continue
                person = await self.office.vault.person(upn)
                versions = await self.office.vault.versions(person.id)
                exact = digest_of(photo) in {v.digest for v in versions}
                kept = [await self.office.vault.picture(v.digest) for v in versions]
                assert exact or any(same(photo, other) for other in kept)

    async def _the_journal_explains(self) -> None:
        """It is whole, every write has its end in it, and what it calls written is there."""
        vault = self.office.vault
        assert (await vault.verify()).broken is None
        assert await vault.in_flight() == ()
        told = [entry for _, entry, _ in await vault.export(limit=1_000_000)]
        ended = [entry for entry in told if entry.store and entry.what in SETTLED]
        assert self._writes() <= len(ended)
        for store in self.office.stores.values():
            for upn in store.written:
                person = await vault.person(upn)
                theirs = [e for e in ended if e.person == person.id and e.store == store.store]
                last = next(e for e in reversed(theirs) if e.what not in ("moved", "refused"))
                if last.what == "written":
                    assert same(store.shows(upn), await vault.picture(last.after or ""))
                assert last.what != "removed" or store.shows(upn) is None

    def show_all_again(self) -> None:
        """Whoever withholds something takes it back, and the world rests once more."""
        withholding = [upn for upn, places in self.withholders.chosen.items() if places]
        for upn in withholding:
            self._choose(upn, frozenset())
        if withholding:
            self.rest()

    def _choose(self, upn: str, places: frozenset[str]) -> None:
        with contextlib.suppress(UnknownPerson):  # nobody has seen them yet
            self._run(self.withholders.choose(upn, places))

    async def _versions(self, upn: str) -> list[str]:
        try:
            person = await self.office.vault.person(upn)
        except UnknownPerson:
            return []
        return [version.digest for version in await self.office.vault.versions(person.id)]

    def _writes(self) -> int:
        stores = self.office.stores.values()
        return sum(store.asked["write"] + store.asked["remove"] for store in stores)

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(work)


@contextlib.contextmanager
def dying_at(statement: int) -> Iterator[None]:
    """The nth statement or commit that reaches any database ends the process instead."""
    heard = itertools.count(1)

    def hear(*_: object) -> None:
        if next(heard) == statement:
            raise PowerCut

    for event in ("before_cursor_execute", "commit"):
        sa.event.listen(sa.Engine, event, hear)
    try:
        yield
    finally:
        for event in ("before_cursor_execute", "commit"):
            sa.event.remove(sa.Engine, event, hear)


TestWorld = World.TestCase
TestWorld.settings = quick


@pytest.mark.long
def test_a_longer_life() -> None:
    """The same, many more worlds that live through more; `-rP` prints how many, and of what."""
    World.lived.clear()
    run_state_machine_as_test(World, settings=longer)

    print(f"{World.lived['worlds']} worlds, {World.lived['steps']} steps")  # noqa: T201
    assert World.lived["worlds"] >= longer.max_examples
