"""The nginx configuration that `sameface serve --nginx` prints, in a real nginx."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import httpx2 as httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.console.kit import ALICE, BOB, organised
from tests.servers.memory_store import StillClock, face
from tests.servers.nginx import Nginx
from tests.servers.slapd import free_port
from tests.sync.kit import Office, same

from sameface.console.access import Access
from sameface.console.app import Console, console
from sameface.console.desk import Desk
from sameface.console.nginx import configuration
from sameface.console.roles import Role, Who
from sameface.console.shelf import key_of
from sameface.http import Clock
from sameface.rules import load_rulebook
from sameface.serving import serve
from sameface.settings import ConsoleSettings
from sameface.vault import Vault

pytestmark = pytest.mark.servers


@dataclass
class Front:
    """The console behind nginx; `asked` are the paths that nginx did ask it for."""

    office: Office
    console: Console
    url: str
    folder: Path
    port: int = 0
    asked: list[str] = field(default_factory=list)

    def counting(self, app: ASGIApp) -> ASGIApp:
        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            self.asked.append(scope["path"])
            await app(scope, receive, send)

        return counted

    def browser(self, role: Role | None = None, person: str = "") -> httpx.AsyncClient:
        """Of somebody signed in, or of a stranger."""
        http = httpx.AsyncClient(base_url=self.url, trust_env=False)
        if role is not None:
            cookie = self.console.sessions.begin(Who(person, role, person))
            http.cookies.set(f"sameface-{self.port}", cookie)
        return http

    async def address(self, person: str, px: int = 96) -> str:
        """The signed address of the photo that somebody should show, as pages have it."""
        async with self.browser(Role.ADMINISTRATOR) as http:
            told = (await http.get("/api/people", params={"q": person})).json()["rows"][0]
            page = (await http.get("/", params={"q": person})).text
        digest = told["photos"][told["wanted"]]
        found = re.search(rf'"(/photo/{told["id"]}/{digest}\.webp\?s=)96&amp;(key=[^"]+)"', page)
        assert found, page
        return f"{found[1]}{px}&{found[2]}"

    async def shown(self, address: str) -> httpx.Response:
        """That address asked for by a stranger, once it was asked for before."""
        async with self.browser() as stranger:
            await stranger.get(address)
            self.asked.clear()
            return await stranger.get(address)


@pytest.fixture
async def front(tmp_path: Path) -> AsyncIterator[Front]:
    folder, port, nginx = tmp_path / "photos", free_port(), Nginx(tmp_path)
    folder.mkdir()
    settings = ConsoleSettings(
        url=f"http://localhost:{port}", proxies=("127.0.0.1",), photos=folder
    )
    async with await Vault.open(tmp_path / "vault") as vault:
        office = Office(vault, StillClock(), authorities=("sharepoint",))
        organised(office)
        told = replace(office.settings, console=settings)
        book = load_rulebook(told.rulebook)
        # nginx has no other clock than the machine's.
        desk = Desk.of(told, book, vault, dict(office.stores), Clock())
        await office.status()
        async with console(desk) as made:
            there = Front(office, made, settings.url, folder)
            await made.sweeper.sweep()
            async with serve(there.counting(made.app), 0) as url:
                there.port = int(url.rstrip("/").rpartition(":")[2])
                nginx.start(configuration(told, there.port), port)
                yield there
                nginx.stop()
    assert nginx.complaints == ""


async def test_it_hands_out_a_signed_photo_by_itself(front: Front) -> None:
    """Once it was made, a photo under its signed address comes from nginx, and Sameface is not
    asked; what it says beside the picture is what Sameface would."""
    address = await front.address(BOB)
    async with front.browser() as stranger:
        first = await stranger.get(address)
    answer = await front.shown(address)

    assert answer.status_code == 200
    assert front.asked == []
    assert answer.content == first.content
    assert same(answer.content, face("bob"))
    names = ("content-type", "cache-control", "content-security-policy", "content-length",
             "x-content-type-options", "cross-origin-resource-policy")  # fmt: skip
    assert {n: answer.headers[n] for n in names} == {n: first.headers[n] for n in names}
    async with front.browser() as stranger:
        tag = {"If-None-Match": answer.headers["etag"]}
        assert (await stranger.get(address, headers=tag)).status_code == 304
    assert front.asked == []


async def test_a_signature_is_for_one_photo_and_for_a_day(front: Front) -> None:
    """Changed, over, prolonged, without, or of somebody else, it opens nothing to a stranger."""
    address = await front.address(BOB)
    await front.shown(address)
    path, _, key = address.partition("?s=96&key=")
    signature, _, until = key.partition(",")
    other = "A" if signature[0] != "A" else "B"
    last_year = StillClock()
    last_year.advance(-timedelta(days=365))
    over = Access(last_year, key_of(front.folder)).sign(path)
    forged = [
        f"{path}?s=96&key={other}{signature[1:]},{until}",
        f"{path}?s=96&key={signature},{int(until) + 1}",
        f"{path}?s=96&key={signature}",
        f"{path}?s=96",
        f"{path}?s=96&key={over}",
        f"{(await front.address(ALICE)).partition('?')[0]}?s=96&key={key}",
        f"{path.replace('webp', 'jpg')}?s=96&key={key}",
    ]
    async with front.browser() as stranger:
        assert [(await stranger.get(one)).status_code for one in forged] == [401] * len(forged)
        assert (await stranger.get(address)).status_code == 200


async def test_a_photo_that_is_withheld_is_not_handed_out(front: Front) -> None:
    """From the moment somebody withholds it, its signed address opens nothing; shown again, it
    does."""
    address = await front.address(BOB)
    assert (await front.shown(address)).status_code == 200
    async with front.browser(Role.PERSON, BOB) as bob:
        page = (await bob.get("/mine")).text
        csrf = re.search(r'name="csrf" content="([^"]+)"', page)
        assert csrf
        form = {"csrf": csrf[1], "offered": "photo"}
        assert (await bob.post("/mine/places", data=form)).status_code == 303

        assert (await front.shown(address)).status_code == 404
        async with front.browser(Role.PERSON, ALICE) as colleague:
            assert (await colleague.get(address)).status_code == 404
        assert (await bob.get(address)).status_code == 200
        assert (await front.shown(address)).status_code == 404

        shows = form | {"photo": "on"}
        assert (await bob.post("/mine/places", data=shows)).status_code == 303
    assert (await front.shown(address)).status_code == 200
    assert front.asked == []


async def test_yesterdays_photo_is_not_handed_out(front: Front) -> None:
    """Who has another photo is taken from the folder at the next sweep; the old one is for them
    and for staff."""
    address = await front.address(BOB)
    assert (await front.shown(address)).status_code == 200

    front.office.stores["sharepoint"].put(BOB, face("bob", 1))
    await front.office.status()
    await front.console.sweeper.sweep()

    assert (await front.shown(address)).status_code == 404
    assert same((await front.shown(await front.address(BOB))).content, face("bob", 1))
    assert front.asked == []


async def test_all_else_is_sameface(front: Front) -> None:
    """Pages, other sizes, and photos not made yet come from Sameface, which knows who asks and
    from where."""
    address = await front.address(BOB, 97)
    async with front.browser(Role.ADMINISTRATOR) as http, front.browser() as stranger:
        assert "Alice" in (await http.get("/")).text
        assert (await stranger.get("/")).status_code == 401
        await front.shown(address)
        assert front.asked == [address.partition("?")[0]]
        for px in ("..", "../96", "none", "9%36", ""):
            assert (await stranger.get(f"/photo/x/y.webp?s={px}")).status_code == 401
        for path in ("/photo/../signature.conf", "/photo/%2e%2e/signature.conf", "/signature.conf"):
            assert "secure_link" not in (await stranger.get(path)).text


async def test_nothing_is_left_when_the_console_ends(front: Front) -> None:
    """Nobody would take a photo down then: the folder holds the key and nothing else."""
    await front.shown(await front.address(BOB))
    assert [file.name for file in front.folder.rglob("*.webp")]

    async with console(_like(front)) as _:
        pass

    assert [file.name for file in front.folder.rglob("*")] == ["signature.conf"]
    assert oct((front.folder / "signature.conf").stat().st_mode)[-3:] == "600"


def _like(front: Front) -> Desk:
    """Another console over the same folders."""
    settings = replace(front.office.settings, console=ConsoleSettings(photos=front.folder))
    book = load_rulebook(settings.rulebook)
    return Desk.of(settings, book, front.office.vault, dict(front.office.stores), Clock())
