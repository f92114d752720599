"""Graph: photos read many at a time, and written only over what the plan saw."""

from __future__ import annotations

import base64
from typing import Any

import httpx2 as httpx
import pytest
from tests.connectors.graph_kit import (
    NO_PHOTO,
    STRANGER,
    Graph,
    account,
    connector,
    metadata,
    telling,
)
from tests.http.kit import URL, VirtualClock

from sameface.connectors.graph.connector import GraphConnector, capabilities
from sameface.connectors.reading import read_many
from sameface.errors import (
    Busy,
    ByHand,
    Garbled,
    Moved,
    NoSuchAccount,
    NotAllowed,
    OverCeiling,
    StoreFailed,
)
from sameface.http import Door
from sameface.values import ENTRA_ID, EXCHANGE, Picture, Rendition


async def test_photos_come_as_bytes_in_whatever_base64(clock: VirtualClock, face: bytes) -> None:
    """Both alphabets, padded or not, and even where the part is labelled JSON (1.8)."""

    class Urlsafe(Graph):
        def answer(self, part: dict[str, Any]) -> dict[str, Any]:
            body = base64.urlsafe_b64encode(face).decode().rstrip("=")
            headers = {"Content-Type": "application/json"}
            return {"id": part["id"].upper(), "status": 200, "headers": headers, "body": body}

    people = [account("alice"), account("bob")]
    got = dict([r async for r in read_many(connector(Urlsafe(lambda _: (0, 0)), clock), people)])

    assert [r.data for r in got.values() if isinstance(r, Picture)] == [face, face]
    assert {r.media_type for r in got.values() if isinstance(r, Picture)} == {"image/jpeg"}


async def test_one_bad_photo_is_one_persons_failure(clock: VirtualClock, face: bytes) -> None:
    """Half a JPEG, none at all, noise, and a 404 in one batch each have their own answer."""
    answers: dict[str, tuple[int, Any]] = {
        "half": (200, face[: len(face) // 2]),
        "none": (404, NO_PHOTO),
        "pixel": (200, b"GIF89a\x01\x00\x01\x00\x80\x00\x00"),
        "noise": (200, b"<html>sign in</html>"),
        "text": (200, {"not": "a photo"}),
        "gone": (404, STRANGER),
        "good": (200, face),
    }
    graph = Graph(lambda path: answers[path.split("/")[2].removeprefix("id-")])
    people = [account(name) for name in answers]

    got = {
        a.ref.removeprefix("id-"): r async for a, r in read_many(connector(graph, clock), people)
    }

    assert got["none"] is None
    assert got["pixel"] is None
    assert isinstance(got["good"], Picture)
    assert isinstance(got["gone"], NoSuchAccount)
    assert all(isinstance(got[name], Garbled) for name in ("half", "noise", "text"))
    assert "breaks off" in str(got["half"])


async def test_a_whole_batch_that_fails_is_everybodys_failure(clock: VirtualClock) -> None:
    """Reading many yields the failure for each, instead of ending the run."""

    async def server(_: httpx.Request) -> httpx.Response:
        return httpx.Response(503)

    door = Door(EXCHANGE, URL, clock=clock, transport=httpx.MockTransport(server))
    graph = GraphConnector(EXCHANGE, door, capabilities(EXCHANGE, writes=False))

    got = [r async for _, r in read_many(graph, [account("alice"), account("bob")])]

    assert [type(r) for r in got] == [Busy, Busy]


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        (None, "photo/$value"),
        (48, "photos/48x48/$value"),
        (100, "photos/120x120/$value"),
        (600, "photo/$value"),
        (2000, "photo/$value"),
    ],
)
async def test_the_smallest_size_that_is_large_enough_is_asked(
    clock: VirtualClock, face: bytes, asked: int | None, path: str
) -> None:
    """Graph serves a ladder of sizes; the largest is asked for by no size at all (1.2)."""
    graph = Graph(lambda _: (200, face))

    await connector(graph, clock).read(account("alice"), asked)

    assert graph.alone[0].url.path == f"/v1.0/users/id-alice/{path}"


async def test_the_tier_without_sizes_is_asked_for_none(clock: VirtualClock, face: bytes) -> None:
    """Entra ID serves what it has (protocols 1.2)."""
    graph = Graph(lambda _: (200, face))

    await connector(graph, clock, ENTRA_ID).read(account("bob"), 48)

    assert graph.alone[0].url.path == "/v1.0/users/id-bob/photo/$value"


def rendition(px: int = 648, size: int = 10) -> Rendition:
    return Rendition(b"\xff" * size, px, px, "image/jpeg")


async def test_a_write_looks_first_writes_and_looks_again(clock: VirtualClock) -> None:
    """The etag is read immediately before; the new one is what the store then says (1.4)."""
    etags = iter(['"old"', '"new"'])

    def part(path: str) -> tuple[int, Any]:
        return (200, b"") if path.endswith("$value") else metadata(next(etags))

    graph = Graph(part)
    written = await connector(graph, clock).write(
        account("alice"), (rendition(48), rendition(648)), '"old"'
    )

    assert written.change_key == '"new"'
    assert [r.method for r in graph.alone] == ["GET", "PUT", "GET"]
    assert graph.alone[1].headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize("expected", [None, '"older"'])
async def test_a_lost_race_writes_nothing(clock: VirtualClock, expected: str | None) -> None:
    """Another etag than the plan saw, or one where it saw none, refuses the write."""
    graph = Graph(lambda _: metadata('"new"'))

    with pytest.raises(Moved, match=r"alice@contoso\.test"):
        await connector(graph, clock).write(account("alice"), (rendition(),), expected)
    with pytest.raises(Moved):
        await connector(graph, clock).remove(account("alice"), expected)

    assert {r.method for r in graph.alone} == {"GET"}


async def test_what_the_tier_cannot_hold_is_not_sent(clock: VirtualClock) -> None:
    """Over 100 KB, Entra ID answers a confusing 404; we say it before (protocols 1.6)."""
    graph = Graph(lambda _: (200, b""))
    large = (rendition(size=100_001),)

    with pytest.raises(OverCeiling, match=r"at most 100,000 bytes and this photo has 100,001"):
        await connector(graph, clock, ENTRA_ID).write(account("bob"), large, None)

    assert graph.alone == []


async def test_reading_only_means_reading_only(clock: VirtualClock) -> None:
    """Where sameface.toml says read, nothing is even asked before the refusal."""
    graph = Graph(lambda _: (200, b""))
    reading = connector(graph, clock, writes=False)

    with pytest.raises(ByHand, match=r'mode to "both"'):
        await reading.write(account("alice"), (rendition(),), None)
    with pytest.raises(ByHand):
        await reading.remove(account("alice"), None)

    assert graph.alone == []


async def test_a_missing_right_is_named(clock: VirtualClock) -> None:
    """A 403 while writing names the permission that lacks, by its exact name (1.5)."""

    def part(path: str) -> tuple[int, Any]:
        if path.endswith("$value"):
            return 403, {"error": {"code": "ErrorAccessDenied"}}
        return 404, NO_PHOTO

    with pytest.raises(NotAllowed, match=r"ErrorAccessDenied.*ProfilePhoto\.ReadWrite\.All"):
        await connector(Graph(part), clock).write(account("alice"), (rendition(),), None)


async def test_removing_what_is_gone_is_no_failure(clock: VirtualClock) -> None:
    """A photo that vanished by itself between look and delete is removed all the same."""

    def part(path: str) -> tuple[int, Any]:
        return (404, NO_PHOTO) if path.endswith("$value") else metadata('"a"')

    graph = Graph(part)
    written = await connector(graph, clock).remove(account("alice"), '"a"')

    assert written.change_key is None
    assert [r.method for r in graph.alone] == ["GET", "DELETE"]


async def test_check_tells_what_may_be_done(clock: VirtualClock) -> None:
    """Reading is tried; writing is told by the settings and the rights in the token."""
    checked = await connector(Graph(lambda _: metadata('"a"')), clock).check()
    reading = await connector(Graph(lambda _: metadata('"a"')), clock, writes=False).check()

    assert (checked.may, checked.may_not) == (("read", "write", "remove"), ())
    assert reading.may == ("read",)
    assert 'mode to "both"' in reading.may_not[0]
    with pytest.raises(StoreFailed):
        await connector(Graph(lambda _: (403, {})), clock).check()


@pytest.mark.parametrize(
    ("roles", "writes"),
    [
        (["ProfilePhoto.Read.All"], False),
        (["ProfilePhoto.ReadWrite.All"], True),
        (["User.ReadWrite.All"], True),
        ([], True),
    ],
)
async def test_check_reads_rights_off_the_token(
    clock: VirtualClock, roles: list[str], writes: bool
) -> None:
    """A token that tells its rights tells before the first write whether they suffice (1.5)."""
    graph = Graph(lambda _: metadata('"a"'))
    checked = await connector(graph, clock, tokens=telling(roles=roles)).check()

    assert ("write" in checked.may) is writes
    assert writes or "lacks ProfilePhoto.ReadWrite.All" in checked.may_not[0]
