"""A tenant with a folder comes back as it was."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.tenant.conftest import Open
from tests.tenant.kit import Caller

from sameface.errors import NoRoom
from sameface.tenant.server import Tenant

OPENS = datetime(2026, 11, 23, 9, tzinfo=UTC)


async def everything(caller: Caller) -> object:
    """All that `/_tenant/` tells of people, and the clock."""
    people = (await caller.http.get("/_tenant/people")).json()
    return people, (await caller.http.get("/_tenant/clock")).json()


async def test_all_that_happened_is_there_after_a_restart(
    open_tenant: Open, tmp_path: Path, face: bytes
) -> None:
    """Uploads, properties, people, viewers' caches and the clock survive (design 8)."""
    first = await open_tenant(people=24, state=tmp_path, opens=OPENS)
    person = (await first.http.get("/_tenant/people?top=1")).json()["people"][0]["id"]
    await first.join("dora", photo="A", mailbox=False, aliases=["d@contoso.test"])
    await first.sees("sharepoint-people-search", "dora", person)
    await first.advance("5h")
    await first.http.put(
        "/v1.0/users/bjorn.lindqvist@contoso.test/photo/$value",
        headers=await first.graph(),
        content=face,
    )
    await first.step("change", person="dora", channel="sharepoint-my-site", photo="B")
    photo = "/v1.0/users/bjorn.lindqvist@contoso.test/photo/$value"
    before = await everything(first)
    picture = (await first.http.get(photo, headers=await first.graph())).content

    second = await open_tenant(people=24, state=tmp_path)
    assert await everything(second) == before
    again = await second.http.get(photo, headers=await first.graph())
    assert again.content == picture
    assert await second.sees("sharepoint-people-search", "dora", person) == ["A"]
    assert second.tenant.ca_file.read_bytes() == first.tenant.ca_file.read_bytes()


async def test_a_line_half_written_is_dropped(open_tenant: Open, tmp_path: Path) -> None:
    """A tenant that was killed while writing starts with what it had written whole."""
    first = await open_tenant(state=tmp_path, opens=OPENS)
    await first.join("alice", photo="A")
    with (tmp_path / "journal.jsonl").open("a") as journal:
        journal.write('{"at":"2026-11-23T09:00:00Z","jo')

    second = await open_tenant(state=tmp_path)
    await second.join("bob")
    third = await open_tenant(state=tmp_path)
    assert (await third.http.get("/_tenant/people")).json()["total"] == 2


def test_a_folder_keeps_one_tenant(tmp_path: Path) -> None:
    """Another seed or number of people in the same folder is refused, with the remedy."""
    Tenant(people=2, seed=1, state=tmp_path)
    with pytest.raises(NoRoom, match="seed 1, not 2"):
        Tenant(people=2, seed=2, state=tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A file in the way is one sentence."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(NoRoom, match="taken"):
        Tenant(people=0, state=tmp_path / "taken")
