"""A store that tells of changes is asked only for these, and nobody is forgotten by it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from tests.servers.memory_store import MemoryStore, broken, face, may_write
from tests.sync.kit import Office, same

from sameface.people import parse_mapping
from sameface.settings import DirectorySettings, StoreSettings
from sameface.sync import Call
from sameface.values import Key, Page

ALICE, BOB, CAROL = "alice@x.test", "bob@x.test", "carol@x.test"


@dataclass
class TellingStore(MemoryStore):
    """A directory: with the mark of an earlier look it tells only what changed after that."""

    news: list[tuple[str, bool]] = field(default_factory=list)  # (who, still there)
    forgets: bool = False  # does not know the mark any more
    listed: list[str] = field(default_factory=list)  # whom the last looks told of

    def join(self, upn: str, *rest: object) -> object:  # type: ignore[override]
        account = super().join(upn, *rest)  # type: ignore[arg-type]
        self.news.append((upn, True))
        return account

    def put(self, upn: str, photo: bytes) -> None:
        super().put(upn, photo)
        self.news.append((upn, True))

    def leave(self, upn: str) -> None:
        super().leave(upn)
        self.news.append((upn, False))

    async def observe(self, cursor: str | None = None) -> AsyncIterator[Page]:
        self._ask("observe")
        known = cursor is not None and not self.forgets
        changed = (
            dict(self.news[int(cursor or 0) :]) if known else dict.fromkeys(self.members, True)
        )
        told = [upn for upn, there in sorted(changed.items()) if there]
        gone = tuple(upn for upn, there in changed.items() if not there)
        self.listed += told
        seen = tuple(map(self._observed, told))
        yield Page(seen, None, str(len(self.news)), delta=known, gone=gone)


@pytest.fixture
def directory(office: Office) -> TellingStore:
    """A directory that decides, over a mailbox; three people, looked at once."""
    able = may_write("folder", writes=False, delta=True)
    telling = TellingStore("folder", office.clock, able)
    office.stores["folder"] = telling
    exchange = office.store("exchange", writes=True)
    for upn in (ALICE, BOB, CAROL):
        telling.join(upn, face(upn))
        exchange.join(upn, face(upn))
    return telling


async def told_of(office: Office, directory: TellingStore) -> list[str]:
    """Whom the directory told of in a sync."""
    directory.listed.clear()
    await office.sync()
    return sorted(directory.listed)


async def test_another_part_of_the_directory_is_looked_at_whole(
    office: Office, directory: TellingStore
) -> None:
    """Of whom a wider base or filter lets in, what changed since the last look would not tell."""
    part = DirectorySettings(("ldap://x.test",), "ou=people,dc=x", bind=None)
    for where in (part, replace(part, base_dn="dc=x"), replace(part, filter="(title=boss)")):
        office.configured = (StoreSettings("folder", "openldap", directory=where),)
        assert await told_of(office, directory) == [ALICE, BOB, CAROL]
        assert await told_of(office, directory) == []


async def test_only_what_changed_is_asked_for(office: Office, directory: TellingStore) -> None:
    """A change travels, everybody else stays as they were, and next time nothing is told."""
    first = await told_of(office, directory)
    directory.put(ALICE, face(ALICE, 1))
    changed = await told_of(office, directory)

    assert first == [ALICE, BOB, CAROL]
    assert changed == [ALICE]
    assert same(office.stores["exchange"].shows(ALICE), face(ALICE, 1))
    assert office.told.keys() == {ALICE, BOB, CAROL}
    assert await told_of(office, directory) == []


async def test_who_left_is_gone_and_who_came_is_there(
    office: Office, directory: TellingStore
) -> None:
    """Told one by one, as they are by a look at all."""
    await office.sync()
    directory.leave(BOB)
    directory.join("dan@x.test", face("dan"))

    assert await told_of(office, directory) == ["dan@x.test"]
    assert [a.store for a in office.told[BOB].person.accounts] == ["exchange"]
    assert [a.store for a in office.told["dan@x.test"].person.accounts] == ["folder"]


async def test_what_failed_is_looked_at_again(office: Office, directory: TellingStore) -> None:
    """A directory tells a change once; what could not be read then is asked for by itself."""
    await office.sync()
    directory.put(ALICE, face(ALICE, 1))
    directory.faults[ALICE].append(broken("folder"))
    await office.sync()
    unread = office.reasons(ALICE, Call.UNKNOWN).keys()

    assert unread == {"folder"}
    assert await told_of(office, directory) == []
    assert directory.asked["find"] == 1
    assert same(office.stores["exchange"].shows(ALICE), face(ALICE, 1))


async def test_one_broken_portrait_makes_nobody_elses_be_read_again(
    office: Office, directory: TellingStore
) -> None:
    """It is asked for by itself in each sync, and the directory tells of nobody else for that."""
    directory.put(ALICE, face(ALICE)[:1000])
    await office.sync()

    for _ in range(2):
        assert await told_of(office, directory) == []
        assert office.reasons(ALICE, Call.UNKNOWN).keys() == {"folder"}
    directory.put(ALICE, face(ALICE, 1))
    assert await told_of(office, directory) == [ALICE]
    assert await told_of(office, directory) == []
    assert same(office.stores["exchange"].shows(ALICE), face(ALICE, 1))


async def test_a_doubtful_account_makes_nobody_elses_be_listed_again(
    office: Office, directory: TellingStore
) -> None:
    """One that two people claim is asked for by itself, and is somebody's once that is settled."""
    exchange = office.stores["exchange"]
    exchange.join("dan@x.test")
    exchange.join("eve@x.test")
    directory.join("dan@x.test", face("dan"), (Key.MAIL, "eve@x.test"))
    assert (await office.sync()).doubts == 1
    assert await told_of(office, directory) == []

    exchange.leave("eve@x.test")
    directory.join("dan@x.test", face("dan"), (Key.MAIL, "dan@x.test"))
    assert await told_of(office, directory) == ["dan@x.test"]
    assert (await office.sync()).doubts == 0


@pytest.mark.parametrize("why", ["too many", "not to be found", "cannot be asked for"])
async def test_where_asking_one_by_one_is_no_help_all_is_looked_at(
    office: Office, directory: TellingStore, why: str
) -> None:
    """What failed is never left to be told again."""
    people = [f"p{number}@x.test" for number in range(21 if why == "too many" else 1)]
    if why == "cannot be asked for":
        directory.capabilities = replace(directory.capabilities, finds=False)
    for upn in people:
        directory.join(upn, face(upn))
        directory.faults[upn].append(broken("folder"))
    await office.sync()
    if why == "not to be found":  # deleted, and the directory's deltas do not tell that
        directory.leave(people[0])
        directory.news.pop()

    found = await told_of(office, directory)

    assert len(found) == len(directory.members)
    assert await told_of(office, directory) == []


async def test_a_look_that_broke_off_is_no_place_to_go_on_from(
    office: Office, directory: TellingStore
) -> None:
    """What was told meanwhile is not lost."""
    await office.sync()
    directory.put(ALICE, face(ALICE, 1))
    directory.faults["observe"].append(broken("folder"))
    await office.sync()

    assert await told_of(office, directory) == [ALICE]
    assert same(office.stores["exchange"].shows(ALICE), face(ALICE, 1))


async def test_now_and_then_all_is_looked_at(office: Office, directory: TellingStore) -> None:
    """After a week, when the store has lost the mark, and when the mapping says something else."""
    await office.sync()
    office.clock.advance(timedelta(days=8))
    after_a_week = await told_of(office, directory)
    directory.forgets = True
    forgotten = await told_of(office, directory)
    directory.forgets = False
    text = f"person,account\n{ALICE},somebody"
    office.mapping = parse_mapping(text, "people.csv", list(office.stores))
    mapped = await told_of(office, directory)

    assert after_a_week == forgotten == mapped == [ALICE, BOB, CAROL]
    assert await told_of(office, directory) == []


async def test_a_forgotten_name_used_again_is_told_until_it_goes(
    office: Office, directory: TellingStore
) -> None:
    """What is doubtful without its names costs no look at everybody, and goes with its account."""
    directory.join(ALICE, face(ALICE), (Key.OBJECT_GUID, "guid-1"))
    await office.sync()
    await office.forget(ALICE)
    await office.sync()
    directory.leave(ALICE)
    directory.join(ALICE, face("another"), (Key.OBJECT_GUID, "guid-9"))

    told, again = await told_of(office, directory), await told_of(office, directory)
    doubts = (await office.status()).doubts
    directory.leave(ALICE)
    gone = await office.status()

    assert (told, again, doubts) == ([ALICE], [], 1)
    assert gone.doubts == 0
