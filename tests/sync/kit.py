"""A small organisation in memory, and the four runs over it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.servers.memory_store import MemoryStore, StillClock, may_write

from sameface import sync
from sameface.people import Said
from sameface.pictures import compare, fingerprint
from sameface.settings import Faces, PolicySettings, Settings, StopAbove, StoreSettings, Wishes
from sameface.sync import Call, Decision, Outcome, Plan, Progress, Proposal
from sameface.values import Likeness
from sameface.vault import Vault

UPLOAD = "the person uploads the photo in Yammer"


def same(one: bytes | None, other: bytes | None) -> bool:
    """True when both are the same picture, or none."""
    if one is None or other is None:
        return one is other
    return compare(fingerprint(one), fingerprint(other)) is Likeness.SAME


@dataclass
class Office:
    """Stores, a vault and a clock; `told` and `steps` hold what the last run said."""

    vault: Vault
    clock: StillClock
    authorities: tuple[str, ...] = ("folder",)
    stop_above: StopAbove = field(default_factory=lambda: StopAbove(percent=100))
    policy: PolicySettings = field(default_factory=PolicySettings)
    configured: tuple[StoreSettings, ...] = ()
    mapping: Said = field(default_factory=Said)
    stores: dict[str, MemoryStore] = field(default_factory=dict)
    told: dict[str, Decision] = field(default_factory=dict)
    steps: list[Progress] = field(default_factory=list)

    def store(self, store: str, *, writes: bool = False, **more: Any) -> MemoryStore:
        """A further store, of which `more` are capabilities."""
        self.stores[store] = MemoryStore(store, self.clock, may_write(store, writes, **more))
        return self.stores[store]

    @property
    def settings(self) -> Settings:
        return Settings(
            file=Path("sameface.toml"),
            organisation="Contoso",
            rulebook="office365-2014",
            vault=self.vault.folder,
            authorities=self.authorities,
            stop_above=self.stop_above,
            stores=self.configured,
            policy=replace(self.policy, everybody=self._wishes),
            mapping=self.mapping,
        )

    @property
    def _wishes(self) -> Wishes:
        """Those of the test; its people are drawn, and not always taken for people."""
        wishes = self.policy.everybody
        return replace(wishes, faces=wishes.faces or Faces.ANY)

    async def status(self, *names: str) -> Outcome:
        return await sync.status(*self._work(), tell=self._hear, names=names)

    async def plan(self) -> tuple[Plan, Outcome]:
        return await sync.plan(*self._work(), tell=self._hear)

    async def apply(self, plan: Plan) -> Outcome:
        return await sync.apply(*self._work(), plan=plan, tell=self._hear)

    async def sync(self, progress: Callable[[Progress], None] | None = None) -> Outcome:
        settings, stores, vault, clock, heard = self._work()
        return await sync.sync(settings, stores, vault, clock, progress or heard, tell=self._hear)

    async def restore(self, name: str, version: str) -> tuple[Proposal, Outcome]:
        """The plan to put that version back, and what came of it."""
        proposal = await sync.restore(*self._work(), name=name, version=version)
        return proposal, await self.apply(proposal.plan)

    async def undo(self, run: str | None) -> tuple[Proposal, Outcome]:
        """The plan to put back what that run changed, and what came of it."""
        proposal = await sync.undo(*self._work(), run=run or "")
        return proposal, await self.apply(proposal.plan)

    async def forget(
        self, name: str, between: Callable[[], Awaitable[None]] | None = None
    ) -> tuple[Proposal, Outcome]:
        """The plan to forget somebody, and what came of it in the stores and the vault; `between`
        is when the stores are done with, and the vault is not yet."""
        proposal = await sync.forget(*self._work(), name=name)
        outcome = await self.apply(proposal.plan)
        if between is not None:
            await between()
        await sync.erase(self.vault, self.clock, proposal.people[0], outcome.run or "")
        return proposal, outcome

    def reasons(self, upn: str, *calls: Call) -> dict[str, str]:
        """Store -> why, for the stores of that person that call for one of these."""
        return {v.store: v.because for v in self.told[upn].calling(*calls)}

    @property
    def asked(self) -> dict[str, int]:
        """Store -> requests so far."""
        return {name: store.asked.total() for name, store in self.stores.items()}

    def _work(self) -> Sequence[Any]:
        self.told.clear()
        self.steps.clear()
        self.clock.advance(timedelta(minutes=1))
        return self.settings, self.stores, self.vault, self.clock, self.steps.append

    def _hear(self, decision: Decision) -> None:
        self.told[decision.person.upn] = decision


def three_stores(office: Office) -> tuple[MemoryStore, MemoryStore, MemoryStore]:
    """A folder of portraits that decides, a mailbox to write to, and Yammer to upload to."""
    return (
        office.store("folder", by_hand=None),
        office.store("exchange", writes=True),
        office.store("yammer", by_hand=UPLOAD),
    )
