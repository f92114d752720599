"""What every connector owes when it is read, whatever stands behind it."""

from __future__ import annotations

from tests.contracts.rigs import ALICE, BOB, CAROL, DOMAIN, Rig

from sameface.connectors.base import Connector
from sameface.connectors.reading import read_many
from sameface.pictures import compare, fingerprint, inspect
from sameface.values import Account, Key, Likeness, Observation, Picture, Standing

NO_PHOTO = (Standing.NONE, Standing.NEVER, Standing.DELETED)


async def seen(connector: Connector, cursor: str | None = None) -> dict[str, Observation]:
    """Observations by the person's short name."""
    return {
        name(observation.account): observation
        async for page in connector.observe(cursor)
        for observation in page.observations
    }


def name(account: Account) -> str:
    key = account.key(Key.UPN) or account.key(Key.MAIL) or ""
    return key.removesuffix(f"@{DOMAIN}")


def same(one: bytes, other: bytes) -> bool:
    return compare(fingerprint(one), fingerprint(other)) is Likeness.SAME


async def test_it_lists_everybody_once(rig: Rig) -> None:
    """accounts() names each account once, with the store's own handle and a key to join by."""
    connector = rig.open()
    accounts = [account async for account in connector.accounts()]
    await connector.close()

    assert len({account.ref for account in accounts}) == len(accounts)
    assert {ALICE, BOB} <= {name(account) for account in accounts} <= {ALICE, BOB, CAROL}
    assert {account.store for account in accounts} == {rig.store}


async def test_it_observes_everybody_it_lists(rig: Rig) -> None:
    """observe() tells of the same accounts: a photo with its change key, or none without."""
    connector = rig.open()
    accounts = [account async for account in connector.accounts()]
    observed = await seen(connector)
    await connector.close()

    assert [o.account for o in observed.values()] == accounts
    for person in (ALICE, BOB):
        assert observed[person].standing is Standing.PHOTO
        assert observed[person].change_key
    if CAROL in observed:
        assert observed[CAROL].standing in NO_PHOTO
        assert observed[CAROL].change_key is None


async def test_pages_restart_from_a_cursor(rig: Rig) -> None:
    """After each page its cursor continues, in another process too; the last one has none."""
    connector = rig.open(page=1)
    pages = [page async for page in connector.observe() if page.observations]
    await connector.close()
    again = rig.open(page=1)
    rest = await seen(again, pages[0].cursor)
    await again.close()

    everybody = [o.account for page in pages for o in page.observations]
    assert len(pages) == len(everybody) >= 2
    assert [o.account for o in rest.values()] == everybody[1:]


async def test_a_change_key_changes_with_the_photo_and_only_with_it(
    rig: Rig, new_face: bytes
) -> None:
    """Two looks at one photo agree, another photo has another key, and others keep theirs."""
    connector = rig.open()
    first, second = await seen(connector), await seen(connector)
    await rig.change(ALICE, new_face)
    third = await seen(connector)
    await connector.close()

    keys = [{who: o.change_key for who, o in look.items()} for look in (first, second, third)]
    assert keys[0] == keys[1]
    assert keys[2].pop(ALICE) != keys[0].pop(ALICE)
    assert keys[2] == keys[0] or not rig.apart


async def test_what_is_read_is_the_photo(rig: Rig, new_face: bytes) -> None:
    """read() gives a whole picture: the one the store shows to others, before and after."""
    connector = rig.open()
    observed = await seen(connector)
    before = await connector.read(observed[ALICE].account)
    shown = await rig.shows(ALICE)
    await rig.change(ALICE, new_face)
    after = await connector.read(observed[ALICE].account)
    await connector.close()

    assert before is not None
    assert after is not None
    assert shown is not None
    assert same(before.data, shown)
    assert same(after.data, new_face)
    assert not same(before.data, new_face)
    assert inspect(after.data).media_type == after.media_type


async def test_a_smaller_size_shows_the_same(rig: Rig) -> None:
    """read() at a size is the same photo, no smaller than asked where the store has it so large."""
    connector = rig.open()
    alice = (await seen(connector))[ALICE].account
    large, small = await connector.read(alice), await connector.read(alice, 48)
    await connector.close()

    assert large is not None
    assert small is not None
    assert same(large.data, small.data)
    assert 48 <= inspect(small.data).short_px <= inspect(large.data).short_px


async def test_none_is_none(rig: Rig) -> None:
    """A photo that was taken away is no photo, in every look: not a placeholder, not an error."""
    connector = rig.open()
    alice = (await seen(connector))[ALICE].account
    await rig.clear(ALICE)
    now = await seen(connector)
    if ALICE in now:  # a folder without the file knows nobody of that name
        assert now[ALICE].standing in NO_PHOTO
        assert await connector.read(alice) is None
    if CAROL in now:
        assert await connector.read(now[CAROL].account) is None
    assert now[BOB].standing is Standing.PHOTO
    await connector.close()


async def test_one_person_is_found_as_they_are_observed(rig: Rig) -> None:
    """find() tells of one person what observe() tells of them, and nothing of strangers."""
    connector = rig.open()
    observed = await seen(connector)
    alice = await connector.find([f"stranger@{DOMAIN}", f"{ALICE}@{DOMAIN}"])
    stranger = await connector.find([f"stranger@{DOMAIN}"])
    await connector.close()

    assert alice is not None
    assert alice.account == observed[ALICE].account
    assert (alice.standing, alice.change_key) == (Standing.PHOTO, observed[ALICE].change_key)
    assert stranger is None


async def test_many_are_read_as_one_by_one(rig: Rig) -> None:
    """read_many() gives each account its own photo, once."""
    connector = rig.open()
    accounts = [o.account for o in (await seen(connector)).values()]
    many = {name(account): read async for account, read in read_many(connector, accounts)}
    for account in accounts:
        one, among = await connector.read(account), many[name(account)]
        assert (one is None) == (among is None)
        if one is not None:
            assert isinstance(among, Picture)
            assert same(one.data, among.data)
    await connector.close()

    assert len(many) == len(accounts)


async def test_check_says_what_may_be_done(rig: Rig) -> None:
    """check() writes nothing, and tells apart what may and what may not be done."""
    connector = rig.open()
    before = await rig.shows(ALICE)
    checked = await connector.check()
    await connector.close()

    assert checked.store == rig.store
    assert "read" in checked.may
    able = connector.capabilities
    assert ("write" in checked.may) == able.writes
    assert ("remove" in checked.may) == able.removes
    assert bool(checked.may_not) != (able.writes and able.removes)
    assert await rig.shows(ALICE) == before
