"""Directories that refuse, mislead or break off: a sentence each, with the code and the remedy."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from tests.servers.conftest import Unit
from tests.servers.directory_kit import Wire, face, look, opened, who
from tests.servers.samba import STARTTLS_URL, URL, Samba
from tests.servers.slapd import PASSWORD, ROOT, Slapd

from sameface.errors import NotAllowed, SignInRefused, StoreFailed, Unreachable
from sameface.settings import StoreSettings
from sameface.values import Standing

pytestmark = pytest.mark.servers

NOBODY_THERE = "ldaps://127.0.0.1:9"


async def sentence(settings: StoreSettings, error: type[StoreFailed]) -> str:
    """How a look at that store ends."""
    async with opened(settings) as connector:
        with pytest.raises(error) as failed:
            await look(connector)
    told = failed.value.sentence()
    assert PASSWORD not in told
    assert "hush-hush" not in told
    assert "\n" not in told
    return told


async def test_a_wrong_password_says_so(samba: Samba, slapd: Slapd) -> None:
    """Active Directory's own number is put into words; the password itself is never told."""
    ad = await sentence(samba.settings(ROOT, password="hush-hush"), SignInRefused)
    other = await sentence(slapd.settings(ROOT, password="hush-hush"), SignInRefused)

    assert "result 49" in ad
    assert "the name or the password is wrong" in ad
    assert "result 49" in other
    assert "sameface.toml" in other


async def test_a_server_that_wants_encryption_says_so(samba: Samba) -> None:
    """A domain controller refuses a plain password with strongerAuthRequired."""
    told = await sentence(samba.settings(ROOT, STARTTLS_URL), SignInRefused)

    assert "result 8" in told
    assert "use ldaps:// or starttls = true" in told


@pytest.mark.parametrize("starttls", [False, True])
async def test_another_name_in_the_certificate(samba: Samba, slapd: Slapd, starttls: bool) -> None:
    """The name in url must be one that the certificate is made out to."""
    for server, url in (
        (slapd, slapd.starttls_url if starttls else slapd.url),
        (samba, STARTTLS_URL if starttls else URL),
    ):
        named = url.replace("127.0.0.1", "localhost")
        told = await sentence(server.settings(ROOT, named, starttls=starttls), Unreachable)

        assert "localhost" in told
        assert "certificate" in told
        assert "Hostname mismatch" in told
        assert "write the name that it is made out to in `url`" in told


@pytest.mark.parametrize("starttls", [False, True])
async def test_a_certificate_of_somebody_else(samba: Samba, tmp_path: Path, starttls: bool) -> None:
    """An authority that is not in ca-file is not trusted."""
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    urls = (STARTTLS_URL,) if starttls else ()
    settings = replace(samba.settings(ROOT, *urls, starttls=starttls), ca_file=other)
    told = await sentence(settings, Unreachable)

    assert "not trusted" in told
    assert "ca-file" in told


async def test_a_certificate_that_has_ended(slapd: Slapd, tmp_path: Path) -> None:
    """Its server needs a new one; nothing was said to it before that was seen."""
    authority, heard = trustme.CA(), []
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ended = datetime(2020, 3, 3, tzinfo=UTC)
    authority.issue_cert("127.0.0.1", not_after=ended).configure_cert(context)

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read())
        writer.close()

    async with await asyncio.start_server(hear, "127.0.0.1", 0, ssl=context) as server:
        url = f"ldaps://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        settings = replace(slapd.settings(ROOT, url), ca_file=tmp_path / "ca.pem")
        told = await sentence(settings, Unreachable)

    assert url in told
    assert "expired" in told
    assert "needs a new one" in told
    assert not any(heard)


async def test_a_base_that_is_not_there(samba: Samba, slapd: Slapd) -> None:
    """base-dn is named, with the server's code."""
    for settings in (samba.settings(f"OU=Nope,{ROOT}"), slapd.settings(f"ou=nope,{ROOT}")):
        told = await sentence(settings, NotAllowed)
        assert "result 32" in told
        assert "base-dn" in told


@pytest.fixture
def referring(tmp_path: Path, slapd: Slapd) -> Iterator[Slapd]:
    """A server that sends everybody to another one."""
    server = Slapd(tmp_path)
    server.start(more='referral "ldap://elsewhere.contoso.test"')
    yield server
    server.stop()


async def test_a_referral_is_not_followed(referring: Slapd) -> None:
    """Nobody knows what the other server would do with our password, so it is only named."""
    told = await sentence(referring.settings("dc=elsewhere,dc=test"), Unreachable)

    assert "result 10" in told
    assert "url" in told


async def test_nobody_answers(slapd: Slapd) -> None:
    """A server that is not there is named."""
    told = await sentence(slapd.settings(ROOT, NOBODY_THERE), Unreachable)

    assert NOBODY_THERE in told


async def test_the_next_server_answers(samba: Samba, domain: Unit) -> None:
    """Of several urls the first that answers is used."""
    domain.person("alice", face("A"))
    async with Wire("ldaps://127.0.0.1") as wire:
        settings = samba.settings(domain.dn, NOBODY_THERE, wire.url)
        async with opened(settings) as connector:
            seen, _ = await look(connector)

    assert set(seen) == {"alice"}


async def test_a_server_lost_in_the_middle(samba: Samba, domain: Unit) -> None:
    """The look goes on at the next server, and everybody is in it once."""
    names = ["alice", "bob", "carol", "dave"]
    for name in names:
        domain.person(name, face(name))
    async with Wire("ldaps://127.0.0.1") as first, Wire("ldaps://127.0.0.1") as second:
        settings = samba.settings(domain.dn, first.url, second.url)
        async with opened(settings, page=1) as connector:
            seen: list[str] = []
            async for page in connector.observe():
                if not seen:
                    await first.cut()
                seen += [o.account.name for o in page.observations]

    assert second.opened
    assert sorted(re.sub(r"\d+$", "", name) for name in seen) == names


async def test_somebody_who_joins_in_mid_look_disturbs_nobody(
    samba: Samba, slapd: Slapd, domain: Unit, tree: Unit
) -> None:
    """Whoever was there all the time is told of once; the newcomer then or as a change."""
    for server, unit in ((samba, domain), (slapd, tree)):
        names = ["alice", "bob", "carol"]
        for name in names:
            unit.person(name, face(name))
        async with opened(server.settings(unit.dn), page=1) as connector:
            seen: list[str] = []
            async for page in connector.observe():
                if not seen:
                    unit.person("aaron", face("N"))
                seen += [who(o) for o in page.observations]
                last = page
            later, changes = await look(connector, last.since)

        assert sorted(set(seen) - {"aaron"}) == names
        assert len(set(seen)) == len(seen)
        assert changes.delta
        assert "aaron" in {*seen, *later}


async def test_a_line_that_breaks_is_made_again(slapd: Slapd, tree: Unit) -> None:
    """With one server only, too: a reading is simply done again."""
    tree.person("alice", face("A"))
    async with Wire(slapd.url) as wire, opened(slapd.settings(tree.dn, wire.url)) as connector:
        seen, _ = await look(connector)
        wire.hang_up()
        again, _ = await look(connector)

    assert again.keys() == seen.keys()
    assert wire.opened >= 4  # each time a knock and a connection


async def test_watching_goes_on_after_a_break(slapd: Slapd, tree: Unit) -> None:
    """What changed while nobody listened is told once the line is up again."""
    alice = tree.person("alice", face("A"))
    async with Wire(slapd.url) as wire, opened(slapd.settings(tree.dn, wire.url)) as connector:
        _, last = await look(connector)
        heard = connector.watch(last.since)
        waiting = asyncio.ensure_future(anext(heard))
        await wire.carried(4)  # the look's connection, and the listener's, each with its knock
        wire.hang_up()
        slapd.tools.replace(alice, "jpegPhoto", face("A2"))
        page = await asyncio.wait_for(waiting, 20)
        await heard.aclose()

    assert [o.standing for o in page.observations] == [Standing.PHOTO]
    assert page.observations[0].size_bytes == len(face("A2"))
