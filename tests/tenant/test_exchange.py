"""Exchange's photo address: sizes, conditional requests, none."""

from __future__ import annotations

import pytest
from tests.tenant.kit import EXCHANGE, Caller, bearer

from sameface.pictures import inspect

PHOTO = "/ews/Exchange.asmx/s/GetUserPhoto"


@pytest.mark.parametrize(
    "path", ["/ews/Exchange.asmx/s/GetUserPhoto", "/EWS/exchange.asmx/S/getuserphoto"]
)
async def test_a_picture_is_had_by_address_in_any_case(caller: Caller, path: str) -> None:
    """The path matches in any case, and so do size codes; ETag and Expires come along (2.1)."""
    headers = bearer(await caller.token(EXCHANGE))
    answer = await caller.http.get(
        path, params={"email": "alice@contoso.test", "size": "HR96X96"}, headers=headers
    )

    assert answer.status_code == 200
    assert inspect(answer.content).width_px == 96
    assert answer.headers["etag"].startswith('"')
    assert answer.headers["expires"].endswith("GMT")


async def test_304_until_the_photo_changes(caller: Caller, face: bytes) -> None:
    """`If-None-Match` with the last etag is 304, and 200 with another after a change (2.1)."""
    headers = bearer(await caller.token(EXCHANGE))
    query = {"email": "alice@contoso.test", "size": "HR48x48"}
    first = await caller.http.get(PHOTO, params=query, headers=headers)
    have = headers | {"If-None-Match": first.headers["etag"]}
    same = await caller.http.get(PHOTO, params=query, headers=have)
    await caller.step("change", person="alice", channel="outlook-client", photo="B")
    other = await caller.http.get(PHOTO, params=query, headers=have)

    assert (same.status_code, same.content) == (304, b"")
    assert other.status_code == 200
    assert other.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize(
    ("email", "size", "status"),
    [
        ("carol@contoso.test", "HR48x48", 404),
        ("nobody@contoso.test", "HR48x48", 404),
        ("alice@contoso.test", "48x48", 400),
        ("alice@contoso.test", "HR50x50", 400),
    ],
)
async def test_no_picture_no_address_no_size(
    caller: Caller, email: str, size: str, status: int
) -> None:
    """No picture and no such address are the same 404 (2.1)."""
    headers = bearer(await caller.token(EXCHANGE))
    answer = await caller.http.get(PHOTO, params={"email": email, "size": size}, headers=headers)

    assert answer.status_code == status


async def test_the_mailbox_falls_back_only_on_what_exchange_accepted(caller: Caller) -> None:
    """A directory photo is served once the rules let Exchange take it, and never before."""
    headers = bearer(await caller.token(EXCHANGE))
    query = {"email": "carol@contoso.test", "size": "HR48x48"}
    await caller.step("change", person="carol", channel="dirsync", photo="A", bytes=9000)
    before = await caller.http.get(PHOTO, params=query, headers=headers)
    await caller.step("sync", process="dirsync")
    after = await caller.http.get(PHOTO, params=query, headers=headers)

    assert (before.status_code, after.status_code) == (404, 200)


async def test_a_token_without_the_right_is_denied(caller: Caller) -> None:
    """Reading photos wants full_access_as_app or a person's EWS.AccessAsUser.All (2.1)."""
    stranger = bearer(await caller.token(EXCHANGE, app="stranger"))
    alice = bearer(await caller.person_token("alice", EXCHANGE))
    query = {"email": "bob@contoso.test", "size": "HR48x48"}

    assert (await caller.http.get(PHOTO, params=query, headers=stranger)).status_code == 403
    assert (await caller.http.get(PHOTO, params=query, headers=alice)).status_code == 200


async def test_owa_shows_one_pixel_for_nobody(caller: Caller) -> None:
    """Outlook on the web has no 404: none is a tiny GIF, and no sign-in is its page (2.5)."""
    path = "/owa/service.svc/s/GetPersonaPhoto"
    headers = bearer(await caller.person_token("alice", EXCHANGE))
    wanted = {"UA": "0", "size": "HR96x96"}
    bob = await caller.http.get(
        path, params={"email": "bob@contoso.test", **wanted}, headers=headers
    )
    carol = await caller.http.get(
        path, params={"email": "carol@contoso.test", **wanted}, headers=headers
    )
    nobody = await caller.http.get(path, params={"email": "bob@contoso.test", **wanted})

    assert inspect(bob.content).width_px == 96
    assert (carol.status_code, carol.headers["content-type"]) == (200, "image/gif")
    assert len(carol.content) < 100
    assert (nobody.status_code, "logon.aspx" in nobody.headers["location"]) == (302, True)
