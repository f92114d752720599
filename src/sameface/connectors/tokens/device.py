"""A person who signs in once, by a code typed into any browser; then a file keeps them signed in.

The file holds what renews their sign-in, so it is a secret: only its owner may read it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sameface.connectors.tokens.refusals import refused
from sameface.connectors.tokens.wire import Wire, asking, is_microsoft
from sameface.errors import SignInRefused
from sameface.settings import DeviceSignIn

_AGAIN = "sign in again: `sameface check --sign-in`"


class Device:
    """See `asked.Asker`. `sign_in` is what a person does, `ask` what Sameface does afterwards."""

    def __init__(
        self, store: str, resource: str, sign_in: DeviceSignIn, ca_file: Path | None
    ) -> None:
        self._store, self._sign_in, self._ca_file = store, sign_in, ca_file
        self._scopes = [f"{resource.rstrip('/')}/.default"]

    def ask(self) -> dict[str, Any]:
        """A token for whoever signed in. Error: SignInRefused where nobody did, or too long ago."""
        with asking(self._store, self._sign_in.authority, self._ca_file) as wire:
            application, cache = self._application(wire)
            known = application.get_accounts()
            told: dict[str, Any] | None = None
            if known:
                told = application.acquire_token_silent_with_error(self._scopes, account=known[0])
                self._keep(cache)
        if told is None:
            what = f"nobody has signed in yet, or it is too long ago; {_AGAIN}"
            raise SignInRefused(self._store, what)
        if "access_token" not in told:
            raise refused(self._store, self._sign_in.authority, told, _AGAIN)
        return told

    def sign_in(self, tell: Callable[[str], None]) -> None:
        """Ask for a code, tell it to the person, and wait until they have typed it. It blocks.

        Error: SignInRefused where they decline, or take longer than the code lasts.
        """
        with asking(self._store, self._sign_in.authority, self._ca_file) as wire:
            application, cache = self._application(wire)
            flow: dict[str, Any] = application.initiate_device_flow(self._scopes)
            if "user_code" not in flow:
                authority = self._sign_in.authority
                raise refused(self._store, authority, flow, "check client-id in Entra")
            tell(
                f"{self._store}: open {flow['verification_uri']} in a browser and enter the code "
                f"{flow['user_code']}"
            )
            told: dict[str, Any] = application.acquire_token_by_device_flow(flow)
            if "access_token" not in told:
                raise refused(self._store, self._sign_in.authority, told, _AGAIN)
            self._keep(cache)

    def _application(self, wire: Wire) -> tuple[Any, Any]:
        import msal  # noqa: PLC0415 - see wire

        cache = msal.SerializableTokenCache()
        file = self._sign_in.cache
        if file.exists():
            cache.deserialize(file.read_text("utf-8"))
        authority = self._sign_in.authority
        application = msal.PublicClientApplication(
            self._sign_in.client_id,
            authority=authority,
            instance_discovery=is_microsoft(authority),
            token_cache=cache,
            http_client=wire,
        )
        return application, cache

    def _keep(self, cache: Any) -> None:
        """The file is another one at once, and never readable by others, not even half written."""
        if not cache.has_state_changed:
            return
        file = self._sign_in.cache
        new = file.with_name(f"{file.name}.new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(cache.serialize())
        new.replace(file)
