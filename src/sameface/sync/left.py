"""What a plan leaves undone: whose, where and why; and of how many people for the same reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sameface.errors import at
from sameface.sync.choosing import Call
from sameface.sync.decide import Decision

LISTED = 1_000
"""So many are listed of each call, so that a plan does not grow with what it leaves undone."""

LEAVING = (Call.UNKNOWN, Call.ASK, Call.BY_HAND, Call.LEAVE)
"""The calls on which nothing is written, the most urgent first."""

OTHER = "for another reason"
_REASONS = 500


@dataclass(frozen=True, slots=True)
class Left:
    """A store of one person (a UPN) that a plan does not change, and why, in words that follow the
    store's name."""

    person: str
    store: str
    call: Call
    because: str

    def __str__(self) -> str:
        return f"{self.person}, {at(self.store, self.because)}"

    def as_json(self) -> dict[str, Any]:
        return {
            "person": self.person,
            "store": self.store,
            "call": str(self.call),
            "why": self.because,
        }


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a store is left as it is, for so many people. Where there are too many different reasons,
    the rest of them has no store, and `OTHER` as its reason."""

    store: str
    call: Call
    because: str
    people: int

    def __str__(self) -> str:
        of = f"{self.people} {'person' if self.people == 1 else 'people'}"
        return f"{of}, {at(self.store, self.because)}" if self.store else f"{of} {self.because}"

    def as_json(self) -> dict[str, Any]:
        return {
            "store": self.store,
            "call": str(self.call),
            "why": self.because,
            "people": self.people,
        }


def left_of(decision: Decision, *calls: Call) -> tuple[Left, ...]:
    """The stores of one person that call for one of these."""
    who = decision.person.upn
    return tuple(Left(who, v.store, v.call, v.because) for v in decision.calling(*calls))


class Leaving:
    """Collects what is left while a run decides, `listed` of each call at most (None: everybody),
    and counts all of it by its reason."""

    def __init__(self, listed: int | None = LISTED) -> None:
        self._most = listed
        self._left: dict[Call, list[Left]] = {call: [] for call in LEAVING}
        self._causes: Counter[tuple[str, Call, str]] = Counter()

    def add(self, decision: Decision) -> None:
        """Collect what is left of one person."""
        for one in left_of(decision, *LEAVING):
            if self._most is None or len(self._left[one.call]) < self._most:
                self._left[one.call].append(one)
            key = one.store, one.call, one.because
            known = key in self._causes or len(self._causes) < _REASONS
            self._causes[key if known else ("", one.call, OTHER)] += 1

    @property
    def left(self) -> tuple[Left, ...]:
        """Those listed, by call, and in the order in which they were told."""
        return tuple(one for call in LEAVING for one in self._left[call])

    @property
    def causes(self) -> tuple[Cause, ...]:
        """All reasons, by call, the most frequent first."""
        most = self._causes.most_common()
        return tuple(
            Cause(*key, people) for call in LEAVING for key, people in most if key[1] is call
        )


def by_cause(left: Iterable[Left], causes: Iterable[Cause]) -> list[tuple[Cause, list[Left]]]:
    """Each reason with those listed who have it."""
    found: dict[tuple[str, Call, str], tuple[Cause, list[Left]]] = {
        (cause.store, cause.call, cause.because): (cause, []) for cause in causes
    }
    for one in left:
        key = one.store, one.call, one.because
        known = key if key in found else ("", one.call, OTHER)
        found.setdefault(known, (Cause(*known, 1), []))[1].append(one)
    return list(found.values())
