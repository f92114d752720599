"""The identity that Azure gives the machine itself: no secret to keep, and none to expire."""

from __future__ import annotations

import re
from typing import Any

from sameface.connectors.tokens.wire import asking
from sameface.errors import SignInRefused, Unreachable
from sameface.settings import MachineSignIn

_HERE = "http://127.0.0.1"
"""The machine's own endpoint is no proxy's business, wherever it listens."""


class Machine:
    """A managed identity, the machine's own or the one named. See `asked.Asker`."""

    def __init__(self, store: str, resource: str, sign_in: MachineSignIn) -> None:
        self._store, self._resource, self._sign_in = store, resource.rstrip("/"), sign_in

    def ask(self) -> dict[str, Any]:
        import msal  # noqa: PLC0415 - see wire

        named = self._sign_in.client_id
        identity = (
            msal.SystemAssignedManagedIdentity()
            if named is None
            else msal.UserAssignedManagedIdentity(client_id=named)
        )
        try:
            with asking(self._store, _HERE, None) as wire:
                client = msal.ManagedIdentityClient(identity, http_client=wire)
                told: dict[str, Any] = client.acquire_token_for_client(resource=self._resource)
        except Unreachable:
            what = "this machine has no endpoint for managed identities; is it one of Azure's?"
            raise Unreachable(self._store, what) from None
        if "access_token" not in told:
            said = re.sub(r"[^\w ]", "", str(told.get("error", "no reason")))[:40]
            what = (
                f"the managed identity got no token ({said}); give this machine an identity in "
                "Azure, and the identity the permissions of docs/start.md"
            )
            raise SignInRefused(self._store, what)
        return told
