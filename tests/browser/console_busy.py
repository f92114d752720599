"""The demo's organisation on a busy day: something waits for somebody on every page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2 as httpx
from tests.browser.console_kit import Demo, demo
from tests.photographs import photograph

from sameface import sync
from sameface.console.roles import Role, Who
from sameface.pictures import portrait
from sameface.settings import ConsoleSettings
from sameface.values import Standing
from sameface.vault import Dossier

if TYPE_CHECKING:
    from playwright.async_api import Browser

CHIARA = "chiara.bellini@contoso.test"
GRACE = "grace.mwangi@contoso.test"
_FOLDER = (
    '\n[[stores]]\nid = "folder"\nconnector = "folder"\npath = "portraits"\ncsv = "list.csv"\n'
)
_AGREEING = 3  # stores that have to agree before two of them can be at odds


@asynccontextmanager
async def busy_day(folder: Path, browser: Browser) -> AsyncIterator[tuple[Demo, dict[str, str]]]:
    """Its console, and the pages that have something to show, by name.

    A conflict, an account that is nobody's, a photo that waits for a second person, a run with its
    receipts, and a job that stands still in its middle for as long as one cares to look.
    """
    _ambiguous(folder)
    settings = ConsoleSettings(approval=True)
    async with demo(folder, settings=settings, asks=True, further=_FOLDER) as there:
        await there.observe()
        run = await _a_run(there)
        torn = await _torn(there)
        await there.observe()
        await _hand_in(there, browser)
        undoing, job = await _undoing(there, browser, run)
        pages = {
            "job": f"jobs/{job}",
            "conflicts-filled": "conflicts",
            "approvals": "approvals",
            "runs-filled": "runs",
            "run": f"runs/{run}",
            "plan-of-undoing": f"plans/{undoing}",
            "person-in-conflict": f"people/{torn}",
            "mine-waiting": f"mine?person={CHIARA}",
            "audit-entries": "audit",
        }
        try:
            yield there, pages
        finally:
            await _end(there, browser, job)


def _ambiguous(folder: Path) -> None:
    """A portrait under the address of one person and the mail of another: whose is it?"""
    portraits = folder / "portraits"
    portraits.mkdir()
    (portraits / "portrait.jpg").write_bytes(portrait("somebody", 0, 240))
    line = f"file,upn,mail\nportrait.jpg,{CHIARA},{GRACE}\n"
    (folder / "list.csv").write_text(line, encoding="utf-8")


async def _a_run(there: Demo) -> str:
    """Everybody is brought into line."""
    s = there.session
    outcome = await sync.sync(s.settings, s.connectors, s.vault, s.clock)
    assert outcome.run is not None
    return outcome.run


async def _torn(there: Demo) -> str:
    """Somebody who agreed everywhere gives one photo to Outlook, and another one to Yammer."""
    everybody = await there.session.vault.dossiers()
    who = next(one.person.upn for one in everybody if _agrees(one)).partition("@")[0]
    for channel, photo in (("outlook-online", "B"), ("yammer", "C")):
        told = {"do": "change", "person": who, "channel": channel, "photo": photo}
        await there.behind("events", **told)
    return f"{who}@contoso.test"


def _agrees(dossier: Dossier) -> bool:
    shown = [cell.photo for cell in dossier.cells if cell.standing is Standing.PHOTO]
    return len(shown) >= _AGREEING and len(set(shown)) == 1


async def _hand_in(there: Demo, browser: Browser) -> None:
    """Chiara gives another photo, as she would."""
    page = await there.signed_in_as(browser, Who("Chiara Bellini", Role.PERSON, CHIARA))
    await page.goto(f"{there.url}mine")
    await page.set_input_files("input[type=file]", photograph("astronaut"))
    await page.wait_for_url("**/mine/uploads/*")
    await page.get_by_role("button", name="Hand it in").click()
    await page.wait_for_url("**/mine")
    await page.close()


async def _undoing(there: Demo, browser: Browser, run: str) -> tuple[str, str]:
    """That run is being undone, and the tenant takes its time over it; gives plan and job."""
    page = await there.signed_in(browser)
    await page.goto(f"{there.url}runs/{run}")
    await page.get_by_role("button", name="Undo this run").click()
    await page.wait_for_url("**/plans/*")
    plan = page.url.rpartition("/")[2]
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        await there.behind("faults", kind="slow", method=method, service="sharepoint", seconds=20)
    await page.get_by_role("button", name="Do exactly this").click()
    await page.wait_for_url("**/jobs/*")
    await page.locator("[data-lines] li").nth(1).wait_for()
    job = page.url.rpartition("/")[2]
    await page.close()
    return plan, job


async def _end(there: Demo, browser: Browser, job: str) -> None:
    """The tenant hurries again, and the job comes to its end."""
    async with httpx.AsyncClient(base_url=there.tenant.http_url) as http:
        await http.delete("/_tenant/faults")
    page = await there.signed_in(browser)
    await page.goto(f"{there.url}jobs/{job}")
    await page.locator("#job[data-over=yes]").wait_for(timeout=120_000)
    await page.close()
