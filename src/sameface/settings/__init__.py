"""sameface.toml: whose photos, which stores, and what Sameface may do there."""

from sameface.settings.loading import load_settings
from sameface.settings.model import (
    FILE,
    FOLDER,
    SERVES,
    AppSignIn,
    Mode,
    Settings,
    StopAbove,
    StoreSettings,
    TokenSignIn,
)
from sameface.settings.template import template

__all__ = [
    "FILE",
    "FOLDER",
    "SERVES",
    "AppSignIn",
    "Mode",
    "Settings",
    "StopAbove",
    "StoreSettings",
    "TokenSignIn",
    "load_settings",
    "template",
]
