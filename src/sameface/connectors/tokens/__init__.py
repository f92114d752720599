"""Where bearer tokens come from: one file per way to sign in, chosen by what sameface.toml says."""

from __future__ import annotations

from pathlib import Path

from sameface.connectors.tokens.application import Application
from sameface.connectors.tokens.asked import AskedTokens
from sameface.connectors.tokens.device import Device
from sameface.connectors.tokens.file import FileTokens
from sameface.connectors.tokens.machine import Machine
from sameface.connectors.tokens.rights import offices_of, rights_of
from sameface.http import Clock
from sameface.settings import DeviceSignIn, MachineSignIn, SignIn, TokenSignIn

__all__ = [
    "Application",
    "AskedTokens",
    "Device",
    "FileTokens",
    "Machine",
    "offices_of",
    "rights_of",
    "tokens_for",
]


def tokens_for(
    store: str,
    resource: str,
    sign_in: SignIn,
    ca_file: Path | None,
    clock: Clock,
) -> AskedTokens | FileTokens:
    """The tokens of a store; `resource` names the service whose `.default` scope is asked for."""
    if isinstance(sign_in, TokenSignIn):
        return FileTokens(store, sign_in)
    if isinstance(sign_in, MachineSignIn):
        return AskedTokens(Machine(store, resource, sign_in), clock)
    if isinstance(sign_in, DeviceSignIn):
        return AskedTokens(Device(store, resource, sign_in, ca_file), clock)
    return AskedTokens(Application(store, resource, sign_in, ca_file, clock), clock)
