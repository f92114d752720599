"""User Photos: three thumbnails each, and the page that serves them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.tenant.conftest import Open
from tests.tenant.kit import FOLDER, PEOPLE, SHAREPOINT, Caller, bearer

from sameface.pictures import Want, inspect, render

PAGE = "/_layouts/15/userphoto.aspx"
LARGE = "/User Photos/Profile Pictures/alice_contoso_test_LThumb.jpg"
FILE = f"/_api/web/GetFileByServerRelativeUrl('{LARGE}')"


async def listed(caller: Caller, query: str = "$select=Name,ETag") -> list[dict[str, Any]]:
    """All files, over all pages."""
    headers, link, found = await caller.sharepoint(), f"{FOLDER}?{query}", []
    while link:
        told = (await caller.http.get(link, headers=headers)).json()
        found += told["value"]
        link = told.get("odata.nextLink", "")
    return found


async def upload(
    caller: Caller, letter: str, data: bytes, person: str = "alice", how: str = "overwrite=true"
) -> Any:
    """Upload one thumbnail; the answer."""
    name = f"{person}_contoso_test_{letter}Thumb.jpg"
    return await caller.http.post(
        f"{FOLDER}/add(url='{name}',{how})", headers=await caller.sharepoint(), content=data
    )


async def test_three_files_are_listed_for_everybody_with_a_photo(open_tenant: Open) -> None:
    """S, M and L by the UPN with `@` and `.` as `_`, page by page (3.3)."""
    caller = await open_tenant()
    for person in ("alice", "bob"):
        await caller.join(person, photo="A")
    await caller.join("carol")
    names = [file["Name"] for file in await listed(caller, "$select=Name&$top=4")]

    assert names == [f"{p}_contoso_test_{s}Thumb.jpg" for p in ("alice", "bob") for s in "SML"]


async def test_a_file_in_words_is_as_long_as_its_bytes(caller: Caller) -> None:
    """Length, ETag and time are those of the bytes that are served (3.3)."""
    headers = await caller.sharepoint()
    told = (await caller.http.get(FILE, headers=headers)).json()
    direct = await caller.http.get(LARGE, headers=headers)
    value = await caller.http.get(f"{FILE}/$value", headers=headers)

    assert told["Name"] == LARGE.rpartition("/")[2]
    assert told["ServerRelativeUrl"] == LARGE
    assert int(told["Length"]) == len(direct.content)
    assert told["ETag"] == direct.headers["etag"]
    assert direct.content == value.content
    assert inspect(direct.content).width_px == 200


async def test_304_for_who_has_the_file(caller: Caller) -> None:
    """`If-None-Match` with the file's etag; another etag after a pull, even of the same."""
    headers = await caller.sharepoint()
    first = await caller.http.get(LARGE, headers=headers)
    have = headers | {"If-None-Match": first.headers["etag"]}
    same = await caller.http.get(LARGE, headers=have)
    await caller.step("visit", person="alice")
    other = await caller.http.get(LARGE, headers=have)

    assert (same.status_code, other.status_code) == (304, 200)
    assert "last-modified" in first.headers


async def test_an_upload_is_served_as_it_came(caller: Caller, face: bytes) -> None:
    """A library re-encodes nothing: the file is the bytes; the other files stay (3.3)."""
    headers = await caller.sharepoint()
    small = render(face, Want(200)).data
    before = await caller.http.get(LARGE, headers=headers)
    answer = await upload(caller, "L", small)
    after = await caller.http.get(LARGE, headers=headers)
    files = (await caller.http.get("/_tenant/people/alice")).json()["stores"]["sharepoint"]["files"]

    assert answer.status_code == 200
    assert after.content == small
    assert answer.json()["ETag"] == after.headers["etag"] != before.headers["etag"]
    assert files["small"] == "A"
    assert files["large"].startswith("file:")


async def test_uploaded_thumbnails_are_shown_once_the_profile_says_so(
    caller: Caller, face: bytes
) -> None:
    """Files alone are not shown: PictureURL and the placeholder state decide (3.3)."""
    for letter, px in (("S", 48), ("M", 72), ("L", 200)):
        await upload(caller, letter, render(face, Want(px)).data, "carol")
    hidden = await caller.sees("sharepoint-people-search", "carol")
    await caller.step("set", person="carol", option="picture-shown")
    (shown,) = await caller.sees("sharepoint-people-search", "carol")

    assert hidden == ["none"]
    assert shown.startswith("file:")


async def test_a_file_is_not_overwritten_unless_told(caller: Caller, face: bytes) -> None:
    """`overwrite=false` on a file that is there is refused."""
    assert (await upload(caller, "L", face, how="overwrite=false")).status_code == 400
    assert (await upload(caller, "L", face, "carol", "overwrite=false")).status_code == 200


async def test_what_is_no_picture_or_nobodys_is_refused(caller: Caller, face: bytes) -> None:
    """Text is no thumbnail, and a thumbnail of nobody is not kept here."""
    assert (await upload(caller, "L", b"text")).status_code == 400
    assert (await upload(caller, "L", face, "nobody")).status_code == 501
    assert await caller.photo("alice", "sharepoint") == "A"


async def test_a_deleted_file_takes_the_others_along(caller: Caller) -> None:
    """The rules know no removal of one file of three."""
    headers = await caller.sharepoint() | {"X-HTTP-Method": "DELETE"}
    gone = await caller.http.post(FILE, headers=headers)
    again = await caller.http.post(FILE, headers=headers)
    names = {file["Name"] for file in await listed(caller)}

    assert (gone.status_code, again.status_code) == (200, 404)
    assert not any("alice" in name for name in names)


async def test_a_folder_in_another_language_is_not_there(caller: Caller) -> None:
    """The folder's name follows the host's language; another is 404 in SharePoint's JSON (3.3)."""
    answer = await caller.http.get(
        "/_api/web/GetFolderByServerRelativeUrl('/User Photos/Profilbilder')/Files",
        headers=await caller.sharepoint(),
    )

    assert answer.status_code == 404
    assert "FileNotFound" in answer.json()["odata.error"]["code"]


@pytest.mark.parametrize(("size", "px"), [("S", 48), ("M", 72), ("L", 200)])
async def test_the_page_serves_a_size_or_the_generic_person(
    caller: Caller, size: str, px: int
) -> None:
    """No photo is 200 with a placeholder, never 404; names of parameters in any case (3.4)."""
    headers = await caller.sharepoint()
    alice = await caller.http.get(
        f"{PAGE}?Size={size}&AccountName=alice@contoso.test", headers=headers
    )
    carol = await caller.http.get(
        f"{PAGE}?size={size}&username=carol@contoso.test", headers=headers
    )
    nobody = await caller.http.get(f"{PAGE}?size={size}&accountname=x", headers=headers)

    assert inspect(alice.content).width_px == px
    assert (carol.status_code, nobody.status_code) == (200, 200)
    assert carol.content == nobody.content != alice.content


async def test_only_the_owners_large_view_makes_sharepoint_ask(caller: Caller) -> None:
    """Neither a colleague's view nor the own small one fetches the new photo (facts A-R8)."""
    await caller.step("change", person="alice", channel="outlook-client", photo="B")
    alice = bearer(await caller.person_token("alice", SHAREPOINT))
    bob = bearer(await caller.person_token("bob", SHAREPOINT))
    query = "accountname=alice@contoso.test"

    await caller.http.get(f"{PAGE}?size=L&{query}", headers=bob)
    await caller.http.get(f"{PAGE}?size=M&{query}", headers=alice)
    assert await caller.photo("alice", "sharepoint") == "A"
    await caller.http.get(f"{PAGE}?size=L", headers=alice)
    assert await caller.photo("alice", "sharepoint") == "B"


async def test_in_2024_the_page_leads_to_an_address_that_ends(open_tenant: Open) -> None:
    """`userphoto.aspx` redirects; the address needs no sign-in, is for one person and size, and
    late or altered it is 403 (facts C-R6)."""
    caller = await open_tenant(rulebook="microsoft365-2024")
    late = await open_tenant(rulebook="microsoft365-2024", digest_life_s=-1)
    for one in (caller, late):
        await one.join("alice", photo="A")
    page = f"{PAGE}?size=M&accountname=alice@contoso.test"
    there = await caller.http.get(page, headers=await caller.sharepoint())
    picture = await caller.http.get(there.headers["location"])
    altered = await caller.http.get(there.headers["location"].replace("size=M", "size=L"))
    token = bearer(await late.token(SHAREPOINT, certificate=True))
    ended = await late.http.get((await late.http.get(page, headers=token)).headers["location"])

    assert there.status_code == 302
    assert "/_vti_bin/afdcache.ashx/_userprofile/userphoto.jpg?_oat_=" in there.headers["location"]
    assert inspect(picture.content).width_px == 72
    assert (altered.status_code, ended.status_code) == (403, 403)
    assert "Time-Limited URL validation failed" in ended.text


async def test_the_folder_speaks_the_sites_language(open_tenant: Open) -> None:
    """Files, their addresses and PictureURL are below its name, and nothing below the English."""
    caller = await open_tenant(pictures="User Photos/Profilbilder")
    await caller.join("alice", photo="A")
    headers = await caller.sharepoint()
    german = FOLDER.replace("Profile Pictures", "Profilbilder")
    files = (await caller.http.get(german, headers=headers)).json()["value"]
    english = await caller.http.get(FOLDER, headers=headers)
    picture = await caller.http.get(files[0]["ServerRelativeUrl"], headers=headers)
    url = await caller.http.get(
        f"{PEOPLE}/GetUserProfilePropertyFor(accountName=@v,propertyName='PictureURL')"
        "?@v='i:0%23.f|membership|alice@contoso.test'",
        headers=headers,
    )

    assert len(files) == 3
    assert english.status_code == 404
    assert picture.headers["content-type"] == "image/jpeg"
    assert "/User%20Photos/Profilbilder/" in url.json()["value"]
