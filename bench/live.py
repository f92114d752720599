"""A run of 10,000 actions watched in Chromium: whether its page grows, and how long it stands."""

from __future__ import annotations

import asyncio
import shutil
import statistics
import tempfile
from pathlib import Path

from bench.measuring import say, table
from tests.browser.console_kit import chromium
from tests.browser.live_kit import Watched, watch

from sameface.console.app import console
from sameface.console.desk import Desk
from sameface.http import Clock
from sameface.rules import load_rulebook
from sameface.serving import serve
from sameface.settings import Settings, StopAbove
from sameface.vault import Vault

STEPS = 10_000
PACES = (250, 1_000)
"""Actions a second: more than the quotas of any store let through, and four times that."""


def run() -> None:
    """Takes Debian's `chromium` (apt-get install chromium)."""
    if shutil.which("chromium") is None:
        say("The live run was not measured: chromium is missing.\n")
        return
    with tempfile.TemporaryDirectory(prefix="sameface-bench-") as name:
        seen = asyncio.run(_measured(Path(name)))
    rows = [
        (
            f"{pace:,} a second",
            f"{one.seconds:.0f}",
            f"{one.tellings:,}",
            f"{one.early.elements:,} / {one.late.elements:,}",
            f"{one.early.nodes:,} / {one.late.nodes:,}",
            f"{one.early.heap_bytes / 1e6:.2f} / {one.late.heap_bytes / 1e6:.2f}",
            f"{statistics.median(one.gaps_ms):.0f}",
            f"{sorted(one.gaps_ms)[int(len(one.gaps_ms) * 0.999)]:.0f}",
            f"{max(one.gaps_ms):.0f}",
            f"{max(one.tasks_ms, default=0):.0f}",
        )
        for pace, one in seen.items()
    ]
    headings = ("actions", "s", "told", "elements", "nodes", "heap, MB")
    times = ("frame, ms", "99.9 %", "longest", "longest task")
    title = f"the page of a run of {STEPS:,} actions: after half of them / after all"
    table(title, (*headings, *times), rows)
    say("A frame takes 17 ms on a quiet machine; a task counts from 50 ms on.\n")


async def _measured(folder: Path) -> dict[int, Watched]:
    settings = Settings(
        folder / "sameface.toml", "Contoso", "office365-2014", folder, (), StopAbove(), ()
    )
    async with await Vault.open(folder) as vault:
        desk = Desk.of(settings, load_rulebook(settings.rulebook), vault, {}, Clock())
        async with console(desk) as made, serve(made.app, 0) as url, chromium() as browser:
            seen = {}
            for pace in PACES:  # each in a page of its own: the last one goes on to its run
                page = await browser.new_page()
                await page.goto(f"{url}enter?token={made.access.token}")
                await page.wait_for_url(url)
                seen[pace] = await watch(made, url, page, STEPS, pace)
            return seen
