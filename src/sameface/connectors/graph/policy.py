"""What the organisation's own policy lets anybody write: `photoUpdateSettings` (protocols 1.12)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sameface.errors import NotAllowed
from sameface.http import Door

READS = "PeopleSettings.Read.All"
"""The application permission to read the policy, by its exact name."""

_PATH = "/beta/admin/people/photoUpdateSettings"
_UNTOLD = (400, 403, 404, 501)
_ON_PREMISES = "onPremises"
_KEPT = timedelta(hours=1)
"""A changed policy takes up to a day to have effect, so that it need not be asked for often."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Where photos may come from, and the roles whose holders may change them: () for everybody.

    `told` is False where the policy could not be read; nothing is refused by it then.
    """

    told: bool
    source: str = ""
    roles: tuple[str, ...] = field(default=())

    def forbids(self, offices: frozenset[str] | None) -> str | None:
        """Why nobody of these offices may write, as a sentence; None where they may.

        `offices` are the admin roles of the person who signed in, None for an application.
        """
        if self.source == _ON_PREMISES:
            return (
                "the organisation takes photos from its own directory only (photoUpdateSettings, "
                "source onPremises): write active-directory instead, or set the source to cloud"
            )
        if self.roles and offices is not None and not offices.intersection(self.roles):
            return (
                f"the organisation lets only {len(self.roles)} roles change photos "
                "(photoUpdateSettings, allowedRoles): give one of them to who signs in"
            )
        return None


class PolicyDesk:
    """Asks for the policy before the first write, and again when the answer is old."""

    def __init__(self, door: Door) -> None:
        self._door, self._policy, self._until = door, Policy(told=False), float("-inf")

    async def policy(self) -> Policy:
        """As Graph tells it; not told where we may not ask, or it does not know it."""
        if self._door.clock.ticks() >= self._until:
            answer = await self._door.ask("GET", _PATH, allow=_UNTOLD)
            told = answer.json() if answer.status == 200 else None
            self._policy = _policy(told)
            self._until = self._door.clock.ticks() + _KEPT.total_seconds()
        return self._policy

    async def refuse_if_forbidden(
        self, store: str, account: str, offices: frozenset[str] | None
    ) -> None:
        """Error: NotAllowed, with the policy's reason."""
        why = (await self.policy()).forbids(offices)
        if why is not None:
            raise NotAllowed(store, f"{why}; nothing was written", account=account)


def _policy(told: object) -> Policy:
    if not isinstance(told, dict):
        return Policy(told=False)
    roles = told.get("allowedRoles")
    named = tuple(str(r) for r in roles) if isinstance(roles, list) else ()
    return Policy(told=True, source=str(told.get("source") or ""), roles=named)
