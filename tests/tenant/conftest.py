"""Fixtures for the tests of the tenant: one running, and a caller of it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx2 as httpx
import pytest
from tests.tenant.kit import Caller

from sameface.pictures import portrait
from sameface.tenant.server import Tenant

Open = Callable[..., Awaitable[Caller]]
"""Starts a tenant as told and calls it."""


@pytest.fixture
async def open_tenant() -> AsyncIterator[Open]:
    async with AsyncExitStack() as stack:

        async def opened(**how: Any) -> Caller:
            tenant = await stack.enter_async_context(Tenant(**{"port": 0, "people": 0, **how}))
            trust = ssl.create_default_context(cafile=str(tenant.ca_file))
            http = httpx.AsyncClient(
                verify=trust, base_url=tenant.https_url, trust_env=False, timeout=30
            )
            return Caller(tenant, await stack.enter_async_context(http), trust)

        yield opened


@pytest.fixture
async def caller(open_tenant: Open) -> Caller:
    """An organisation of Alice and Bob, who have a photo, and Carol, who never had one."""
    caller = await open_tenant()
    await caller.join("alice", photo="A")
    await caller.join("bob", photo="A")
    await caller.join("carol")
    return caller


@pytest.fixture(scope="session")
def face() -> bytes:
    """A portrait as a file, 648 px."""
    return portrait("somebody")


@pytest.fixture(scope="session")
def other_face() -> bytes:
    return portrait("somebody else", px=360)
