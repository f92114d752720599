"""The matrix: how the organisation stands, who shows what where, found and paged from memory."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from tests.console.kit import ALICE, BOB, DORA, Desk, over, plain
from tests.servers.memory_store import StillClock, face
from tests.sync.kit import Office

from sameface.console.roles import Role
from sameface.settings import PolicySettings, Wishes
from sameface.vault import Vault


def names(html: str) -> list[str]:
    """The people on a page, in its order."""
    return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', html)


def row(html: str, name: str) -> str:
    """One person's row, as HTML."""
    found = re.search(rf'<tr><th scope="row"><a href="[^"]+">{name}</a>.*?</tr>', html, re.DOTALL)
    assert found, html
    return found[0]


async def test_before_anything_was_observed_it_says_what_to_do(desk: Desk) -> None:
    """An empty vault is no empty table."""
    assert "Nobody has been observed yet: run `sameface status`" in await desk.page("/")


async def test_one_sentence_tells_how_the_organisation_stands(desk: Desk) -> None:
    """Everybody is counted once, by what has to happen for them."""
    await desk.observe()

    text = await desk.page("/")

    assert (
        "1 of 4 people show one face everywhere; a sync would bring 1 into line; "
        "1 needs somebody to act; 1 has no photo anywhere." in text
    )
    assert re.search(r"Observed 23 Nov 2026, 09:0\d UTC", text)


async def test_the_pictures_are_the_ones_places_show(desk: Desk) -> None:
    """Different places show different pictures, under different letters, with a sign."""
    await desk.observe()

    html = row((await desk.get("/?by=stores")).text, "Alice")

    pictures = re.findall(r'<img src="(/photo/[^"]+)" alt="" loading="lazy">', html)
    assert len(pictures) == 3
    assert len(set(pictures)) == 2
    assert "≠ A" in html
    assert html.count("<b>B</b>") == 2
    shown = [(await desk.get(address)).content for address in pictures]
    assert len(set(shown)) == 2


async def test_a_place_says_all_of_it_when_pointed_at(desk: Desk) -> None:
    """A field's title names the place, what it shows, and until when."""
    await desk.observe()

    text = row((await desk.get("/")).text, "Alice")

    assert 'title="Yammer: another photo (photo A); never by itself' in text


async def test_the_age_of_a_copy_says_what_is_known(desk: Desk) -> None:
    """A store that tells no time has had its photo at least since the first look."""
    await desk.observe()
    desk.office.clock.advance(timedelta(hours=9, minutes=30))
    desk.sign_in(Role.AUDITOR)

    html = row((await desk.get("/?by=stores")).text, "Bob")

    assert "<small>≥ 9 h</small>" in html
    assert "for 9 h at least" in html


@pytest.mark.parametrize(
    ("show", "who"),
    [
        ("", ["Alice", "Bob", "Carol", "Dora"]),
        ("differs", ["Alice", "Dora"]),
        ("no-photo", ["Carol"]),
        ("someone", ["Alice"]),
        ("nonsense", ["Alice", "Bob", "Carol", "Dora"]),
    ],
)
async def test_filters_show_some(desk: Desk, show: str, who: list[str]) -> None:
    """Who differs, who lacks a photo, who needs somebody; an unknown filter is none."""
    await desk.observe()

    assert names((await desk.get(f"/?show={show}")).text) == who


@pytest.mark.parametrize(
    ("search", "who"),
    [
        ("ali", ["Alice"]),
        ("BOB@contoso", ["Bob"]),
        ("contoso do", ["Dora"]),
        ("%", []),
        ("' OR 1=1", []),
        ("  ", ["Alice", "Bob", "Carol", "Dora"]),
    ],
)
async def test_search_finds_parts_of_names(desk: Desk, search: str, who: list[str]) -> None:
    """Every word must be a part of the name or the address; no sign means anything else."""
    await desk.observe()

    answer = await desk.http.get("/", params={"q": search})

    assert names(answer.text) == who
    assert ("Nobody fits" in answer.text) == (not who)


async def test_a_group_of_the_settings_is_a_filter(desk: Desk) -> None:
    """Its people and no others, also among those of another filter; an unknown one is empty."""
    board = Wishes(whose="group board")
    desk.office.policy = PolicySettings(groups=((frozenset({ALICE, BOB}), board),))
    async with over(desk.office) as grouped:
        await grouped.observe()

        assert names((await grouped.get("/?group=board")).text) == ["Alice", "Bob"]
        assert names((await grouped.get("/?group=board&show=differs")).text) == ["Alice"]
        assert names((await grouped.get("/?group=board&q=bo")).text) == ["Bob"]
        assert names((await grouped.get("/?group=nobody")).text) == []
        assert "<option selected>board</option>" in (await grouped.get("/?group=board")).text
        told = (await grouped.get("/api/people?group=board")).json()
        assert [row["name"] for row in told["rows"]] == ["Alice", "Bob"]


async def test_who_is_overdue_is_a_filter(tmp_path: Path) -> None:
    """Active Directory has another photo since two days ago, and Azure AD has not followed."""
    async with await Vault.open(tmp_path / "vault") as vault:
        office = Office(vault, StillClock(), authorities=("active-directory",))
        directory, cloud = (office.store(name) for name in ("active-directory", "entra-id"))
        for store in (directory, cloud):
            store.join(ALICE, face("alice"))
            store.join(BOB, face("bob"))
        async with over(office) as desk:
            for _ in range(2):  # what the cloud shows is older than the directory's last look
                await desk.observe()
                desk.office.clock.advance(timedelta(minutes=20))
            directory.put(ALICE, face("alice", 1))
            await desk.observe()
            assert names((await desk.get("/?show=overdue")).text) == []

            desk.office.clock.advance(timedelta(days=2))
            desk.sign_in(Role.ADMINISTRATOR)
            await desk.observe()
            assert names((await desk.get("/?show=overdue")).text) == ["Alice"]
            assert (await desk.get("/api/people?show=overdue")).json()["found"] == 1


async def test_an_address_with_all_of_it_is_a_deep_link(desk: Desk) -> None:
    """Search, filter, view and page in one address; pages beside it keep the rest of it."""
    for number in range(60):
        desk.office.stores["sharepoint"].join(f"crowd-{number:02}@contoso.test")
    await desk.observe()

    html = (await desk.get("/?q=crowd&show=no-photo&by=stores&page=2")).text

    assert names(html)[0] == "Crowd-50"
    assert re.search(r'name="by" value="stores" checked', html)
    assert 'href="/?q=crowd&amp;show=no-photo&amp;by=stores" rel="prev"' in html


async def test_what_was_asked_is_in_the_form_again(desk: Desk) -> None:
    """A deep link shows its own question, escaped."""
    await desk.observe()

    html = (await desk.http.get("/", params={"q": '"><script>', "show": "differs"})).text

    assert 'value="&#34;&gt;&lt;script&gt;"' in html
    assert '<input type="radio" name="show" value="differs" checked>' in html


async def test_many_people_come_in_pages(desk: Desk) -> None:
    """Fifty a page, in the order of names, none twice and none left out; links lead on and back."""
    crowd = [f"crowd-{number:03}@contoso.test" for number in range(120)]
    for upn in crowd:
        desk.office.stores["sharepoint"].join(upn)
    await desk.observe()

    found, address, pages = list[str](), "/?q=crowd", 0
    while address:
        html = (await desk.get(address)).text
        found, pages = found + names(html), pages + 1
        onward = re.search(r'<a href="([^"]+)" rel="next">', html)
        address = onward[1].replace("&amp;", "&") if onward else ""

    assert found == [upn.partition("@")[0].title() for upn in crowd]
    assert pages == 3
    assert "101 to 120 of 120" in plain(html)
    assert 'href="/?q=crowd&amp;page=2" rel="prev"' in html
    assert "There is no page 9; the last is 3." in (await desk.get("/?q=crowd&page=9")).text


async def test_a_page_observes_nothing(desk: Desk) -> None:
    """What is shown is what the vault remembers: no store is asked."""
    await desk.observe()
    for store in desk.office.stores.values():
        store.asked.clear()

    for path in ("/", "/?by=stores", f"/people/{ALICE}", "/api/people", f"/api/people/{ALICE}"):
        await desk.get(path)

    assert [dict(store.asked) for store in desk.office.stores.values()] == [{}, {}, {}]


async def test_only_who_changed_is_summed_up_again(desk: Desk) -> None:
    """A sweep takes everybody once; the next one whom another look found otherwise."""
    await desk.office.status()
    assert await desk.console.sweeper.sweep() == 4

    desk.office.clock.advance(timedelta(minutes=5))
    desk.office.stores["exchange"].put(DORA, face("dora"))
    await desk.office.status()

    assert desk.console.sweeper.is_due()
    assert await desk.console.sweeper.sweep() == 1
    assert not desk.console.sweeper.is_due()
    assert re.search(r"Observed 23 Nov 2026, 09:0[5-9] UTC", await desk.page("/"))
    assert "2 of 4 people show one face everywhere" in await desk.page("/")


async def test_who_lags_is_summed_up_again_every_day(desk: Desk) -> None:
    """Words that speak of days are made anew at midnight, for Alice and Dora and nobody else."""
    await desk.observe()
    assert not desk.console.sweeper.is_due()

    desk.office.clock.advance(timedelta(days=1))

    assert desk.console.sweeper.is_due()
    assert await desk.console.sweeper.sweep() == 2
    assert not desk.console.sweeper.is_due()


async def test_the_memory_can_be_thrown_away(desk: Desk) -> None:
    """It is private to its owner, and holds nothing that the vault does not."""
    await desk.observe()
    file = desk.office.vault.folder / "console.sqlite"

    assert file.stat().st_mode & 0o077 == 0
    before = (await desk.get("/api/people")).json()
    await desk.console.sweeper.sweep()
    assert (await desk.get("/api/people")).json() == before
