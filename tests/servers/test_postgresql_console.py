"""The console over a vault on PostgreSQL: it shows, acts, and tells a job live."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2 as httpx
import pytest
from tests.console.kit import ALICE, BOB, DORA, Desk, client, organised
from tests.servers.memory_store import StillClock
from tests.servers.postgres import Postgres
from tests.sync.kit import Office, same

from sameface.console.app import console
from sameface.console.desk import Desk as Organisation
from sameface.console.roles import Role
from sameface.rules import load_rulebook
from sameface.serving import serve
from sameface.vault import Vault

pytestmark = pytest.mark.servers


@pytest.fixture
async def desk(tmp_path: Path, postgres: Postgres) -> AsyncIterator[Desk]:
    """The same organisation as in other tests; its people are in a database of a server."""
    async with await Vault.open(tmp_path / "vault", postgres.storage()) as vault:
        office = Office(vault, StillClock(), authorities=("sharepoint",))
        organised(office)
        settings = office.settings
        book = load_rulebook(settings.rulebook)
        at_hand = Organisation.of(settings, book, vault, dict(office.stores), office.clock)
        async with console(at_hand) as made, client(made) as http:
            await http.get("/enter", params={"token": made.access.token})
            yield Desk(office, made, http)


async def test_matrix_and_person_are_shown(desk: Desk) -> None:
    """The sentence, the pictures, and one person's places and journal."""
    await desk.observe()

    assert "1 of 4 people show one face everywhere" in await desk.page("/")
    assert "Dora" in await desk.page("/?show=differs")
    assert "shows another photo than sharepoint" in await desk.page(f"/people/{DORA}")
    assert (await desk.get(f"/photo/{BOB}?d=404")).headers["content-type"] == "image/jpeg"
    assert not (desk.office.vault.folder / "vault.sqlite").exists()


async def test_a_plan_is_approved_applied_and_told_live(desk: Desk) -> None:
    """By server-sent events over a real connection; when it has ended, pages show what it did."""
    await desk.observe()
    planned = await desk.post(f"/people/{DORA}/sync")
    digest = planned.headers["location"].removeprefix("/plans/")
    job = (await desk.told(f"/api/plans/{digest}/apply", 202))["id"]

    async with serve(desk.console.app, 0) as url:
        port = url.rstrip("/").rpartition(":")[2]
        cookie = {f"sameface-{port}": desk.http.cookies["sameface-8370"]}
        async with (
            httpx.AsyncClient(base_url=url, cookies=cookie) as http,
            http.stream("GET", f"/api/jobs/{job}/events") as events,
        ):
            lines = [line async for line in events.aiter_lines() if line.startswith("data:")]
    last = json.loads(lines[-1].removeprefix("data: "))

    assert last["came"] == {"written": 1}
    stores = desk.office.stores
    assert same(stores["exchange"].shows(DORA), stores["sharepoint"].shows(DORA))
    assert "2 of 4 people show one face everywhere" in await desk.page("/")
    receipts = (await desk.get(f"/api/runs/{last['run']}")).json()["receipts"]
    assert [one["outcome"] for one in receipts] == ["written"]
    assert (await desk.get("/api/audit/verify")).json()["ok"] is True


async def test_what_is_withheld_is_so_at_once(desk: Desk) -> None:
    """Though no file tells that the database was written to."""
    await desk.observe()
    desk.sign_in(Role.PERSON, BOB)
    await desk.get(f"/photo/{ALICE}?d=404")
    bob = desk.http
    desk.sign_in(Role.PERSON, ALICE)
    await desk.told("/api/mine/places", 200, photo=False)

    desk.http = bob
    await desk.get(f"/photo/{ALICE}?d=404", 404)
