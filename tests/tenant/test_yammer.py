"""Yammer: users, mugshots, and who may ask."""

from __future__ import annotations

from tests.tenant.conftest import Open
from tests.tenant.kit import YAMMER, Caller, bearer

from sameface.pictures import inspect


async def yammer(caller: Caller, person: str = "alice") -> dict[str, str]:
    """The header of somebody who signed in."""
    return bearer(await caller.person_token(person, YAMMER))


async def test_users_come_in_pages_until_an_empty_one(open_tenant: Open) -> None:
    """At most fifty a page, numbered from one; past the last there is an empty one (4)."""
    caller = await open_tenant(people=60)
    headers = await yammer(caller, "amara.okafor")
    pages = [
        (await caller.http.get(f"/api/v1/users.json?page={n}&num_per_page=99", headers=headers))
        for n in (1, 2, 3)
    ]

    assert [len(page.json()) for page in pages] == [50, 10, 0]
    ids = [user["id"] for page in pages for user in page.json()]
    assert len(set(ids)) == 60


async def test_a_user_is_found_by_number_and_by_mail(caller: Caller) -> None:
    """Numbers, never GUIDs; a mail address gives a list; a stranger 404 (4)."""
    headers = await yammer(caller)
    me = (await caller.http.get("/api/v1/users/current.json", headers=headers)).json()
    one = await caller.http.get(f"/api/v1/users/{me['id']}.json", headers=headers)
    by_mail = await caller.http.get(
        "/api/v1/users/by_email.json?email=BOB@contoso.test", headers=headers
    )
    stranger = await caller.http.get("/api/v1/users/77.json", headers=headers)
    nobody = await caller.http.get("/api/v1/users/by_email.json?email=x@y", headers=headers)

    assert one.json()["email"] == me["email"] == "alice@contoso.test"
    assert [user["full_name"] for user in by_mail.json()] == ["Bob"]
    assert (stranger.status_code, nobody.status_code) == (404, 404)


async def test_a_mugshot_is_had_in_any_size_and_has_a_new_address_with_a_new_photo(
    caller: Caller,
) -> None:
    """The template takes width and height; an old address is no longer good (4)."""
    headers = await yammer(caller)
    before = (await caller.http.get("/api/v1/users/current.json", headers=headers)).json()
    template = before["mugshot_url_template"]
    picture = await caller.http.get(template.format(width=150, height=150))
    moved = await caller.http.get(before["mugshot_redirect_url"])
    await caller.step("change", person="alice", channel="yammer", photo="B")
    after = (await caller.http.get("/api/v1/users/current.json", headers=headers)).json()

    assert inspect(picture.content).width_px == 150
    assert (moved.status_code, moved.headers["location"]) == (302, before["mugshot_url"])
    assert after["mugshot_id"] != before["mugshot_id"]
    assert (await caller.http.get(before["mugshot_url"])).status_code == 404
    assert (await caller.http.get(after["mugshot_url"])).status_code == 200


async def test_nobodys_photo_is_a_picture_of_its_own(caller: Caller) -> None:
    """No photo: the address ends in `no_photo.png`, and can be fetched (4)."""
    headers = await yammer(caller, "carol")
    told = (await caller.http.get("/api/v1/users/current.json", headers=headers)).json()
    picture = await caller.http.get(told["mugshot_url"])

    assert told["mugshot_url"].endswith("/no_photo.png")
    assert picture.headers["content-type"] == "image/png"


async def test_only_people_are_let_in(caller: Caller) -> None:
    """An application by itself is unknown to Yammer: delegated sign-in only (4)."""
    app = bearer(await caller.token(YAMMER))
    answer = await caller.http.get("/api/v1/users.json", headers=app)
    everywhere = f"{caller.tenant.https_url}/.default"  # a token for all services, and their rights
    denied = bearer(await caller.person_token("alice", everywhere, app="reader"))

    assert (answer.status_code, answer.json()["response"]["code"]) == (401, 16)
    assert (await caller.http.get("/api/v1/users.json", headers=denied)).status_code == 403


async def test_nothing_is_uploaded(caller: Caller) -> None:
    """There is no documented upload; the tenant names what it does not serve (4)."""
    answer = await caller.http.post("/mugshot/images", headers=await yammer(caller))
    put = await caller.http.put("/api/v1/users/1.json", headers=await yammer(caller))

    assert (answer.status_code, put.status_code) == (501, 405)
