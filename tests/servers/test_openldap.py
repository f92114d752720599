"""OpenLDAP, by a real slapd: what its connector owes beyond the contract."""

from __future__ import annotations

import asyncio

import pytest
from tests.servers.conftest import Unit
from tests.servers.directory_kit import face, look, opened, rendition
from tests.servers.slapd import Slapd

from sameface.connectors.reading import read_many
from sameface.errors import Moved
from sameface.values import Key, Picture, Standing

pytestmark = pytest.mark.servers


async def test_only_what_changed_is_told(slapd: Slapd, tree: Unit) -> None:
    """syncrepl's refresh names the changed, the new and the deleted, and nobody else."""
    alice, bob = tree.person("alice", face("A")), tree.person("bob", face("B"))
    carol = tree.person("carol", face("C"))
    tree.person("erin", face("E"))
    async with opened(slapd.settings(tree.dn)) as connector:
        before, last = await look(connector)
        slapd.tools.replace(alice, "jpegPhoto", face("A2"))
        slapd.tools.replace(bob, "jpegPhoto", None)
        tree.delete(carol)
        tree.person("dave")

        changed, page = await look(connector, last.since)
        quiet, after = await look(connector, page.since)

    assert page.delta
    assert set(changed) == {"alice", "bob", "dave"}
    assert changed["alice"].change_key != before["alice"].change_key
    assert changed["bob"].standing is Standing.NONE
    assert before["carol"].account.ref in page.gone
    assert (quiet, after.gone) == ({}, ())


@pytest.mark.parametrize("cursor", ['{"since": "Z2FyYmFnZQ=="}', '{"since": ""}', "garbage"])
async def test_a_cursor_that_is_no_good_reads_everything(
    slapd: Slapd, tree: Unit, cursor: str
) -> None:
    """A cookie that the server does not know costs a whole look, and is no error."""
    tree.person("alice", face("A"))
    async with opened(slapd.settings(tree.dn)) as connector:
        seen, page = await look(connector, cursor)

    assert set(seen) == {"alice"}
    assert not page.delta
    assert page.since


async def test_a_change_is_heard_of_within_seconds(slapd: Slapd, tree: Unit) -> None:
    """refreshAndPersist rings; who and what is told as a look would tell it."""
    alice = tree.person("alice", face("A"))
    async with opened(slapd.settings(tree.dn)) as connector:
        _, last = await look(connector)
        heard = connector.watch(last.since)
        waiting = asyncio.ensure_future(anext(heard))
        slapd.tools.replace(alice, "jpegPhoto", face("A2"))
        page = await asyncio.wait_for(waiting, 10)
        slapd.tools.replace(alice, "jpegPhoto", face("A3"))
        later = await asyncio.wait_for(anext(heard), 10)
        await heard.aclose()

    keys = [o.change_key for p in (page, later) for o in p.observations]
    assert len(keys) == len(set(keys)) == 2


async def test_a_page_keeps_its_photos_whatever_else_is_looked_at(slapd: Slapd, tree: Unit) -> None:
    """A listener looks at what changed between a page and the reading of its photos."""
    photos = {name: face(name) for name in ("alice", "bob", "carol")}
    dns = {name: tree.person(name, photo) for name, photo in photos.items()}
    async with opened(slapd.settings(tree.dn)) as connector:
        _, last = await look(connector)
        page = await anext(aiter(connector.observe()))
        slapd.tools.replace(dns["alice"], "description", "changed")
        changed, _ = await look(connector, last.since)
        before = connector.requests
        accounts = [one.account for one in page.observations]
        reads = [read async for _, read in read_many(connector, accounts, brought=page.brought)]
        asked = connector.requests - before

    assert set(changed) == {"alice"}
    assert {read.data for read in reads if isinstance(read, Picture)} == set(photos.values())
    assert asked == 0


async def test_every_address_is_a_key(slapd: Slapd, tree: Unit) -> None:
    """`mail` holds several, and any of them finds the entry."""
    alice = tree.person("alice", face("A"))
    mails = ["alice@contoso.test", "a.adams@contoso.test"]
    slapd.tools.replace(alice, "mail", *mails)
    async with opened(slapd.settings(tree.dn)) as connector:
        seen, _ = await look(connector)
        found = await connector.find([mails[1]])

    account = seen["alice"].account
    assert [value for kind, value in account.keys if kind is Key.MAIL] == mails
    assert found is not None
    assert found.account == account


async def test_whose_own_address_it_is_comes_before_whose_alias(slapd: Slapd, tree: Unit) -> None:
    """Bob, who was there first, gets Alice's mail too; and an alias of two finds neither."""
    bob, alice = tree.person("bob", face("B")), tree.person("alice", face("A"))
    slapd.tools.replace(bob, "mail", "bob@contoso.test", "alice@contoso.test", "team@contoso.test")
    slapd.tools.replace(alice, "mail", "alice@contoso.test", "team@contoso.test")
    async with opened(slapd.settings(tree.dn)) as connector:
        seen, _ = await look(connector)
        found = await connector.find(["team@contoso.test", "alice@contoso.test"])
        nobody = await connector.find(["team@contoso.test"])
        by_handle = await connector.find(["alice@contoso.test"], seen["bob"].account.ref)
        of_nobody = await connector.find((), "forgotten 1")

    assert found is not None
    assert by_handle is not None
    assert (found.account, by_handle.account) == (seen["alice"].account, seen["bob"].account)
    assert (nobody, of_nobody) == (None, None)


async def test_an_entry_created_anew_says_so(slapd: Slapd, tree: Unit) -> None:
    """The same DN and the same keys are another object; another photo leaves it the same."""
    alice = tree.person("alice", face("A"))
    async with opened(slapd.settings(tree.dn)) as connector:
        before, _ = await look(connector)
        slapd.tools.replace(alice, "jpegPhoto", face("A2"))
        changed, _ = await look(connector)
        tree.delete(alice)
        tree.person("alice", face("A"))
        after, _ = await look(connector)

    objects = [s["alice"].account.key(Key.OBJECT_GUID) for s in (before, changed, after)]
    assert objects[0] == objects[1] != objects[2]
    assert objects[0] == f"openldap:{before['alice'].account.ref}"


async def test_a_change_between_reading_and_writing_is_refused(slapd: Slapd, tree: Unit) -> None:
    """The write carries the condition that the entry is as read, so no race is lost unseen."""
    alice = tree.person("alice", face("A"))
    async with opened(slapd.settings(tree.dn)) as connector:
        seen, _ = await look(connector)
        account, key = seen["alice"].account, seen["alice"].change_key
        writes = [connector.write(account, (rendition(f"W{n}"),), key) for n in range(4)]
        done = await asyncio.gather(*writes, return_exceptions=True)

    assert sum(isinstance(one, Moved) for one in done) == 3
    assert connector.capabilities.conditional_write
    assert slapd.tools.value(alice, "jpegPhoto") != face("A")


async def test_starttls_is_as_good(slapd: Slapd, tree: Unit) -> None:
    """On the plain port the password is sent after the certificate was verified."""
    tree.person("alice", face("A"))
    settings = slapd.settings(tree.dn, slapd.starttls_url, starttls=True)
    async with opened(settings) as connector:
        seen, _ = await look(connector)

    assert seen["alice"].standing is Standing.PHOTO
