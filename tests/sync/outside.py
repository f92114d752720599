"""What happens around a random organisation: people, stores, machines and an administrator's mind.

The runs of Sameface over it, and what must hold of them, are in test_world.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import tempfile
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from tests.servers.memory_store import StillClock, broken, face
from tests.sync.kit import UPLOAD, Office
from tests.sync.ledger import LOOKS, Ledger
from tests.sync.withholders import Withholders

from sameface.connectors.guards import by_administrator
from sameface.errors import Busy, ByHand, UnknownPerson
from sameface.people import Said
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
from sameface.sync import Plan
from sameface.values import Key
from sameface.vault import Vault

PEOPLE = ("ann@x.test", "ben@x.test", "cyd@x.test")
STORES = ("folder", "exchange", "sharepoint", "yammer")
DIRECTORIES = ("exchange", "sharepoint")
"""Stores that tell which object an account is; they are also those written to."""

people = st.sampled_from(PEOPLE)
stores = st.sampled_from(STORES)
directories = st.sampled_from(DIRECTORIES)
looks = st.integers(0, LOOKS - 1)
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


class Outside(RuleBasedStateMachine):
    """Four stores, of which two are written to; the folder decides, then the mailbox.

    Flaky ones change keys without changing pictures, have no keys at all, lie about success, lose
    and garble writes, throttle, are slow, break off, and take nothing (Yammer).
    """

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
        self.ledger = Ledger(self.office)
        self.forgotten: set[str] = set()
        self.erased = 0
        self.objects: dict[tuple[str, str], str] = {}  # (UPN, store) -> what is there now
        self.settled: dict[tuple[str, str], str] = {}  # and what was there when the world rested
        self.planned: Plan | None = None
        self.unpinned = PolicySettings()
        self.office.store("yammer", by_hand=UPLOAD)
        self.office.stores["exchange"].restless = restless
        self.able = {name: store.capabilities for name, store in self.office.stores.items()}
        for store in self.office.stores.values():
            self.ledger.watch(store)
        for upn, name in itertools.product(PEOPLE, STORES):
            self.join(upn, name, shown.draw(st.none() | looks))
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
        """An account, or the same object again."""
        self._join(upn, store, look, f"guid of {upn}")

    @rule(upn=people, store=directories, look=st.none() | looks, object_=st.integers(1, 2))
    def create_anew(self, upn: str, store: str, look: int | None, object_: int) -> None:
        """Another object under the same name: perhaps somebody else, who is called the same."""
        self.leave(upn, store)
        self._join(upn, store, look, f"guid {object_} of {upn}")

    @rule(upn=people, store=stores, number=st.integers(2, 3))
    def rename(self, upn: str, store: str, number: int) -> None:
        """The same object signs in by another name."""
        if upn in self.office.stores[store].members:
            self.office.stores[store].rename(upn, upn.replace("@", f".{number}@"))

    @rule(theirs=st.frozensets(people))
    def say_whose(self, theirs: frozenset[str]) -> None:
        """The administrator says in people.csv that all accounts of that name are that person's."""
        lines = {("", upn): line for line, upn in enumerate(sorted(theirs), 2)}
        self.office.mapping = Said({("", upn): upn for upn in theirs}, lines, "mapping.csv")
        for upn in theirs:
            self._anybody(upn)

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

    @rule(store=directories, refused=st.integers(1, 9))
    def refuse(self, store: str, refused: int) -> None:
        """It claims that it may be written to, and takes nothing."""
        wrong = ByHand(store, "takes no photos any more; ask whoever runs it.")
        self.office.stores[store].faults["write"] = [wrong] * refused

    @rule(store=directories, writes=st.booleans())
    def turn(self, store: str, writes: bool) -> None:
        """Only to be read from now on; or to be written to again."""
        able = self.able[store]
        by_hand = None if writes else by_administrator(store)
        self.office.stores[store].capabilities = replace(
            able, writes=writes, removes=writes and able.removes, by_hand=by_hand
        )

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

    @rule(upn=people)
    def allow(self, upn: str) -> None:
        """Somebody forgotten may be taken up again."""
        allowed = self._run(self.office.vault.allow(upn, self.office.clock.now()))
        assert allowed == (upn in self.forgotten)
        self.forgotten.discard(upn)

    def _anybody(self, upn: str) -> None:
        """Whatever goes by that name may be theirs from now on."""
        self.settled = {place: known for place, known in self.settled.items() if place[0] != upn}

    def _strangers(self) -> set[tuple[str, str]]:
        """(UPN, store) of other objects than were there when the world last rested."""
        known = self.settled.items()
        others = {place for place, object_ in known if self.objects[place] != object_}
        return {(upn, s) for upn, s in others if upn in self.office.stores[s].members}

    def _join(self, upn: str, store: str, look: int | None, object_: str) -> None:
        if store in DIRECTORIES:
            self.objects[upn, store] = object_
        keys = [(Key.OBJECT_GUID, object_)] if store in DIRECTORIES else []
        self.office.stores[store].join(upn, None if look is None else face(upn, look), *keys)

    def _choose(self, upn: str, places: frozenset[str]) -> None:
        with contextlib.suppress(UnknownPerson):  # nobody has seen them yet
            self._run(self.withholders.choose(upn, places))

    async def _versions(self, upn: str) -> list[str]:
        try:
            person = await self.office.vault.person(upn)
        except UnknownPerson:
            return []
        return [version.digest for version in await self.office.vault.versions(person.id)]

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(work)
