"""A job of many steps, looked at live in a browser: how the page grows, and how long it stands."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sameface.console.app import Console
from sameface.console.jobs import Job
from sameface.sync import Progress

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Page

_WATCH = """
window.gaps = []; window.tasks = []; window.told = 0;
let last = performance.now();
const frame = (now) => { gaps.push(now - last); last = now; requestAnimationFrame(frame); };
requestAnimationFrame((now) => { last = now; requestAnimationFrame(frame); });
new PerformanceObserver((seen) => tasks.push(...seen.getEntries().map((one) => one.duration)))
  .observe({ entryTypes: ["longtask"] });
new MutationObserver(() => told++)
  .observe(document.querySelector("[data-count]"), { childList: true, characterData: true });
"""


@dataclass(frozen=True, slots=True)
class Weight:
    """What the page holds after its rubbish was collected; `nodes` are all of its renderer's,
    those that no document shows among them."""

    elements: int
    nodes: int
    heap_bytes: int


@dataclass(frozen=True, slots=True)
class Watched:
    """The page after half of the steps and after all; times in ms.

    `tellings` are the times that what is shown was another; `tasks_ms` those over 50 ms that kept
    it from answering, `gaps_ms` the times between two frames.
    """

    early: Weight
    late: Weight
    lines: int  # steps that are shown, after the last
    tellings: int
    tasks_ms: list[float]
    gaps_ms: list[float]
    seconds: float


async def watch(console: Console, url: str, page: Page, steps: int, per_s: float) -> Watched:
    """Begin a job of so many steps, as a run tells of them, and look at its page until the last."""
    first, rest, over = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work(job: Job) -> None:
        for number in range(1, steps + 1):
            outcome = "written" if number % 50 else "failed"
            person = f"person.{number:06}@contoso.test"
            job.step(Progress(number, steps, "exchange", "write", person, outcome))
            if number == steps // 2:
                first.set()
                await rest.wait()
            await asyncio.sleep(1 / per_s)
        await over.wait()

    job = console.jobs.begin("sync", "somebody", work)
    await page.goto(f"{url}jobs/{job.id}")
    await page.evaluate(_WATCH)
    chrome = await page.context.new_cdp_session(page)
    await first.wait()
    await _shows(page, steps // 2)
    early = await _weighed(page, chrome)
    began = asyncio.get_running_loop().time()
    rest.set()
    await _shows(page, steps)
    seconds = asyncio.get_running_loop().time() - began
    told: dict[str, Any] = await page.evaluate("({ told, tasks, gaps })")
    # By a script of the page's own: playwright's locators would bring theirs, and weigh.
    lines = await page.evaluate("document.querySelectorAll('[data-lines] li').length")
    late = await _weighed(page, chrome)
    over.set()
    async for _ in console.jobs.follow(job):
        pass  # until it has ended: there is one at a time
    return Watched(early, late, lines, told["told"], told["tasks"], told["gaps"], seconds)


async def _shows(page: Page, number: int) -> None:
    """Until the page has come to that step."""
    await page.wait_for_function(
        "number => document.querySelector('[data-count]').textContent.startsWith(number)",
        arg=f"{number:,}",
        timeout=600_000,
    )


async def _weighed(page: Page, chrome: CDPSession) -> Weight:
    await chrome.send("HeapProfiler.collectGarbage")
    heap = await chrome.send("Runtime.getHeapUsage")
    counted = await chrome.send("Memory.getDOMCounters")
    elements = await page.evaluate("document.getElementsByTagName('*').length")
    return Weight(elements, counted["nodes"], int(heap["usedSize"]))
