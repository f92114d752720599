"""SharePoint: cheap looks, the truth where the index lags, and writes that show what they wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2 as httpx
import pytest
from tests.connectors.sharepoint_kit import (
    CLAIMS,
    MySite,
    account,
    connector,
    observed,
    picture_url,
)
from tests.http.kit import URL, VirtualClock

from sameface.connectors.sharepoint.connector import SharePointConnector, capabilities
from sameface.errors import (
    ByHand,
    Garbled,
    Moved,
    NoSuchAccount,
    NotAllowed,
    StoreFailed,
    WriteRefused,
)
from sameface.http import Door
from sameface.values import SHAREPOINT, Key, Rendition, Standing

SQUARES = tuple(Rendition(b"%d" % px, px, px, "image/jpeg") for px in (48, 72, 200))


@pytest.fixture
def site(face: bytes) -> MySite:
    """Alice has a photo, Bob has none."""
    site = MySite()
    site.join("alice", face)
    site.join("bob")
    return site


# ---------------------------------------------------------------------------
# Observing


async def test_everybody_costs_one_listing_and_a_search_per_page(
    clock: VirtualClock, site: MySite, face: bytes
) -> None:
    """Change keys come from the folder's listing: no request per person (protocols 3.3, 3.6)."""
    for n in range(8):
        site.join(f"p{n}", face if n % 2 else None)

    seen = await observed(site, clock, rows=5)

    assert len(seen) == 10
    assert len(site.asked) == 1 + 3  # two full pages, and one to see that nothing follows
    assert seen["alice"].standing is Standing.PHOTO
    assert seen["bob"].standing is Standing.NONE


async def test_what_is_seen_of_a_photo(clock: VirtualClock, site: MySite, face: bytes) -> None:
    """The large file's etag and time (to the second), its size for one, and the account's keys."""
    alice = (await observed(site, clock))["alice"]

    at = datetime(2014, 3, 3, 9, 0, 1, tzinfo=UTC)
    assert alice.change_key == '"{alice_contoso_test_LThumb.jpg},1"'
    found = await connector(site, clock).find(["alice@contoso.test"])
    assert found is not None
    assert (found.width_px, found.size_bytes) == (200, len(face))
    assert (alice.changed_after, alice.changed_by) == (at - timedelta(seconds=1), at)
    assert alice.account.ref == f"{CLAIMS}alice@contoso.test"
    assert alice.account.keys == (
        (Key.UPN, "alice@contoso.test"),
        (Key.MAIL, "alice@contoso.test"),
    )


async def test_where_the_index_lags_the_profile_is_asked(clock: VirtualClock, site: MySite) -> None:
    """A file that search does not yet show is looked up in the profile, and only that one."""
    site.index["alice"] = ""

    alice = (await observed(site, clock))["alice"]

    assert alice.standing is Standing.PHOTO
    assert sum("PeopleManager" in asked for asked in site.asked) == 1


async def test_a_file_that_the_profile_hides_is_a_placeholder(
    clock: VirtualClock, face: bytes
) -> None:
    """Uploaded but not shown: people see the generic person (facts A-S8, F8)."""
    site = MySite()
    site.join("alice", face, shown=False)

    alice = (await observed(site, clock))["alice"]

    assert alice.standing is Standing.PLACEHOLDER
    assert alice.change_key == '"{alice_contoso_test_LThumb.jpg},1" hidden'


async def test_a_picture_from_elsewhere_is_told(clock: VirtualClock, site: MySite) -> None:
    """A PictureURL outside the folder cannot be observed, and is one person's trouble."""
    site.profiles["bob"]["PictureURL"] = site.index["bob"] = "https://elsewhere.test/bob.jpg"

    seen = await observed(site, clock)

    assert seen["bob"].standing is Standing.UNKNOWN
    assert "from outside /User Photos/Profile Pictures" in str(seen["bob"].error)
    assert seen["alice"].standing is Standing.PHOTO


async def test_somebody_who_left_is_unknown(clock: VirtualClock, site: MySite) -> None:
    """The index still names people whose profile is gone."""
    site.index["alice"] = ""
    del site.profiles["alice"]

    assert "no profile any more" in str((await observed(site, clock))["alice"].error)


async def test_a_folder_of_another_name_is_told(clock: VirtualClock, site: MySite) -> None:
    """The library follows the host's language (facts A-S7b); an empty listing would be a lie."""
    with pytest.raises(Garbled, match=r"set `library`.*language"):
        await connector(site, clock, library="Benutzerfotos/Profilbilder").check()


async def test_a_long_listing_is_read_to_its_end(clock: VirtualClock, face: bytes) -> None:
    """More files than one answer holds: by the next link, or by skipping where there is none."""
    site = MySite()
    for n in range(1700):
        site.join(f"p{n:04}", face)

    seen = await observed(site, clock)

    assert sum(s.standing is Standing.PHOTO for s in seen.values()) == 1700
    assert sum("/Files" in asked for asked in site.asked) == 2


async def test_a_next_link_is_followed(clock: VirtualClock) -> None:
    """`odata.nextLink` is opaque and goes before our own counting."""
    rows = [
        {"Name": f"{name}_c_test_LThumb.jpg", "ETag": name, "Length": "x", "TimeLastModified": "?"}
        for name in ("a", "b")
    ]

    async def server(request: httpx.Request) -> httpx.Response:
        if "search" in request.url.path:
            cells = [{"Key": "AccountName", "Value": f"{n}@c.test"} for n in ("a", "b")]
            table = {"Rows": [{"Cells": [cell]} for cell in cells]}
            results = {"TotalRows": 2, "Table": table}
            return httpx.Response(200, json={"PrimaryQueryResult": {"RelevantResults": results}})
        if "PeopleManager" in request.url.path:
            return httpx.Response(200, json={"AccountName": "x", "PictureUrl": None})
        if "token" in str(request.url):
            return httpx.Response(200, json={"value": rows[1:]})
        link = f"{URL}{request.url.path}?token=1"
        return httpx.Response(200, json={"value": rows[:1], "odata.nextLink": link})

    door = Door(SHAREPOINT, URL, clock=clock, transport=httpx.MockTransport(server))
    sharepoint = SharePointConnector(SHAREPOINT, door, capabilities(writes=False), "L")

    pages = [page async for page in sharepoint.observe()]

    keys = [s.change_key for page in pages for s in page.observations]
    assert keys == ["a hidden", "b hidden"]
    assert pages[0].observations[0].changed_by is None


# ---------------------------------------------------------------------------
# Finding and reading


async def test_finding_one_person_tells_what_rules_need(clock: VirtualClock, site: MySite) -> None:
    """The profile's timestamp and switches come along (facts A-S8)."""
    site.profiles["alice"] |= {"SPS-PictureTimestamp": "63", "SPS-PictureExchangeSyncState": "0"}

    seen = await connector(site, clock).find(["nobody@contoso.test", "alice@contoso.test"])

    assert seen is not None
    assert seen.standing is Standing.PHOTO
    assert seen.fact("SPS-PictureTimestamp") == "63"
    assert seen.fact("SPS-PictureExchangeSyncState") == "0"
    assert seen.change_key == (await observed(site, clock))["alice"].change_key
    assert await connector(site, clock).find(["nobody@contoso.test"]) is None


@pytest.mark.parametrize(
    ("px", "letter"), [(None, "L"), (48, "S"), (60, "M"), (96, "L"), (648, "L")]
)
async def test_the_smallest_file_that_is_large_enough_is_read(
    clock: VirtualClock, site: MySite, face: bytes, px: int | None, letter: str
) -> None:
    """Three squares: 48, 72 and 200 px (protocols 3.3)."""
    picture = await connector(site, clock).read(account("alice"), px)

    assert picture is not None
    assert picture.data == face
    assert site.asked[-1].endswith(f"alice_contoso_test_{letter}Thumb.jpg')/$value")


async def test_a_photo_is_read_under_the_name_that_the_profile_shows(
    clock: VirtualClock, site: MySite, face: bytes
) -> None:
    """Files may have another name than the UPN's; the PictureURL tells it (protocols 3.3)."""
    site.files = {f"8f-guid_{letter}Thumb.jpg": (4, face) for letter in "SML"}
    url = f"{URL}/User%20Photos/Profile%20Pictures/8F-GUID_MThumb.jpg?t=63"
    site.profiles["alice"]["PictureURL"] = site.index["alice"] = url

    picture = await connector(site, clock).read(account("alice"))

    assert picture is not None
    assert (await observed(site, clock))["alice"].change_key == '"{8f-guid_LThumb.jpg},4"'


async def test_no_file_is_no_photo(clock: VirtualClock, site: MySite) -> None:
    """Whoever has none, and whoever is not there, has no photo to read."""
    site.profiles["alice"]["PictureURL"] = picture_url("alice")
    site.files.clear()

    assert await connector(site, clock).read(account("alice")) is None
    assert await connector(site, clock).read(account("bob")) is None
    assert await connector(site, clock).read(account("nobody")) is None


# ---------------------------------------------------------------------------
# Writing


async def test_a_first_photo_is_written_and_shown(clock: VirtualClock, site: MySite) -> None:
    """Three files, then PictureURL at the medium one and the placeholder off (3.3)."""
    written = await connector(site, clock).write(account("bob"), SQUARES, None)

    assert {name: data for name, (_, data) in site.files.items() if "bob" in name} == {
        "bob_contoso_test_SThumb.jpg": b"48",
        "bob_contoso_test_MThumb.jpg": b"72",
        "bob_contoso_test_LThumb.jpg": b"200",
    }
    assert site.profiles["bob"] == {
        "PictureURL": picture_url("bob"),
        "SPS-PicturePlaceholderState": "0",
    }
    assert written.change_key == '"{bob_contoso_test_LThumb.jpg},1"'


async def test_an_upload_that_tells_no_etag_is_looked_up(clock: VirtualClock, site: MySite) -> None:
    """The change key after a write is the store's own word, asked for where it is not told."""

    async def silent(request: httpx.Request) -> httpx.Response:
        answer = await site(request)
        return httpx.Response(200, json={}) if "/add(" in request.url.path else answer

    door = Door(SHAREPOINT, URL, clock=clock, transport=httpx.MockTransport(silent))
    able = capabilities(writes=True)
    sharepoint = SharePointConnector(SHAREPOINT, door, able, "User Photos/Profile Pictures")

    written = await sharepoint.write(account("bob"), SQUARES, None)

    assert written.change_key == '"{bob_contoso_test_LThumb.jpg},1"'


async def test_what_is_shown_already_is_not_set_again(clock: VirtualClock, site: MySite) -> None:
    """Another photo for somebody who has one: the properties stay as they are."""
    written = await connector(site, clock).write(
        account("alice"), SQUARES, '"{alice_contoso_test_LThumb.jpg},1"'
    )

    assert not any("SetSingleValue" in asked for asked in site.asked)
    assert written.change_key == (await observed(site, clock))["alice"].change_key


async def test_a_hidden_photo_is_written_over_and_shown(clock: VirtualClock, face: bytes) -> None:
    """The change key with " hidden" names the same file."""
    site = MySite()
    site.join("alice", face, shown=False)
    key = (await observed(site, clock))["alice"].change_key

    written = await connector(site, clock).write(account("alice"), SQUARES, key)

    assert written.change_key == '"{alice_contoso_test_LThumb.jpg},2"'
    assert site.profiles["alice"]["SPS-PicturePlaceholderState"] == "0"


@pytest.mark.parametrize("expected", [None, '"older"'])
async def test_a_lost_race_writes_nothing(
    clock: VirtualClock, site: MySite, expected: str | None
) -> None:
    """Another file than the plan saw: no upload, no property, no delete."""
    before = dict(site.files), dict(site.profiles["alice"])

    with pytest.raises(Moved):
        await connector(site, clock).write(account("alice"), SQUARES, expected)
    with pytest.raises(Moved):
        await connector(site, clock).remove(account("alice"), expected)

    assert (site.files, site.profiles["alice"]) == before


async def test_removing_hides_first(clock: VirtualClock, site: MySite) -> None:
    """Nothing is shown before anything is deleted; Bob, who has none, is left alone."""
    key = (await observed(site, clock))["alice"].change_key

    await connector(site, clock).remove(account("alice"), key)
    await connector(site, clock).remove(account("bob"), None)

    assert site.files == {}
    assert site.profiles["alice"]["PictureURL"] == ""
    posts = [a for a in site.asked if a.startswith("POST") and "contextinfo" not in a]
    assert "SetSingleValueProfileProperty" in posts[0]


async def test_one_digest_serves_until_it_ends(clock: VirtualClock, site: MySite) -> None:
    """It is asked for once, again when its time is up, and when it is refused (protocols 3.1)."""
    sharepoint = connector(site, clock)
    await sharepoint.write(account("bob"), SQUARES, None)
    assert site.digests == 1

    clock.t += 1800
    await sharepoint.write(account("bob"), SQUARES, '"{bob_contoso_test_LThumb.jpg},1"')
    assert site.digests == 2

    site.stale_digests = {"d2"}
    await sharepoint.write(account("bob"), SQUARES, '"{bob_contoso_test_LThumb.jpg},2"')
    assert site.digests == 3


async def test_a_write_without_the_right_names_it(clock: VirtualClock, site: MySite) -> None:
    """A 403 that a fresh digest does not cure is a missing permission."""
    site.stale_digests = {"d1", "d2"}

    with pytest.raises(NotAllowed, match=r"Sites\.FullControl\.All"):
        await connector(site, clock).write(account("bob"), SQUARES, None)


async def test_nobody_else_is_written(clock: VirtualClock, site: MySite) -> None:
    """A stranger has no account to write to, and where we may only read nothing is asked."""
    with pytest.raises(NoSuchAccount):
        await connector(site, clock).write(account("nobody"), SQUARES, None)
    site.asked.clear()
    with pytest.raises(ByHand) as refused:
        await connector(site, clock, writes=False).write(account("bob"), SQUARES, None)

    assert isinstance(refused.value, WriteRefused)
    assert site.asked == []


async def test_check_tries_all_but_a_write(clock: VirtualClock, site: MySite) -> None:
    """Search, listing, and a digest where writing is allowed; no file is touched."""
    before = dict(site.files)

    both = await connector(site, clock).check()
    reading = await connector(site, clock, writes=False).check()

    assert both.may == ("read", "write", "remove")
    assert reading.may == ("read",)
    assert site.digests == 1
    assert site.files == before


@pytest.mark.parametrize("body", [[], {}, {"PrimaryQueryResult": None}, {"value": 3}, "x"])
async def test_answers_that_make_no_sense_are_refused(clock: VirtualClock, body: Any) -> None:
    """Neither a search nor a listing nor a digest is guessed from something else."""

    async def server(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=body)

    door = Door(SHAREPOINT, URL, clock=clock, transport=httpx.MockTransport(server))
    sharepoint = SharePointConnector(SHAREPOINT, door, capabilities(writes=True), "L")

    with pytest.raises(Garbled):
        await sharepoint.check()
    with pytest.raises(StoreFailed):
        _ = [page async for page in sharepoint.observe()]
    with pytest.raises(Garbled, match="begin anew"):
        _ = [page async for page in sharepoint.observe("yesterday")]
