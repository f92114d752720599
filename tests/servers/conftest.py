"""Units of real directories, emptied after each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.servers.samba import Samba
from tests.servers.slapd import Slapd


class Unit:
    """An organisational unit with people in it."""

    def __init__(self, server: Samba | Slapd) -> None:
        self.server = server
        self.dn = server.unit()
        self._dns: list[str] = []

    def person(self, name: str, photo: bytes | None = None) -> str:
        """A new person; returns the DN."""
        dn = self.server.person(self.dn, name, photo)
        self._dns.append(dn)
        return dn

    def delete(self, dn: str) -> None:
        self.server.tools.delete(dn)
        self._dns.remove(dn)

    def move(self, dn: str, above: str) -> None:
        """Out of the unit, below another entry."""
        self._dns[self._dns.index(dn)] = self.server.tools.move(dn, above)

    def clear(self) -> None:
        """A UPN is used once in a domain, so the next test must find it free."""
        for dn in self._dns:
            self.server.tools.delete(dn)


@pytest.fixture
def domain(samba: Samba) -> Iterator[Unit]:
    """A unit of Active Directory."""
    unit = Unit(samba)
    yield unit
    unit.clear()


@pytest.fixture
def tree(slapd: Slapd) -> Iterator[Unit]:
    """A unit of OpenLDAP."""
    unit = Unit(slapd)
    yield unit
    unit.clear()
