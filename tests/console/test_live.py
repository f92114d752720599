"""A run of many actions, watched live in Chromium: the page stays as it is, however long it is."""

from __future__ import annotations

import pytest
from tests.browser.console_kit import chromium
from tests.browser.live_kit import watch
from tests.console.kit import Desk

from sameface.console.jobs import LINES
from sameface.serving import serve

pytestmark = pytest.mark.servers


async def test_a_long_run_does_not_make_the_page_grow(desk: Desk) -> None:
    """Of two thousand steps the last twenty are shown, told a few times a second; what the page
    holds after the last is what it held after half of them."""
    async with serve(desk.console.app, 0) as url, chromium() as browser:
        page = await browser.new_page()
        await page.goto(f"{url}enter?token={desk.console.access.token}")
        await page.wait_for_url(url)
        seen = await watch(desk.console, url, page, 2_000, per_s=1_000)

    assert seen.lines == LINES
    assert seen.tellings <= 5 * seen.seconds + 5 * 2
    assert seen.late.elements == seen.early.elements
    assert seen.late.nodes <= seen.early.nodes + 100
    assert seen.late.heap_bytes <= seen.early.heap_bytes + 200_000
    assert max(seen.tasks_ms, default=0) < 1_000
