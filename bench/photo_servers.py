"""`python -m bench.photo_servers WAY FOLDER`: a server that `bench.photos` measures, until it ends.

`sameface` is the console of an organisation made up in FOLDER; `starlette` a bare application that
answers the files of FOLDER from memory, with a tag and 304. Both are served alike.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.servers.memory_store import StillClock, face
from tests.servers.slapd import free_port
from tests.sync.kit import Office

from sameface.connectors.base import Connector
from sameface.console.app import console
from sameface.console.desk import Desk
from sameface.console.nginx import configuration
from sameface.console.roles import Role, Who
from sameface.http import Clock
from sameface.rules import load_rulebook
from sameface.serving import run, serve
from sameface.settings import ConsoleSettings
from sameface.vault import Vault

PEOPLE = 200
"""Each asks with a session of their own, since one may ask for 6,000 pictures and then 100/s."""

SIZE_PX = 96

Told = dict[str, Any]


@asynccontextmanager
async def _sameface(folder: Path) -> AsyncIterator[Told]:
    """Everybody's photo by signed address, a cookie of everybody (plain people, not staff), and
    the configuration of an nginx in front that listens at `front`."""
    async with await Vault.open(folder / "vault") as vault:
        office = Office(vault, StillClock(), authorities=("sharepoint",))
        store = office.store("sharepoint")
        for number in range(PEOPLE):
            store.join(_upn(number), face(f"person {number}"))
        await office.status()
        shelf, front = folder / "photos", free_port()
        shelf.mkdir()
        behind = ConsoleSettings(
            url=f"http://localhost:{front}", proxies=("127.0.0.1",), photos=shelf
        )
        settings = replace(office.settings, console=behind)
        stores = dict[str, Connector](office.stores)
        desk = Desk.of(settings, load_rulebook(settings.rulebook), vault, stores, Clock())
        async with console(desk) as made, serve(made.app, 0) as url:
            port = url.rstrip("/").rpartition(":")[2]
            told = Told(url=url, paths=[], cookies=[], front=front)
            told["nginx"] = configuration(settings, int(port))
            for number in range(PEOPLE):
                dossier = await desk.dossier(_upn(number))
                digest = desk.decide(dossier).wanted or ""
                told["paths"].append(made.access.photo(dossier.person.id, digest, SIZE_PX))
                cookie = made.sessions.begin(Who(_upn(number), Role.PERSON, _upn(number)))
                told["cookies"].append(f"sameface-{port}={cookie}")
            yield told


@asynccontextmanager
async def _starlette(folder: Path) -> AsyncIterator[Told]:
    """What is bare: one route, bytes from memory, and a tag that was made before."""
    made = {}
    for file in (folder / "photo").glob("*/*"):
        data = file.read_bytes()
        tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
        made[file.parent.name, file.name] = data, {"ETag": tag, "Cache-Control": "private"}

    async def answer(request: Request) -> Response:
        asked = request.path_params
        data, headers = made[asked["person"], asked["version"]]
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(data, media_type="image/webp", headers=headers)

    app = Starlette(routes=[Route("/photo/{person}/{version}", answer)])
    async with serve(app, 0) as url:
        yield Told(url=url)


def _upn(number: int) -> str:
    return f"person.{number:03}@contoso.test"


WAYS: dict[str, Callable[[Path], AbstractAsyncContextManager[Told]]] = {
    "sameface": _sameface,
    "starlette": _starlette,
}


async def _run(way: str, folder: Path) -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with WAYS[way](folder) as told:
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        await ended.wait()


if __name__ == "__main__":
    run(_run(sys.argv[1], Path(sys.argv[2])))
