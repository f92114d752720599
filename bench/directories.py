"""A directory of 5,000 people read beside ldapsearch, and one change told among 50,000."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import tempfile
import time
from pathlib import Path

from bench.measuring import say, table
from tests.servers.samba import ADMIN, ROOT, Samba

from sameface.connectors.reading import read_many
from sameface.connectors.registry import open_connector
from sameface.pictures import Want, portrait, render
from sameface.settings import DirSync
from sameface.values import Picture

PEOPLE, EVERYBODY = 5_000, 50_000
"""With a photo, and in all: the others are in a unit of their own, and have none."""

_UNIT = f"OU=Bench,{ROOT}"
_OTHERS = f"OU=Others,{ROOT}"
_ASKED = ("objectGUID", "userPrincipalName", "mail", "sAMAccountName", "thumbnailPhoto")
_ROUNDS = 3


def run() -> None:
    """Seconds on a Samba domain controller of this machine; only root can run one.

    Loading everybody takes more than ten minutes of computing, which are not counted.
    """
    if os.geteuid() != 0 or shutil.which("samba") is None:
        say("directories: not measured, since only root can run Samba (make test-servers)\n")
        return
    with tempfile.TemporaryDirectory(prefix="sameface-bench-") as folder:
        server = Samba(Path(folder) / "domain")
        (Path(folder) / "domain").mkdir()
        server.provision()
        faces = [portrait(f"face {n}", px=320) for n in (0, 1)]
        first, second = (render(face, Want(220, max_bytes=10_240)).data for face in faces)
        people = (_person(number, first) for number in range(PEOPLE))
        others = (_person(number, None) for number in range(PEOPLE, EVERYBODY))
        units = (f"dn: {dn}\nobjectClass: organizationalUnit\n" for dn in (_UNIT, _OTHERS))
        server.load("\n".join([*units, *people, *others]))
        server.start()
        try:
            asyncio.run(_measure(server, first, second))
        finally:
            server.stop()


async def _measure(server: Samba, first: bytes, second: bytes) -> None:
    theirs = min(_ldapsearch(server) for _ in range(_ROUNDS))
    ours = min([await _first_read(server) for _ in range(_ROUNDS)])
    rows = [
        ("first read: ldapsearch", f"{theirs:.2f}", "1.00"),
        ("first read: Sameface", f"{ours:.2f}", f"{ours / theirs:.2f}"),
    ]
    table(f"{PEOPLE:,} people with photos of {len(first):,} bytes", ("", "seconds", "ratio"), rows)
    changes = [(mode, *await _one_change(server, mode, second)) for mode in DirSync]
    table(
        f"One change among {EVERYBODY:,} people",
        ("dirsync", "milliseconds", "people told"),
        [(str(mode), f"{took * 1000:.0f}", str(told)) for mode, took, told in changes],
    )
    say(
        "Goal: a first read within 1.5 times what ldapsearch takes for the same entries on the "
        "same server. Both are over LDAPS, the best of three; Sameface also joins keys, proves "
        "each photo whole and makes its change key.\n"
    )


def _person(number: int, photo: bytes | None) -> str:
    unit = _OTHERS if photo is None else _UNIT
    held = f"thumbnailPhoto:: {base64.b64encode(photo).decode()}\n" if photo else ""
    return (
        f"dn: CN=person {number},{unit}\nobjectClass: user\nsAMAccountName: p{number}\n"
        f"userPrincipalName: p{number}@contoso.test\nmail: p{number}@contoso.test\n"
        f"userAccountControl: 514\n{held}"
    )


def _ldapsearch(server: Samba) -> float:
    began = time.perf_counter()
    found = server.tools.everything(_UNIT, "(objectClass=user)", *_ASKED)
    took = time.perf_counter() - began
    if found.count("thumbnailPhoto:: ") != PEOPLE:
        raise SystemExit("ldapsearch did not find everybody")
    return took


async def _first_read(server: Samba) -> float:
    connector = open_connector(server.settings(_UNIT, who=ADMIN))
    began, photos = time.perf_counter(), 0
    async for page in connector.observe():
        async for _, read in read_many(connector, [o.account for o in page.observations]):
            photos += isinstance(read, Picture)
    took = time.perf_counter() - began
    await connector.close()
    if photos != PEOPLE:
        raise SystemExit(f"{photos} photos were read")
    return took


async def _one_change(server: Samba, mode: DirSync, photo: bytes) -> tuple[float, int]:
    """(seconds, people told) of asking what changed after one photo did."""
    connector = open_connector(server.settings(_UNIT, who=ADMIN, dirsync=mode))
    since = [page async for page in connector.observe()][-1].since
    server.tools.replace(f"CN=person 7,{_UNIT}", "thumbnailPhoto", photo + bytes([len(mode)]))
    began = time.perf_counter()
    told = [o async for page in connector.observe(since) for o in page.observations]
    took = time.perf_counter() - began
    await connector.close()
    return took, len(told)
