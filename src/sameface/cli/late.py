"""Who is late: a store should have followed an earlier change by now, and has not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sameface.cli.session import Session
from sameface.sync import Decision
from sameface.values import Person, Reason

_MOST = 200


class Late:
    """Judges decisions as they are told, and keeps who is late: the first `most` (None: all of
    them), and how many `more` there are, so that memory does not grow with the number of people."""

    def __init__(self, session: Session, most: int | None = _MOST) -> None:
        self._session, self._most = session, most
        self._people: list[tuple[Person, tuple[Reason, ...]]] = []
        self.more = 0

    def add(self, decision: Decision) -> bool:
        """True for somebody who is late."""
        reasons = self._session.explainer(decision).overdue()
        if reasons and (self._most is None or len(self._people) < self._most):
            self._people.append((decision.person, reasons))
        elif reasons:
            self.more += 1
        return bool(reasons)

    def clear(self) -> None:
        """Forget all of them."""
        self._people.clear()
        self.more = 0

    def lines(self) -> Iterator[str]:
        """One for each that should have followed: since when, and by which rule."""
        for person, reasons in self._people:
            for reason in reasons:
                yield f"  {person.name or person.upn} ({person.upn}): {reason.text}"
        if self.more:
            people = "person is" if self.more == 1 else "people are"
            yield f"  {self.more} more {people} overdue; `sameface status --all` names all."

    def as_json(self) -> dict[str, Any]:
        """The same as data."""
        told = (
            {"person": person.upn} | reason.as_json()
            for person, reasons in self._people
            for reason in reasons
        )
        return {"overdue": list(told), "overdue_more": self.more}
