"""What the console works with: one organisation, its stores, and what its vault remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sameface.connectors.base import Connector
from sameface.explain import Explainer, Subject
from sameface.explain.status import Row, row
from sameface.http import Clock
from sameface.people import own_addresses
from sameface.rules import Rulebook
from sameface.settings import Settings
from sameface.sync import Decision, Policy, decide
from sameface.values import Person
from sameface.vault import Dossier, Vault
from sameface.views.matrix import Column


@dataclass(frozen=True, slots=True)
class View:
    """Everything the memory says of one person."""

    dossier: Dossier
    decision: Decision
    explainer: Explainer
    row: Row

    @property
    def person(self) -> Person:
        return self.dossier.person


@dataclass(frozen=True, slots=True)
class Desk:
    """An organisation at hand; `policy` is what its settings and its connectors allow."""

    settings: Settings
    book: Rulebook
    vault: Vault
    policy: Policy
    clock: Clock
    connectors: Mapping[str, Connector]

    @classmethod
    def of(
        cls,
        settings: Settings,
        book: Rulebook,
        vault: Vault,
        connectors: dict[str, Connector],
        clock: Clock,
    ) -> Self:
        """From an opened organisation."""
        return cls(settings, book, vault, Policy.of(settings, connectors), clock, connectors)

    @property
    def tools(self) -> tuple[Settings, Mapping[str, Connector], Vault, Clock]:
        """What every run of `sync` begins with."""
        return self.settings, self.connectors, self.vault, self.clock

    @property
    def stores(self) -> list[Column]:
        """The matrix's columns for stores: the rulebook's, and those beyond it."""
        known = [Column(s.id, s.short, s.title) for s in self.book.stores.values()]
        return known + [Column(store, store[:4], store) for store in self._further]

    @property
    def surfaces(self) -> list[Column]:
        """The matrix's columns for surfaces."""
        return [Column(s.id, s.short, s.title) for s in self.book.surfaces.values()]

    @property
    def _further(self) -> list[str]:
        return [store for store in self.policy.stores if store not in self.book.stores]

    @property
    def groups(self) -> list[str]:
        """The groups that sameface.toml names, as it names them."""
        return [w.whose.removeprefix("group ") for _, w in self.settings.policy.groups]

    def team(self, person: Person) -> str:
        """The group that somebody is in, "" where that is none."""
        names = {person.upn.casefold()}.union(*map(own_addresses, person.accounts))
        found = (w for members, w in self.settings.policy.groups if members & names)
        return next((wishes.whose.removeprefix("group ") for wishes in found), "")

    def decide(self, dossier: Dossier) -> Decision:
        """What each store of this person calls for."""
        of = dossier
        return decide(of.person, of.cells, of.agreed, self.policy, of.pin, withheld=of.withheld)

    def view(self, dossier: Dossier, now: datetime | None = None) -> View:
        """A person explained, in tens of milliseconds where stores differ."""
        decision = self.decide(dossier)
        subject = Subject(
            person=dossier.person,
            cells=dossier.cells,
            wanted=decision.wanted,
            stores=frozenset(self.policy.stores),
            options=dict(self.settings.options),
            withheld=decision.withheld,
        )
        explainer = Explainer(subject, self.book, now or self.clock.now())
        return View(dossier, decision, explainer, row(explainer, self._further))

    async def dossier(self, name: str) -> Dossier:
        """Who answers to a UPN, mail, id or name; raises UnknownPerson."""
        person = await self.vault.person(name)
        return (await self.vault.dossiers_of([person.id]))[0]
