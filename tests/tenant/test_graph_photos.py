"""Profile photos through Graph: sizes, change keys, writing, removing, both forms of none."""

from __future__ import annotations

import pytest
from tests.tenant.kit import Caller, bearer

from sameface.pictures import Want, compare, fingerprint, inspect, render
from sameface.values import Likeness

ALICE = "/v1.0/users/alice@contoso.test"
CAROL = "/v1.0/users/carol@contoso.test"
SIZES = [48, 64, 96, 120, 240, 360, 432, 504, 648]


async def test_the_largest_size_and_all_sizes_are_told(caller: Caller) -> None:
    """Metadata has the exact names; the change key is a quoted text inside a text (1.3)."""
    headers = await caller.graph()
    largest = (await caller.http.get(f"{ALICE}/photo", headers=headers)).json()
    every = (await caller.http.get(f"{ALICE}/photos", headers=headers)).json()
    small = (await caller.http.get(f"{ALICE}/photos/240X240", headers=headers)).json()

    assert (largest["id"], largest["width"], largest["height"]) == ("648x648", 648, 648)
    assert largest["@odata.mediaContentType"] == "image/jpeg"
    assert largest["@odata.mediaEtag"].startswith('"')
    assert [photo["width"] for photo in every["value"]] == SIZES
    assert small["id"] == "240x240"


async def test_bytes_come_in_the_size_asked_for(caller: Caller) -> None:
    """`$value` is the picture itself, re-encoded per size (1.2, 1.4)."""
    headers = await caller.graph()
    for px in (48, 240, 648):
        answer = await caller.http.get(f"{ALICE}/photos/{px}x{px}/$value", headers=headers)
        assert answer.headers["content-type"] == "image/jpeg"
        assert inspect(answer.content).width_px == px
    largest = await caller.http.get(f"{ALICE}/photo/$value", headers=headers)
    assert inspect(largest.content).width_px == 648


async def test_no_size_is_enlarged(caller: Caller, other_face: bytes) -> None:
    """A missing size yields the next smaller one (1.2)."""
    headers = await caller.graph()
    await caller.http.put(f"{ALICE}/photo/$value", headers=headers, content=other_face)
    told = (await caller.http.get(f"{ALICE}/photos/648x648", headers=headers)).json()
    picture = await caller.http.get(f"{ALICE}/photos/504x504/$value", headers=headers)

    assert told["id"] == "360x360"
    assert inspect(picture.content).width_px == 360


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("media_type", ["image/jpeg", "application/octet-stream"])
async def test_what_is_put_is_what_is_shown(
    caller: Caller, face: bytes, method: str, media_type: str
) -> None:
    """PUT and PATCH are one; the reply claims no JSON; the change key is another one (1.2)."""
    headers = await caller.graph()
    before = (await caller.http.get(f"{ALICE}/photo", headers=headers)).json()
    answer = await caller.http.request(
        method,
        f"{ALICE}/photo/$value",
        headers=headers | {"Content-Type": media_type},
        content=face,
    )
    after = (await caller.http.get(f"{ALICE}/photo", headers=headers)).json()
    shown = await caller.http.get(f"{ALICE}/photo/$value", headers=headers)

    assert (answer.status_code, answer.content) == (200, b"")
    assert "content-type" not in answer.headers
    assert after["@odata.mediaEtag"] != before["@odata.mediaEtag"]
    assert shown.content != face
    assert compare(fingerprint(shown.content), fingerprint(face)) is Likeness.SAME


async def test_who_writes_decides_which_channel_it_is(caller: Caller, face: bytes) -> None:
    """One's own photo is changed in Outlook Online, another's by Set-UserPhoto (design 8)."""
    alice = bearer(await caller.person_token("alice"))
    app = await caller.graph()
    await caller.http.put("/v1.0/me/photo/$value", headers=alice, content=face)
    own = await caller.http.get("/_tenant/surfaces/outlook-online-mail/alice", headers=JSON)
    await caller.http.put(f"{ALICE}/photo/$value", headers=app, content=face)
    others = await caller.http.get("/_tenant/surfaces/outlook-online-mail/alice", headers=JSON)

    assert own.json()["because"][-1]["rule"] == "channels/outlook-online"
    assert others.json()["because"][-1]["rule"] == "channels/set-userphoto"


async def test_a_removed_photo_is_gone_and_remembered_as_gone(caller: Caller) -> None:
    """After DELETE there is no photo; SharePoint still has it, as the rules say."""
    headers = await caller.graph()
    removed = await caller.http.delete(f"{ALICE}/photo/$value", headers=headers)
    gone = await caller.http.get(f"{ALICE}/photo", headers=headers)
    again = await caller.http.delete(f"{ALICE}/photo/$value", headers=headers)

    assert (removed.status_code, gone.status_code, again.status_code) == (200, 404, 404)
    assert gone.json()["error"]["code"] == "ImageNotFound"
    assert await caller.photo("alice", "sharepoint") == "A"


async def test_no_photo_has_two_forms(caller: Caller) -> None:
    """404 by default, or the documented 1x1 GIF where somebody orders it (1.3)."""
    headers = await caller.graph()
    form_b = await caller.http.get(f"{CAROL}/photo", headers=headers)
    await caller.fault("one-pixel", times=1)
    form_a = await caller.http.get(f"{CAROL}/photo", headers=headers)
    empty = await caller.http.get(f"{CAROL}/photos", headers=headers)

    assert form_b.status_code == 404
    assert form_a.status_code == 200
    assert (form_a.json()["id"], form_a.json()["@odata.mediaEtag"]) == ("1x1", "")
    assert form_a.json()["@odata.mediaContentType"] == "image/gif"
    assert empty.json()["value"] == []


async def test_what_is_no_picture_is_refused(caller: Caller, face: bytes) -> None:
    """Text, base64, and a JPEG cut in half change nothing (1.4)."""
    headers = await caller.graph()
    for wrong in (b"hello", b"aGVsbG8=", face[: len(face) // 2]):
        answer = await caller.http.put(f"{ALICE}/photo/$value", headers=headers, content=wrong)
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == "ErrorInvalidImage"
    assert await caller.photo("alice", "exchange") == "A"


async def test_a_store_refuses_more_bytes_than_it_takes(caller: Caller, face: bytes) -> None:
    """Graph takes 4 MB, the mailbox what the rulebook says (1.6, facts A-S5b)."""
    headers = await caller.graph()
    for size in (600_000, 5_000_000):
        padded = face + b"\0" * (size - len(face))
        answer = await caller.http.put(f"{ALICE}/photo/$value", headers=headers, content=padded)
        assert answer.status_code == 413
    assert await caller.photo("alice", "exchange") == "A"


async def test_png_is_taken(caller: Caller, face: bytes) -> None:
    """PNG is accepted, and served as JPEG (1.4)."""
    png = render(face, Want(200, media_type="image/png")).data
    headers = await caller.graph()
    answer = await caller.http.put(f"{ALICE}/photo/$value", headers=headers, content=png)
    shown = await caller.http.get(f"{ALICE}/photo/$value", headers=headers)

    assert answer.status_code == 200
    assert inspect(shown.content).media_type == "image/jpeg"


@pytest.mark.parametrize(
    ("person", "scope", "whose", "method", "status"),
    [
        ("alice", "User.Read", "me", "GET", 200),
        ("alice", "User.Read", "users/bob@contoso.test", "GET", 200),
        ("alice", "User.Read", "users/bob@contoso.test", "PUT", 403),
        ("bob", "User.Read", "me", "PUT", 200),
    ],
)
async def test_a_person_writes_only_their_own(
    caller: Caller, face: bytes, person: str, scope: str, whose: str, method: str, status: int
) -> None:
    """Writing another's photo wants an administrator's role beside the scope (1.5)."""
    headers = bearer(await caller.person_token(person, scope))
    answer = await caller.http.request(
        method,
        f"/v1.0/{whose}/photo/$value",
        headers=headers,
        content=face if method == "PUT" else None,
    )

    assert answer.status_code == status


async def test_an_application_without_the_role_is_denied(caller: Caller, face: bytes) -> None:
    """A missing role is 403 ErrorAccessDenied (1.5, 1.7)."""
    reader, stranger = await caller.graph(app="reader"), await caller.graph(app="stranger")
    path = f"{ALICE}/photo/$value"

    assert (await caller.http.get(path, headers=reader)).status_code == 200
    for answer in (
        await caller.http.put(path, headers=reader, content=face),
        await caller.http.get(path, headers=stranger),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ErrorAccessDenied")


async def test_without_a_mailbox_graph_shows_what_entra_has(caller: Caller) -> None:
    """Two stores lie behind Graph; which, follows from the mailbox (1.6)."""
    await caller.join("dora", photo="A", mailbox=False)
    headers = await caller.graph()
    dora = "/v1.0/users/dora@contoso.test"
    every = (await caller.http.get(f"{dora}/photos", headers=headers)).json()
    await caller.step("change", person="dora", channel="dirsync", photo="B")
    before = (await caller.http.get(f"{dora}/photo", headers=headers)).json()
    await caller.advance("3h")
    after = (await caller.http.get(f"{dora}/photo", headers=headers)).json()

    assert len(every["value"]) == 1
    assert before["@odata.mediaEtag"] != after["@odata.mediaEtag"]


JSON = {"Accept": "application/json"}
