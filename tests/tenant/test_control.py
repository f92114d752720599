"""`/_tenant/`: the clock, people, events, what surfaces show, the log, the settings."""

from __future__ import annotations

import base64
import tomllib
from email.utils import parsedate_to_datetime

import pytest
from tests.tenant.conftest import Open
from tests.tenant.kit import Caller

from sameface.pictures import compare, fingerprint
from sameface.values import Likeness

JSON = {"Accept": "application/json"}


async def test_every_answer_carries_the_tenants_clock(caller: Caller) -> None:
    """`Date` is the tenant's time, which stands until somebody moves it (design 8)."""
    before = (await caller.http.get("/_tenant/clock")).json()["now"]
    await caller.advance("1d3h")
    answer = await caller.http.get("/v1.0/users")
    after = (await caller.http.get("/_tenant/clock")).json()["now"]

    assert f"{parsedate_to_datetime(answer.headers['date']):%Y-%m-%dT%H:%M:%SZ}" == after
    assert before < after


async def test_the_clock_runs_forwards_only(caller: Caller) -> None:
    """A moment that is past, or nonsense, is refused with a sentence."""
    told = (await caller.http.post("/_tenant/clock", json={"now": "2040-01-01T00:00:00Z"})).json()
    assert told["now"] == "2040-01-01T00:00:00Z"
    past, nonsense, unknown = {"now": "2001-01-01T00:00:00Z"}, {"advance": "soon"}, {"rewind": "1h"}
    for wrong in (past, nonsense, unknown):
        answer = await caller.http.post("/_tenant/clock", json=wrong)
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == "SF-103"


async def test_a_step_happens_now_and_tells_what_was_refused(caller: Caller) -> None:
    """Refusals of the rules come back; people may be called by mail or object id."""
    told = await caller.step(
        "change", person="alice@contoso.test", channel="outlook-client", photo="B", bytes=9_000_000
    )

    assert told["refusals"][0]["rule"] == "stores/exchange"
    assert await caller.photo("alice", "exchange") == "A"


async def test_a_look_tells_the_whole_sighting(caller: Caller) -> None:
    """A look answers in the shape that `simulate --json` has (design 4)."""
    await caller.step("look", viewer="bob", surface="sharepoint-people-search", person="alice")
    await caller.step("change", person="alice", channel="sharepoint-my-site", photo="B")
    told = await caller.step(
        "look", viewer="bob", surface="sharepoint-people-search", person="alice", sees="A"
    )

    assert (told["sees"], told["ok"]) == (["A"], True)
    assert told["because"][0].keys() >= {"rule", "at", "text", "certain"}
    assert told["until"]["kind"] == "action"
    assert "Bob" in told["until"]["text"] or told["until"]["by"] == "bob"


async def test_at_counts_from_when_the_tenant_opened(caller: Caller) -> None:
    """A step with `at` moves the clock first, and never back."""
    opened = (await caller.http.get("/_tenant/clock")).json()["opened"]
    told = await caller.step("visit", at="2h", person="alice")
    late = await caller.http.post(
        "/_tenant/events", json={"at": "1h", "do": "visit", "person": "alice"}
    )

    assert told["at"] > opened
    assert late.status_code == 400


@pytest.mark.parametrize(
    "step",
    [
        {"do": "chnage", "person": "alice"},
        {"do": "change", "person": "alise", "channel": "yammer", "photo": "B"},
        {"do": "change", "person": "alice", "channel": "lync-cleint", "photo": "B"},
        {"do": "visit", "person": "alice", "when": "now"},
    ],
)
async def test_a_wrong_step_is_answered_with_the_nearest_name(
    caller: Caller, step: dict[str, str]
) -> None:
    """The message names the key; nothing happens."""
    answer = await caller.http.post("/_tenant/events", json=step)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "SF-101")
    assert answer.json()["error"]["text"].startswith("the step: ")


async def test_a_picture_may_stand_for_a_photos_name(caller: Caller, face: bytes) -> None:
    """`picture` is base64 of a file; it is what the surface then shows."""
    await caller.step(
        "change", person="carol", channel="yammer", picture=base64.b64encode(face).decode()
    )
    shown = await caller.http.get("/_tenant/surfaces/yammer/carol?px=200")

    assert shown.status_code == 200
    assert compare(fingerprint(shown.content), fingerprint(face)) is Likeness.SAME


async def test_names_are_pictures_of_their_own(caller: Caller) -> None:
    """The same name is another picture for another person, and another name another one."""
    await caller.step("change", person="alice", channel="yammer", photo="B")
    pictures = [
        (await caller.http.get(f"/_tenant/stores/{store}/{person}?px=96")).content
        for store, person in (("exchange", "alice"), ("yammer", "alice"), ("exchange", "bob"))
    ]

    prints = [fingerprint(picture) for picture in pictures]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert compare(prints[one], prints[other]) is Likeness.DIFFERENT


async def test_cache_headers_follow_the_cache_row(caller: Caller) -> None:
    """For ever where only clearing ends it, ten seconds in Outlook Online, never in Lync."""
    await caller.step("sign-in", person="alice", client="lync-client")
    headers = {
        surface: (await caller.http.get(f"/_tenant/surfaces/{surface}/alice")).headers
        for surface in (
            "sharepoint-people-search",
            "sharepoint-people-picker",
            "outlook-online-mail",
            "lync-client",
        )
    }
    told = await caller.http.get("/_tenant/surfaces/sharepoint-people-picker/alice", headers=JSON)
    stamped = await caller.http.get(told.json()["url"])

    assert int(headers["sharepoint-people-search"]["cache-control"].partition("=")[2]) > 10**8
    assert headers["sharepoint-people-picker"]["cache-control"] == "no-cache"
    assert int(stamped.headers["cache-control"].partition("=")[2]) > 10**8
    assert headers["outlook-online-mail"]["cache-control"] == "private, max-age=10"
    assert headers["lync-client"]["cache-control"] == "no-cache"


async def test_where_nothing_is_shown_nothing_is_kept(caller: Caller) -> None:
    """None is 404 with a stand-in picture that no cache may keep (design 4)."""
    answer = await caller.http.get("/_tenant/surfaces/outlook-client/carol")

    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["sameface-sees"] == '["none"]'


async def test_a_peek_touches_nothing(caller: Caller) -> None:
    """Peeking fills no cache, looking does."""
    path = "/_tenant/surfaces/sharepoint-people-search/alice?viewer=bob"
    await caller.http.get(f"{path}&peek=1")
    await caller.step("change", person="alice", channel="sharepoint-my-site", photo="B")
    assert await caller.sees("sharepoint-people-search", "alice", "bob") == ["B"]
    await caller.step("edit-cancel", person="alice")
    await caller.step("change", person="alice", channel="sharepoint-my-site", photo="C")
    await caller.step("edit-cancel", person="alice")
    assert await caller.sees("sharepoint-people-search", "alice", "bob") == ["B"]


async def test_the_log_counts_and_holds_no_token(caller: Caller) -> None:
    """Requests are counted by service; parts of a batch apart; `/_tenant/` not at all."""
    headers = await caller.graph()
    await caller.http.delete("/_tenant/requests")
    await caller.http.get("/v1.0/users", headers=headers)
    parts = [{"id": str(n), "method": "GET", "url": "/users/alice@contoso.test"} for n in range(3)]
    await caller.http.post("/v1.0/$batch", headers=headers, json={"requests": parts})
    answer = await caller.http.get("/_tenant/requests")
    taken = await caller.http.delete("/_tenant/requests")

    assert taken.json() == answer.json()
    assert (await caller.http.get("/_tenant/requests")).json()["total"] == 0
    assert answer.json()["total"] == 2
    assert answer.json()["services"] == {"graph": 2}
    assert answer.json()["batch-parts"] == 3
    assert answer.json()["seconds"]["graph"] > 0
    assert "Bearer" not in answer.text
    assert headers["Authorization"].partition(" ")[2] not in answer.text


async def test_everybody_is_told_with_what_every_store_holds(open_tenant: Open) -> None:
    """People by all ids, in pages."""
    caller = await open_tenant(people=24)
    first = (await caller.http.get("/_tenant/people?top=20")).json()
    rest = (await caller.http.get(f"/_tenant/people?top=20&skip={first['next']}")).json()

    assert (len(first["people"]), len(rest["people"]), rest["next"]) == (20, 4, None)
    assert set(first["people"][0]["stores"]) == {
        "active-directory",
        "entra-id",
        "exchange",
        "sharepoint",
        "yammer",
    }


async def test_the_settings_name_files_that_are_there(open_tenant: Open) -> None:
    """`GET settings` is TOML whose every file exists, and secrets are nobody else's to read."""
    caller = await open_tenant(people=2)
    told = tomllib.loads((await caller.http.get("/_tenant/settings")).text)
    secret = caller.tenant.keys.folder / "sameface.secret"

    assert [store["id"] for store in told["stores"]] == ["exchange", "sharepoint", "yammer"]
    for store in told["stores"]:
        assert store["url"] == caller.tenant.https_url
    assert secret.stat().st_mode & 0o777 == 0o600
    assert secret.read_text() not in (await caller.http.get("/_tenant/settings")).text


@pytest.mark.parametrize(
    "path", ["surfaces/delve/alice", "surfaces/yammer/nobody", "stores/delve/alice", "nothing"]
)
async def test_what_is_not_here_is_named(caller: Caller, path: str) -> None:
    """Unknown surfaces, stores and people are 404, unknown pages 501."""
    answer = await caller.http.get(f"/_tenant/{path}")

    assert answer.status_code in {404, 501}
    assert path.rpartition("/")[2] in answer.text or "delve" in answer.text


async def test_the_desk_can_be_taken_away(open_tenant: Open) -> None:
    """Without control there is nothing under `/_tenant/` (design 8)."""
    caller = await open_tenant(people=1, control=False)

    assert (await caller.http.get("/_tenant/clock")).status_code == 404
    assert (await caller.http.get("/v1.0/users", headers=await caller.graph())).status_code == 200


async def test_an_upload_nobody_made_cannot_be_named(caller: Caller) -> None:
    """Names of uploads are digests of what was sent; anything else is a drawn photo's label."""
    step = {"do": "change", "person": "alice", "channel": "yammer"}
    unknown = await caller.http.post("/_tenant/events", json=step | {"photo": f"sha256:{'0' * 64}"})
    odd = await caller.http.post("/_tenant/events", json=step | {"photo": "file:../../secrets"})

    assert unknown.status_code == 400
    assert odd.status_code == 200
    assert await caller.sees("yammer", "alice") == ["file:../../secrets"]
    shown = await caller.http.get("/_tenant/surfaces/yammer/alice")
    assert shown.headers["content-type"] == "image/jpeg"
