"""Every page of the console in the demo, looked at in light, dark and at a telephone's width.

`python -m tests.browser.console_tour FOLDER` writes the pictures that docs and README show, and
`make pictures` runs that; the browser tests keep all of them in a folder of their own.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.console_busy import busy_day
from tests.browser.console_kit import LOOKS, Demo, chromium, demo
from tests.photographs import photograph

from sameface.pictures.decoding import libvips

if TYPE_CHECKING:
    from playwright.async_api import Page

CHIARA = "chiara.bellini@contoso.test"
SHOWN = {
    ("matrix", "light"),
    ("matrix", "dark"),
    ("matrix", "phone"),
    ("person", "light"),
    ("plan", "light"),
    ("crop", "light"),
    ("conflicts-filled", "light"),
    ("approvals", "phone"),
}
"""Those that docs and README show."""

Visit = Callable[[str, "Page"], Awaitable[None]]


async def tour(there: Demo, page: Page, visit: Visit) -> None:
    """Go to every page as an administrator; `visit` is told its name when it is there."""
    digest = await there.plan()
    for name, path in pages(digest).items():
        await page.goto(f"{there.url}{path}")
        await visit(name, page)
    await hand_in(there, page)
    await visit("crop", page)


def pages(digest: str) -> dict[str, str]:
    """The pages by name; `digest` is a plan's."""
    return {
        "matrix": "",
        "stores": "?by=stores",
        "person": f"people/{CHIARA}",
        "if": f"people/{CHIARA}/if?do=set-userphoto+A&do=visit",
        "conflicts": "conflicts",
        "plans": "plans",
        "plan": f"plans/{digest}",
        "runs": "runs",
        "audit": "audit/verify",
        "map": "map",
        "mine": f"mine?person={CHIARA}",
        "whose": "mine",
        "nobody": "people/nobody",
    }


async def hand_in(there: Demo, page: Page) -> None:
    """A picture chosen in the form, and looked at."""
    await page.goto(f"{there.url}mine?person={CHIARA}")
    await page.set_input_files("input[type=file]", photograph("astronaut"))
    await page.wait_for_url("**/mine/uploads/*")
    await page.locator(".stage canvas").wait_for(state="visible")


async def settled(page: Page) -> None:
    """Until every picture in the window is there."""
    await page.evaluate(
        "Promise.all([...document.images].filter(image => image.loading !== 'lazy' || "
        "image.getBoundingClientRect().top < innerHeight).map(image => image.decode()"
        ".catch(() => 0)))"
    )


def small(data: bytes) -> bytes:
    """A picture of a page as WebP: a fifth of the bytes, and the same to look at."""
    image = libvips().Image.new_from_buffer(data, "")
    return bytes(image.webpsave_buffer(Q=82, effort=6, smart_subsample=True, keep="none"))


async def _draw(folder: Path) -> None:
    async def keep(name: str, look: str, at: Page) -> None:
        if (name, look) in SHOWN:
            await settled(at)
            file = folder / f"console-{name}-{look}.webp"
            file.write_bytes(small(await at.screenshot()))

    with tempfile.TemporaryDirectory() as home:
        async with demo(Path(home)) as there, chromium() as browser:
            await there.observe()
            for look, how in LOOKS.items():
                page = await there.signed_in(browser, **how)

                async def visit(name: str, at: Page, look: str = look) -> None:
                    await keep(name, look, at)

                await tour(there, page, visit)
                await page.close()
    with tempfile.TemporaryDirectory() as home:
        async with chromium() as browser, busy_day(Path(home), browser) as (there, busy):
            for look, how in LOOKS.items():
                page = await there.signed_in(browser, **how)
                for name in busy.keys() & {name for name, shown in SHOWN if shown == look}:
                    await page.goto(f"{there.url}{busy[name]}")
                    await keep(name, look, page)
                await page.close()


if __name__ == "__main__":
    asyncio.run(_draw(Path(sys.argv[1])))
