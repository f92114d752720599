"""The photo service: the right photo, at the size and in the format asked for, kept as agreed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.console.kit import ALICE, BOB, CAROL, Desk, client
from tests.servers.memory_store import face
from tests.sync.kit import same

from sameface.pictures import inspect


async def version(desk: Desk, upn: str, look: bytes) -> str:
    """The digest of the person's version that shows this picture."""
    told = (await desk.get(f"/api/people/{upn}")).json()
    found = [v["digest"] for v in told["versions"]]
    for digest in found:
        if same(await desk.office.vault.picture(digest), look):
            return str(digest)
    raise AssertionError(found)


async def test_the_photo_is_the_one_to_show(desk: Desk) -> None:
    """What the authority holds is served, not what another store shows."""
    await desk.observe()

    answer = await desk.get(f"/photo/{ALICE}")

    assert same(answer.content, face("alice"))
    assert not same(answer.content, face("alice", 1))


async def test_a_person_has_more_than_one_name(desk: Desk) -> None:
    """UPN in any case and id lead to the same picture; nobody's name to none."""
    await desk.observe()
    told = (await desk.get(f"/api/people/{BOB}")).json()

    by_upn = await desk.get(f"/photo/{BOB.upper()}")
    by_id = await desk.get(f"/photo/{told['id']}")

    assert by_upn.content == by_id.content
    await desk.get("/photo/zoe@contoso.test", 404)


@pytest.mark.parametrize(
    ("asked", "px"), [("48", 48), ("96", 96), ("240", 240), ("9999", 240), ("0", 1), ("-3", 96)]
)
async def test_the_size_is_the_one_asked_for(desk: Desk, asked: str, px: int) -> None:
    """A square of so many pixels, never enlarged; what is no number is the usual 96."""
    await desk.observe()

    answer = await desk.get(f"/photo/{BOB}?s={asked}")

    assert inspect(answer.content).width_px == px
    assert inspect(answer.content).height_px == px


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "image/jpeg"),
        ("*/*", "image/jpeg"),
        ("image/avif,image/webp,image/*,*/*;q=0.8", "image/webp"),
        ("image/avif, image/*", "image/avif"),
        ("image/webp;q=0, image/avif;q=0.0, */*", "image/jpeg"),
        ("IMAGE/WEBP", "image/webp"),
    ],
)
async def test_the_format_is_one_that_is_welcome(desk: Desk, accept: str, media_type: str) -> None:
    """WebP where it is welcome, AVIF for who takes only that, else JPEG; caches are told why."""
    await desk.observe()

    answer = await desk.get(f"/photo/{BOB}", headers={"Accept": accept})

    assert answer.headers["content-type"] == media_type
    assert answer.headers["vary"] == "Accept"
    assert inspect(answer.content).media_type == media_type


async def test_what_did_not_change_is_not_sent_again(desk: Desk) -> None:
    """A picture's tag brings 304 without a body, until the picture is another."""
    await desk.observe()
    first = await desk.get(f"/photo/{BOB}")
    tag = first.headers["etag"]

    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await desk.get(f"/photo/{BOB}", 304, headers={"If-None-Match": known})
        assert again.content == b""
        assert again.headers["etag"] == tag
    assert (await desk.get(f"/photo/{BOB}?s=48")).headers["etag"] != tag

    desk.office.stores["sharepoint"].put(BOB, face("bob", 1))
    desk.office.clock.advance(timedelta(minutes=5))
    await desk.observe()
    changed = await desk.get(f"/photo/{BOB}", headers={"If-None-Match": tag})
    assert same(changed.content, face("bob", 1))


async def test_head_tells_what_get_would(desk: Desk) -> None:
    """HEAD has the headers of GET and no body."""
    await desk.observe()
    got = await desk.get(f"/photo/{BOB}?s=64")

    head = await desk.http.head(f"/photo/{BOB}?s=64")

    assert head.status_code == 200
    assert head.content == b""
    for name in ("etag", "content-type", "content-length", "cache-control", "vary"):
        assert head.headers[name] == got.headers[name]


async def test_who_has_no_photo_has_initials(desk: Desk) -> None:
    """Initials stand in, in the format asked for; `d=404` says there is none."""
    await desk.observe()

    answer = await desk.get(f"/photo/{CAROL}?s=64", headers={"Accept": "image/webp"})

    assert inspect(answer.content).media_type == "image/webp"
    assert inspect(answer.content).width_px == 64
    await desk.get(f"/photo/{CAROL}?d=404", 404)


async def test_a_version_has_an_address_for_ever(desk: Desk) -> None:
    """A version's address names its bytes and its format, so it may be kept for ever."""
    await desk.observe()
    old = await version(desk, ALICE, face("alice", 1))

    for ending, media_type in (
        ("jpg", "image/jpeg"),
        ("webp", "image/webp"),
        ("avif", "image/avif"),
    ):
        for named in (old, old[:16]):
            answer = await desk.get(
                f"/photo/{ALICE}/{named}.{ending}?s=64", headers={"Accept": "image/webp"}
            )
            assert answer.headers["content-type"] == media_type
            assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
            assert "vary" not in answer.headers
            assert same(answer.content, face("alice", 1))


async def test_a_version_is_shown_as_its_persons_only(desk: Desk) -> None:
    """No version of Alice at Bob's address, none by a guess of few digits, no other format."""
    await desk.observe()
    hers = await version(desk, ALICE, face("alice"))

    await desk.get(f"/photo/{BOB}/{hers}.jpg", 404)
    await desk.get(f"/photo/{ALICE}/{hers[:15]}.jpg", 404)
    await desk.get(f"/photo/{ALICE}/{'0' * 64}.jpg", 404)
    await desk.get(f"/photo/{ALICE}/{hers}.svg", 404)


async def test_a_signed_address_needs_no_session(desk: Desk) -> None:
    """The API signs a photo's address for a day; it opens that photo in any size, and no other."""
    await desk.observe()
    alice = (await desk.get(f"/api/people/{ALICE}")).json()["photo"]
    bob = (await desk.get(f"/api/people/{BOB}")).json()["photo"]
    key = alice["signed"].partition("?key=")[2]

    async with client(desk.console) as stranger:
        assert (await stranger.get(alice["signed"])).status_code == 200
        assert (await stranger.get(f"{alice['signed']}&s=48")).status_code == 200
        assert (await stranger.get(f"{bob['path']}?key={key}")).status_code == 401
        assert (await stranger.get(f"/?key={key}")).status_code == 401
        desk.office.clock.advance(timedelta(days=1, minutes=1))
        assert (await stranger.get(alice["signed"])).status_code == 401


async def test_bytes_that_are_lost_are_told(desk: Desk) -> None:
    """A version whose file is gone from the vault is an error that names it."""
    await desk.observe()
    digest = await version(desk, BOB, face("bob"))
    (desk.office.vault.folder / "pictures" / digest[:2] / digest).unlink()

    answer = await desk.get(f"/photo/{BOB}", 503)

    assert digest[:12] in answer.text
