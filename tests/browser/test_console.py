"""The console over the demo's tenant in Chromium: every page for everybody, every act as a person
would do it."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from tests.browser.console_busy import busy_day
from tests.browser.console_kit import LOOKS, Demo, chromium, demo
from tests.browser.console_tour import CHIARA, hand_in, settled, tour
from tests.console.hostile import KINDS, of_kind
from tests.photographs import photograph

from sameface.console.roles import Role, Who

if TYPE_CHECKING:
    from playwright.async_api import Browser, FilePayload, Page

pytestmark = [pytest.mark.servers, pytest.mark.asyncio(loop_scope="module")]
KEPT = Path(os.environ.get("SAMEFACE_PICTURES", ".pytest_cache/console"))
"""Where pictures of every page are left to be looked at."""

_LOADS = 300


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def there(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    await asyncio.to_thread(KEPT.mkdir, parents=True, exist_ok=True)
    async with demo(tmp_path_factory.mktemp("demo")) as opened:
        await opened.observe()
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def page(there: Demo, browser: Browser) -> AsyncIterator[Page]:
    """An administrator's browser; whatever it complains of is an error."""
    page = await there.signed_in(browser, **LOOKS["light"])
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text))
    yield page
    await page.close()
    refused = "the server responded with a status of 4"
    assert [said for said in complaints if refused not in said] == []


@pytest.mark.parametrize("look", LOOKS)
async def test_every_page_is_for_everybody(there: Demo, browser: Browser, look: str) -> None:
    """axe finds nothing that keeps people out, no page is wider than its window; each is kept."""
    page, found = await there.signed_in(browser, **LOOKS[look]), dict[str, object]()

    async def visit(name: str, at: Page) -> None:
        if wrong := await looked_at(at, name, look):
            found[name] = wrong

    await tour(there, page, visit)
    await page.close()

    assert found == {}


async def test_every_page_is_for_everybody_on_a_busy_day(tmp_path: Path, browser: Browser) -> None:
    """The same where there is much to show: a conflict, an account in doubt, a photo that waits, a
    run with its receipts, and a job in its middle."""
    found = dict[str, object]()
    async with busy_day(tmp_path, browser) as (there, pages):
        for look, how in LOOKS.items():
            page = await there.signed_in(browser, **how)
            for name, path in pages.items():
                await page.goto(f"{there.url}{path}")
                if wrong := await looked_at(page, name, look):
                    found[f"{name}, {look}"] = wrong
                if name == "job":
                    assert "Undoing a run" in await page.locator("h1").inner_text()
                if name == "conflicts-filled":
                    assert await page.locator(".conflict img").count() >= 2
                    assert await page.locator(".candidates img").count() == 2
            await page.close()

    assert found == {}


async def looked_at(page: Page, name: str, look: str) -> object:
    """A picture of the page is kept; gives what keeps people out of it."""
    # Imported here, since `make test` reads this file without having it.
    from axe_playwright_python.async_playwright import Axe  # noqa: PLC0415

    await settled(page)
    await page.screenshot(path=KEPT / f"{name}-{look}.png")
    told = await Axe().run(page)
    wrong = [one["id"] for one in told.response["violations"]]
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return wrong or ("wider than the window" if wide else "")


async def test_a_photo_is_cropped_and_shown_as_each_place_will(there: Demo, page: Page) -> None:
    """Chosen, the square is around the face; turned, every preview turns; used, it is under way."""
    await hand_in(there, page)
    side = float(await page.locator("input[name=side]").input_value())
    assert side < 0.8
    shown = "[...document.querySelectorAll('.previews canvas')].map(one => one.toDataURL())"
    before = await page.evaluate(shown)
    await page.select_option("select[name=turn]", "1")
    after = await page.evaluate(shown)
    assert len(after) == 5
    assert all(one != other for one, other in zip(before, after, strict=True))
    await page.select_option("select[name=turn]", "0")

    stage = page.locator(".stage canvas")
    box = await stage.bounding_box()
    assert box is not None
    left = await page.locator("input[name=left]").input_value()
    await page.mouse.move(box["x"] + 150, box["y"] + 150)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 90, box["y"] + 150)
    await page.mouse.up()
    assert await page.locator("input[name=left]").input_value() > left


async def test_a_bad_picture_is_told_on_the_page(there: Demo, page: Page) -> None:
    """Something that is no picture is refused in a sentence, where one was about to give it."""
    await page.goto(f"{there.url}mine?person={CHIARA}")
    await page.set_input_files(
        "input[type=file]", {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    )

    alert = page.get_by_role("alert")
    await alert.wait_for()
    assert "This picture cannot be used" in await alert.inner_text()


async def test_a_picture_is_dropped(there: Demo, page: Page) -> None:
    """Dropped on the page it is handed in at once, without a further button."""
    await page.goto(f"{there.url}mine?person={CHIARA}")
    data = list(photograph("astronaut").read_bytes())
    await page.evaluate(
        """data => {
            const dropped = new DataTransfer();
            dropped.items.add(new File([new Uint8Array(data)], "me.png", {type: "image/png"}));
            document.querySelector(".drop").dispatchEvent(
                new DragEvent("drop", {dataTransfer: dropped, bubbles: true, cancelable: true}));
        }""",
        data,
    )

    await page.wait_for_url("**/mine/uploads/*")


async def test_a_filter_is_one_touch_and_an_address(there: Demo, page: Page) -> None:
    """A chip narrows the matrix where it stands, and the address can be sent to a colleague."""
    await page.goto(there.url)
    everybody = await page.locator("tbody tr").count()
    await page.get_by_label("No photo").check()
    await page.wait_for_url("**/?show=no-photo")
    await page.locator("tbody tr").nth(everybody - 1).wait_for(state="detached")

    few = await page.locator("tbody tr").count()
    await page.reload()
    assert await page.locator("tbody tr").count() == few


async def test_a_plan_is_looked_at_applied_watched_and_undone(there: Demo, page: Page) -> None:
    """As an administrator does on a Monday: make a plan, look, do it, watch, and undo it."""
    await page.goto(f"{there.url}plans")
    await page.get_by_role("button", name="Make a plan for everybody").click()
    await page.get_by_role("link", name="Review the plan").click()
    heading = await page.locator("h1").inner_text()
    assert re.search(r"\d+ writes, \d+ people", heading)
    await page.get_by_role("button", name="Do exactly this").click()
    await page.get_by_role("link", name="Receipts of this run").click()
    assert await page.locator(".receipts li.good").count() > 5
    assert await page.locator(".receipts li.bad").count() == 0

    await page.get_by_role("button", name="Undo this run").click()
    await page.wait_for_url("**/plans/*")
    assert "Undo a run" in await page.locator("h1").inner_text()
    await page.get_by_role("button", name="Do exactly this").click()
    await page.get_by_role("link", name="Receipts of this run").wait_for()


async def test_all_of_it_works_without_a_script(there: Demo, browser: Browser) -> None:
    """Search, crop and plan by buttons alone, where scripts are switched off."""
    page = await there.signed_in(browser, java_script_enabled=False)
    await page.fill("input[name=q]", "chiara")
    await page.get_by_role("button", name="Find").click()
    assert await page.locator("tbody tr").count() == 1
    await page.goto(f"{there.url}mine?person={CHIARA}")
    await page.set_input_files("input[type=file]", photograph("astronaut"))
    await page.get_by_role("button", name="Look at it").click()
    await page.get_by_role("button", name="Show again").click()
    widths = "all => Promise.all(all.map(one => one.decode().then(() => one.naturalWidth)))"
    previews = page.locator(".previews img")
    assert await previews.count() == 5
    found = await previews.evaluate_all(widths)
    assert found[:2] == [192, 192]  # twice as sharp as it is wide; never enlarged
    assert found[3:] == [144, 96]
    await page.close()


async def test_a_person_sees_their_own_page_and_nothing_else(there: Demo, browser: Browser) -> None:
    """Signed in as a person the menu is short, and the front door leads to one's own photo."""
    who = Who("Chiara Bellini", Role.PERSON, CHIARA)
    page = await there.signed_in_as(browser, who)
    await page.goto(there.url)

    assert page.url == f"{there.url}mine"
    menu = await page.locator("header nav a").all_inner_texts()
    assert menu == ["Map", "Mine"]
    assert "This is how colleagues see you" in await page.locator("h1").inner_text()
    await page.close()


async def test_a_person_chooses_where_they_are_shown(there: Demo, browser: Browser) -> None:
    """A box unticked and saved: SharePoint is emptied and says so; ticked again, it comes back."""
    page = await there.signed_in_as(browser, Who("Chiara Bellini", Role.PERSON, CHIARA))
    await page.goto(f"{there.url}mine")
    place = page.locator("label.check", has_text="SharePoint")
    await place.locator("input").uncheck()
    await page.get_by_role("button", name="Save").click()
    await expect_text(page, "SharePoint", "no photo there, as you chose")

    await place.locator("input").check()
    await page.get_by_role("button", name="Save").click()
    await expect_text(page, "SharePoint", "shows this photo now")
    await page.close()


async def expect_text(page: Page, place: str, says: str) -> None:
    """Load the page until it says so of that place: a job is at work meanwhile."""
    wanted = page.locator("label.check", has_text=place).filter(has_text=says)
    for _ in range(_LOADS):
        if await wanted.count():
            return
        await page.goto(page.url)
    pytest.fail(f"{place} never came to say: {says}")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_hostile_file_is_a_picture_or_refused_on_the_page(
    there: Demo, browser: Browser, kind: str
) -> None:
    """Two of each kind, chosen in the browser's own form: a square to crop, or a sentence."""
    who = Who("Chiara Bellini", Role.PERSON, CHIARA)
    page = await there.signed_in_as(browser, who, java_script_enabled=False)
    for _, name, data in islice(of_kind(kind), 2):
        await page.goto(f"{there.url}mine")
        file: FilePayload = {"name": name, "mimeType": "image/jpeg", "buffer": data}
        await page.set_input_files("input[type=file]", [file])
        await page.get_by_role("button", name="Look at it").click()
        shown = page.get_by_text("This picture cannot be used").or_(page.locator(".stage img"))
        nothing = page.get_by_text("No picture came with that")
        await shown.or_(nothing).first.wait_for()
    await page.close()
