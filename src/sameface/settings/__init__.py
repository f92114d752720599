"""sameface.toml: whose photos, which stores, and what Sameface may do there."""

from sameface.settings.loading import load_settings
from sameface.settings.model import (
    FILE,
    FOLDER,
    OPENLDAP,
    SERVES,
    AppSignIn,
    Bind,
    DirectorySettings,
    DirSync,
    Mode,
    PhotoAttribute,
    Settings,
    StopAbove,
    StoreSettings,
    TokenSignIn,
)
from sameface.settings.template import template
from sameface.settings.wishes import (
    Conflict,
    EmptyStore,
    OwnChoice,
    PolicySettings,
    Removal,
    Wins,
    Wishes,
)

__all__ = [
    "FILE",
    "FOLDER",
    "OPENLDAP",
    "SERVES",
    "AppSignIn",
    "Bind",
    "Conflict",
    "DirSync",
    "DirectorySettings",
    "EmptyStore",
    "Mode",
    "OwnChoice",
    "PhotoAttribute",
    "PolicySettings",
    "Removal",
    "Settings",
    "StopAbove",
    "StoreSettings",
    "TokenSignIn",
    "Wins",
    "Wishes",
    "load_settings",
    "template",
]
