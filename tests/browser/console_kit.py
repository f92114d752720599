"""The console over the demo's tenant, in a browser: what its browser tests and pictures share."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2 as httpx

from sameface import sync
from sameface.cli.session import Session, open_session
from sameface.console.app import Console, console
from sameface.console.desk import Desk
from sameface.console.roles import Who
from sameface.jobs import listening
from sameface.serving import serve
from sameface.settings import Conflict, ConsoleSettings
from sameface.tenant.server import Tenant

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page


@dataclass
class Demo:
    """A tenant of two dozen people, a session over it, and its console at `url`."""

    tenant: Tenant
    session: Session
    console: Console
    url: str

    async def observe(self) -> None:
        """Look at everybody, and let the console take note."""
        s = self.session
        await sync.status(s.settings, s.connectors, s.vault, s.clock)
        await self.console.sweeper.sweep()

    async def behind(self, path: str, **told: object) -> None:
        """Something happens in the tenant, behind Sameface's back (`events`, `faults`)."""
        async with httpx.AsyncClient(base_url=self.tenant.http_url) as http:
            answer = await http.post(f"/_tenant/{path}", json=told)
        assert answer.is_success, answer.text

    async def plan(self) -> str:
        """A plan about everybody; its digest."""
        s = self.session
        made, _ = await sync.plan(s.settings, s.connectors, s.vault, s.clock)
        return made.digest

    async def signed_in(self, browser: Browser, **how: object) -> Page:
        """A page whose browser has opened the link."""
        page = await browser.new_page(**how)  # type: ignore[arg-type]
        await page.goto(f"{self.url}enter?token={self.console.access.token}")
        await page.wait_for_url(self.url)
        return page

    async def signed_in_as(self, browser: Browser, who: Who, **how: object) -> Page:
        """A page of somebody who came through the organisation's sign-in."""
        page = await browser.new_page(**how)  # type: ignore[arg-type]
        port = self.url.rstrip("/").rpartition(":")[2]
        cookie = self.console.sessions.begin(who)
        await page.context.add_cookies(
            [{"name": f"sameface-{port}", "value": cookie, "url": self.url}]
        )
        return page


@asynccontextmanager
async def demo(
    folder: Path,
    *,
    people: int = 24,
    settings: ConsoleSettings | None = None,
    asks: bool = False,
    further: str = "",
) -> AsyncIterator[Demo]:
    """The demo's organisation. `asks`: two changes are a conflict for somebody to decide.

    `further` stands below its settings.
    """
    async with Tenant(people=people, seed=1, port=0, running=True) as tenant:
        file = folder / "sameface.toml"
        file.write_text(tenant.settings_toml() + further, encoding="utf-8")
        with listening():
            async with open_session(file) as opened:
                told = replace(opened.settings, console=settings or ConsoleSettings())
                if asks:
                    everybody = replace(told.policy.everybody, conflict=Conflict.ASK)
                    told = replace(told, policy=replace(told.policy, everybody=everybody))
                session = replace(opened, settings=told)
                desk = Desk.of(told, session.book, session.vault, session.connectors, session.clock)
                async with console(desk) as made, serve(made.app, 0) as url:
                    yield Demo(tenant, session, made, url)


@asynccontextmanager
async def chromium(*arguments: str) -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    # Imported here, since `make test` reads this file without having playwright.
    from playwright.async_api import async_playwright  # noqa: PLC0415

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(arguments)
        )
        yield browser
        await browser.close()


LOOKS: dict[str, dict[str, object]] = {
    "light": {"viewport": {"width": 1300, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1300, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
}
"""How a page is looked at."""


def hardest(people: Sequence[str]) -> str:
    """Whom the pictures are of."""
    return next((upn for upn in people if upn.startswith("chiara")), people[0])
