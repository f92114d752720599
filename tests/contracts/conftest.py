"""Fixtures for the contract: a rig, started and stopped around each test."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from tests.contracts.directory_rigs import SERVED, DirectoryRig, RemoteDirectoryRig
from tests.contracts.rigs import (
    ALL,
    READ,
    STATE,
    WIRED,
    WRITTEN,
    Making,
    Remote,
    Rig,
    TenantRig,
)

from sameface.pictures import portrait
from sameface.tenant.server import Tenant

R = TypeVar("R", bound=Rig)

REAL = [pytest.param(store, marks=pytest.mark.servers) for store in SERVED]
"""Stores whose contract is kept with a real server."""


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tenant's keys, made once: they are what takes long about starting one."""
    folder = tmp_path_factory.mktemp("keys")
    Tenant(people=0, port=0, state=folder).keys.prepare_tls()
    return folder


@asynccontextmanager
async def started(making: Callable[[], R], folder: Path, keys: Path) -> AsyncIterator[R]:
    """The rig of that making, running."""
    shutil.copytree(keys, folder / STATE)
    async with AsyncExitStack() as stack:
        rig = making()
        await rig.start(stack, folder)
        yield rig


def making(request: pytest.FixtureRequest, made: Mapping[str, Making]) -> Making:
    """How to make the rig that a test asks for; a real server is started when first wanted."""
    if request.param not in SERVED:
        return made[request.param]
    server = request.getfixturevalue(SERVED[request.param])
    return lambda: DirectoryRig(server)


@pytest.fixture(params=[*ALL, *REAL])
async def rig(request: pytest.FixtureRequest, tmp_path: Path, keys: Path) -> AsyncIterator[Rig]:
    """Every connector."""
    async with started(making(request, ALL), tmp_path, keys) as running:
        yield running


@pytest.fixture(params=[*WRITTEN, *REAL])
async def written(request: pytest.FixtureRequest, tmp_path: Path, keys: Path) -> AsyncIterator[Rig]:
    """The connectors that write."""
    async with started(making(request, WRITTEN), tmp_path, keys) as running:
        yield running


@pytest.fixture(params=READ)
async def read(request: pytest.FixtureRequest, tmp_path: Path, keys: Path) -> AsyncIterator[Rig]:
    """The connectors that only read."""
    async with started(READ[request.param], tmp_path, keys) as running:
        yield running


@pytest.fixture(params=[*WIRED, *REAL])
async def remote(
    request: pytest.FixtureRequest, tmp_path: Path, keys: Path
) -> AsyncIterator[Remote]:
    """The connectors on the wire, whose servers can misbehave."""

    def made() -> Remote:
        if request.param in WIRED:
            return WIRED[request.param]()
        return RemoteDirectoryRig(request.getfixturevalue(SERVED[request.param]))

    async with started(made, tmp_path, keys) as running:
        yield running


@pytest.fixture(params=WIRED)
async def wired(
    request: pytest.FixtureRequest, tmp_path: Path, keys: Path
) -> AsyncIterator[TenantRig]:
    """Those of them that ask by HTTP: for each person by themselves, and under a quota."""
    async with started(WIRED[request.param], tmp_path, keys) as running:
        yield running


@pytest.fixture(scope="session")
def new_face() -> bytes:
    """A photo that nobody has yet."""
    return portrait("somebody new", px=648)
