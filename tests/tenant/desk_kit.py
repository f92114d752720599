"""A visitor of the desk: reads its page, presses its buttons, keeps pictures as a browser does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx2 as httpx
from tests.tenant.kit import Caller

from sameface.pictures import inspect
from sameface.tenant.desk.routes import Desk
from sameface.tenant.desk.stage import Stage

ROOT = "/_tenant/desk"


@dataclass(frozen=True)
class Panel:
    """One surface as the page tells it: photos by name, with the addresses of their pictures."""

    place: str
    shots: tuple[tuple[str, str], ...]
    because: tuple[str, ...]
    until: str

    @property
    def called(self) -> tuple[str, ...]:
        return tuple(called for called, _ in self.shots)


@dataclass(frozen=True)
class Page:
    """One page of the desk, read."""

    html: str
    panels: dict[str, Panel]

    @property
    def diary(self) -> list[str]:
        """What happened, newest first, without times."""
        lines = re.search(r'class="diary".*?</section>', self.html, re.DOTALL)
        return (
            [_text(li) for li in re.findall(r"</time>(.*?)</li>", lines[0], re.DOTALL)]
            if lines
            else []
        )

    def seen(self) -> dict[str, tuple[str, ...]]:
        return {surface: panel.called for surface, panel in self.panels.items()}


class Visitor:
    """Somebody at the desk of one era. `kept` is the browser's cache, `asked` its requests."""

    def __init__(self, caller: Caller, era: str, me: str = "bob", whom: str = "alice") -> None:
        self.caller, self.http, self.era = caller, caller.http, era
        self.me, self.whom = me, whom
        self.kept: dict[str, bytes] = {}
        self.asked: list[str] = []

    def as_somebody(self, me: str) -> Visitor:
        """Somebody else at the same desk, with a browser of their own."""
        return Visitor(self.caller, self.era, me, self.whom)

    @property
    def stage(self) -> Stage:
        desk = self.caller.tenant.app.services["desk"]
        assert isinstance(desk, Desk)
        return desk.stage(self.era)

    async def page(self, **query: str) -> Page:
        asked = {"me": self.me, "whom": self.whom, **query}
        answer = await self.http.get(f"{ROOT}/{self.era}", params=asked)
        assert answer.status_code == 200, answer.text
        return read(answer.text)

    async def press(self, path: str, **told: str) -> Page:
        """A button; the page it leads to."""
        return await self._send(path, told)

    async def _send(self, path: str, told: Mapping[str, str], files: Any = None) -> Page:
        form = {"me": self.me, "whom": self.whom, **told}
        answer = await self.http.post(f"{ROOT}/{self.era}/{path}", data=form, files=files)
        assert answer.status_code == 303, answer.text
        followed = await self.http.get(answer.headers["location"])
        return read(followed.text)

    async def do(self, verb: str, **told: str) -> Page:
        return await self.press("do", do=verb, **told)

    async def upload(self, channel: str, picture: bytes) -> Page:
        """A file of one's own, with a button for it."""
        files = {"picture": ("face.jpg", picture, "image/jpeg")}
        return await self._send("do", {"do": f"change/{channel}"}, files)

    async def picture(self, src: str) -> bytes:
        """The picture as this browser shows it: from its cache, where headers let it keep one."""
        if src in self.kept:
            return self.kept[src]
        self.asked.append(src)
        answer = await self.http.get(src)
        assert answer.status_code in {200, 404}, answer.text
        if "max-age" in answer.headers["cache-control"]:
            self.kept[src] = answer.content
        return answer.content

    async def shown(self, surface: str) -> list[bytes]:
        """The pictures of a panel, as this browser shows them."""
        panels = (await self.page()).panels
        return [await self.picture(src) for _, src in panels[surface].shots]

    async def look_around(self) -> Page:
        """The page with all its pictures, as a browser loads it."""
        page = await self.page()
        for panel in page.panels.values():
            for _, src in panel.shots:
                await self.picture(src)
        return page


async def drawn(visitor: Visitor, called: str, like: bytes) -> bytes:
    """The photo of that name, as large as another picture of it."""
    name, px = called.removeprefix("photo "), inspect(like).width_px
    return (await visitor.stage.album.square(visitor.whom, name, px)).data


def read(html: str) -> Page:
    """The page, its panels found."""
    panels = {}
    for body in re.findall(r"<article.*?</article>", html, re.DOTALL):
        surface = re.search(r'data-surface="([^"]+)"', body)
        place = re.search(r'<article class="(\w+)', body)
        until = re.search(r'class="until">(.*?)</p>', body, re.DOTALL)
        assert surface
        assert place
        assert until
        shots = re.findall(r'<img class="face" src="([^"]+)" alt="([^"]*)"', body)
        because = re.findall(r"<li>(.*?)</li>", body, re.DOTALL)
        panels[surface[1]] = Panel(
            place[1],
            tuple((unescape(called), unescape(src)) for src, called in shots),
            tuple(_text(one) for one in because),
            _text(until[1]),
        )
    return Page(html, panels)


def _text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def of(answer: httpx.Response) -> str:
    """What a browser may do with an answer."""
    return str(answer.headers["cache-control"])
