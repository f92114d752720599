"""Fixtures for the tests of the door."""

from __future__ import annotations

import pytest
from tests.http.kit import VirtualClock


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()
