"""Signing in with Kerberos: a real ticket of a real key distribution centre (Samba)."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.servers.conftest import Unit
from tests.servers.directory_kit import face, look, opened, rendition
from tests.servers.kerberos import environment, get_ticket
from tests.servers.samba import ROOT, STARTTLS_URL, URL, Samba

from sameface.errors import SignInRefused

pytestmark = pytest.mark.servers

CLEAR_URL = STARTTLS_URL
"""Without TLS from the start."""


@pytest.fixture
def realm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The realm, and no ticket yet."""
    told = environment(tmp_path)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    return told


@pytest.mark.parametrize(("url", "starttls"), [(CLEAR_URL, False), (CLEAR_URL, True), (URL, False)])
async def test_a_ticket_signs_in(
    samba: Samba, domain: Unit, realm: dict[str, str], url: str, starttls: bool
) -> None:
    """Without a password in any file, over TLS and without: then Kerberos encrypts the line."""
    domain.person("alice", face("A"))
    get_ticket(realm, "sameface")
    settings = samba.settings(domain.dn, url, starttls=starttls, sasl=True)
    async with opened(settings) as connector:
        seen, _ = await look(connector)
        written = rendition("B")
        told = await connector.write(seen["alice"].account, (written,), seen["alice"].change_key)
        read = await connector.read(seen["alice"].account)

    assert read is not None
    assert read.data == written.data
    assert read.change_key == told.change_key


async def test_what_others_may_read_a_ticket_may(
    samba: Samba, domain: Unit, realm: dict[str, str]
) -> None:
    """The account is the ticket's: one without the right to write is told so by check."""
    domain.person("alice", face("A"))
    get_ticket(realm, "mirror")
    async with opened(samba.settings(domain.dn, CLEAR_URL, sasl=True)) as connector:
        checked = await connector.check()

    assert "read" in checked.may
    assert "write" not in checked.may


async def test_a_keytab_gets_its_own_tickets(
    samba: Samba,
    domain: Unit,
    realm: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A service needs nobody to type a password, and keeps none (docs/active-directory.md)."""
    domain.person("alice", face("A"))
    samba.keytab("sameface", tmp_path / "sameface.keytab")
    monkeypatch.setenv("KRB5_CLIENT_KTNAME", f"FILE:{tmp_path / 'sameface.keytab'}")
    async with opened(samba.settings(domain.dn, CLEAR_URL, sasl=True)) as connector:
        seen, _ = await look(connector)

    assert set(seen) == {"alice"}


async def test_no_ticket_is_told(samba: Samba, realm: dict[str, str]) -> None:
    """What Kerberos said, and kinit."""
    async with opened(samba.settings(ROOT, CLEAR_URL, sasl=True)) as connector:
        with pytest.raises(SignInRefused) as refused:
            await look(connector)

    assert "kinit" in refused.value.sentence()
    assert "result -2" in refused.value.sentence()
