"""What the console does to stores: a plan first, exactly that, its receipts, and undoing it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

from tests.console.kit import ALICE, BOB, DORA, Desk
from tests.servers.memory_store import face
from tests.sync.kit import same

from sameface.console.jobs import Job
from sameface.console.roles import Role


def digest_in(location: str) -> str:
    """The plan that an address leads to."""
    found = re.fullmatch(r"/plans/([0-9a-f]{64})", location)
    assert found, location
    return found[1]


async def test_sync_now_shows_the_plan_and_then_does_exactly_that(desk: Desk) -> None:
    """Nothing is written until the plan is approved; then it is read back, with a receipt."""
    await desk.observe()
    exchange = desk.office.stores["exchange"]

    planned = await desk.post(f"/people/{DORA}/sync")
    digest = digest_in(planned.headers["location"])
    page = await desk.page(f"/plans/{digest}")

    assert same(exchange.shows(DORA), face("dora", 1))
    assert "Bring one person into line: 1 write, 1 person" in page
    assert "Dora now → then exchange" in page

    begun = await desk.post(f"/plans/{digest}/apply")
    told = await desk.ended(begun.headers["location"].removeprefix("/jobs/"))

    assert same(exchange.shows(DORA), face("dora"))
    assert (told["came"], told["exit"], told["error"]) == ({"written": 1}, 5, None)
    receipt = (await desk.get(f"/api/runs/{told['run']}")).json()["receipts"][0]
    assert (receipt["person"], receipt["store"], receipt["outcome"]) == (
        DORA,
        "exchange",
        "written",
    )
    assert receipt["settled"]
    assert receipt["change_key"]
    assert "1 written" in await desk.page(f"/runs/{told['run']}")


async def test_what_moved_since_the_plan_is_refused(desk: Desk) -> None:
    """A store that changed behind the plan's back is left alone, and the receipt says so."""
    await desk.observe()
    digest = (await desk.told(f"/api/people/{DORA}/sync", 200))["digest"]
    desk.office.stores["exchange"].put(DORA, face("dora", 2))

    job = await desk.told(f"/api/plans/{digest}/apply", 202)
    told = await desk.ended(job["id"])

    assert told["came"] == {"moved": 1}
    assert same(desk.office.stores["exchange"].shows(DORA), face("dora", 2))


async def test_a_plan_about_everybody_is_made_approved_and_undone(desk: Desk) -> None:
    """The front door of a day: make a plan, look, apply, and put it all back."""
    await desk.observe()
    made = await desk.ended((await desk.told("/api/plans", 202))["id"])
    told = (await desk.get(f"/api/plans/{made['plan']}")).json()
    page = await desk.page(f"/plans/{made['plan']}")
    uploads = [one for one in told["reasons"] if one["call"] == "by hand"]
    assert {one["store"] for one in uploads} == {"yammer"}
    assert all(f"yammer {one['why']}" in page for one in uploads)
    assert {one["store"] for one in told["left"] if one["call"] == "by hand"} == {"yammer"}
    job = await desk.told(f"/api/plans/{made['plan']}/apply", 202)
    run = (await desk.ended(job["id"]))["run"]
    assert same(desk.office.stores["exchange"].shows(DORA), face("dora"))
    assert run in {one["id"] for one in (await desk.get("/api/runs")).json()["runs"]}

    undone = await desk.post(f"/runs/{run}/undo")
    digest = digest_in(undone.headers["location"])
    assert "Undo a run: 1 write" in await desk.page(f"/plans/{digest}")
    await desk.ended((await desk.told(f"/api/plans/{digest}/apply", 202))["id"])

    assert same(desk.office.stores["exchange"].shows(DORA), face("dora", 1))


async def test_an_earlier_version_is_put_back_and_pinned(desk: Desk) -> None:
    """Restore this one: planned, applied, and it stays until somebody lets the authority decide."""
    await desk.observe()
    versions = (await desk.get(f"/api/people/{ALICE}")).json()["versions"]
    other = next(v for v in versions if v["origin"] == "yammer")["digest"]

    planned = await desk.post(f"/people/{ALICE}/restore", version=other)
    digest = digest_in(planned.headers["location"])
    await desk.ended((await desk.told(f"/api/plans/{digest}/apply", 202))["id"])

    assert same(desk.office.stores["sharepoint"].shows(ALICE), face("alice", 1))
    assert "Pinned: version" in await desk.page(f"/people/{ALICE}")
    assert await desk.told(f"/api/people/{ALICE}/unpin", 200) == {"unpinned": True}
    assert "Pinned" not in await desk.page(f"/people/{ALICE}")


async def test_a_wrong_version_is_told_apart_from_a_wrong_person(desk: Desk) -> None:
    """400 names the version, 404 the person; both as JSON with a code."""
    await desk.observe()

    no_version = await desk.told(f"/api/people/{ALICE}/restore", 400, version="ffff")
    no_person = await desk.told("/api/people/nobody/restore", 404, version="ffff")
    misspelt = await desk.told(f"/api/people/{ALICE}/restore", 400, versoin="ffff")

    assert 'has no version "ffff"' in no_version["error"]["text"]
    assert no_person["error"]["code"] == "SF-104"
    assert "version is missing" in misspelt["error"]["text"]


async def test_help_desk_acts_for_one_person_and_not_for_all(desk: Desk) -> None:
    """A plan about one person may be applied by help desk; one about several may not."""
    await desk.observe()
    desk.office.stores["exchange"].put(BOB, face("bob", 1))
    desk.sign_in(Role.HELP_DESK)
    all_of_them = (await desk.ended((await desk.told("/api/plans", 202))["id"]))["plan"]
    one = (await desk.told(f"/api/people/{DORA}/sync", 200))["digest"]

    refused = await desk.told(f"/api/plans/{all_of_them}/apply", 403)
    page = await desk.page(f"/plans/{all_of_them}")
    done = await desk.ended((await desk.told(f"/api/plans/{one}/apply", 202))["id"])

    assert "takes an administrator" in refused["error"]["text"]
    assert "To be approved by an administrator." in page
    assert done["came"] == {"written": 1}


async def test_the_journal_says_that_a_plan_was_approved(desk: Desk) -> None:
    """By which plan and which role, and by the vault's id of somebody it knows: never by name."""
    await desk.observe()
    desk.sign_in(Role.HELP_DESK, BOB, "Bob")
    digest = (await desk.told(f"/api/people/{DORA}/sync", 200))["digest"]
    await desk.ended((await desk.told(f"/api/plans/{digest}/apply", 202))["id"])
    bob = await desk.office.vault.person(BOB)

    desk.sign_in(Role.AUDITOR)
    lines = (await desk.get("/api/audit")).json()["entries"]
    approved = [line["why"] for line in lines if line["what"] == "approved"]

    assert approved == [f"plan {digest[:12]} was approved in the console by, help desk {bob.id}"]


async def test_progress_is_told_as_it_happens(desk: Desk) -> None:
    """Events follow a run to its end; however many steps, at most twenty lines are told."""
    crowd = [f"crowd-{number:02}@contoso.test" for number in range(30)]
    for upn in crowd:
        desk.office.stores["sharepoint"].join(upn, face("crowd"))
        desk.office.stores["exchange"].join(upn)
    job = await desk.told("/api/sync", 202)

    told = await desk.ended(job["id"])

    assert told["done"] == told["total"] == 31
    assert told["came"] == {"written": 31}
    assert len(told["lines"]) == 20
    assert "31 / 31" not in await desk.page(f"/jobs/{job['id']}")


async def test_the_same_is_not_begun_twice(desk: Desk) -> None:
    """While a plan about everybody is being made, another one is refused in a sentence."""
    first = await desk.told("/api/plans", 202)
    second = await desk.told("/api/plans", 400)

    assert "under way already" in second["error"]["text"]
    assert (await desk.ended(first["id"]))["error"] is None


async def test_what_would_happen_is_shown_and_nothing_happens(desk: Desk) -> None:
    """Every surface before and after the orders; no store is asked for anything."""
    await desk.observe()
    for store in desk.office.stores.values():
        store.asked.clear()

    path = f"/people/{DORA}/if?do=set-userphoto B&do=visit"
    page = await desk.page(path)
    told = (await desk.get(f"/api{path}")).json()
    wrong = await desk.get(f"/api/people/{DORA}/if?do=set-usrphoto B", 400)

    assert "What would happen to Dora if" in page
    assert told["if"] == ["set-userphoto B", "visit"]
    assert {one["surface"] for one in told["surfaces"]} >= {"yammer", "outlook-client"}
    assert "set-userphoto" in wrong.json()["error"]["text"]
    assert [dict(store.asked) for store in desk.office.stores.values()] == [{}, {}, {}]


async def test_the_photos_travel_on_the_map(desk: Desk) -> None:
    """The drawing holds each place's picture, round where wanted, and asks for nothing else."""
    await desk.observe()

    svg = (await desk.get(f"/people/{ALICE}/map.svg")).text

    assert svg.count('<image href="data:image/webp;base64,') >= 3
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


async def test_everybody_who_watches_hears_of_the_end(desk: Desk) -> None:
    """Three people look at one job: each is told that it has ended, whoever hears it first."""
    jobs, go = desk.console.jobs, asyncio.Event()

    async def work(_: Job) -> None:
        await go.wait()

    job = jobs.begin("look", "somebody", work)
    watchers = [jobs.follow(job) for _ in range(3)]
    assert [await anext(watcher) for watcher in watchers] == [job.id] * 3
    waiting = [asyncio.create_task(_next(watcher)) for watcher in watchers]
    go.set()
    async with asyncio.timeout(10):
        assert await asyncio.gather(*waiting) == [job.id] * 3
    assert job.ended is not None


async def _next(watcher: AsyncIterator[str | None]) -> str | None:
    return await anext(watcher)
