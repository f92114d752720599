"""What all tests share."""

from __future__ import annotations

from hypothesis import settings
from tests.servers.fixtures import postgres, samba, slapd

__all__ = ["postgres", "samba", "slapd"]

# A slow machine is no failure; where CI is set, hypothesis' own profile for it stays underneath.
settings.register_profile("patient", settings(), deadline=None)
settings.load_profile("patient")
