"""Active Directory, by a real Samba domain controller: what the contract does not ask for."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from tests.servers.conftest import Unit
from tests.servers.directory_kit import face, look, opened, rendition
from tests.servers.samba import ADMIN, MIRROR, SAMEFACE, STARTTLS_URL, Samba

from sameface.errors import NotAllowed, OverCeiling
from sameface.settings import DirSync, PhotoAttribute
from sameface.values import Key, Standing

pytestmark = pytest.mark.servers

MODES = [
    (SAMEFACE, DirSync.OBJECT_SECURITY),
    (MIRROR, DirSync.REPLICATION),
    (SAMEFACE, DirSync.OFF),
]


@pytest.mark.parametrize(("account", "dirsync"), MODES)
async def test_only_what_changed_is_told(
    samba: Samba, domain: Unit, account: str, dirsync: DirSync
) -> None:
    """After a look, a photo changed, one taken away and somebody new are all there is."""
    alice, bob = domain.person("alice", face("A")), domain.person("bob", face("B"))
    domain.person("carol", face("C"))
    async with opened(samba.settings(domain.dn, who=account, dirsync=dirsync)) as connector:
        before, last = await look(connector)
        samba.tools.replace(alice, "thumbnailPhoto", face("A2"))
        samba.tools.replace(bob, "thumbnailPhoto", None)
        domain.person("dave")

        changed, page = await look(connector, last.since)
        quiet, after = await look(connector, page.since)

    assert page.delta
    assert set(changed) == {"alice", "bob", "dave"}
    assert changed["alice"].change_key != before["alice"].change_key
    assert changed["bob"].standing is Standing.DELETED
    assert changed["dave"].standing is Standing.NEVER
    assert (quiet, after.gone) == ({}, ())


@pytest.mark.parametrize(("account", "dirsync"), MODES[:2])
async def test_other_attributes_are_no_news(
    samba: Samba, domain: Unit, account: str, dirsync: DirSync
) -> None:
    """DirSync tells of photos, names and addresses; a telephone number costs nothing."""
    alice = domain.person("alice", face("A"))
    async with opened(samba.settings(domain.dn, who=account, dirsync=dirsync)) as connector:
        _, last = await look(connector)
        samba.tools.replace(alice, "telephoneNumber", "1234")
        quiet, last = await look(connector, last.since)
        samba.tools.replace(alice, "proxyAddresses", "smtp:a.adams@contoso.test")
        changed, _ = await look(connector, last.since)

    assert quiet == {}
    mails = [value for kind, value in changed["alice"].account.keys if kind is Key.MAIL]
    assert mails == ["alice@contoso.test", "a.adams@contoso.test"]


@pytest.mark.parametrize("dirsync", DirSync)
async def test_who_was_deleted_is_gone(samba: Samba, domain: Unit, dirsync: DirSync) -> None:
    """An account that may see the container of deleted objects is told of them by their GUID."""
    alice, _ = domain.person("alice", face("A")), domain.person("bob")
    async with opened(samba.settings(domain.dn, who=ADMIN, dirsync=dirsync)) as connector:
        before, last = await look(connector)
        domain.delete(alice)
        changed, page = await look(connector, last.since)

    assert changed == {}
    assert page.gone == (before["alice"].account.ref,)


@pytest.mark.parametrize(("account", "dirsync"), MODES)
async def test_who_is_moved_joins_or_leaves(
    samba: Samba, domain: Unit, account: str, dirsync: DirSync
) -> None:
    """From one organisational unit to another: a change of nothing but the place."""
    alice, elsewhere = domain.person("alice", face("A")), samba.unit()
    domain.person("bob")
    here = samba.settings(domain.dn, who=account, dirsync=dirsync)
    there = samba.settings(elsewhere, who=account, dirsync=dirsync)
    async with opened(here) as leaving, opened(there) as joining:
        before, old = await look(leaving)
        _, new = await look(joining)
        domain.move(alice, elsewhere)
        left, page = await look(leaving, old.since)
        joined, _ = await look(joining, new.since)

    assert left == {}
    assert page.gone == (before["alice"].account.ref,)
    assert joined.keys() == {"alice"}
    assert joined["alice"].standing is Standing.PHOTO


@pytest.mark.parametrize("cursor", ['{"since": "Z2FyYmFnZQ=="}', '{"since": ""}', "garbage"])
@pytest.mark.parametrize(("account", "dirsync"), MODES)
async def test_a_cursor_that_is_no_good_reads_everything(
    samba: Samba, domain: Unit, account: str, dirsync: DirSync, cursor: str
) -> None:
    """A cookie that is broken or too old costs a whole look, and is no error."""
    domain.person("alice", face("A"))
    async with opened(samba.settings(domain.dn, who=account, dirsync=dirsync)) as connector:
        seen, page = await look(connector, cursor)

    assert set(seen) == {"alice"}
    assert not page.delta
    assert page.since


async def test_sequence_numbers_of_another_controller_read_everything(
    samba: Samba, domain: Unit
) -> None:
    """uSNChanged counts on one domain controller; the number of another one says nothing."""
    domain.person("alice", face("A"))
    settings = samba.settings(domain.dn, dirsync=DirSync.OFF)
    async with opened(settings) as connector:
        _, last = await look(connector)
        assert last.since is not None
        restored = last.since.replace("CN=NTDS Settings,CN=DC1", "CN=NTDS Settings,CN=DC2")
        seen, page = await look(connector, restored)

    assert restored != last.since
    assert set(seen) == {"alice"}
    assert not page.delta


async def test_without_the_right_people_are_read_all_the_same(samba: Samba, domain: Unit) -> None:
    """Only changes cannot be asked for then: check says so, and watching is refused."""
    domain.person("alice", face("A"))
    settings = samba.settings(domain.dn, dirsync=DirSync.REPLICATION)
    async with opened(settings) as connector:
        seen, last = await look(connector)
        checked = await connector.check()
        with pytest.raises(NotAllowed, match="result 50"):
            await anext(connector.watch())

    assert set(seen) == {"alice"}
    assert last.since is None
    assert "changes cannot be asked for" in checked.says
    assert "hear of changes" not in checked.may


@pytest.mark.parametrize(("account", "dirsync"), MODES)
async def test_a_change_is_heard_of_within_seconds(
    samba: Samba, domain: Unit, account: str, dirsync: DirSync
) -> None:
    """Change notification rings; who and what is told as a look would tell it."""
    alice = domain.person("alice", face("A"))
    async with opened(samba.settings(domain.dn, who=account, dirsync=dirsync)) as connector:
        _, last = await look(connector)
        heard = connector.watch(last.since)
        waiting = asyncio.ensure_future(anext(heard))
        samba.tools.replace(alice, "thumbnailPhoto", face("A2"))
        page = await asyncio.wait_for(waiting, 10)
        samba.tools.replace(alice, "thumbnailPhoto", face("A3"))
        later = await asyncio.wait_for(anext(heard), 10)
        await heard.aclose()

    keys = [o.change_key for p in (page, later) for o in p.observations]
    assert len(keys) == len(set(keys)) == 2


async def test_an_account_has_every_key(samba: Samba, domain: Unit) -> None:
    """Both anchors are object GUIDs, in Microsoft's byte order; aliases are mail addresses."""
    alice = domain.person("alice", face("A"))
    anchor = UUID("01234567-89ab-cdef-0123-456789abcdef")
    samba.tools.replace(alice, "mS-DS-ConsistencyGuid", anchor.bytes_le)
    samba.tools.replace(alice, "employeeID", "4711")
    samba.tools.replace(alice, "displayName", "Alice Müller")
    proxies = "smtp:a.adams@contoso.test", "SMTP:alice@contoso.test", "sip:al@contoso.test"
    samba.tools.replace(alice, "proxyAddresses", *proxies)
    own = samba.tools.value(alice, "objectGUID")
    assert own is not None
    async with opened(samba.settings(domain.dn)) as connector:
        seen, _ = await look(connector)

    account = seen["alice"].account
    guids = [value for kind, value in account.keys if kind is Key.OBJECT_GUID]
    assert guids == [str(UUID(bytes_le=own)), str(anchor)]
    assert account.name == "Alice Müller"
    mails = [value for kind, value in account.keys if kind is Key.MAIL]
    assert mails == ["alice@contoso.test", "a.adams@contoso.test"]
    assert account.key(Key.UPN) == mails[0]
    assert account.key(Key.EMPLOYEE_ID) == "4711"
    assert account.key(Key.ACCOUNT_NAME)


async def test_the_directory_knows_when_a_photo_changed(samba: Samba, domain: Unit) -> None:
    """To the second, and only the photo: another attribute written later does not count."""
    alice = domain.person("alice", face("A"))
    async with opened(samba.settings(domain.dn)) as connector:
        first, _ = await look(connector)
        samba.tools.replace(alice, "telephoneNumber", "1234")
        second, _ = await look(connector)

    one, two = first["alice"], second["alice"]
    assert one.changed_by is not None
    assert one.changed_after is not None
    assert (one.changed_after, one.changed_by) == (two.changed_after, two.changed_by)
    assert 0 < (one.changed_by - one.changed_after).total_seconds() <= 1
    assert one.observed_at >= one.changed_by  # though our clock here is twelve years behind


async def test_the_systems_own_accounts_are_nobody(samba: Samba) -> None:
    """Administrator, Guest, krbtgt and computers have no face."""
    async with opened(samba.settings("DC=ad,DC=contoso,DC=test")) as connector:
        names = {account.name async for account in connector.accounts()}

    assert names == {"sameface", "mirror"}


async def test_starttls_is_as_good(samba: Samba, domain: Unit) -> None:
    """On the plain port the password is sent after the certificate was verified."""
    domain.person("alice", face("A"))
    settings = samba.settings(domain.dn, STARTTLS_URL, starttls=True)
    async with opened(settings) as connector:
        seen, _ = await look(connector)

    assert seen["alice"].standing is Standing.PHOTO


async def test_jpegphoto_may_be_larger(samba: Samba, domain: Unit) -> None:
    """The other attribute takes 648 pixels, and leaves thumbnailPhoto alone."""
    alice = domain.person("alice", face("A"))
    settings = samba.settings(domain.dn, attribute=PhotoAttribute.JPEG, max_bytes=100_000)
    large = rendition("A2", 648, 100_000)
    async with opened(settings) as connector:
        seen, last = await look(connector)
        await connector.write(seen["alice"].account, (large,), None)
        changed, _ = await look(connector, last.since)
        picture = await connector.read(seen["alice"].account)

    assert seen["alice"].standing is Standing.NEVER
    assert changed["alice"].standing is Standing.PHOTO
    assert picture is not None
    assert picture.data == large.data == samba.tools.value(alice, "jpegPhoto")
    assert samba.tools.value(alice, "thumbnailPhoto") == face("A")


async def test_a_photo_over_the_ceiling_is_not_sent(samba: Samba, domain: Unit) -> None:
    """More than max-bytes is refused before anything is written."""
    alice = domain.person("alice")
    async with opened(samba.settings(domain.dn)) as connector:
        seen, _ = await look(connector)
        with pytest.raises(OverCeiling, match="10,240"):
            await connector.write(seen["alice"].account, (rendition("A", 648, 100_000),), None)

    assert samba.tools.value(alice, "thumbnailPhoto") is None


async def test_an_account_without_the_right_cannot_write(samba: Samba, domain: Unit) -> None:
    """check says so beforehand; the refusal names the server's code and the next step."""
    domain.person("alice")
    async with opened(samba.settings(domain.dn, who=MIRROR)) as connector:
        checked = await connector.check()
        seen, _ = await look(connector)
        with pytest.raises(NotAllowed) as refused:
            await connector.write(seen["alice"].account, (rendition("A"),), None)

    assert "write" not in checked.may
    assert "thumbnailPhoto" in checked.may_not[0]
    assert "result 50" in refused.value.sentence()
    assert "alice@contoso.test" in refused.value.sentence()
