"""Real servers, each started once for all tests that want one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.servers.postgres import Postgres
from tests.servers.samba import Samba
from tests.servers.slapd import Slapd


@pytest.fixture(scope="session")
def samba(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    """A domain controller, running."""
    server = Samba(tmp_path_factory.mktemp("samba"))
    server.provision()
    server.start()
    try:
        server.populate()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    """An OpenLDAP server, running."""
    server = Slapd(tmp_path_factory.mktemp("slapd"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A database server, running."""
    server = Postgres()
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.stop()
