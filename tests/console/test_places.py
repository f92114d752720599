"""Where one's photo may be shown: chosen place by place, obeyed by stores and the photo service."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from contextlib import closing

from tests.console.kit import ALICE, BOB, DORA, Desk, client
from tests.sync.kit import same

from sameface.console.app import console
from sameface.console.desk import Desk as Organisation
from sameface.console.roles import Role
from sameface.rules import load_rulebook
from sameface.settings import PolicySettings, Wishes, Withholding

HER_AVATAR = f"/avatar/{hashlib.md5(ALICE.encode(), usedforsecurity=False).hexdigest()}?d=404"


def ticked(html: str) -> dict[str, bool]:
    """The places on the form, and whether each is ticked."""
    found = re.findall(r'<input type="checkbox" name="([^"]+)"( checked)?>', html)
    return {name: bool(on) for name, on in found}


async def test_a_person_unticks_a_store_and_is_gone_there(desk: Desk) -> None:
    """Bob unticks Exchange: his photo is taken away there and nowhere else, and stays away."""
    await desk.observe()
    desk.sign_in(Role.PERSON, BOB)
    assert ticked((await desk.get("/mine")).text) == {
        "exchange": True, "sharepoint": True, "yammer": True, "photo": True, "avatar": True,
    }  # fmt: skip
    told = await desk.told("/api/mine/places", 200, exchange=False)
    assert told["places"] | {"exchange": True} == dict.fromkeys(told["places"], True)
    desk.sign_in(Role.ADMINISTRATOR)
    await desk.ended(told["job"])

    stores = desk.office.stores
    assert stores["exchange"].shows(BOB) is None
    assert stores["sharepoint"].shows(BOB) is not None
    assert (await desk.office.sync()).results.total() == 1  # that of Dora
    assert stores["exchange"].shows(BOB) is None


async def test_ticked_again_it_comes_back(desk: Desk) -> None:
    """The form says how each place is; a box ticked again puts the photo of today there."""
    await desk.observe()
    desk.sign_in(Role.PERSON, BOB)
    gone = await desk.told("/api/mine/places", 200, exchange=False)
    bob = desk.http
    desk.sign_in(Role.ADMINISTRATOR)
    await desk.ended(gone["job"])
    administrator, desk.http = desk.http, bob
    assert "Exchange no photo there, as you chose" in await desk.page("/mine")

    back = await desk.told("/api/mine/places", 200, exchange=True)
    desk.http = administrator
    await desk.ended(back["job"])
    bobs = desk.office.stores["sharepoint"].shows(BOB)
    assert same(desk.office.stores["exchange"].shows(BOB), bobs)


async def test_the_person_page_and_the_plan_say_why(desk: Desk) -> None:
    """Help desk reads who withholds what from where; the matrix counts no such place as lacking."""
    await desk.observe()
    desk.sign_in(Role.PERSON, ALICE)
    await desk.told("/api/mine/places", 200, yammer=False)
    desk.sign_in(Role.HELP_DESK)

    page = await desk.page(f"/people/{ALICE}")
    assert "Alice withholds it from Yammer still shows a photo, which the person withholds" in page
    plan = (await desk.post(f"/people/{ALICE}/sync")).headers["location"]
    assert "yammer still shows a photo, which the person withholds from there" in (
        await desk.page(plan)
    )

    desk.office.stores["yammer"].take_away(ALICE)
    await desk.observe()
    assert "2 of 4 people show one face everywhere" in await desk.page("/")
    row = (await desk.get("/api/people?q=alice")).json()["rows"][0]
    assert {one["id"]: one["is"] for one in row["stores"]}["yammer"] == "withheld"
    assert row["stands"] == "everywhere"
    assert "Alice" not in await desk.page("/?show=no-photo")


async def test_what_is_withheld_from_the_photo_service_is_not_served(desk: Desk) -> None:
    """Colleagues and avatars get initials or nothing; oneself and help desk still see it."""
    await desk.observe()
    desk.sign_in(Role.PERSON, ALICE)
    shown = (await desk.get(f"/photo/{ALICE}")).content
    told = await desk.told("/api/mine/places", 200, avatar=False, photo=False)
    assert (told["places"]["avatar"], told["places"]["photo"]) == (False, False)
    assert told["job"] is None

    assert (await desk.get(f"/photo/{ALICE}")).content == shown
    desk.sign_in(Role.PERSON, BOB)
    assert (await desk.get(f"/photo/{ALICE}")).content != shown
    await desk.get(f"/photo/{ALICE}?d=404", 404)
    await desk.get(HER_AVATAR, 404)
    desk.sign_in(Role.HELP_DESK)
    assert (await desk.get(f"/photo/{ALICE}")).content == shown

    desk.sign_in(Role.PERSON, ALICE)
    await desk.told("/api/mine/places", 200, avatar=True, photo=True)
    desk.sign_in(Role.PERSON, BOB)
    assert (await desk.get(f"/photo/{ALICE}?d=404")).content == shown
    await desk.get(HER_AVATAR)


async def test_what_is_not_said_stays_as_it_is(desk: Desk) -> None:
    """A program that names one place changes that one; a form says which it has offered."""
    await desk.observe()
    desk.sign_in(Role.PERSON, ALICE)
    await desk.told("/api/mine/places", 200, yammer=False)
    places = (await desk.told("/api/mine/places", 200, avatar=False))["places"]
    assert [place for place, shown in places.items() if not shown] == ["yammer", "avatar"]

    await desk.post("/mine/places", 303, offered="avatar photo", photo="on", avatar="on")
    assert ticked((await desk.get("/mine")).text)["yammer"] is False
    refused = await desk.told("/api/mine/places", 400, yamer=True)
    assert 'did you mean "yammer"' in refused["error"]["text"]


async def test_where_the_settings_decide_it_is_refused_in_a_sentence(desk: Desk) -> None:
    """withholding = "ignore": no form, a refusal that says so, and nothing withheld is obeyed."""
    await desk.observe()
    desk.sign_in(Role.PERSON, ALICE)
    await desk.told("/api/mine/places", 200, photo=False)
    desk.office.policy = PolicySettings(Wishes(withholding=Withholding.IGNORE))
    office, settings = desk.office, desk.office.settings
    book = load_rulebook(settings.rulebook)
    at_hand = Organisation.of(settings, book, office.vault, dict(office.stores), office.clock)

    async with console(at_hand) as made, client(made) as http:
        strict = Desk(office, made, http)
        strict.sign_in(Role.PERSON, ALICE)
        assert "Your organisation decides where photos are shown" in await strict.page("/mine")
        told = await strict.told("/api/mine/places", 400, photo=False)
        assert 'withholding = "ignore"' in told["error"]["text"]
        strict.sign_in(Role.PERSON, BOB)
        await strict.get(f"/photo/{ALICE}?d=404", 200)


async def test_help_desk_says_it_for_somebody(desk: Desk) -> None:
    """For a person who asks at the help desk; the journal tells the two apart."""
    await desk.observe()
    desk.sign_in(Role.HELP_DESK)
    await desk.told("/api/mine/places", 200, person=DORA, avatar=False)
    desk.sign_in(Role.PERSON, DORA)
    await desk.told("/api/mine/places", 200, photo=False)

    dora = await desk.office.vault.person(DORA)
    lines = [entry for _, entry in await desk.office.vault.history(dora.id)][-2:]
    assert [(entry.store, entry.why) for entry in lines] == [
        ("avatar", "said in the console for the person"),
        ("photo", "chosen in the console by the person"),
    ]


async def test_what_an_older_console_kept_is_taken_over(desk: Desk) -> None:
    """Places withheld in its own file are the vault's from the next start on."""
    await desk.observe()
    office, alice = desk.office, await desk.office.vault.person(ALICE)
    with closing(sqlite3.connect(office.vault.folder / "choices.sqlite")) as file, file:
        file.execute("CREATE TABLE withheld (person TEXT, place TEXT)")
        rows = [(alice.id, "avatar"), ("somebody forgotten", "photo")]
        file.executemany("INSERT INTO withheld VALUES (?, ?)", rows)
        file.execute("PRAGMA user_version = 1")
    settings = office.settings
    book = load_rulebook(settings.rulebook)
    at_hand = Organisation.of(settings, book, office.vault, dict(office.stores), office.clock)

    for _ in range(2):
        async with console(at_hand):
            (dossier,) = await office.vault.dossiers_of([alice.id])
            assert dossier.withheld == {"avatar"}
