"""Misbehaviours on order: which calls go wrong, how, and how many times."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sameface.documents import Table
from sameface.tenant.members import Members
from sameface.values import ENTRA_ID, EXCHANGE, SHAREPOINT, YAMMER

STATUSES = ("401", "403", "404", "429", "500", "502", "503", "504")
"""In the service's own words."""

KINDS = (
    *STATUSES,
    "slow",  # the answer takes `seconds` longer
    "cut",  # the line breaks in mid-answer
    "half",  # half a picture, which claims to be whole
    "wrong-type",  # the right bytes under a wrong content type
    "stale",  # a replica answers that has not heard of the last change
    "no-effect",  # success is told, and nothing happens
    "swapped",  # two pictures of a batch change places: another person's face
    "one-pixel",  # Graph's other way to say that there is no photo (protocols 1.3, form A)
)
ANSWERED_ELSEWHERE = ("swapped", "one-pixel")
"""What only Graph itself can do; all others strike any service."""

SERVICES = ("login", "graph", "exchange", "sharepoint", "yammer")
_SERVICES_OF = {
    EXCHANGE: ("graph", "exchange"),
    ENTRA_ID: ("graph",),
    SHAREPOINT: ("sharepoint",),
    YAMMER: ("yammer",),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One order. None means any; `times` None means until it is taken back.

    `late`: the call takes effect first, and only its answer is lost.
    """

    id: int
    kind: str
    services: tuple[str, ...] = SERVICES
    path: str = ""
    method: str | None = None
    person: str | None = None
    times: int | None = None
    retry_after_s: int | None = None
    late: bool = False
    seconds: int = 30

    def as_json(self) -> dict[str, Any]:
        told = {
            "id": self.id,
            "kind": self.kind,
            "services": list(self.services),
            "path": self.path or None,
            "method": self.method,
            "person": self.person,
            "times": self.times,
            "retry-after": self.retry_after_s,
            "late": self.late or None,
            "seconds": self.seconds if self.kind == "slow" else None,
        }
        return {name: value for name, value in told.items() if value is not None}


class Faults:
    """The orders in force, oldest first; the first that fits a call is used up by one."""

    def __init__(self, members: Members) -> None:
        self._members = members
        self._orders: dict[int, Fault] = {}
        self._last = 0

    def order(self, told: Mapping[str, Any]) -> Fault:
        """Put an order in force. `BadDocument` names what is wrong with it."""
        t = Table(told, "the fault", "")
        services: tuple[str, ...] = SERVICES
        if t.has("store"):
            services = _SERVICES_OF[t.choice("store", _SERVICES_OF)]
        elif t.has("service"):
            services = (t.choice("service", SERVICES),)
        self._last += 1
        fault = Fault(
            id=self._last,
            kind=t.choice("kind", KINDS),
            services=services,
            path=t.text("path", ""),
            method=t.maybe_text("method"),
            person=self._members.named(t.text("person")).id if t.has("person") else None,
            times=t.number("times", at_least=1),
            retry_after_s=t.number("retry-after"),
            late=t.flag("late", False),
            seconds=t.number("seconds", 30, at_least=1) or 30,
        )
        t.done()
        self._orders[fault.id] = fault
        return fault

    @property
    def any(self) -> bool:
        return bool(self._orders)

    def standing(self) -> tuple[Fault, ...]:
        return tuple(self._orders.values())

    def lift(self, fault_id: int | None = None) -> None:
        """Take back one order, or all."""
        if fault_id is None:
            self._orders.clear()
        else:
            self._orders.pop(fault_id, None)

    def strikes(
        self, service: str, method: str, path: str, about: str, *, kinds: tuple[str, ...] = KINDS
    ) -> Fault | None:
        """The fault that this call meets, if any. `about` is any text that names its person."""
        for fault in self._orders.values():
            if (
                fault.kind in kinds
                and service in fault.services
                and (fault.method is None or fault.method == method)
                and path.lower().startswith(fault.path.lower())
                and (fault.person is None or self._names(about.lower(), fault.person))
            ):
                self._spend(fault)
                return fault
        return None

    def _names(self, about: str, person: str) -> bool:
        m = self._members[person]
        known_as = (m.object_id, m.upn, m.mail, m.prefix, str(m.yammer_id))
        return any(re.search(rf"(?<![\w.-]){re.escape(key.lower())}", about) for key in known_as)

    def _spend(self, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times == 1:
            del self._orders[fault.id]
        else:
            self._orders[fault.id] = replace(fault, times=fault.times - 1)
