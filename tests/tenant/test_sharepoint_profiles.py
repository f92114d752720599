"""SharePoint's user profiles, people search and people picker."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from tests.tenant.conftest import Open
from tests.tenant.kit import PEOPLE, SHAREPOINT, Caller, bearer

from sameface.pictures import inspect

ALICE, CAROL = "i:0#.f|membership|alice@contoso.test", "i:0#.f|membership|carol@contoso.test"
PICKER = (
    "/_api/SP.UI.ApplicationPages.ClientPeoplePickerWebServiceInterface"
    ".clientPeoplePickerSearchUser"
)


async def profile(caller: Caller, headers: dict[str, str], account: str = ALICE) -> dict[str, str]:
    """The properties of somebody's profile."""
    answer = await caller.http.get(
        f"{PEOPLE}/GetPropertiesFor(accountName=@v)", params={"@v": f"'{account}'"}, headers=headers
    )
    told = answer.json()["UserProfileProperties"]
    return {one["Key"]: one["Value"] for one in told}


async def put_property(
    caller: Caller, headers: dict[str, str], name: str, value: str, account: str = ALICE
) -> int:
    """Set one property; the status of the answer."""
    told = {"accountName": account, "propertyName": name, "propertyValue": value}
    answer = await caller.http.post(
        f"{PEOPLE}/SetSingleValueProfileProperty", headers=headers, json=told
    )
    return answer.status_code


async def test_a_profile_says_whether_there_is_a_picture(caller: Caller) -> None:
    """No photo is `PictureUrl: null` and property `PictureURL` "" (3.2)."""
    headers = await caller.sharepoint()
    url = f"{PEOPLE}/GetPropertiesFor(accountName=@v)?@v="
    alice = (await caller.http.get(f"{url}'{quote(ALICE)}'", headers=headers)).json()
    carol = (await caller.http.get(f"{url}'{quote(CAROL)}'", headers=headers)).json()

    assert alice["AccountName"] == ALICE
    assert alice["PictureUrl"].endswith("/alice_contoso_test_MThumb.jpg")
    assert carol["PictureUrl"] is None
    assert (await profile(caller, headers, CAROL))["PictureURL"] == ""
    assert (await profile(caller, headers))["SPS-PicturePlaceholderState"] == "0"
    assert (await profile(caller, headers, CAROL))["SPS-PicturePlaceholderState"] == "1"


async def test_a_stranger_has_an_empty_profile(caller: Caller) -> None:
    """Unknown people are 200 and null, in both spellings of JSON (3.2)."""
    headers = await caller.sharepoint()
    path = f"{PEOPLE}/GetPropertiesFor('nobody')"
    verbose = headers | {"Accept": "application/json;odata=verbose"}

    assert (await caller.http.get(path, headers=headers)).json() == {"odata.null": True}
    told = (await caller.http.get(path, headers=verbose)).json()
    assert told == {"d": {"GetPropertiesFor": None}}


async def test_verbose_callers_get_results_under_d(caller: Caller) -> None:
    """`odata=verbose` nests everything under `d`, lists under `results`."""
    headers = await caller.sharepoint() | {"Accept": "application/json;odata=verbose"}
    told = await caller.http.get(f"{PEOPLE}/GetPropertiesFor('{quote(ALICE)}')", headers=headers)
    digest = await caller.http.post("/_api/contextinfo", headers=headers)

    assert told.json()["d"]["UserProfileProperties"]["results"][0]["Key"]
    assert digest.json()["d"]["GetContextWebInformation"]["FormDigestTimeoutSeconds"] == 1800


async def test_one_property_and_the_own_profile(caller: Caller) -> None:
    """`GetUserProfilePropertyFor` tells one value, `GetMyProperties` who signed in (3.2)."""
    headers = await caller.sharepoint()
    mine = bearer(await caller.person_token("carol", SHAREPOINT))
    one = await caller.http.get(
        f"{PEOPLE}/GetUserProfilePropertyFor(accountName=@v,propertyName='WorkEmail')",
        params={"@v": f"'{ALICE}'"},
        headers=headers,
    )
    own = await caller.http.get(f"/sites/team{PEOPLE}/GetMyProperties", headers=mine)

    assert one.json() == {"value": "alice@contoso.test"}
    assert own.json()["AccountName"] == CAROL


async def test_two_properties_decide_whether_the_picture_is_shown(caller: Caller) -> None:
    """PictureURL set and placeholder state 0: shown; either otherwise: not (facts A-S8)."""
    headers = await caller.sharepoint()
    search = "sharepoint-people-search"

    await put_property(caller, headers, "SPS-PicturePlaceholderState", "1")
    assert await caller.sees(search, "alice") == ["none"]
    assert (await profile(caller, headers))["PictureURL"]
    await put_property(caller, headers, "SPS-PicturePlaceholderState", "0")
    assert await caller.sees(search, "alice") == ["A"]
    await put_property(caller, headers, "PictureURL", "")
    assert await caller.sees(search, "alice") == ["none"]
    await put_property(caller, headers, "PictureURL", "https://elsewhere.test/x.jpg")
    assert await caller.sees(search, "alice") == ["A"]


async def test_the_sync_state_cuts_somebody_off_from_exchange(caller: Caller) -> None:
    """`SPS-PictureExchangeSyncState` 0: the owner's visit no longer fetches (facts A-S8)."""
    headers = await caller.sharepoint()
    await put_property(caller, headers, "SPS-PictureExchangeSyncState", "0")
    await caller.step("change", person="alice", channel="outlook-client", photo="B")
    await caller.step("edit-cancel", person="alice")
    assert await caller.photo("alice", "sharepoint") == "A"

    await put_property(caller, headers, "SPS-PictureExchangeSyncState", "1")
    await caller.step("edit-cancel", person="alice")
    assert await caller.photo("alice", "sharepoint") == "B"


async def test_any_other_property_is_kept(caller: Caller) -> None:
    """What somebody writes into a profile is read back."""
    headers = await caller.sharepoint()
    await put_property(caller, headers, "AboutMe", "likes faces")

    assert (await profile(caller, headers))["AboutMe"] == "likes faces"


async def test_ones_own_picture_is_a_change_in_my_site(caller: Caller, face: bytes) -> None:
    """SetMyProfilePicture, raw or as base64 in JSON, goes the way of My Site (3.2)."""
    path = f"{PEOPLE}/SetMyProfilePicture"
    alice = await caller.signed(bearer(await caller.person_token("alice", SHAREPOINT)))
    bob = await caller.signed(bearer(await caller.person_token("bob", SHAREPOINT)))
    raw = await caller.http.post(path, headers=alice, content=face)
    told = {"picture": base64.b64encode(face).decode()}
    wrapped = await caller.http.post(path, headers=bob, json=told)
    app = await caller.http.post(path, headers=await caller.sharepoint(), content=face)

    assert (raw.status_code, wrapped.status_code, app.status_code) == (200, 200, 403)
    for person in ("alice", "bob"):
        assert (await caller.photo(person, "exchange") or "").startswith("sha256:")
        assert await caller.photo(person, "sharepoint") == await caller.photo(person, "exchange")


@pytest.mark.parametrize(
    ("digest", "status"), [(None, 200), ("", 403), ("0xABC,Mon, 23 Nov 2026 09:00:00 GMT", 403)]
)
async def test_a_digest_that_is_sent_is_ours(
    caller: Caller, digest: str | None, status: int
) -> None:
    """A token does without a digest; one that is sent and is not ours is 403 (3.1)."""
    headers = await caller.sharepoint()
    headers = {k: v for k, v in headers.items() if k != "X-RequestDigest"}
    headers |= {} if digest is None else {"X-RequestDigest": digest}

    assert await put_property(caller, headers, "AboutMe", "x") == status


async def test_a_digest_ends(open_tenant: Open) -> None:
    """An expired digest is 403, and the body says how long one lasts (3.1)."""
    caller = await open_tenant(digest_life_s=0)
    await caller.join("alice")
    headers = await caller.sharepoint()

    assert await put_property(caller, headers, "AboutMe", "x") == 403


@pytest.mark.parametrize(("app", "status"), [("reader", 403), ("sameface", 200)])
async def test_writing_a_profile_wants_the_right(caller: Caller, app: str, status: int) -> None:
    """Reading rights do not write; a person writes their own, an administrator anybody's."""
    headers = await caller.sharepoint(app=app)

    assert await put_property(caller, headers, "AboutMe", "x") == status
    alice = await caller.signed(bearer(await caller.person_token("alice", SHAREPOINT)))
    assert await put_property(caller, alice, "AboutMe", "x", ALICE) == 200
    assert await put_property(caller, alice, "AboutMe", "x", CAROL) == 403


# --- finding people ----------------------------------------------------------------------------


def rows(told: dict[str, Any]) -> list[dict[str, str]]:
    """The rows of a search result."""
    table = told["PrimaryQueryResult"]["RelevantResults"]["Table"]
    return [{c["Key"]: c["Value"] for c in row["Cells"]} for row in table["Rows"]]


async def test_search_gives_people_with_an_unchanging_picture_address(caller: Caller) -> None:
    """Rows and start row page the result; the address has no timestamp (3.6, seed)."""
    headers = await caller.sharepoint()
    path = (
        "/_api/search/query?querytext='*'&sourceid='b09a7990-05ea-4af9-81ef-edfab16c4e31'"
        "&selectproperties='AccountName,PictureURL'&rowlimit=2&startrow="
    )
    first = (await caller.http.get(f"{path}0", headers=headers)).json()
    await caller.step("change", person="alice", channel="sharepoint-my-site", photo="B")
    again = (await caller.http.get(f"{path}0", headers=headers)).json()
    second = (await caller.http.get(f"{path}2", headers=headers)).json()

    assert [row["AccountName"] for row in rows(first) + rows(second)][2] == CAROL
    assert rows(first) == rows(again)
    assert rows(second)[0]["PictureURL"] == ""
    assert first["PrimaryQueryResult"]["RelevantResults"]["TotalRows"] == 3


async def test_the_picker_gives_a_picture_address_with_a_timestamp(caller: Caller) -> None:
    """A new picture in SharePoint has a new address in the picker (3.4, seed)."""
    headers = await caller.sharepoint()
    query = {"queryParams": {"QueryString": "ali", "MaximumEntitySuggestions": 5}}

    async def picked() -> str:
        answer = await caller.http.post(PICKER, headers=headers, json=query)
        (entity,) = json.loads(answer.json()["value"])
        return str(entity["EntityData"]["PictureUrl"])

    before = await picked()
    await caller.advance("1h")
    await caller.step("change", person="alice", channel="sharepoint-my-site", photo="B")
    after = await picked()
    picture = await caller.http.get(after, headers=headers)

    assert before.partition("&t=")[0] == after.partition("&t=")[0]
    assert before != after
    assert inspect(picture.content).width_px == 72


async def test_the_picker_shows_pictures_only_where_it_is_configured_to(caller: Caller) -> None:
    """`picker-shows-pictures` off: the entity has no picture (seed)."""
    await caller.join("dora", photo="A", **{"picker-shows-pictures": False})
    query = {"queryParams": {"QueryString": "dora"}}
    answer = await caller.http.post(PICKER, headers=await caller.sharepoint(), json=query)
    (entity,) = json.loads(answer.json()["value"])

    assert "PictureUrl" not in entity["EntityData"]


async def test_what_sharepoint_has_more_is_named_as_not_done(caller: Caller) -> None:
    """501 with the path (design 8)."""
    answer = await caller.http.get("/_api/web/lists", headers=await caller.sharepoint())

    assert answer.status_code == 501
    assert "/_api/web/lists" in answer.json()["error"]["message"]


async def test_a_search_may_be_posted(caller: Caller) -> None:
    """`postquery` takes what `query` takes, lists as lists."""
    headers = await caller.sharepoint()
    request = {"Querytext": "bob", "SelectProperties": {"results": ["AccountName"]}}
    answer = await caller.http.post(
        "/_api/search/postquery", headers=headers, json={"request": request}
    )
    (row,) = answer.json()["PrimaryQueryResult"]["RelevantResults"]["Table"]["Rows"]

    assert [cell["Value"] for cell in row["Cells"]] == ["i:0#.f|membership|bob@contoso.test"]
