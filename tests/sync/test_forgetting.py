"""Forgetting somebody whom the settings name, or by whose names another account goes."""

from __future__ import annotations

import pytest
from tests.servers.memory_store import MemoryStore, face
from tests.sync.kit import Office, three_stores

from sameface.errors import BadUsage, UnknownPerson
from sameface.people import parse_mapping
from sameface.settings import PolicySettings, Wishes
from sameface.sync import Call
from sameface.values import Key
from sameface.vault.blobs import digest_of

ALICE, BOB = "alice@x.test", "bob@x.test"
MAIL = "a.lee@x.test"


@pytest.fixture
async def exchange(office: Office) -> MemoryStore:
    """Alice and Bob, known to a folder and to Exchange, where both are objects of their own."""
    folder, exchange, _ = three_stores(office)
    for number, upn in enumerate((ALICE, BOB)):
        folder.join(upn, face(upn))
        exchange.join(upn, face(upn), (Key.OBJECT_GUID, f"guid-{number}"))
    await office.sync()
    return exchange


@pytest.mark.parametrize("name", [ALICE, MAIL])
async def test_somebody_pinned_in_the_settings_is_not_forgotten(
    office: Office, exchange: MemoryStore, name: str
) -> None:
    """The pin has to go first, by whatever name; until then nothing is removed."""
    exchange.join(ALICE, face(ALICE), (Key.OBJECT_GUID, "guid-0"), (Key.MAIL, MAIL))
    await office.sync()
    pin = digest_of(face(ALICE))[:8]
    office.policy = PolicySettings(people=((name, Wishes(pin=pin, whose=name)),))

    with pytest.raises(BadUsage, match=f'take pin = "{pin}" out of the .* table of {name}'):
        await office.forget(ALICE)

    assert exchange.shows(ALICE)
    assert await office.vault.person(ALICE)


def created_anew(exchange: MemoryStore) -> None:
    """Another object has Alice's name in Exchange, with a photo, a mail address and a number."""
    if ALICE in exchange.members:
        exchange.leave(ALICE)
    more = (Key.OBJECT_GUID, "guid-9"), (Key.MAIL, MAIL), (Key.EMPLOYEE_ID, "4711")
    exchange.join(ALICE, face("another"), *more, ref="exchange-9")


async def in_the_vault(office: Office, text: str) -> bool:
    """Whether that stands anywhere in the files of the vault, once they are written."""
    files = [file for file in office.vault.folder.rglob("*") if file.is_file()]
    return any(text.encode() in file.read_bytes() for file in files)


@pytest.mark.parametrize("ref", ["exchange-9", ALICE], ids=["another handle", "the same handle"])
async def test_a_doubtful_account_of_that_name_is_told_and_stays_doubtful(
    office: Office, exchange: MemoryStore, ref: str
) -> None:
    """`forget` says that its photo stays, and every look that it is there, without its names."""
    exchange.leave(ALICE)
    more = (Key.OBJECT_GUID, "guid-9"), (Key.EMPLOYEE_ID, "4711")
    exchange.join(ALICE, face("another"), *more, ref=ref)
    await office.sync()

    proposal, _ = await office.forget(ALICE)
    (told,) = [one for one in proposal.left if one.call is Call.ASK]
    at_once = [doubt.why for doubt in await office.vault.doubts()]
    looks = [await office.sync(), await office.status()]

    assert told.store == "exchange"
    assert "keeps its photo" in told.because
    assert "remove it there" in told.because
    assert exchange.shows(ref)
    for doubtful in (at_once, *(look.doubtful for look in looks)):
        (why,) = doubtful
        assert why.startswith("exchange has an account that goes by a name of somebody who was")
    assert [look.exit_code for look in looks] == [5, 5]
    kept = [doubt.account for doubt in await office.vault.doubts()]
    assert [(one.name, one.keys) for one in kept] == [("", ())]
    assert await office.vault.remembered("exchange", [ref]) == {}


async def test_a_doubtful_account_that_goes_is_doubtful_no_more(
    office: Office, exchange: MemoryStore
) -> None:
    """Removed there, as it was asked for: nothing is left to do."""
    created_anew(exchange)
    await office.sync()
    await office.forget(ALICE)
    before = await office.sync()
    exchange.leave("exchange-9")

    after = await office.sync()

    assert (before.exit_code, after.exit_code, after.doubts) == (5, 0, 0)


async def test_a_name_used_again_is_taken_up_when_that_is_allowed(
    office: Office, exchange: MemoryStore
) -> None:
    """Whoever got the name after it was forgotten is told as doubtful, and then is somebody."""
    office.stores["folder"].leave(ALICE)
    exchange.leave(ALICE)
    await office.sync()
    await office.forget(ALICE)
    silent = await office.sync()
    created_anew(exchange)
    told = await office.sync()
    with pytest.raises(UnknownPerson, match=f"`sameface forget {ALICE} --allow`"):
        await office.status(ALICE)
    with pytest.raises(UnknownPerson, match=f"`sameface forget {ALICE} --allow`"):
        await office.forget(ALICE)

    await office.vault.allow(ALICE, office.clock.now())
    taken_up = await office.sync()

    assert (silent.doubts, told.doubts, taken_up.doubts) == (0, 1, 0)
    assert (await office.vault.person(ALICE)).account("exchange")


async def test_the_mapping_says_whose_a_name_used_again_is(
    office: Office, exchange: MemoryStore
) -> None:
    """A word of the administrator's outweighs what the account is called."""
    exchange.leave(BOB)
    await office.sync()
    await office.forget(ALICE)
    created_anew(exchange)
    text = f"person,account,store\n{BOB},exchange-9,exchange\n"
    office.mapping = parse_mapping(text, "people.csv", list(office.stores))

    outcome = await office.sync()

    assert outcome.doubts == 0
    account = (await office.vault.person(BOB)).account("exchange")
    assert account is not None
    assert account.ref == "exchange-9"


async def test_the_names_of_a_doubtful_account_leave_the_vault(
    office: Office, exchange: MemoryStore
) -> None:
    """As those of the person do; another person's doubtful account keeps its own."""
    created_anew(exchange)
    exchange.leave(BOB)
    exchange.join(BOB, None, (Key.OBJECT_GUID, "guid-8"), ref="exchange-8")
    await office.sync()

    await office.forget(ALICE)
    await office.sync()

    rows = [(doubt.account.ref, doubt.account.name) for doubt in await office.vault.doubts()]
    assert ("exchange-8", "Bob") in rows
    assert len(rows) == 2
    await office.vault.close()
    for name in (ALICE, MAIL, "4711", "guid-9", "exchange-9"):
        assert not await in_the_vault(office, name)
    assert await in_the_vault(office, BOB)
