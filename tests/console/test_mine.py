"""One's own photo through the real form: refused in words, cropped, used, approved."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx2 as httpx
import pytest
from tests.console.kit import ALICE, BOB, CAROL, Desk, client, organised
from tests.photographs import photograph
from tests.servers.memory_store import StillClock
from tests.sync.kit import Office, same

from sameface.console.app import console
from sameface.console.choices import Choices
from sameface.console.desk import Desk as Organisation
from sameface.console.roles import Role
from sameface.pictures import initials, inspect
from sameface.rules import load_rulebook
from sameface.settings import ConsoleSettings
from sameface.vault import Vault

ASTRONAUT = photograph("astronaut").read_bytes()

HOSTILE = {
    "nothing": (b"", "No picture came with that"),
    "text": (b"<script>alert(1)</script>", "SF-201"),
    "an svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SF-201"),
    "half a file": (ASTRONAUT[: len(ASTRONAUT) // 2], "SF-202"),
    "initials": (initials("Alice Archer", 200), "nobody&#39;s photo"),
}


async def hand_in(desk: Desk, data: bytes, path: str = "/mine/photo") -> httpx.Response:
    """A picture chosen in the form, and sent."""
    files = {"file": ("me.jpg", data, "image/jpeg")}
    return await desk.http.post(path, data={"csrf": await desk.csrf()}, files=files)


async def cropped(desk: Desk, **frame: str) -> httpx.Response:
    """Handed in and framed so."""
    upload = (await hand_in(desk, ASTRONAUT)).headers["location"]
    return await desk.post(upload, 303, **frame)


@pytest.fixture
async def approving(tmp_path: Path) -> AsyncIterator[Desk]:
    """The same organisation, in which a second person looks at every photo."""
    async with await Vault.open(tmp_path / "vault") as vault:
        office = Office(vault, StillClock(), authorities=("sharepoint",))
        organised(office)
        settings = replace(office.settings, console=ConsoleSettings(approval=True))
        book = load_rulebook(settings.rulebook)
        at_hand = Organisation.of(settings, book, vault, dict(office.stores), office.clock)
        async with console(at_hand) as made, client(made) as http:
            desk = Desk(office, made, http)
            await desk.observe()
            yield desk


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_bad_picture_is_refused_in_words(desk: Desk, kind: str) -> None:
    """The form answers what is wrong and what to do; nothing of it is kept."""
    await desk.observe()
    desk.sign_in(Role.PERSON, CAROL)
    data, says = HOSTILE[kind]

    answer = await hand_in(desk, data)

    assert answer.status_code in (400, 422)
    found = answer.text if not says.startswith("SF-") else (await as_json(desk, data)).text
    assert says in found
    assert await desk.office.vault.versions((await desk.office.vault.person(CAROL)).id) == ()


async def as_json(desk: Desk, data: bytes) -> httpx.Response:
    """The same picture through the API."""
    headers = {"X-CSRF-Token": await desk.csrf()}
    return await desk.http.post("/api/mine/photo", content=data, headers=headers)


async def test_a_picture_too_large_is_cut_off(desk: Desk) -> None:
    """Beyond 30 MB nothing is read on."""
    desk.sign_in(Role.PERSON, CAROL)

    answer = await as_json(desk, b"\xff" * 31_000_000)

    assert answer.status_code == 413


async def test_a_photo_is_handed_in_cropped_and_put_everywhere(desk: Desk) -> None:
    """The square chosen is what every store then shows, and it is a version of that person's."""
    await desk.observe()
    desk.sign_in(Role.PERSON, CAROL)
    upload = (await hand_in(desk, ASTRONAUT)).headers["location"]
    page = (await desk.get(upload)).text
    preview = re.findall(r'src="(/mine/uploads/[^"]+s=96)"', page)[0].replace("&amp;", "&")
    assert inspect((await desk.get(preview)).content).width_px == 96

    frame = {"turn": "1", "left": "0.2", "top": "0.1", "side": "0.5"}
    query = "&".join(f"{name}={value}" for name, value in frame.items())
    wanted = (await desk.get(f"{upload}.jpg?{query}&s=1024")).content
    used = await desk.told(f"/api{upload.replace('/api', '')}", 202, **numbers(frame))
    desk.sign_in(Role.ADMINISTRATOR)
    await desk.ended(used["job"])

    for store in ("sharepoint", "exchange"):
        assert same(desk.office.stores[store].shows(CAROL), wanted)
    versions = await desk.office.vault.versions((await desk.office.vault.person(CAROL)).id)
    assert [version.origin for version in versions] == ["console"]


def numbers(frame: dict[str, str]) -> dict[str, object]:
    """A frame as JSON says it."""
    return {"turn": int(frame["turn"])} | {
        name: float(frame[name]) for name in ("left", "top", "side")
    }


async def test_the_face_is_centred_before_anybody_drags(desk: Desk) -> None:
    """The frame offered first is around the face, not the whole picture."""
    await desk.observe()
    desk.sign_in(Role.PERSON, CAROL)

    frame = (await as_json(desk, ASTRONAUT)).json()["frame"]

    assert frame["side"] < 0.8
    centre = frame["left"] + frame["side"] / 2, frame["top"] + frame["side"] / 2
    assert 0.3 < centre[0] < 0.6
    assert 0.1 < centre[1] < 0.45


async def test_nobody_sees_or_uses_anothers_upload(desk: Desk) -> None:
    """An upload is its sender's alone, and gone after half an hour."""
    await desk.observe()
    desk.sign_in(Role.PERSON, CAROL)
    upload = (await hand_in(desk, ASTRONAUT)).headers["location"]
    carol = desk.http

    desk.sign_in(Role.PERSON, BOB)
    assert (await desk.http.get(upload)).status_code == 400
    assert (await desk.http.get(f"{upload}.jpg")).status_code == 400
    desk.http = carol
    assert (await desk.http.get(upload)).status_code == 200
    desk.office.clock.advance(timedelta(minutes=31))
    assert (await desk.http.get(upload)).status_code == 400


async def test_a_person_cannot_act_for_another(desk: Desk) -> None:
    """Naming somebody else changes nothing for a person; help desk acts for whom it names."""
    await desk.observe()
    desk.sign_in(Role.PERSON, CAROL)
    assert "carol" in (await desk.http.get(f"/api/mine?person={BOB}")).text
    desk.sign_in(Role.HELP_DESK, CAROL)
    assert (await desk.get(f"/api/mine?person={BOB}")).json()["person"] == BOB


async def test_a_second_person_agrees(approving: Desk) -> None:
    """What was handed in waits; its sender cannot agree; somebody else does, and it is shown."""
    desk = approving
    desk.sign_in(Role.HELP_DESK, CAROL)
    await cropped(desk, turn="0", left="0", top="0", side="1")
    assert desk.office.stores["exchange"].shows(CAROL) is None
    (waiting,) = (await desk.get("/api/approvals")).json()["approvals"]
    path = f"/api/approvals/{waiting['id']}"
    await desk.told(path, 403, judgement="agree")
    assert "waits for a second person" in await desk.page("/mine")

    desk.sign_in(Role.HELP_DESK, BOB)
    assert "The photo that Carol would show" in (await desk.get("/approvals")).text
    used = await desk.told(path, 200, judgement="agree")
    await desk.ended(used["job"])

    assert desk.office.stores["exchange"].shows(CAROL) is not None
    await desk.told(path, 400, judgement="agree")


async def test_a_refusal_says_why(approving: Desk) -> None:
    """Whoever refuses gives a reason, and the person reads it on their page."""
    desk = approving
    desk.sign_in(Role.PERSON, CAROL)
    await cropped(desk, turn="0", left="0", top="0", side="1")
    carol = desk.http
    desk.sign_in(Role.ADMINISTRATOR)
    (waiting,) = (await desk.get("/api/approvals")).json()["approvals"]
    path = f"/api/approvals/{waiting['id']}"

    await desk.told(path, 400, judgement="refuse")
    await desk.told(path, 200, judgement="refuse", why="That is a rocket.")

    desk.http = carol
    assert "was not used: That is a rocket." in await desk.page("/mine")
    assert (await desk.http.get(f"/approvals/{waiting['id']}.jpg")).status_code == 403


async def test_earlier_photos_are_ones_own(desk: Desk) -> None:
    """A colleague sees the photo of today, and no earlier version whose address they guess."""
    await desk.observe()
    versions = (await desk.get(f"/api/people/{ALICE}")).json()["versions"]
    now = next(v["digest"] for v in versions if v["origin"] != "yammer")
    other = next(v["digest"] for v in versions if v["origin"] == "yammer")

    desk.sign_in(Role.PERSON, BOB)
    await desk.get(f"/photo/{ALICE}/{now}.jpg", 200)
    await desk.get(f"/photo/{ALICE}/{other}.jpg", 404)
    desk.sign_in(Role.PERSON, ALICE)
    await desk.get(f"/photo/{ALICE}/{other}.jpg", 200)


async def test_who_is_forgotten_has_handed_in_nothing(approving: Desk) -> None:
    """When the vault forgets somebody, what they handed in goes at the next sweep."""
    desk = approving
    desk.sign_in(Role.PERSON, CAROL)
    await cropped(desk, turn="0", left="0", top="0", side="1")
    carol = (await desk.office.vault.person(CAROL)).id
    with closing(Choices(desk.office.vault.folder)) as choices:
        assert carol in choices.people()

    await desk.office.forget(CAROL)
    await desk.console.sweeper.sweep()

    desk.sign_in(Role.ADMINISTRATOR)
    await desk.get(f"/api/mine?person={CAROL}", 404)
    with closing(Choices(desk.office.vault.folder)) as choices:
        assert carol not in choices.people()
