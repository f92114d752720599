"""The desk in a real browser: its own HTTP cache shows what the seed tells (Debian's Chromium)."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2 as httpx
import pytest
import pytest_asyncio
from tests.rules.kit import BOOKS

from sameface.pictures import compare, fingerprint, portrait
from sameface.rules import Rulebook
from sameface.tenant.server import Tenant
from sameface.values import Likeness

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

pytestmark = [pytest.mark.servers, pytest.mark.asyncio(loop_scope="module")]
ERA = "office365-2014"
SEARCH, PICKER = "sharepoint-people-search", "sharepoint-people-picker"
FETCHED, KEPT = "just fetched", "from your browser, which did not ask"
LOOKS = "?me=bob&whom=alice"
LATER = [book for book in BOOKS if book.id != ERA]
OWA, PRIVATE = "Set the photo with Outlook on the web", ", or use a private window"
PANELS = """() => [...document.querySelectorAll('article')].map(panel => ({
  surface: panel.id,
  loaded: [...panel.querySelectorAll('img.face')].every(i => i.complete && i.naturalWidth > 0)
    && panel.querySelectorAll('img.face').length > 0,
  because: panel.querySelectorAll('.because li').length,
  until: panel.querySelector('.until span').textContent,
}))"""


@pytest_asyncio.fixture(loop_scope="module")
async def tenant() -> AsyncIterator[Tenant]:
    async with Tenant(people=0, port=0) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    # Imported here, since `make test` reads this file without having playwright.
    from playwright.async_api import async_playwright  # noqa: PLC0415

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(tenant: Tenant, browser: Browser) -> AsyncIterator[Page]:
    """Bob's page of the desk, looking at Alice; an error in the script is an error."""
    page = await browser.new_page()
    wrong: list[object] = []

    def note(error: object) -> None:
        wrong.append(error)

    page.on("pageerror", note)
    await page.goto(f"{tenant.http_url}/_tenant/desk/{ERA}{LOOKS}")
    yield page
    assert wrong == []


async def press(page: Page, name: str) -> None:
    async with page.expect_navigation():
        await page.get_by_role("button", name=name, exact=True).click()


async def told(page: Page, surface: str) -> str:
    """What the browser says of where the picture came from."""
    line = page.locator(f"#{surface} .came")
    await line.wait_for()
    return str(await line.inner_text())


async def seen(page: Page, surface: str) -> bytes:
    """The pixels of a panel's picture, as they are on the screen."""
    return bytes(await page.locator(f"#{surface} img.face").screenshot())


async def called(page: Page, surface: str) -> str:
    return str(await page.locator(f"#{surface} .seen b").inner_text())


async def test_the_browsers_own_cache_is_what_is_stale(page: Page, tenant: Tenant) -> None:
    """The seed: people search shows the old photo from the cache, the people picker the new one.

    The server had the new photo for both: asked by somebody without a cache, it says so.
    """
    old = await page.locator(f"#{SEARCH} img.face").get_attribute("src")
    assert await told(page, SEARCH) == FETCHED
    await press(page, "Set the photo with the Outlook client")
    await press(page, "Open their own profile page")
    search, picker = await seen(page, SEARCH), await seen(page, PICKER)

    assert (await called(page, SEARCH), await called(page, PICKER)) == ("photo A", "photo B")
    assert (await told(page, SEARCH), await told(page, PICKER)) == (KEPT, FETCHED)
    assert await page.locator(f"#{SEARCH} img.face").get_attribute("src") == old
    assert compare(fingerprint(search), fingerprint(picker)) is Likeness.DIFFERENT
    async with httpx.AsyncClient(base_url=tenant.http_url, trust_env=False) as http:
        now = (await http.get(f"{old}")).content
        other = await page.locator(f"#{PICKER} img.face").get_attribute("src")
        assert now == (await http.get(f"{other}")).content


async def test_a_cleared_cache_asks_again(page: Page) -> None:
    """The button for the cache leads to addresses that the browser does not have."""
    await press(page, "Set the photo with SharePoint My Site")
    before = await seen(page, SEARCH)
    await press(page, "Clear your browser's cache")

    assert (await called(page, SEARCH), await told(page, SEARCH)) == ("photo B", FETCHED)
    assert compare(fingerprint(before), fingerprint(await seen(page, SEARCH))) is (
        Likeness.DIFFERENT
    )


async def test_the_clock_does_not_age_a_browser(page: Page) -> None:
    """A month on the desk's clock is a moment for the browser, and its copies are still good."""
    await press(page, "Set the photo with SharePoint My Site")
    await page.get_by_label("Go to this date and time").fill("2014-04-03T09:00")
    await press(page, "Go there")

    assert (await called(page, SEARCH), await told(page, SEARCH)) == ("photo A", KEPT)


async def test_a_forced_reload_is_noticed(page: Page) -> None:
    """A browser that fetches anew what it had shows the new photo, and the desk says why."""
    await press(page, "Set the photo with SharePoint My Site")
    session = await page.context.new_cdp_session(page)
    await session.send("Page.reload", {"ignoreCache": True})
    await page.locator(f"#{SEARCH} .came", has_text=FETCHED).wait_for()
    await page.goto(page.url)

    assert await called(page, SEARCH) == "photo B"
    await page.locator(".diary", has_text="asked again for a picture that it had").wait_for()


async def test_the_tour_can_be_walked_by_keyboard(page: Page) -> None:
    """Six stops and back without a mouse, the focus to be seen, in a real browser's cache."""
    await page.get_by_role("button", name="Take the tour").focus()
    ring = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    photos = []
    for stop in range(1, 7):
        await page.get_by_text(f"Stop {stop} of 6", exact=True).wait_for()
        photos.append((await called(page, SEARCH), await called(page, PICKER)))
        assert await page.locator("article.lit").count() > 0
        async with page.expect_navigation():
            await page.get_by_role("button", name="Next" if stop < 6 else "Back").press("Enter")
    await page.get_by_text("Stop 5 of 6", exact=True).wait_for()

    assert ring != "none"
    assert photos == [
        ("photo A", "photo A"),
        ("photo A", "photo A"),
        ("photo A", "photo B"),
        ("photo B", "photo B"),
        ("photo B", "photo B"),
        ("photo B", "photo C"),
    ]
    assert (await called(page, SEARCH), await called(page, PICKER)) == ("photo B", "photo B")
    assert await told(page, SEARCH) == KEPT


async def test_a_file_can_be_picked(page: Page, tmp_path: Path) -> None:
    """A picture of one's own goes where a drawn one goes."""
    file = tmp_path / "me.jpg"
    file.write_bytes(portrait("a visitor"))
    await page.get_by_text("A file of yours").click()
    await page.get_by_label("A picture of yours").set_input_files(file)
    await press(page, "Set the photo with the Lync client")

    assert await called(page, "sharepoint-search-hover") == "upload 1"


@pytest.mark.parametrize("width", [360, 820, 1920])
async def test_nothing_is_wider_than_the_screen(page: Page, width: int) -> None:
    """From a phone to a wide screen nobody has to scroll sideways."""
    await page.set_viewport_size({"width": width, "height": 800})

    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.id)
async def test_every_era_shows_every_place(page: Page, tenant: Tenant, book: Rulebook) -> None:
    """Each surface is a panel with its picture, why, and until when; and all fits a phone."""
    await page.set_viewport_size({"width": 360, "height": 800})
    await page.goto(f"{tenant.http_url}/_tenant/desk/{book.id}{LOOKS}")
    await press(page, "Set the photo with Outlook Online" if book.id == ERA else OWA)
    await page.wait_for_load_state("networkidle")
    panels = await page.evaluate(PANELS)

    assert [panel["surface"] for panel in panels] == list(book.surfaces)
    assert all(panel["loaded"] and panel["because"] and panel["until"] for panel in panels), panels
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("book", LATER, ids=lambda book: book.id)
async def test_browsers_keep_sharepoints_pictures_in_later_eras_too(
    page: Page, tenant: Tenant, book: Rulebook
) -> None:
    """The profile page's file changes under an address that does not: the browser does not ask."""
    place = "sharepoint-pages" if book.id == "microsoft365-2024" else SEARCH
    await page.goto(f"{tenant.http_url}/_tenant/desk/{book.id}{LOOKS}")
    assert await told(page, place) == FETCHED
    await press(page, OWA)
    await page.get_by_label("Go to this date and time").fill(f"{book.dated.year}-03-08T09:00")
    await press(page, "Go there")
    await page.get_by_role("button", name="Open their own profile page").click()
    await page.locator(".diary", has_text="opens their own profile page").wait_for()

    assert (await called(page, place), await told(page, place)) == ("photo A", KEPT)
    await press(page, "Clear your browser's cache" + (PRIVATE if place == SEARCH else ""))
    assert (await called(page, place), await told(page, place)) == ("photo B", FETCHED)


async def test_the_page_works_without_script(tenant: Tenant, browser: Browser) -> None:
    """Where scripts are off, choosing whom to look at takes a button, and all else is the same."""
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{tenant.http_url}/_tenant/desk/{ERA}")
    await page.get_by_label("and look at").select_option("chitra")
    await press(page, "Look")
    await press(page, "Set the photo with Outlook Online")

    assert await called(page, "sharepoint-search-hover") == "photo B"
    await context.close()
