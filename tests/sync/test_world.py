"""A random world: edits behind our back, failing and lying stores, crashes, changing wishes.

Then it rests, and everything must fit together. After vdirsyncer's state machine: rules do whatever
people, stores and machines do, and `rest` is when it has to come out right.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test
from tests.servers.memory_store import PowerCut, face
from tests.sync.dying import LASTING, dying_at, failing_at
from tests.sync.kit import same
from tests.sync.oracle import Rules
from tests.sync.outside import PEOPLE, Outside, directories, looks, people, stores

from sameface.errors import BadUsage, UnknownPerson, VaultFailed
from sameface.sync import Call, Decision
from sameface.vault.blobs import digest_of

longer = settings(max_examples=150, stateful_step_count=40, deadline=None)
quick = settings(max_examples=10, stateful_step_count=12, deadline=None, derandomize=True)
verbs = st.sampled_from(["sync", "sync", "apply", "undo", "restore", "forget"])


class World(Outside):
    """What Sameface does in it: runs that end well, that are cut off anywhere, and that fail."""

    lived: ClassVar[Counter[str]] = Counter()
    """Worlds, and what happened in them."""

    @rule()
    def plan(self) -> None:
        """For somebody to look through, who takes their time."""
        self.planned, _ = self._run(self.office.plan())
        self.withholders.planned = self.withholders.now()

    @rule(store=directories, upn=people, look=looks)
    def apply_after_an_edit(self, store: str, upn: str, look: int) -> None:
        """What was planned, when somebody has put another photo where the plan writes."""
        self.plan()
        self.upload(upn, store, look)
        self.work("apply", upn, 0)

    @rule(verb=verbs, upn=people, which=st.integers(0, 9))
    def work(self, verb: str, upn: str, which: int) -> None:
        """To its end, whatever stores make of it."""
        self._run(self._does(verb, upn, which))
        self._after(verb, upn)

    @rule(store=stores, request=st.integers(1, 12), verb=verbs, upn=people)
    def crash(self, store: str, request: int, verb: str, upn: str) -> None:
        """The process ends before that request of one store."""
        at = self.office.stores[store]
        at.dies_at = at.asked.total() + request
        with contextlib.suppress(PowerCut):
            self._run(self._does(verb, upn, request))
        at.dies_at = None
        self._after(verb, upn)

    @rule(statement=st.integers(1, 150), verb=verbs, upn=people)
    def crash_remembering(self, statement: int, verb: str, upn: str) -> None:
        """The process ends between two words to the vault's database, or before it has kept one."""
        with dying_at(statement), contextlib.suppress(PowerCut):
            self._run(self._does(verb, upn, statement))
        self._after(verb, upn)

    @rule(
        statement=st.integers(1, 150),
        times=st.sampled_from([1, 5, LASTING]),
        verb=verbs,
        upn=people,
    )
    def fail_remembering(self, statement: int, times: int, verb: str, upn: str) -> None:
        """The vault's database fails in the middle, for a moment or until somebody sees to it."""
        with failing_at(statement, times), contextlib.suppress(VaultFailed):
            self._run(self._does(verb, upn, statement))
        self._after(verb, upn)

    @rule(store=stores, request=st.integers(1, 12), verb=verbs, upn=people, look=looks)
    def edit_meanwhile(self, store: str, request: int, verb: str, upn: str, look: int) -> None:
        """Somebody uploads while a run is under way."""
        at = self.office.stores[store]

        def upload() -> None:
            if upn in at.members:
                at.put(upn, face(upn, look))

        at.meanwhile = at.asked.total() + request, upload
        self._run(self._does(verb, upn, request))
        at.meanwhile = None
        self._after(verb, upn)

    @rule(store=directories, request=st.integers(1, 12), verb=verbs, upn=people)
    def turn_meanwhile(self, store: str, request: int, verb: str, upn: str) -> None:
        """A store takes no photo any more, from the middle of a run on."""
        at = self.office.stores[store]
        at.meanwhile = at.asked.total() + request, lambda: self.turn(store, writes=False)
        self._run(self._does(verb, upn, request))
        at.meanwhile = None
        self._after(verb, upn)

    @rule()
    def rest(self) -> None:
        """Nobody touches anything and nothing fails: stores agree with the policy, for good."""
        for store in self.office.stores.values():
            store.faults.clear()
            store.lies = ""
            store.takes = timedelta(0)
        took = len(self.ledger.taken)
        self._run(self.office.sync())
        self._run(self.office.sync())  # a photo that a lying store lost is seen by the next look
        writes = self._writes()
        outcome = self._run(self.office.sync())

        assert self._writes() == writes
        assert outcome.exit_code in (0, 5)
        strangers = self._strangers()
        for touch in self.ledger.taken[took:]:
            assert Rules(self.office, touch.ref, self.withholders.respected(touch.ref)).may(touch)
            assert (touch.ref, touch.store) not in strangers
        self._run(self._are_doubtful(strangers))
        for upn in PEOPLE:
            self._agrees(upn)
        self._run(self._nobody_is_two())
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

    async def _does(self, verb: str, upn: str, which: int) -> None:
        """One run; `which` chooses among what there is to choose from."""
        with contextlib.suppress(BadUsage, UnknownPerson):  # there is nothing to do, or nobody
            if verb == "sync":
                await self.office.sync()
            elif verb == "apply":
                await self.office.apply(self.planned or (await self.office.plan())[0])
            elif verb == "undo":
                await self._undo()
            elif verb == "restore":
                known = await self._versions(upn)
                await self.office.restore(upn, known[which % len(known)] if known else "none")
            else:
                await self._forget(upn)

    async def _undo(self) -> None:
        """The last run that wrote something."""
        for run in await self.office.vault.latest_runs(1):
            self.withholders.grieved |= set(PEOPLE)
            await self.office.undo(run)

    async def _forget(self, upn: str) -> None:
        """No store shows them any more, or it is said which does; the vault has none of theirs."""
        self.withholders.grieved.add(upn)
        shown = await self._versions(upn)
        await self.ledger.learn(shown)
        proposal, outcome = await self.office.forget(upn, self.ledger.explain)
        said = {left.store for left in proposal.left}
        if all(result.good for result in outcome.results):
            for account in proposal.people[0].accounts:
                store = self.office.stores[account.store]
                assert account.store in said or store.shows(upn) is None
        assert not any([await self.office.vault.holds(version) for version in shown])
        await self._forgot(upn)

    async def _forgot(self, upn: str) -> None:
        """Nothing of theirs has to be anywhere any more."""
        await self.ledger.explain()
        await self.withholders.forget(upn)
        self.forgotten.add(upn)
        self.erased += 1
        self._anybody(upn)
        left = ((name, w) for name, w in self.office.policy.people if name != upn or not w.pin)
        self.office.policy = replace(self.office.policy, people=tuple(left))
        for store in self.office.stores.values():
            store.overwritten = [one for one in store.overwritten if one[0] != upn]

    def _after(self, verb: str, upn: str) -> None:
        """What there is to say, or to do, when a run has ended somehow: forgetting somebody that
        was cut off is simply done again."""
        if verb == "apply":
            self._run(self.withholders.heard(self.withholders.planned))
        if verb == "forget" and upn not in self.forgotten:
            self._run(self._does("forget", upn, 0))
            told = self._run(self.office.vault.export(limit=1_000_000))
            if sum(entry.what == "forgotten" for _, entry, _ in told) > self.erased:
                self._run(self._forgot(upn))  # it died when all was done

    def _agrees(self, upn: str) -> None:
        """Stores that may be written show what is wanted, or it is said why not."""
        decision = self._told(upn)
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

    async def _are_doubtful(self, strangers: set[tuple[str, str]]) -> None:
        """Whoever came under somebody else's name is named, and everybody else is settled."""
        doubts = await self.office.vault.doubts()
        named = {(doubt.account.ref, doubt.account.store) for doubt in doubts}
        assert strangers <= named
        settled = {place: here for place, here in self.objects.items() if place not in named}
        self.settled |= {
            (upn, store): here
            for (upn, store), here in settled.items()
            if upn in self.office.stores[store].members and upn not in self.forgotten
        }

    async def _nobody_is_two(self) -> None:
        """All accounts of one person are theirs, and all that are not doubtful are one person's."""
        everybody = await self.office.vault.people()
        owners = [{account.ref for account in person.accounts} for person in everybody]
        found = [ref for refs in owners for ref in refs]
        assert max(map(len, owners), default=0) <= 1
        assert len(found) == len(set(found))

    async def _the_journal_explains(self) -> None:
        """It is whole, and explains whatever any store took of us."""
        assert (await self.office.vault.verify()).broken is None
        assert await self.office.vault.in_flight() == ()
        await self.ledger.rest()

    def show_all_again(self) -> None:
        """Whoever withholds something takes it back, and the world rests once more."""
        withholding = [upn for upn, places in self.withholders.chosen.items() if places]
        for upn in withholding:
            self._choose(upn, frozenset())
        if withholding:
            self.rest()

    def _told(self, upn: str) -> Decision | None:
        """What the last run said of whoever has these accounts."""
        said = self.office.told.values()
        return next((d for d in said if any(a.ref == upn for a in d.person.accounts)), None)

    def _writes(self) -> int:
        stores = self.office.stores.values()
        return sum(store.asked["write"] + store.asked["remove"] for store in stores)


TestWorld = World.TestCase
TestWorld.settings = quick


@pytest.mark.long
def test_a_longer_life() -> None:
    """The same, many more worlds that live through more; `-rP` prints how many, and of what."""
    World.lived.clear()
    run_state_machine_as_test(World, settings=longer)

    print(f"{World.lived['worlds']} worlds, {World.lived['steps']} steps")  # noqa: T201
    assert World.lived["worlds"] >= longer.max_examples
