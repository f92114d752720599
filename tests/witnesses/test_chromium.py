"""Chromium's own HTTP cache against the tenant, as the seed tells it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright
from tests.witnesses.kit import Stage, alike, different

pytestmark = pytest.mark.witnesses
PERSON = "hiroshi.tanaka"
SEARCH, PICKER = "sharepoint-people-search", "sharepoint-people-picker"
SHOW = """async ([name, address]) => {
    const picture = new Image(96, 96);
    picture.id = name;
    picture.src = address;
    document.body.replaceChildren(...document.body.querySelectorAll("img"), picture);
    await picture.decode();
}"""


@pytest.fixture
def page(office: Stage) -> Iterator[Page]:
    """A page of the tenant's own origin, in a browser with an empty cache."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page()
        yield page
        browser.close()


def looked_at(office: Stage, page: Page) -> tuple[bytes, bytes]:
    """The pixels of a search result and of the people picker, on a page opened just now.

    Asked without a viewer the tenant keeps no cache in anybody's name: Chromium's is the only one.
    """
    page.goto(f"{office.tenant.url}/_tenant/clock")
    shown = []
    for surface in (SEARCH, PICKER):
        told: Any = office.tenant.get(f"surfaces/{surface}/{PERSON}")
        page.evaluate(SHOW, [surface, told["url"]])
        shown.append(page.locator(f"#{surface}").screenshot())
    search, picker = shown
    return search, picker


def test_a_search_result_is_stale_beside_a_fresh_people_picker(office: Stage, page: Page) -> None:
    """After a change in My Site the browser shows the old photo in search, the new in the picker.

    The picker's address has a timestamp and search's has none (seed 11 and 12), so that for one of
    them the browser does not ask; a browser with an empty cache shows the new one in both.
    """
    before = looked_at(office, page)
    assert alike(*before)
    office.tenant.post(
        "events", do="change", person=PERSON, channel="sharepoint-my-site", photo="C"
    )
    search, picker = looked_at(office, page)
    assert alike(search, before[0])
    assert different(search, picker)
    assert alike(picker, office.holds("sharepoint", PERSON))

    other = page.context.browser
    assert other is not None
    anew = other.new_context().new_page()
    assert all(alike(shown, picker) for shown in looked_at(office, anew))
