"""One person's page, the same as JSON, and what there is to copy."""

from __future__ import annotations

import re

from tests.console.kit import ALICE, BOB, CAROL, DORA, Desk


async def test_every_place_says_what_why_and_until_when(desk: Desk) -> None:
    """Stores say what they call for; surfaces why they show what they show, and until when."""
    await desk.observe()

    text = await desk.page(f"/people/{ALICE}")

    assert "Alice needs somebody to act. Which photo: sharepoint is the authority." in text
    assert (
        "shows another photo than sharepoint: the person uploads the photo in Yammer "
        "somebody must act" in text
    )
    assert "Yammer holds photo A" in text
    assert "Never by itself: Yammer takes no photo from anywhere" in text
    assert "Active Directory not connected" in text


async def test_every_picture_on_the_page_is_there(desk: Desk) -> None:
    """No picture of the page is missing, and a person without any has initials."""
    await desk.observe()
    for upn in (ALICE, BOB, CAROL, DORA):
        html = (await desk.get(f"/people/{upn}")).text
        for address in set(re.findall(r'<img src="([^"]+)"', html)):
            answer = await desk.get(address.replace("&amp;", "&"))
            assert answer.headers["content-type"].startswith("image/")


async def test_the_ticket_can_be_read_without_the_page(desk: Desk) -> None:
    """Name, time, stores, surfaces, reasons and ends, as plain text."""
    await desk.observe()

    ticket = (await desk.get(f"/api/people/{DORA}")).json()["ticket"]

    assert ticket.startswith(f"Profile photo of Dora ({DORA})\nAs observed 23 Nov 2026, 09:0")
    assert "- Exchange: another photo, for " in ticket
    assert "(a sync would write: shows another photo than sharepoint)" in ticket
    assert "a colleague sees an older photo of Dora" in ticket
    assert "photo A" not in ticket
    assert "<" not in ticket
    html = (await desk.get(f"/people/{DORA}")).text
    assert "Profile photo of Dora" in re.findall(r"<textarea[^>]*>([^<]*)", html)[0]


async def test_versions_and_what_happened_are_listed(desk: Desk) -> None:
    """Every version in the vault, and the journal's lines about this person only."""
    await desk.observe()

    told = (await desk.get(f"/api/people/{ALICE}")).json()
    text = await desk.page(f"/people/{ALICE}")

    assert len(told["versions"]) == 2
    assert [entry["what"] for entry in told["journal"]] == ["kept", "kept"]
    assert text.count("first seen in") == 2
    assert "The vault has no photo of Carol." in await desk.page(f"/people/{CAROL}")


async def test_nobody_is_told_so(desk: Desk) -> None:
    """A name that nobody has is 404, with names that are near, as a page and as JSON."""
    await desk.observe()

    page = await desk.get("/people/alicia@contoso.test", 404)
    told = (await desk.get("/api/people/alicia@contoso.test", 404)).json()

    assert ALICE in page.text
    assert told["error"]["code"] == "SF-104"


async def test_json_and_pages_say_the_same(desk: Desk) -> None:
    """A person's stores and surfaces stand alike in the list, on their own, and in letters."""
    await desk.observe()
    for row in (await desk.get("/api/people")).json()["rows"]:
        alone = (await desk.get(f"/api/people/{row['person']}")).json()
        for kind in ("stores", "surfaces"):
            assert [s["is"] for s in row[kind]] == [s["is"] for s in alone[kind]]
        assert row["stands"] == alone["stands"]
        for letter, digest in row["photos"].items():
            assert alone["letters"][letter].startswith(digest)


async def test_the_api_counts_as_the_heading_does(desk: Desk) -> None:
    """The list tells the totals, the page and how many pages there are."""
    await desk.observe()

    told = (await desk.get("/api/people?show=differs")).json()

    assert told["people"] == 4
    assert told["stands"] == {"everywhere": 1, "someone": 1, "sync": 1, "nothing": 1}
    assert (told["found"], told["page"], told["pages"]) == (2, 1, 1)
    assert told["whole"] is True
    assert told["sentence"].startswith("1 of 4 people show one face everywhere")


async def test_what_is_not_there_is_said_in_kind(desk: Desk) -> None:
    """An unknown page is a page, an unknown part of the API is JSON."""
    assert "There is nothing at /nowhere" in (await desk.get("/nowhere", 404)).text
    assert (await desk.get("/api/nowhere", 404)).json()["error"]["text"]


async def test_the_rulebook_is_drawn(desk: Desk) -> None:
    """The map is a picture that asks for nothing, with the same in words for who cannot see it."""
    text = await desk.page("/map")
    picture = await desk.get("/map.svg")

    assert "How photos travel in Office 365 in early 2014" in text
    assert "SharePoint" in text.partition("The same in words")[2]
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.headers["content-security-policy"].startswith("default-src 'none'")
    assert b"<script" not in picture.content
