"""What the settings ask of a random world, found anew from the settings alone.

`Policy` and `decide` are not asked. Where it takes more than a few lines to say what is right (the
newest change, a pin that `undo` set, own choices that count), nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.servers.memory_store import Touch
from tests.sync.kit import Office
from tests.sync.ledger import alike

from sameface.settings import Conflict, OwnChoice, PolicySettings, Removal, Wins, Wishes
from sameface.vault import Dossier


def strongest_first(policy: PolicySettings, upn: str) -> Iterator[Wishes]:
    """What holds for somebody: their own wishes, their group's, everybody's."""
    yield from (wishes for name, wishes in policy.people if name == upn)
    yield from (wishes for members, wishes in policy.groups if upn in members)
    yield policy.everybody


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for one person. `silent` are the stores that have no say and get no photo: those
    left alone, and those in which they do not want to be shown."""

    office: Office
    upn: str
    withheld: frozenset[str]

    @property
    def wishes(self) -> tuple[Wishes, ...]:
        return tuple(strongest_first(self.office.policy, self.upn))

    @property
    def excluded(self) -> bool:
        return any(wish.exclude for wish in self.wishes)

    @property
    def alone(self) -> frozenset[str]:
        """Stores that Sameface has to leave alone."""
        said = [w.exclude_stores for w in self.wishes if w.exclude_stores is not None]
        return frozenset(said[0]) if said else frozenset()

    @property
    def authorities(self) -> tuple[str, ...]:
        """Those that have a say, the strongest first."""
        special = [wish.authorities for wish in self.wishes[:-1] if wish.authorities]
        ranked = special[0] if special else self.office.authorities
        return tuple(store for store in ranked if store not in self.alone | self.withheld)

    @property
    def once(self) -> frozenset[str]:
        """Stores that get a photo where they never had one, and no other."""
        return frozenset(store.id for store in self.office.configured if store.seed_once)

    def may(self, touch: Touch) -> bool:
        """True where a sync may have done this."""
        if self.excluded or touch.store in self.alone:
            return False
        if touch.given is None:
            return touch.store in self.withheld or self._first("removal") is Removal.PROPAGATE
        if touch.store in self.withheld:
            return False
        new = touch.before is None or touch.before in self.office.stores[touch.store].halves
        return new or touch.store not in self.once

    def wanted(self, dossier: Dossier) -> bytes | None:
        """The photo that every store has to show; None where this is no place to say it. A
        strongest authority that shows a whole photo has the last word, unless others count too."""
        if dossier.pin is not None or self.excluded or not self.authorities:
            return None
        plain = (
            self._first("wins") in (None, Wins.AUTHORITY),
            self._first("conflict") in (None, Conflict.AUTHORITY),
            self._first("own_choice") in (None, OwnChoice.OVERWRITE),
            self._first("pin") is None,
        )
        store = self.authorities[0]
        photo = self.office.stores[store].shows(self.upn)
        if photo is None or photo in self.office.stores[store].halves or not all(plain):
            return None
        known = any(account.store == store for account in dossier.person.accounts)
        return photo if known else None

    def follows(self, store: str, wanted: bytes) -> bool:
        """True where that store is as it should be, or not to be written to."""
        at = self.office.stores[store]
        if store in self.alone | self.withheld | self.once or not at.capabilities.writes:
            return True
        shown = at.shows(self.upn)
        return shown is not None and alike(shown, wanted)

    def _first(self, name: str) -> object:
        """The strongest word on that."""
        said = (getattr(wish, name) for wish in self.wishes)
        return next((word for word in said if word is not None), None)
