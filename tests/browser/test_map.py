"""The maps in a real browser: no text runs over its box or over another, by day and by night."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.async_api import Browser

MAPS = sorted((Path(__file__).parent.parent.parent / "docs" / "maps").glob("*.svg"))
pytestmark = pytest.mark.servers

OUTSIDE = """() => [...document.querySelectorAll('svg > g')].flatMap(group => {
  const drawn = group.querySelector('rect:not(.bar)');
  if (drawn === null) return [];  // of the legend
  const box = drawn.getBBox();
  return [...group.querySelectorAll('text')].filter(text => {
    const at = text.getBBox();
    return at.x < box.x || at.x + at.width > box.x + box.width
      || at.y < box.y - 1 || at.y + at.height > box.y + box.height + 1;
  }).map(text => text.textContent);
})"""
OVERLAPPING = """() => {
  const texts = [...document.querySelectorAll('text')].map(t => [t.textContent, t.getBBox()]);
  return texts.flatMap(([one, a], n) => texts.slice(n + 1).filter(([, b]) =>
    a.x < b.x + b.width - 1 && b.x < a.x + a.width - 1
      && a.y < b.y + b.height - 4 && b.y < a.y + a.height - 4
  ).map(([other]) => `${one} / ${other}`));
}"""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    # Imported here, since `make test` reads this file without having playwright.
    from playwright.async_api import async_playwright  # noqa: PLC0415

    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=shutil.which("chromium"))
        yield opened
        await opened.close()


@pytest.mark.parametrize("file", MAPS, ids=lambda file: file.stem)
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_is_where_it_belongs(browser: Browser, file: Path, scheme: str) -> None:
    """As the machine's own fonts are, which are wider than most: nothing overlaps."""
    page = await browser.new_page(color_scheme="dark" if scheme == "dark" else "light")
    await page.goto(file.as_uri())

    assert await page.evaluate(OUTSIDE) == []
    assert await page.evaluate(OVERLAPPING) == []
