"""Whose an account is: what is doubtful is named and left alone, until somebody has said whose."""

from __future__ import annotations

import pytest
from tests.servers.memory_store import MemoryStore, broken, face
from tests.sync.kit import Office, same

from sameface.connectors.keys import handle_key
from sameface.people import parse_mapping
from sameface.sync import Result
from sameface.values import Key
from sameface.vault.blobs import digest_of

ALICE, BOB = "alice@x.test", "bob@x.test"


@pytest.fixture
def stores(office: Office) -> tuple[MemoryStore, MemoryStore]:
    """Alice and Bob in a folder that decides and in Exchange, which shows other photos."""
    folder, exchange = office.store("folder"), office.store("exchange", writes=True)
    for number, upn in enumerate((ALICE, BOB)):
        folder.join(upn, face(upn, 1))
        exchange.join(upn, face(upn, 0), (Key.OBJECT_GUID, f"guid-{number}"))
    return folder, exchange


def says(office: Office, *lines: str) -> None:
    """What people.csv holds from now on."""
    text = "\n".join(("person,account,store", *lines))
    office.mapping = parse_mapping(text, "people.csv", list(office.stores))


async def test_a_doubtful_account_is_named_and_waits_for_a_word(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """Two people's keys: the plan lists it and leaves it; a line in the CSV, and it is written."""
    sharepoint = office.store("sharepoint", writes=True)
    sharepoint.join(ALICE, None, (Key.MAIL, BOB))

    plan, _ = await office.plan()
    first = await office.sync()
    before = sharepoint.shows(ALICE)
    says(office, f"{BOB},{ALICE},sharepoint")
    second = await office.sync()

    assert [sentence.partition(" matches")[0] for sentence in plan.doubtful] == [
        f"sharepoint account Alice ({ALICE})"
    ]
    assert all(action.store != "sharepoint" for action in plan.actions)
    assert (first.doubts, before, second.doubts) == (1, None, 0)
    assert same(sharepoint.shows(ALICE), face(BOB, 1))


async def test_somebody_renamed_keeps_their_face(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """The object stays and the name goes: the same person, whose next photo still follows."""
    folder, exchange = stores
    await office.sync()
    person = office.told[ALICE].person.id
    exchange.leave(ALICE)
    exchange.join("alice.brown@x.test", face(ALICE, 1), (Key.OBJECT_GUID, "guid-0"))
    folder.put(ALICE, face(ALICE, 2))

    outcome = await office.sync()

    assert (outcome.exit_code, outcome.results) == (0, {Result.WRITTEN: 1})
    assert office.told["alice.brown@x.test"].person.id == person
    assert same(exchange.shows("alice.brown@x.test"), face(ALICE, 2))


@pytest.mark.parametrize("rested", [True, False])
async def test_an_account_created_anew_is_reported_and_gets_nobody_s_face(
    office: Office, stores: tuple[MemoryStore, MemoryStore], rested: bool
) -> None:
    """Whether a sync saw the old one go or not: another object under Alice's name may be another
    Alice, until somebody says that it is her."""
    _, exchange = stores
    await office.sync()
    exchange.leave(ALICE)
    if rested:
        await office.sync()
    exchange.join(ALICE, None, (Key.OBJECT_GUID, "guid-9"))

    reported = await office.sync()
    shown = exchange.shows(ALICE)
    says(office, f"{ALICE},guid-9,exchange")
    decided = await office.sync()

    assert (reported.exit_code, shown) == (5, None)
    assert "created anew" in reported.doubtful[0]
    assert (decided.doubts, decided.results) == (0, {Result.WRITTEN: 1})
    assert same(exchange.shows(ALICE), face(ALICE, 1))


@pytest.mark.parametrize("rested", [True, False])
async def test_an_entry_created_anew_under_another_handle_gets_nobody_s_face(
    office: Office, stores: tuple[MemoryStore, MemoryStore], rested: bool
) -> None:
    """So too where a directory's own handle is all that tells: reported until somebody decides."""
    openldap = office.store("openldap", writes=True)
    openldap.join(ALICE, None, handle_key("openldap", "entry-1"), ref="entry-1")
    await office.sync()
    given = openldap.shows("entry-1")
    openldap.leave("entry-1")
    if rested:
        await office.sync()
    openldap.join(ALICE, None, handle_key("openldap", "entry-2"), ref="entry-2")

    first, reported = await office.sync(), await office.sync()
    shown = openldap.shows("entry-2")
    says(office, f"{ALICE},entry-2,openldap")
    decided = await office.sync()

    assert same(given, face(ALICE, 1))
    assert (first.exit_code, reported.exit_code, shown) == (5, 5, None)
    for run in (first, reported):
        assert "was created anew under a name that somebody else had" in run.doubtful[0]
    assert (decided.doubts, decided.results) == (0, {Result.WRITTEN: 1})
    assert same(openldap.shows("entry-2"), face(ALICE, 1))


async def test_an_alias_that_two_people_share_gives_nobody_a_face(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """Both get their own; the account that is known by the alias alone is named and left alone."""
    for number, upn in enumerate((ALICE, BOB)):
        mails = (Key.MAIL, upn), (Key.MAIL, "team@x.test")
        stores[1].join(upn, face(upn, 0), (Key.OBJECT_GUID, f"guid-{number}"), *mails)
    sharepoint = office.store("sharepoint", writes=True)
    sharepoint.join(BOB, None)
    sharepoint.join("team@x.test", None)

    outcome = await office.sync()

    assert (outcome.exit_code, len(outcome.doubtful)) == (5, 1)
    assert "Team (team@x.test)" in outcome.doubtful[0]
    assert "team@x.test" not in office.told
    assert sharepoint.shows("team@x.test") is None
    assert same(sharepoint.shows(BOB), face(BOB, 1))


@pytest.mark.parametrize("third", [True, False])
@pytest.mark.parametrize("store", ["sharepoint", "exchange", "folder"])
async def test_a_name_that_somebody_took_over_gives_nobody_a_face(
    office: Office, store: str, third: bool
) -> None:
    """Alice signs in as Bob did, and Bob as Alice did, or by a new name. A store that knows no more
    than names followed them: nothing is written there until the CSV says whose each is."""
    office.authorities = ("active-directory",)
    directory, target = office.store("active-directory"), office.store(store, writes=True)
    for number, upn in enumerate((ALICE, BOB)):
        directory.join(upn, face(upn, 1), (Key.OBJECT_GUID, f"g{number}"), ref=f"g{number}")
        target.join(upn, None)
    await office.sync()
    bobs = "bob.b@x.test" if third else ALICE
    directory.join(BOB, face(ALICE, 1), (Key.OBJECT_GUID, "g0"), ref="g0")
    directory.join(bobs, face(BOB, 1), (Key.OBJECT_GUID, "g1"), ref="g1")
    target.leave(ALICE)
    target.join(bobs, face(BOB, 1))
    target.put(BOB, face(ALICE, 1))

    reported = [await office.sync(), await office.sync()]
    says(office, f"{BOB},{BOB},{store}", f"{bobs},{bobs},{store}")
    directory.put("g0", face(ALICE, 2))
    decided = await office.sync()

    for run in reported:
        assert (run.exit_code, run.results, run.doubts) == (5, {}, 1 if third else 2)
        assert f"{BOB} is a name of active-directory account Bob (g0) now" in run.doubtful[-1]
    assert (decided.doubts, decided.results) == (0, {Result.WRITTEN: 1})
    assert same(target.shows(BOB), face(ALICE, 2))
    assert same(target.shows(bobs), face(BOB, 1))


async def test_names_swapped_are_no_doubt_where_objects_tell_who_is_who(office: Office) -> None:
    """Each object keeps its person and its face, whatever it is called."""
    office.authorities = ("active-directory",)
    directory, entra = office.store("active-directory"), office.store("entra-id", writes=True)
    for number, upn in enumerate((ALICE, BOB)):
        directory.join(upn, face(upn, 1), (Key.OBJECT_GUID, f"g{number}"), ref=f"g{number}")
        entra.join(upn, None, (Key.OBJECT_GUID, f"g{number}"), ref=f"g{number}")
    await office.sync()
    for store in (directory, entra):
        store.join(BOB, None, (Key.OBJECT_GUID, "g0"), ref="g0")
        store.join(ALICE, None, (Key.OBJECT_GUID, "g1"), ref="g1")

    outcome = await office.sync()

    assert (outcome.exit_code, outcome.results) == (0, {})
    assert same(entra.shows("g0"), face(ALICE, 1))


async def test_a_photo_seen_while_its_account_was_doubtful_is_read_later(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """The new object brought a photo; once it is said to be hers, that is not taken for the old."""
    _, exchange = stores
    await office.sync()
    exchange.leave(ALICE)
    exchange.join(ALICE, face(ALICE, 3), (Key.OBJECT_GUID, "guid-9"))
    await office.sync()
    says(office, f"{ALICE},guid-9,exchange")

    decided = await office.sync()

    assert (decided.exit_code, decided.results) == (0, {Result.WRITTEN: 1})
    assert same(exchange.shows(ALICE), face(ALICE, 1))
    kept = await office.vault.versions(office.told[ALICE].person.id)
    assert digest_of(face(ALICE, 3)) in {version.digest for version in kept}


async def test_a_line_that_says_nothing_is_told_by_its_number(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """A misspelt person makes nobody new; a misspelt account is told; each with its line."""
    sharepoint = office.store("sharepoint", writes=True)
    sharepoint.join("dora@x.test", None)
    says(office, f"{ALICE},{ALICE},sharepoint", "bbo@x.test,dora@x.test,sharepoint", f"{BOB},typo,")

    outcome, plan = await office.sync(), (await office.plan())[0]
    some = await office.status(ALICE)

    assert outcome.people == 2
    (doubt,) = outcome.doubtful
    assert "is mapped to bbo@x.test, whom no store has shown yet" in doubt
    for warnings in (outcome.warnings, plan.warnings):
        assert [warning.partition(";")[0] for warning in warnings] == [
            f"people.csv, line 2: no store has an account {ALICE}, and so it is with line 4",
            "people.csv, line 3: no store knows bbo@x.test",
        ]
    assert some.warnings == ()


async def test_no_line_is_told_where_a_store_was_not_seen(
    office: Office, stores: tuple[MemoryStore, MemoryStore]
) -> None:
    """What it says may be there."""
    says(office, f"{BOB},typo,")
    stores[1].faults["observe"] = [broken("exchange")]

    outcome = await office.sync()

    assert outcome.failures
    assert outcome.warnings == ()
