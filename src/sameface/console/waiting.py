"""Plans that wait for somebody's approval: the last one made, and those made for one occasion."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sameface.console.texts import say
from sameface.errors import BadDocument, BadUsage
from sameface.sync import Action, Left, Plan, last_plan
from sameface.values import iso
from sameface.vault import Vault

_MOST = 100
PAGE = 100
"""Actions of a plan on one page."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A plan, and what it leaves undone."""

    plan: Plan
    left: tuple[Left, ...] = ()

    @property
    def people(self) -> int:
        """How many it is about."""
        return len({one.person for one in self.plan.actions})

    def by_person(self, page: int) -> list[tuple[str, list[Action]]]:
        """The actions of that page (from 1), one person's together."""
        some = self.plan.actions[(page - 1) * PAGE : page * PAGE]
        return [(name, list(them)) for name, them in groupby(some, key=lambda one: one.name)]

    @property
    def pages(self) -> int:
        """How many there are."""
        return max(1, -(-len(self.plan.actions) // PAGE))

    def as_json(self) -> dict[str, Any]:
        """The document of the plan, and what is left."""
        return self.plan.as_json() | {
            "people": self.people,
            "left": [one.as_json() for one in self.left or self.plan.left],
        }

    def in_short(self) -> dict[str, Any]:
        """For a list."""
        plan = self.plan
        return {
            "digest": plan.digest,
            "verb": plan.verb,
            "made_at": iso(plan.made_at),
            "actions": len(plan.actions),
            "people": self.people,
        }


class Plans:
    """The plan made last, which the vault keeps, and a hundred made here, which nobody does.

    Those for one occasion name people, and are gone when the console ends.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._made: OrderedDict[str, Waiting] = OrderedDict()

    def keep(self, waiting: Waiting) -> str:
        """Let it wait; gives its digest."""
        digest = waiting.plan.digest
        self._made[digest] = waiting
        if len(self._made) > _MOST:
            self._made.popitem(last=False)
        return digest

    def all(self) -> list[Waiting]:
        """All that wait, the newest first."""
        made = list(reversed(self._made.values()))
        last = self._last()
        known = last is None or last.plan.digest in self._made
        return made if known or last is None else [*made, last]

    def get(self, digest: str) -> Waiting:
        """The plan of that digest. Error: BadUsage."""
        found = self._made.get(digest) or self._last()
        if found is None or found.plan.digest != digest:
            raise BadUsage(say("plans.gone"))
        return found

    def drop(self, digest: str) -> None:
        """It was carried out."""
        self._made.pop(digest, None)

    def _last(self) -> Waiting | None:
        try:
            return Waiting(last_plan(self._vault))
        except (BadUsage, BadDocument):
            return None
