"""Fixtures for the tests of connectors."""

from __future__ import annotations

import pytest
from tests.http.kit import VirtualClock

from sameface.pictures import portrait


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture(scope="session")
def face() -> bytes:
    """A small portrait, JPEG."""
    return portrait("alice", px=96)
