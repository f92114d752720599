"""What may still be seen for a while after a run: whose former photo, where, until when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sameface.cli.session import Session
from sameface.cli.telling import ending
from sameface.explain import Explainer
from sameface.sync import Decision, Progress, Result
from sameface.values import Ends, Person

_MOST = 200
_FEW = 4

BEFORE = "whoever looked before"
"""A viewer about whose caches nothing is known."""


class Written:
    """Who got another photo, or lost theirs: the first of them by name, and how many there are.

    A write is heard of before the decision that is left of its person: a page of people earlier in
    a sync, and in an apply, whose plan is in memory anyway, at its end.
    """

    def __init__(self) -> None:
        self._first: list[Decision] = []
        self._told = 0
        self._awaited: set[str] = set()

    def step(self, step: Progress) -> None:
        """Hear of a write."""
        if step.outcome in (Result.WRITTEN, Result.REMOVED):
            self.expect(step.person)

    def expect(self, upn: str) -> None:
        """That person was written, and it is still to be heard what is left of them."""
        self._awaited.add(upn)

    def add(self, decision: Decision) -> None:
        """Hear what is left of one person, written or not."""
        if decision.person.upn not in self._awaited:
            return
        self._awaited.remove(decision.person.upn)
        self._told += 1
        if len(self._first) < _MOST:
            self._first.append(decision)

    def clear(self) -> None:
        """Begin anew."""
        self._first.clear()
        self._told = 0
        self._awaited.clear()

    @property
    def people(self) -> int:
        """How many were written."""
        return self._told + len(self._awaited)

    def lines(self, session: Session) -> Iterator[str]:
        """What may still be seen of the first of them, and how many others there are."""
        yield from lines(self._lags(session))
        if more := self.people - len(self._first):
            yield (
                f"  {more} more {'person was' if more == 1 else 'people were'} written; `sameface "
                "explain PERSON` tells until when their former photo is seen."
            )

    def as_json(self, session: Session) -> dict[str, Any]:
        """The same as data: `people` were written, and `of` so many of them it is told."""
        places = [one.as_json() for one in self._lags(session)]
        return {"people": self.people, "of": len(self._first), "places": places}

    def _lags(self, session: Session) -> Iterator[Lag]:
        return lags(session, map(session.explainer, self._first))


@dataclass(frozen=True, slots=True)
class Lag:
    """Places in which the former photo of some people may still be seen. `until` is in words;
    `places` are surfaces by id, with their titles."""

    until: str
    places: dict[str, str]
    people: tuple[Person, ...]

    def as_json(self) -> dict[str, Any]:
        people = [person.upn for person in self.people]
        return {"until": self.until, "surfaces": list(self.places), "people": people}


def lags(session: Session, explainers: Iterable[Explainer]) -> Iterator[Lag]:
    """What may still be seen of these people, by how it ends.

    Who is signed in is nobody's to observe, and left out. What never changes by itself is no lag.
    """
    found: dict[str, tuple[dict[str, str], dict[str, Person]]] = {}
    for explainer in explainers:
        person = explainer.subject.person
        for surface in session.book.surfaces.values():
            if surface.reads in session.connectors and not surface.signed_in:
                told = explainer.explain(surface.id, BEFORE)
                if told.until.kind not in (Ends.SETTLED, Ends.NEVER):
                    places, people = found.setdefault(ending(told), ({}, {}))
                    places[surface.id] = surface.title
                    people[person.id] = person
    for until, (places, people) in found.items():
        yield Lag(until, places, tuple(people.values()))


def lines(found: Iterable[Lag]) -> Iterator[str]:
    """One line for each way in which it ends."""
    for lag in found:
        whose = _named({person.name or person.upn for person in lag.people})
        where = _listed(list(lag.places.values()))
        yield f"  The former photo of {whose} in {where}: {lag.until}."


def _named(people: set[str]) -> str:
    names = sorted(people)
    if len(names) <= _FEW:
        return _listed(names)
    return _listed([*names[: _FEW - 1], f"{len(names) - _FEW + 1} more"])


def _listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
