"""A random world: people, edits behind our back, failing stores, crashes. Then it rests."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from tests.servers.memory_store import PowerCut, StillClock, broken, face
from tests.sync.kit import UPLOAD, Office, same

from sameface.sync import Call
from sameface.vault import Vault
from sameface.vault.blobs import digest_of

PEOPLE = ("ann@x.test", "ben@x.test", "cyd@x.test")
STORES = ("folder", "exchange", "sharepoint", "yammer")
people = st.sampled_from(PEOPLE)
stores = st.sampled_from(STORES)
looks = st.integers(0, 3)


class World(RuleBasedStateMachine):
    """Four stores, of which two are written to; the folder decides, then the mailbox."""

    @initialize(restless=st.booleans(), keyless=st.booleans(), shown=st.data())
    def open(self, restless: bool, keyless: bool, shown: st.DataObject) -> None:
        self._runner = asyncio.Runner()
        self._folder = tempfile.TemporaryDirectory()
        vault = self._run(Vault.open(Path(self._folder.name)))
        self.office = Office(vault, StillClock(), authorities=("folder", "exchange"))
        self.office.store("folder")
        self.office.store("exchange", writes=True)
        sizes = {"several_files": True, "sizes_px": (48, 72), "largest_px": 72}
        self.office.store("sharepoint", writes=True, change_key=not keyless, **sizes)
        self.office.store("yammer", by_hand=UPLOAD)
        self.office.stores["exchange"].restless = restless
        for upn, store in itertools.product(PEOPLE, STORES):
            self.join(upn, store, shown.draw(st.none() | looks))

    @rule(upn=people, store=stores)
    def leave(self, upn: str, store: str) -> None:
        if upn in self.office.stores[store].members:
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
        self.office.stores[store].take_away(upn)

    @rule(upn=people, store=stores)
    def fail_once(self, upn: str, store: str) -> None:
        self.office.stores[store].faults[upn] = [broken(store)]

    @rule(store=stores, verb=st.sampled_from(["observe", "read", "write", "written"]))
    def break_off(self, store: str, verb: str) -> None:
        self.office.stores[store].faults[verb] = [broken(store)]

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

    @rule()
    def rest(self) -> None:
        """Nobody touches anything and nothing fails: stores agree with the policy, for good."""
        for store in self.office.stores.values():
            store.faults.clear()
        self._run(self.office.sync())
        writes = self._writes()
        outcome = self._run(self.office.sync())

        assert self._writes() == writes
        assert outcome.exit_code in (0, 5)
        for upn in PEOPLE:
            self._agrees(upn)
        self._run(self._everything_is_kept())

    def teardown(self) -> None:
        if hasattr(self, "office"):
            try:
                self.rest()
            finally:
                self._run(self.office.vault.close())
                self._runner.close()
                self._folder.cleanup()

    def _agrees(self, upn: str) -> None:
        """Both writable stores show the deciding photo, unless a person was asked."""
        decision = self.office.told.get(upn)
        if decision is None or decision.calling(Call.ASK):
            return
        shown = {s.store: s.shows(upn) for s in self.office.stores.values() if upn in s.members}
        right = shown.get("folder") or shown.get("exchange")
        for store in ("exchange", "sharepoint"):
            if right is not None and store in shown:
                assert same(shown[store], right)

    async def _everything_is_kept(self) -> None:
        """The vault has every photo that a write has ever replaced."""
        for store in self.office.stores.values():
            for upn, photo in store.overwritten:
                person = await self.office.vault.person(upn)
                versions = await self.office.vault.versions(person.id)
                exact = digest_of(photo) in {v.digest for v in versions}
                kept = [await self.office.vault.picture(v.digest) for v in versions]
                assert exact or any(same(photo, other) for other in kept)

    def _writes(self) -> int:
        return sum(store.asked["write"] for store in self.office.stores.values())

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(work)


TestWorld = World.TestCase
TestWorld.settings = settings(max_examples=10, stateful_step_count=12, deadline=None)
