"""One tenant for each file of witnesses, and the trust in its certificate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.end_to_end.kit import tenant
from tests.witnesses.internet import Internet, internet
from tests.witnesses.kit import Stage, stage


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Who does not ask for witnesses need not have their packages, nor hear their warnings."""
    asked = config.getoption("markexpr") == "witnesses"
    return None if asked or collection_path.suffix != ".py" else True


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A tenant of two dozen people by the rules of 2014, over TLS."""
    with tenant(tmp_path_factory.mktemp("office")) as started:
        yield stage(started)


@pytest.fixture(autouse=True)
def _trusting(office: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients in our own process trust the tenant by what requests and OpenSSL read."""
    environment = office.environment()
    for key in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(key, environment[key])
    for key in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(key, raising=False)


@pytest.fixture
def world(office: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Internet]:
    """Microsoft's own host names, all answered by the tenant; for clients that know no other."""
    with internet(office.url, office.ca, tmp_path) as found:
        monkeypatch.setenv("HTTPS_PROXY", found.proxy)
        for key in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
            monkeypatch.setenv(key, str(found.ca))
        yield found
