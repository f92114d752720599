"""Who in a random world does not want to be shown where, and what has to follow from that.

What the settings make of it is found here anew, from the settings alone, and not asked of `Policy`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.sync.kit import Office
from tests.sync.oracle import Rules, strongest_first

from sameface.settings import Withholding
from sameface.sync import Call, Decision, Policy, decide
from sameface.vault import Dossier, Entry

PUT = frozenset({"written", "not proven"})
"""Ends of a write after which the store may show what it was given."""

Places = Mapping[str, frozenset[str]]
"""UPN -> stores."""


@dataclass
class Withholders:
    """What people chose in the console. `grieved` are those who lost a photo to somebody else than
    Sameface, so that a removal may be theirs; `planned` is what held when a plan was made."""

    office: Office
    chosen: dict[str, frozenset[str]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    grieved: set[str] = field(default_factory=set)
    planned: Places = field(default_factory=dict)
    read: int = 0

    async def choose(self, upn: str, places: frozenset[str]) -> None:
        """From now on they withhold their photo from these stores and no others."""
        vault, now = self.office.vault, self.office.clock.now()
        person = await vault.person(upn)
        news = await vault.review.withhold(person.id, places, now, "chosen by the person")
        assert news == places ^ self.chosen.get(upn, frozenset())
        self.chosen[upn], self.ids[person.id] = places, upn

    def respected(self, upn: str) -> frozenset[str]:
        """The stores that are to show no photo of theirs, as the settings have it now."""
        wishes = tuple(strongest_first(self.office.policy, upn))
        said = [w.withholding for w in wishes if w.withholding is not None]
        if Withholding.IGNORE in said[:1] or any(wish.exclude for wish in wishes):
            return frozenset()
        left = [w.exclude_stores for w in wishes if w.exclude_stores is not None]
        return self.chosen.get(upn, frozenset()).difference(*left[:1])

    def now(self) -> Places:
        """What is respected of everybody's choices."""
        return {upn: self.respected(upn) for upn in self.chosen}

    async def heard(self, planned: Places | None = None) -> None:
        """What was done in this step: nothing was put where it is withheld, and only what somebody
        withholds, or lost, or wants undone, was taken away. `planned` held for a plan applied."""
        for number, entry, _ in await self.office.vault.export(self.read, 1_000_000):
            self.read = number
            upn = self.ids.get(entry.person or "")
            if upn is not None and entry.store:
                withheld = self.respected(upn)
                assert entry.what not in PUT or entry.after is None or entry.store not in withheld
                before = (planned or {}).get(upn, frozenset())
                self._must_be_explained(entry, upn, withheld | before)

    def _must_be_explained(self, entry: Entry, upn: str, withheld: frozenset[str]) -> None:
        if entry.what != "removed":
            return
        if "which the person withholds from there" in entry.why:
            assert entry.store in withheld
        else:
            assert upn in self.grieved

    async def rested(self, upn: str, decision: Decision) -> None:
        """Where they withhold their photo there is none, or it is said who has to act; and all
        others show what they have to."""
        withheld = self.respected(upn)
        assert decision.withheld == withheld
        for verdict in decision.verdicts:
            store = self.office.stores[verdict.store]
            if verdict.store not in withheld:
                assert "withh" not in verdict.because
                assert "as the person chose" not in verdict.because
            elif store.shows(upn) is None:
                assert verdict.call is Call.NOTHING
            else:
                able = store.capabilities
                assert not (able.writes and able.removes)
                asked = able.writes or "uploads" in (able.by_hand or "")
                assert verdict.call is (Call.BY_HAND if asked else Call.LEAVE)
        (dossier,) = await self.office.vault.dossiers_of([decision.person.id])
        assert dossier.withheld == self.chosen.get(upn, frozenset())
        self._follows(upn, decision, dossier)
        self._holds_without(decision, dossier, withheld)

    def _follows(self, upn: str, decision: Decision, dossier: Dossier) -> None:
        """Where the strongest authority has the last word, all others show what it does, also once
        they are withheld no more."""
        rules = Rules(self.office, upn, self.respected(upn))
        wanted = rules.wanted(dossier)
        if wanted is None:
            return
        for verdict in decision.verdicts:
            assert rules.follows(verdict.store, wanted) or verdict.call is Call.ASK

    def _holds_without(
        self, decision: Decision, dossier: Dossier, withheld: frozenset[str]
    ) -> None:
        """The others agree on what they would if they had never had an account there."""
        office = self.office
        if any(wishes.pin for _, wishes in office.policy.people):
            return
        cells = [cell for cell in dossier.cells if cell.store not in withheld]
        agreed = [one for one in dossier.agreed if one.store not in withheld]
        policy = Policy.of(office.settings, office.stores)
        alone = decide(dossier.person, cells, agreed, policy, dossier.pin)
        assert decision.wanted == alone.wanted
        others = [v for v in decision.verdicts if v.store not in withheld]
        assert [(v.store, v.call, v.after) for v in others] == [
            (v.store, v.call, v.after) for v in alone.verdicts
        ]

    async def forget(self, upn: str) -> None:
        """Somebody is forgotten, and what they chose with them."""
        await self.heard()
        self.chosen.pop(upn, None)
        self.ids = {known: name for known, name in self.ids.items() if name != upn}

    async def are_in_the_journal(self) -> None:
        """Read from its beginning, it says what everybody withholds today."""
        told: dict[str, set[str]] = {}
        for _, entry, _ in await self.office.vault.export(limit=1_000_000):
            of = entry.person or ""
            theirs = told.setdefault(self.ids.get(of, of), set())  # the forgotten have no name
            if entry.what == "withheld":
                theirs.add(entry.store or "")
            if entry.what == "shown again":
                theirs.remove(entry.store or "")
        assert {upn: told[upn] for upn in self.chosen} == self.chosen
