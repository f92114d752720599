"""Where somebody does not want to be shown no sync puts them, if the settings respect that."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.servers.memory_store import face
from tests.sync.kit import UPLOAD, Office, same, three_stores
from tests.vault.kit import NOON
from tests.vault.test_migrations import FIRST_VAULT

from sameface.settings import PolicySettings, Wishes, Withholding
from sameface.sync import Call, Leave, Policy, Result, decide
from sameface.values import Account, Cell, Person, Standing
from sameface.vault import Vault

ALICE = "alice@x.test"
A, B = face(ALICE), face(ALICE, 1)
STORES = ("folder", "exchange", "sharepoint", "yammer")


async def withhold(office: Office, *places: str) -> None:
    """Alice wants to be shown everywhere but there."""
    person = await office.vault.person(ALICE)
    review = office.vault.review
    await review.withhold(person.id, places, office.clock.now(), "chosen by the person")


async def office_of_alice(office: Office) -> None:
    """One face everywhere: her folder's, in Exchange, SharePoint and Yammer."""
    folder, exchange, yammer = three_stores(office)
    for store in (folder, exchange, office.store("sharepoint", writes=True), yammer):
        store.join(ALICE, A)
    assert (await office.sync()).exit_code == 0


async def test_a_withheld_store_is_emptied_and_stays_so(office: Office) -> None:
    """Her photo goes from SharePoint alone; later ones do not come there; a second sync is idle."""
    await office_of_alice(office)
    sharepoint, exchange = office.stores["sharepoint"], office.stores["exchange"]
    await withhold(office, "sharepoint")

    plan, outcome = await office.plan()
    (action,) = plan.actions
    assert (action.store, outcome.exit_code) == ("sharepoint", 3)
    assert action.because == "still shows a photo, which the person withholds from there"
    await office.sync()
    assert (sharepoint.shows(ALICE), exchange.shows(ALICE)) == (None, A)

    office.stores["folder"].put(ALICE, B)
    office.stores["yammer"].put(ALICE, B)
    outcome = await office.sync()
    assert same(exchange.shows(ALICE), B)
    assert sharepoint.shows(ALICE) is None
    assert outcome.exit_code == 0
    nothing = office.reasons(ALICE, Call.NOTHING)
    assert nothing["sharepoint"] == "shows no photo, as the person chose"


async def test_allowed_again_it_shows_the_photo_of_today(office: Office) -> None:
    """What is no longer withheld gets what the others show."""
    await office_of_alice(office)
    await withhold(office, "sharepoint")
    await office.sync()
    await withhold(office)

    assert (await office.sync()).results == {Result.WRITTEN: 1}
    assert same(office.stores["sharepoint"].shows(ALICE), A)


async def test_where_only_a_person_may_they_are_asked(office: Office) -> None:
    """Yammer is written by nobody but her: the plan says that it is to be removed by hand."""
    await office_of_alice(office)
    await withhold(office, "yammer")

    assert (await office.sync()).exit_code == 5
    reason = office.reasons(ALICE, Call.BY_HAND)["yammer"]
    assert "which the person withholds from there: they, or who runs it" in reason
    office.stores["yammer"].take_away(ALICE)
    assert (await office.sync()).exit_code == 0


async def test_an_authority_that_is_withheld_has_no_word(office: Office) -> None:
    """Taken out of the store that decides, the others keep what they show: that is no removal."""
    folder = office.store("folder", writes=True)
    for store in (folder, office.store("exchange", writes=True), office.store("yammer")):
        store.join(ALICE, A)
    await office.sync()
    await withhold(office, "folder")

    assert (await office.sync()).results == {Result.REMOVED: 1}
    assert (await office.sync()).exit_code == 0
    assert folder.shows(ALICE) is None
    assert office.stores["exchange"].shows(ALICE) == A


async def test_the_administrator_may_say_otherwise(office: Office) -> None:
    """For everybody, or for a group: then it is kept, and not obeyed."""
    await office_of_alice(office)
    await withhold(office, "sharepoint")
    office.policy = PolicySettings(Wishes(withholding=Withholding.IGNORE))
    assert (await office.sync()).results == {}

    board = Wishes(withholding=Withholding.IGNORE, whose="group board")
    office.policy = PolicySettings(groups=((frozenset({ALICE}), board),))
    assert (await office.sync()).results == {}

    office.policy = PolicySettings()
    assert (await office.sync()).results == {Result.REMOVED: 1}


async def test_neither_restore_nor_undo_puts_it_there(office: Office) -> None:
    """What puts a version back leaves that store out, and says why."""
    await office_of_alice(office)
    office.stores["exchange"].put(ALICE, B)
    await office.status()
    await withhold(office, "sharepoint")
    run = (await office.sync()).run
    alice = await office.vault.person(ALICE)
    other = (await office.vault.versions(alice.id))[-1]

    for proposal, _ in (await office.restore(ALICE, other.digest), await office.undo(run)):
        assert "sharepoint" not in {action.store for action in proposal.plan.actions}
        why = {left.store: left.because for left in proposal.left}["sharepoint"]
        assert why == "gets no photo: the person withholds it from there"


async def test_it_is_in_the_journal_without_a_name(office: Office) -> None:
    """Each place, when it was withheld and when no longer, under the vault's own id."""
    await office_of_alice(office)
    alice = await office.vault.person(ALICE)
    await withhold(office, "sharepoint", "yammer")
    await withhold(office, "yammer")

    lines = [entry for _, entry in await office.vault.history(alice.id)][-3:]
    assert [(entry.what, entry.store) for entry in lines] == [
        ("withheld", "sharepoint"),
        ("withheld", "yammer"),
        ("shown again", "sharepoint"),
    ]
    assert "alice" not in f"{lines}".casefold()
    assert (await office.vault.verify()).broken is None


async def test_who_is_forgotten_withholds_nothing(office: Office) -> None:
    """Nothing of it stays in the vault."""
    await office_of_alice(office)
    await withhold(office, "sharepoint")
    await office.forget(ALICE)

    with closing(sqlite3.connect(office.vault.folder / "vault.sqlite")) as file:
        assert file.execute("SELECT count(*) FROM withheld").fetchone() == (0,)


async def test_an_older_vault_gets_the_table(tmp_path: Path) -> None:
    """In a vault of the first version somebody may withhold their photo, once it is migrated."""
    with closing(sqlite3.connect(tmp_path / "vault.sqlite")) as file:
        file.executescript(FIRST_VAULT.read_text())
    async with await Vault.open(tmp_path) as vault:
        ann = await vault.person("ann@x.test")
        assert await vault.review.withhold(ann.id, ["yammer"], NOON, "chosen") == {"yammer"}
        assert await vault.review.withhold(ann.id, ["yammer"], NOON, "chosen") == frozenset()

        (dossier,) = await vault.dossiers_of([ann.id])
        assert dossier.withheld == {"yammer"}


PERSON = Person("p1", "Alice", ALICE, tuple(Account(store, f"{store}-1") for store in STORES))
cells = st.builds(
    Cell,
    st.sampled_from(STORES),
    st.sampled_from(list(Standing)),
    st.just(NOON),
    photo=st.sampled_from(["A", "B"]),
).map(lambda cell: cell if cell.standing is Standing.PHOTO else replace(cell, photo=None))
leaves = st.builds(Leave, st.booleans(), st.sampled_from([None, UPLOAD]), removes=st.booleans())


@given(
    st.lists(cells, unique_by=lambda cell: cell.store),
    st.sets(st.sampled_from(STORES)),
    st.lists(leaves, min_size=4, max_size=4),
    st.permutations(STORES),
)
def test_nothing_is_ever_written_where_it_is_withheld(
    held: list[Cell], withheld: set[str], able: list[Leave], authorities: list[str]
) -> None:
    """Whatever is there and whoever decides: those stores are emptied, or left, and never given."""
    policy = Policy(tuple(authorities), dict(zip(STORES, able, strict=True)))

    decision = decide(PERSON, held, (), policy, withheld=withheld)

    theirs = [verdict for verdict in decision.verdicts if verdict.store in withheld]
    assert all(verdict.call not in (Call.WRITE, Call.ASK) for verdict in theirs)
    assert all(v.after is None or v.call is Call.LEAVE for v in theirs)
    assert decide(PERSON, held, (), policy, withheld=()) == decide(PERSON, held, (), policy)
