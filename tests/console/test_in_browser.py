"""The console in Debian's Chromium, used as a person would."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
from tests.console.kit import ALICE, Desk

from sameface.serving import serve

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = pytest.mark.servers


@pytest.fixture
async def page(desk: Desk) -> AsyncIterator[Page]:
    """A browser that opened the link in the terminal; whatever it complains of is an error."""
    # Imported here, since `make test` reads this file without having playwright.
    from playwright.async_api import async_playwright  # noqa: PLC0415

    await desk.observe()
    complaints: list[str] = []
    async with serve(desk.console.app, 0) as url, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = await browser.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text))
        await page.goto(f"{url}enter?token={desk.console.access.token}")
        await page.wait_for_url(url)
        yield page
        await browser.close()
    assert complaints == []


async def names(page: Page) -> list[str]:
    """The people on the page."""
    return list(await page.locator("tbody th a").all_inner_texts())


async def test_the_link_leads_to_the_matrix_with_its_pictures(page: Page) -> None:
    """One click, and everybody is there; every picture arrives under the strict policy."""
    assert await names(page) == ["Alice", "Bob", "Carol", "Dora"]
    decoded = "images => Promise.all(images.map(image => image.decode())).then(all => all.length)"
    assert await page.locator("img").evaluate_all(decoded) > 20


async def test_it_searches_as_you_type(page: Page) -> None:
    """Typing narrows the matrix where it stands: the field keeps its focus, the address follows."""
    await page.evaluate("window.sameDocument = true")
    await page.keyboard.press("/")
    await page.keyboard.type("ali")
    await page.locator("tbody th a").nth(1).wait_for(state="detached")

    assert await names(page) == ["Alice"]
    assert page.url.endswith("/?q=ali")
    assert await page.evaluate("document.activeElement.name") == "q"
    assert await page.evaluate("window.sameDocument")

    await page.keyboard.type("zzz")
    await page.get_by_text("Nobody fits").wait_for()


async def test_it_is_walked_from_the_keyboard(page: Page) -> None:
    """Slash, arrows and Enter lead from the matrix to a person, without a mouse."""
    await page.keyboard.press("/")
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "Enter"):
        await page.keyboard.press(key)

    await page.wait_for_url(f"**/people/{ALICE}")


async def test_the_ticket_is_copied(page: Page) -> None:
    """The button puts the whole text where it can be pasted from."""
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto(f"{page.url}people/{ALICE}")
    await page.get_by_role("button", name="Copy").click()
    await page.get_by_text("Copied.").wait_for()

    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == await page.locator("#ticket").input_value()


@pytest.mark.parametrize("width", [360, 1280])
async def test_no_page_is_wider_than_its_window(page: Page, width: int) -> None:
    """On a telephone only the matrix and the map scroll sideways, each within its frame."""
    await page.set_viewport_size({"width": width, "height": 800})
    start = page.url
    for path in ("", f"people/{ALICE}", "map"):
        await page.goto(f"{start}{path}")
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, path
