"""What somebody has to decide: two photos, an account of nobody's; and the journal's proof."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.console.kit import ALICE, Desk, client
from tests.servers.memory_store import StillClock, face
from tests.sync.kit import Office, same

from sameface.console.app import console
from sameface.console.desk import Desk as Organisation
from sameface.rules import load_rulebook
from sameface.settings import Conflict, PolicySettings, Wishes
from sameface.values import Key
from sameface.vault import Vault


@pytest.fixture
async def torn(tmp_path: Path) -> AsyncIterator[Desk]:
    """Alice agreed once; then she changed her photo in two places, and the settings say: ask."""
    async with await Vault.open(tmp_path / "vault") as vault:
        policy = PolicySettings(Wishes(authorities=("sharepoint",), conflict=Conflict.ASK))
        office = Office(vault, StillClock(), authorities=("sharepoint",), policy=policy)
        stores = [office.store(name, writes=True) for name in ("sharepoint", "exchange")]
        for store in stores:
            store.join(ALICE, face("alice"))
        await office.sync()
        for look, store in enumerate(stores, 1):
            store.put(ALICE, face("alice", look))
        book = load_rulebook(office.settings.rulebook)
        at_hand = Organisation.of(office.settings, book, vault, dict(office.stores), office.clock)
        async with console(at_hand) as made, client(made) as http:
            await http.get("/enter", params={"token": made.access.token})
            desk = Desk(office, made, http)
            await desk.observe()
            yield desk


async def test_a_conflict_is_decided_by_looking_at_two_pictures(torn: Desk) -> None:
    """Both photos are shown with their stores; the chosen one goes everywhere, and it is over."""
    told = (await torn.get("/api/conflicts")).json()["conflicts"]
    page = (await torn.get("/conflicts")).text
    assert [side["stores"] for side in told[0]["sides"]] == [["exchange"], ["sharepoint"]]
    assert page.count('width="200"') == 2

    chosen = told[0]["sides"][0]["version"]
    planned = await torn.post(f"/people/{ALICE}/restore", version=chosen)
    digest = planned.headers["location"].removeprefix("/plans/")
    await torn.ended((await torn.told(f"/api/plans/{digest}/apply", 202))["id"])

    assert same(torn.office.stores["sharepoint"].shows(ALICE), face("alice", 2))
    await torn.observe()
    assert (await torn.get("/api/conflicts")).json()["found"] == 0
    assert "Nobody has to decide anything." in await torn.page("/conflicts")


async def test_a_conflict_is_found_by_its_filter(torn: Desk) -> None:
    """The matrix shows who is in conflict, and nobody else."""
    rows = (await torn.get("/api/people?show=conflict")).json()["rows"]

    assert [row["person"] for row in rows] == [ALICE]


async def test_an_account_of_nobodys_is_given_to_somebody(desk: Desk) -> None:
    """A doubtful account is shown with who it could be; said whose it is, it stays theirs."""
    await desk.observe()
    frank, grace = "frank@contoso.test", "grace@contoso.test"
    for upn in (frank, grace):
        desk.office.stores["sharepoint"].join(upn)
    desk.office.stores["yammer"].join(frank, face("frank"), (Key.MAIL, grace))
    await desk.observe()
    (doubt,) = (await desk.get("/api/conflicts")).json()["doubts"]
    assert sorted(doubt["people"]) == [frank, grace]
    assert "Whose account is this?" in await desk.page("/conflicts")

    told = {"store": "yammer", "ref": frank, "person": frank}
    await desk.told("/api/conflicts/accounts", 200, **told)
    await desk.observe()

    assert (await desk.get("/api/conflicts")).json()["doubts"] == []
    assert (await desk.office.vault.person(frank)).account("yammer") is not None
    again = await desk.told("/api/conflicts/accounts", 400, **told)
    assert "no doubtful account" in again["error"]["text"]


async def test_the_journal_is_proved_whole(desk: Desk) -> None:
    """Its proof gives a seal; that seal proves later that nothing before was rewritten."""
    await desk.observe()
    first = (await desk.get("/api/audit/verify")).json()
    await desk.office.sync()
    later = (await desk.get(f"/api/audit/verify?seal={first['seal']}")).json()
    forged = replace_last(first["seal"])
    wrong = (await desk.get(f"/api/audit/verify?seal={forged}")).json()

    assert first["ok"]
    assert later["ok"]
    assert later["entries"] > first["entries"]
    assert not wrong["ok"]
    assert "The journal is whole" in await desk.page("/audit/verify")
    assert "not whole" in await desk.page(f"/audit/verify?seal={forged}")
    assert "A seal is a number" in (await desk.get("/audit/verify?seal=x", 400)).text


async def test_the_journal_is_read_in_pages(desk: Desk) -> None:
    """The newest first; older ones a page further, none twice and none left out."""
    for number in range(120):
        desk.office.stores["exchange"].join(f"many-{number:03}@contoso.test", face("many", number))
    await desk.observe()
    page = (await desk.get("/api/audit")).json()
    seen = [line["seq"] for line in page["entries"]]
    while page["after"]:
        page = (await desk.get(f"/api/audit?after={max(0, page['after'] - 100)}")).json()
        seen = [line["seq"] for line in page["entries"] if line["seq"] < seen[0]] + seen

    assert seen == list(range(1, page["last"] + 1))


def replace_last(seal: str) -> str:
    """Another seal."""
    return seal[:-1] + ("0" if seal[-1] != "0" else "1")
