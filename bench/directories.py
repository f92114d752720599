"""A directory of 5,000 people read beside ldapsearch, and one change told among 50,000."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.measuring import say, table
from tests.servers.samba import ADMIN, ROOT, Samba

from sameface.connectors.ldap.connector import DirectoryConnector
from sameface.connectors.reading import read_many
from sameface.connectors.registry import open_connector
from sameface.pictures import Want, portrait, render
from sameface.settings import DirSync
from sameface.values import Picture

PEOPLE, EVERYBODY = 5_000, 50_000
"""With a photo, and in all: the others are in a unit of their own, and have none."""

_UNIT = f"OU=Bench,{ROOT}"
_ASKED = ("objectGUID", "userPrincipalName", "mail", "sAMAccountName", "thumbnailPhoto")
_ROUNDS = 5
_PYTHON, _LOADER = "/usr/bin/python3", Path(__file__).with_name("samba_people.py")


def run() -> None:
    """Seconds on a Samba domain controller of this machine; only root can run one.

    Making everybody takes over two minutes of computing, which are not counted.
    """
    if os.geteuid() != 0 or shutil.which("samba") is None:
        say("directories: not measured, since only root can run Samba (make test-servers)\n")
        return
    with tempfile.TemporaryDirectory(prefix="sameface-bench-") as folder:
        domain, photo = Path(folder) / "domain", Path(folder) / "photo.jpg"
        server = Samba(domain)
        domain.mkdir()
        server.provision()
        first, second = (
            render(portrait(name, px=320), Want(220, max_bytes=10_240)).data
            for name in ("first", "second")
        )
        photo.write_bytes(first)
        told = (str(domain), ROOT, str(photo), str(PEOPLE), str(EVERYBODY))
        loader = [_PYTHON, str(_LOADER), *told]
        done = subprocess.run(loader, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"nobody was loaded into Samba: {done.stderr[-2000:]}")
        server.start()
        try:
            asyncio.run(_measure(server, first, second))
        finally:
            server.stop()


async def _measure(server: Samba, first: bytes, second: bytes) -> None:
    turns = [(_ldapsearch(server), await _first_read(server)) for _ in range(_ROUNDS)]
    theirs, ours = (
        _Took(min(t.s for t in side), min(t.cpu_s for t in side))
        for side in zip(*turns, strict=True)
    )
    rows = [
        (
            who,
            f"{took.s:.2f}",
            f"{took.s / theirs.s:.2f}",
            f"{took.cpu_s:.2f}",
            f"{took.cpu_s / theirs.cpu_s:.2f}",
        )
        for who, took in (("ldapsearch", theirs), ("Sameface", ours))
    ]
    table(
        f"First read of {PEOPLE:,} people",
        (f"with photos of {len(first):,} bytes each", "seconds", "ratio", "CPU seconds", "ratio"),
        rows,
    )
    changes = [
        (f"Sameface, dirsync {mode}", await _asked(server, mode, second)) for mode in DirSync
    ]
    changes.append(("Sameface, change notification rings", await _rung(server, second)))
    table(
        f"One change among {EVERYBODY:,} people",
        ("until it is told by", "milliseconds"),
        [("ldapsearch, uSNChanged", f"{_numbered(server, second) * 1000:.0f}")]
        + [(title, f"{took * 1000:.0f}") for title, took in changes],
    )
    say(
        "Goal: a first read within 1.5 times what ldapsearch takes for the same people on the same "
        f"server. Both over LDAPS, in turn, best of {_ROUNDS}; CPU seconds are the server's and "
        "the client's together. Sameface also joins keys, proves each photo whole and makes its "
        "change key; and a change told comes with the photo.\n"
    )


@dataclass(frozen=True, slots=True)
class _Took:
    """Seconds that passed, and those of computing."""

    s: float
    cpu_s: float


class _Watch:
    """Started when it is made."""

    def __init__(self, server: Samba) -> None:
        self._server = server
        self._began, self._spent_s = time.perf_counter(), self._computed_s()

    def took(self) -> _Took:
        return _Took(time.perf_counter() - self._began, self._computed_s() - self._spent_s)

    def _computed_s(self) -> float:
        """The server's, ours, and that of tools which have ended."""
        return sum(os.times()[:4]) + self._server.cpu_s()


def _ldapsearch(server: Samba) -> _Took:
    watch = _Watch(server)
    found = server.tools.everything(_UNIT, "(objectClass=user)", *_ASKED)
    took = watch.took()
    if found.count("thumbnailPhoto:: ") != PEOPLE:
        raise SystemExit("ldapsearch did not find everybody")
    return took


async def _first_read(server: Samba) -> _Took:
    connector = open_connector(server.settings(_UNIT, who=ADMIN))
    watch, photos = _Watch(server), 0
    async for page in connector.observe():
        accounts = [o.account for o in page.observations]
        async for _, read in read_many(connector, accounts, brought=page.brought):
            photos += isinstance(read, Picture)
    took = watch.took()
    await connector.close()
    if photos != PEOPLE:
        raise SystemExit(f"{photos} photos were read")
    return took


def _numbered(server: Samba, photo: bytes) -> float:
    """Seconds for a search by sequence number after one photo changed: what the server takes."""
    last = server.tools.value("", "highestCommittedUSN")
    assert last is not None
    _change(server, photo)
    began = time.perf_counter()
    newer = f"(&(objectClass=user)(uSNChanged>={int(last) + 1}))"
    found = server.tools.everything(_UNIT, newer, *_ASKED)
    took = time.perf_counter() - began
    _only_one(found.count("thumbnailPhoto:: "))
    return took


async def _asked(server: Samba, mode: DirSync, photo: bytes) -> float:
    """Seconds of asking what changed, after one photo did."""
    connector, since = await _looked(server, mode)
    _change(server, photo)
    began = time.perf_counter()
    told = [o async for page in connector.observe(since) for o in page.observations]
    took = time.perf_counter() - began
    await connector.close()
    _only_one(len(told))
    return took


async def _rung(server: Samba, photo: bytes) -> float:
    """Seconds from a change until somebody who listens has been told of it."""
    connector, since = await _looked(server, DirSync.OBJECT_SECURITY)
    heard = connector.watch(since)
    listening = asyncio.ensure_future(anext(heard))
    await asyncio.to_thread(_change, server, photo)
    await listening
    waiting = asyncio.ensure_future(anext(heard))
    await asyncio.to_thread(_change, server, photo)
    began = time.perf_counter()
    page = await waiting
    took = time.perf_counter() - began
    await heard.aclose()
    await connector.close()
    _only_one(len(page.observations))
    return took


async def _looked(server: Samba, mode: DirSync) -> tuple[DirectoryConnector, str | None]:
    connector = open_connector(server.settings(_UNIT, who=ADMIN, dirsync=mode))
    assert isinstance(connector, DirectoryConnector)
    return connector, [page async for page in connector.observe()][-1].since


def _change(server: Samba, photo: bytes) -> None:
    """Another photo than the last one: what follows a JPEG's end is nobody's picture."""
    server.tools.replace(f"CN=person 7,{_UNIT}", "thumbnailPhoto", photo + os.urandom(4))


def _only_one(told: int) -> None:
    if told != 1:
        raise SystemExit(f"{told} people were told of, though one photo changed")
